"""The words for each urgency and concern (evidence 3.3); how they are put together is wording's business."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from symptoms.recovery.vocabulary import Concern, Urgency

_TABLE = tomllib.loads((Path(__file__).parent / "sayings.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said first and what to do, for an urgency, with or without a practice. Places to fill stand in braces."""

    line: str
    line_for_many: str
    steps: tuple[str, ...]
    compared: str = ""
    sooner: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """What a concern means to the patient and how to care for it; what a practitioner should think of and record."""

    title: str
    patient_title: str
    means: str
    care: tuple[str, ...]
    think: str
    record: str


def opening(urgency: Urgency | None, *, practice: bool) -> Opening:
    """The opening for an urgency; None: not judged."""
    row = _TABLE["opening"]["unjudged" if urgency is None else urgency.slug]
    who = "practice" if practice else "alone"
    return Opening(
        line=row[who],
        line_for_many=row.get(f"many_{who}", row[who]),
        steps=tuple(row.get(f"steps_{who}", row.get("steps", ()))),
        compared=row.get("compared", ""),
        sooner=row.get(f"sooner_{who}", row.get("sooner", "")),
    )


def saying(concern: Concern, criteria: Iterable[str] = ()) -> Saying:
    """The words of a concern; other ones where only some criteria of infection hold (`criteria`: the ids that held
    above `watch`)."""
    row: Mapping[str, object] = _TABLE["concern"][concern]
    held = set(criteria)
    if concern is Concern.INFECTION or concern is Concern.LATE_INFECTION:
        for other in _TABLE["instead"].values():
            if held and held <= set(other["criteria"]):
                row = {**row, **other}
    return Saying(
        title=str(row["title"]),
        patient_title=str(row["patient_title"]),
        means=str(row["means"]),
        care=tuple(map(str, row["care"])),  # type: ignore[call-overload]
        think=str(row["think"]),
        record=str(row["record"]),
    )
