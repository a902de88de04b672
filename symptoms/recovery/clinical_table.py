"""Writes docs/clinical.md from the protocol itself: `python -m symptoms.recovery.clinical_table > docs/clinical.md`."""

import sys
from collections.abc import Iterator

from symptoms.recovery.ceilings import BANDS, CEILINGS, LISTED_DAYS, MODIFIERS, SCAR_DEPTH_MM
from symptoms.recovery.day import FEVER, FEVER_AT_RISK
from symptoms.recovery.groups import AT_RISK, BLEED_RISK, HEAT, HOT, INFECTION_SIGNS, PIH_HISTORY, SLOW_HEALING
from symptoms.recovery.one_day import may_need_earlier_days, need_several_days
from symptoms.recovery.phrases import listed
from symptoms.recovery.protocol import PROTOCOL, REVIEW_BY, Protocol
from symptoms.recovery.sources import SOURCES

HEAD = """# What Mendline judges by

This page is generated from `symptoms/recovery/`; do not edit it. It is protocol **{version}**.
Content hash: `{hash}`. To be reviewed by {review_by}.

**Not yet reviewed by a clinician.** Thresholds marked [D] in the source column are ours and need a dermatologist's
signature before patients rely on them. The sources are named at the end of this page, the hazards in
[hazards.md](hazards.md). The words of the conditions:

- `v(s)` the severity of a symptom, 0 none to 4 very severe; `u(s)` the same less the patient's usual level;
- `above(s, n)` `u(s)` is n steps or more over the ceiling of the day (tables below); `twice(s)` at the last answer too;
- `streak(s)` above in three answers running, or in all over three days or more; `rise(s, n)` n steps over the lowest
  answer of the two days before;
- `HEAT` {heat}; `HOT` those and {hot}; `n_above`, `n_rise`, `n_relapse` count a group's symptoms;
- `T` degrees Celsius, `T_twice` in the entry before as well, at most two days earlier;
  {fever};
  `infsign` {infection_signs}, or two of HOT
  above their ceilings; `skin_finding` any symptom above its ceiling, or a sign that is seen on the skin;
- `at_risk` {at_risk}; `home` needled at home, then or since;
  `pih_risk` skin type IV to VI or unknown, {pih_history}; `bleed_risk` {bleed_risk};
  `sun_so_far` in the sun without cover on any day so far, `sun_recent` on the day or one of the two
  before; `neck_area` the neck was treated; `blood_exposure` somebody else used the needles or the blood
  kit, or a clinic's needles were not new;
- `contact^risk` urgent when at_risk, `^home` when needled at home, on days 3 to 14, `^pregnant` in pregnancy.

LATE, GRAN, PIG, PALE, SCAR, VOL and BBV criteria are also judged by each earlier session up to 180 days old, on its
own day.
"""
_TERMS = {
    "heat": ", ".join(HEAT),
    "hot": ", ".join(HOT[len(HEAT) :]),
    "fever": f"`fever` {FEVER} or more ({FEVER_AT_RISK} when at_risk) or shaking chills",
    "infection_signs": ", ".join(INFECTION_SIGNS.values()),
    "at_risk": listed(AT_RISK.values(), " or "),
    "pih_history": ", ".join(PIH_HISTORY.values()),
    "bleed_risk": listed(BLEED_RISK.values(), " or "),
}


def clinical_table(protocol: Protocol = PROTOCOL) -> str:
    """The whole page as Markdown: every criterion, then the ceilings and what changes them."""
    head = HEAD.format(version=protocol.version, hash=protocol.hash, review_by=f"{REVIEW_BY:%-d %B %Y}", **_TERMS)
    sources = (f"- {id}: {title}" for id, title in SOURCES.items())
    parts = [head, *_criteria(protocol), *_one_day(protocol), *_ceilings(), "\n## Sources\n", *sources]
    return "\n".join(parts) + "\n"


def _criteria(protocol: Protocol) -> Iterator[str]:
    yield "## Criteria\n"
    yield "| criterion | concern | urgency | days | condition | source | hazards | test |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for c in protocol.criteria:
        concern = c.concern or "infection d0-21, late_infection d14+"
        hazards = ", ".join(c.hazards)
        cells = (c.id, concern, c.written_urgency, c.days, f"`{c.predicate}`", c.source, hazards, f"`{c.test}`")
        yield f"| {' | '.join(map(str, cells))} |"


def _one_day(protocol: Protocol) -> Iterator[str]:
    several, partly = need_several_days(protocol.criteria), may_need_earlier_days(protocol.criteria)
    yield "\n## What a phone without a network can judge\n"
    yield "It knows one day's answers and the treatment, and judges by all criteria but these, which need several days:"
    yield listed(f"{c.id} ({c.written_urgency})" for c in several) + ".\n"
    yield "These it judges by that day, while earlier days can show them or make them more urgent as well:"
    yield listed(f"{c.id} ({c.written_urgency})" for c in partly) + ".\n"
    yield "What earlier sessions show late it does not judge. The server compares all of it once the entry arrives."


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
    yield "One step more on these days, never above 3, and not where a usual level is known."
    yield f"`deep_scar`: band D, and {SCAR_DEPTH_MM} mm or more, or raised skin before the treatment."
    yield "`eye_or_neck`: an area that names one of them.\n"
    yield "| id | who | symptom | days | source |"
    yield "| --- | --- | --- | --- | --- |"
    for m in MODIFIERS:
        days = f"{m.first}" if m.first == m.last else "this entry" if m.last > 999 else f"{m.first}-{m.last}"
        yield f"| {m.id} | {', '.join(sorted(m.who))} | {m.symptom} | {days} | {m.source} |"
    yield f"| MOD-8 | at_risk | {', '.join(SLOW_HEALING)} | 1+: the day before's ceiling where it is higher | S39b |"


if __name__ == "__main__":
    sys.stdout.write(clinical_table())
