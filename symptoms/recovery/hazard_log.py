"""Writes docs/hazards.md from hazards.toml: `python -m symptoms.recovery.hazard_log > docs/hazards.md`."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HEAD = """# Hazard log

This page is generated from `symptoms/recovery/hazards.toml`; do not edit it.

What could harm a patient through Mendline, what is done about it, how we know, and what risk is left: in the manner of
ISO 14971. A wrongly quiet tracker is the worst of it. A test fails when one that is named here does not exist.

**Severity**: S1 no harm, or annoyance; S2 minor, passes; S3 needs treatment, passes; S4 lasting harm (a scar, sight, a
nerve) or hospital; S5 death, or loss of a sense. **Probability** for one patient in one recovery: P1 under 1 in
100,000; P2 under 1 in 10,000; P3 under 1 in 1,000; P4 under 1 in 100; P5 more. Before: without Mendline's controls;
after: with those listed here, and nothing that is not there yet. All are estimates, to be replaced by incident data.

**Acceptable**: S5 at P1; S4 to P2; S3 to P3; S2 to P4; S1 always. One step worse is kept as low as reasonably possible
("alarp"), with the reason, and so is what could still be lowered; a clinical safety officer has to decide on those.

Each criterion's own test stands in [clinical.md](clinical.md).
"""
MOST_PROBABLE = {5: 1, 4: 2, 3: 3, 2: 4, 1: 5}  # by severity, the most that is acceptable


@dataclass(frozen=True, slots=True)
class Control:
    """What is done about a hazard, and the tests that prove it, by their node ids."""

    say: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hazard:
    """What could go wrong, how much harm it does and how probable that is without the controls and with them.

    `severity` 1-5 and the probabilities 1-5 as the page explains them; `because`: why a risk is left that could still
    be lowered; `missing`: controls that do not exist.
    """

    id: str
    what: str
    cause: str
    harm: str
    severity: int
    before: int
    after: int
    because: str
    owner: tuple[str, ...]
    controls: tuple[Control, ...]
    missing: tuple[str, ...]

    @property
    def steps_too_many(self) -> int:
        """By how many steps it is more probable than acceptable with the controls; 0 where it is acceptable."""
        return max(0, self.after - MOST_PROBABLE[self.severity])

    @property
    def acceptable(self) -> str:
        """What the table says of it."""
        return f"alarp: {self.because}" if self.because else "yes"


_TABLE = tomllib.loads((Path(__file__).parent / "hazards.toml").read_text(encoding="utf-8"))
HAZARDS: tuple[Hazard, ...] = tuple(
    Hazard(
        row["id"],
        row["what"],
        row["cause"],
        row["harm"],
        row["severity"],
        row["before"],
        row["after"],
        row.get("because", ""),
        tuple(row["owner"]),
        tuple(Control(control["say"], tuple(control["tests"])) for control in row.get("control", ())),
        tuple(row.get("missing", ())),
    )
    for row in _TABLE["hazard"]
)


def hazard_log(hazards: Iterable[Hazard] = HAZARDS) -> str:
    """The whole page as Markdown: the table, each hazard with its controls, then what is not there yet."""
    hazards = tuple(hazards)
    return "\n".join([HEAD, *_overview(hazards), *_controls(hazards), *_missing(hazards)]) + "\n"


def _overview(hazards: Iterable[Hazard]) -> Iterator[str]:
    yield "| id | hazard | severity | before | after | acceptable | owner |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for hazard in hazards:
        numbers = f"S{hazard.severity} | P{hazard.before} | P{hazard.after}"
        yield f"| {hazard.id} | {hazard.what} | {numbers} | {hazard.acceptable} | {', '.join(hazard.owner)} |"


def _controls(hazards: Iterable[Hazard]) -> Iterator[str]:
    for hazard in hazards:
        yield f"\n## {hazard.id}: {hazard.what}\n"
        yield f"Cause: {hazard.cause}. Harm: {hazard.harm}.\n"
        for control in hazard.controls:
            yield f"- {control.say}"
            yield from (f"  - `{test}`" for test in control.tests)


def _missing(hazards: Iterable[Hazard]) -> Iterator[str]:
    yield "\n## Not there yet\n"
    yield "Controls that do not exist. Nothing above counts on them.\n"
    yield from (f"- {hazard.id}: {missing}" for hazard in hazards for missing in hazard.missing)


if __name__ == "__main__":
    sys.stdout.write(hazard_log())
