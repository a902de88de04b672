"""Writes docs/clinical.md from the protocol itself: `python -m symptoms.recovery.clinical_table > docs/clinical.md`."""

import sys
from collections.abc import Iterator

from symptoms.recovery.expected import BANDS, CEILINGS, LISTED_DAYS, MODIFIERS
from symptoms.recovery.protocol import PROTOCOL, Protocol

HEAD = """# What Mendline judges by

This page is generated from `symptoms/recovery/`; do not edit it. It is protocol **{version}**.
Content hash: `{hash}`.

**Not yet reviewed by a clinician.** Thresholds marked [D] in the source column are ours and need a dermatologist's
signature before patients rely on them. The sources are listed in the evidence file that the team keeps; the hazards in
[hazards.md](hazards.md). The words of the conditions:

- `v(s)` the severity of a symptom, 0 none to 4 very severe; `u(s)` the same less the patient's usual level;
- `above(s, n)` `u(s)` is n steps or more over the ceiling of the day (tables below); `twice(s)` at the last answer too;
- `streak(s)` above in three answers running, or in all over three days or more; `rise(s, n)` n steps over the lowest
  answer of the two days before;
- `HEAT` pain, warmth, swelling; `HOT` those and redness; `n_above`, `n_rise`, `n_relapse` count a group's symptoms;
- `T` degrees Celsius; `fever` 38.0 or more (37.8 with weak defences) or shaking chills; `infsign` pus, spreading
  redness, red streaks, golden crust, an open sore, or two of HOT above their ceilings;
- `contact^risk` urgent with diabetes or weak defences, `^home` on days 3 to 14 after needling at home, `^pregnant`.
"""


def clinical_table(protocol: Protocol = PROTOCOL) -> str:
    """The whole page as Markdown: every criterion, then the ceilings and what changes them."""
    return (
        "\n".join([HEAD.format(version=protocol.version, hash=protocol.hash), *_criteria(protocol), *_ceilings()])
        + "\n"
    )


def _criteria(protocol: Protocol) -> Iterator[str]:
    yield "## Criteria\n"
    yield "| criterion | concern | urgency | days | condition | source | hazard | test |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for c in protocol.criteria:
        concern = c.concern or "infection d0-21, late_infection d14+"
        cells = (c.id, concern, c.written_urgency, c.days, f"`{c.condition}`", c.source, c.hazard, f"`{c.test}`")
        yield f"| {' | '.join(map(str, cells))} |"


def _ceilings() -> Iterator[str]:
    yield "\n## The most that is ordinary, by day\n"
    yield "A day that is not listed takes the last listed day before it; after the last, all are 0."
    for band, rows in CEILINGS.items():
        yield f"\n### Band {band}: {BANDS[band]}\n"
        yield f"| symptom | {' | '.join(map(str, LISTED_DAYS))} |"
        yield "| --- |" + " --- |" * len(LISTED_DAYS)
        for symptom, row in rows.items():
            yield f"| {symptom} | {' | '.join(map(str, row))} |"
    yield "\n## Who has a higher ceiling\n"
    yield "One step more on these days, never above 3, and not where a usual level is known.\n"
    yield "| id | who | symptom | days | source |"
    yield "| --- | --- | --- | --- | --- |"
    for m in MODIFIERS:
        days = f"{m.first}" if m.first == m.last else "this entry" if m.last > 999 else f"{m.first}-{m.last}"
        yield f"| {m.id} | {', '.join(sorted(m.who))} | {m.symptom} | {days} | {m.source} |"
    yield "| MOD-8 | at_risk | peeling, crusting, bruising | 1+: the day before's ceiling where it is higher | S39b |"


if __name__ == "__main__":
    sys.stdout.write(clinical_table())
