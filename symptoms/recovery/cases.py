"""Case files: a published or typical recovery as data, with what must be said of it and when; read, checked, judged."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from symptoms.recovery.assessment import Assessment, assess
from symptoms.recovery.course import LAST_DAY, Course, Entry, Patient, Treatment, entry_from_answers
from symptoms.recovery.vocabulary import (
    Answer,
    Concern,
    Condition,
    Device,
    Exposure,
    Medication,
    Setting,
    Sign,
    Symptom,
    Urgency,
)

Word = TypeVar("Word", bound=StrEnum)

LARGEST = 1_000_000  # bytes; a recovery of half a year is a hundred times smaller


class InvalidCase(Exception):
    """A file that is no case; `str()` names the place and the reason."""

    def __init__(self, place: str, reason: str):
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True, slots=True)
class Expected:
    """A flag that must be raised on some day from `from_day` to `by_day`, at least at `urgency`."""

    concerns: frozenset[Concern]
    urgency: Urgency
    from_day: int
    by_day: int


@dataclass(frozen=True, slots=True)
class Case:
    """A recovery with what is expected to be said of it."""

    id: str
    course: Course
    flags: tuple[Expected, ...]
    max_urgency: Urgency | None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What was said of each entry, and which expectations were not met (none: the case passed)."""

    case: Case
    assessments: tuple[Assessment, ...]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """One line of `assess_cases --json`: each concern once an entry, at its highest urgency."""
        return {
            "id": self.case.id,
            "entries": [
                {
                    "day": assessment.day,
                    "urgency": assessment.urgency.slug,
                    "flags": [
                        {
                            "concern": str(flag.concern),
                            "urgency": flag.urgency.slug,
                            "criteria": list(dict.fromkeys(finding.criterion for finding in flag.findings)),
                        }
                        for flag in assessment.flags
                    ],
                }
                for assessment in self.assessments
            ],
            "passed": not self.problems,
            "problems": list(self.problems),
        }


def judge(case: Case) -> CaseResult:
    """Assess every entry of the case, each from the entries up to its day, and hold it against what is expected."""
    assessments = tuple(assess(case.course, day=entry.day) for entry in case.course.entries)
    return CaseResult(case, assessments, tuple(_problems(case, assessments)))


def _problems(case: Case, assessments: tuple[Assessment, ...]) -> Iterator[str]:
    for want in case.flags:
        in_time = (flag for a in assessments if want.from_day <= a.day <= want.by_day for flag in a.flags)
        if not any(flag.concern in want.concerns and flag.urgency >= want.urgency for flag in in_time):
            concerns = " or ".join(sorted(want.concerns))
            yield f"{concerns}: not raised at {want.urgency.slug} or above on days {want.from_day} to {want.by_day}"
    for assessment in assessments:
        if case.max_urgency is not None and assessment.urgency > case.max_urgency:
            findings = (finding for flag in assessment.flags for finding in flag.findings)
            raised = ", ".join(finding.criterion for finding in findings if finding.urgency == assessment.urgency)
            yield f"day {assessment.day}: {assessment.urgency.slug}, above {case.max_urgency.slug} ({raised})"


# --- reading


def files_in(paths: list[Path]) -> Iterator[Path]:
    """The case files named, and those in the folders named.

    Raises:
        InvalidCase: a path that is not there, or a folder without a case.
    """
    for path in paths:
        try:
            cases = sorted(path.glob("*.json")) if path.is_dir() else [path] if path.is_file() else None
        except OSError as error:
            raise InvalidCase(str(path), error.strerror or "cannot be read") from error
        if cases is None:
            raise InvalidCase(str(path), "there is no such file or folder")
        if not cases:
            raise InvalidCase(str(path), "there is no .json file in this folder")
        yield from cases


def read_case(path: Path) -> Case:
    """Read one case file.

    Raises:
        InvalidCase: not readable, not JSON, or not a case; with the place in the document and the reason.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidCase(str(path), error.strerror or "cannot be read") from error
    try:
        return _case(_json(raw))
    except InvalidCase as invalid:
        raise InvalidCase(str(path), str(invalid)) from None


def _json(raw: bytes) -> Any:
    if len(raw) > LARGEST:
        raise InvalidCase("file", f"larger than {LARGEST:,} bytes")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_repeats)
    except UnicodeDecodeError as error:
        raise InvalidCase(f"byte {error.start}", "not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InvalidCase(f"line {error.lineno}, column {error.colno}", error.msg) from error
    except RecursionError as error:
        raise InvalidCase("file", "nested too deeply") from error
    except ValueError as error:
        raise InvalidCase("file", "holds a number that is too long") from error


def _no_constant(name: str) -> None:
    raise InvalidCase("file", f"{name} is not a number")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        names = [name for name, _ in pairs]
        raise InvalidCase(next(name for name in names if names.count(name) > 1), "named twice")
    return unique


def _case(document: Any) -> Case:
    top = _object(document, "case", {"id", "patient", "treatment", "entries", "expect"}, _CASE_EXTRA)
    entries = _list(top["entries"], "entries")
    course = Course(_patient(top["patient"]), _treatment(top["treatment"]), tuple(_entries(entries)))
    expect = _object(top["expect"], "expect", set(), {"flags", "max_urgency"})
    flags = tuple(
        _expected(row, f"expect.flags[{i}]") for i, row in enumerate(_list(expect.get("flags", []), "expect.flags"))
    )
    most = expect.get("max_urgency")
    return Case(
        id=_name(top["id"], "id"),
        course=course,
        flags=flags,
        max_urgency=None if most is None else _urgency(most, "expect.max_urgency"),
    )


_CASE_EXTRA = {"title", "source", "kind", "derived"}
_TREATMENT_EXTRA = {
    "needle_depth_mm", "setting", "areas", "topicals", "performed_at", "passes", "energy_mj", "operator",
    "cartridge_lot", "products", "same_day_injection", "needles_new", "needles_shared",
}  # fmt: skip
_ENTRY_EXTRA = {"symptoms", "asked", "signs", "temperature_c", "exposures", "note"}


def _patient(value: Any) -> Patient:
    row = _object(value, "patient", set(), {"age", "fitzpatrick", "conditions", "medications", "baseline"})
    age, skin = row.get("age"), row.get("fitzpatrick")
    return Patient(
        age=None if age is None else _whole(age, "patient.age", 0, 130),
        fitzpatrick=None if skin is None else _whole(skin, "patient.fitzpatrick", 1, 6),
        conditions=_words(row.get("conditions", []), "patient.conditions", Condition),
        medications=_words(row.get("medications", []), "patient.medications", Medication),
        baseline=_levels(row.get("baseline", {}), "patient.baseline"),
    )


def _treatment(value: Any) -> Treatment:
    row = _object(value, "treatment", {"device"}, _TREATMENT_EXTRA)
    depth = row.get("needle_depth_mm")
    injected = row.get("same_day_injection", False)
    if not isinstance(injected, bool):
        raise InvalidCase("treatment.same_day_injection", "not true or false")
    areas = _list(row.get("areas", []), "treatment.areas")
    return Treatment(
        device=_word(row["device"], "treatment.device", Device),
        needle_depth_mm=None if depth is None else _number(depth, "treatment.needle_depth_mm", 0.0, 10.0),
        setting=_word(row.get("setting", "clinic"), "treatment.setting", Setting),
        areas=tuple(_text(area, "treatment.areas") for area in areas),
        same_day_injection=injected,
        has_products=bool(_list(row.get("products", []), "treatment.products")),
        needles_new=_word(row.get("needles_new", "unknown"), "treatment.needles_new", Answer),
        needles_shared=_word(row.get("needles_shared", "unknown"), "treatment.needles_shared", Answer),
    )


def _entries(rows: list[Any]) -> Iterator[Entry]:
    last = -1
    for i, value in enumerate(rows):
        place = f"entries[{i}]"
        row = _object(value, place, {"day"}, _ENTRY_EXTRA)
        day = _whole(row["day"], f"{place}.day", 0, LAST_DAY)
        if day <= last:
            raise InvalidCase(f"{place}.day", f"day {day} does not come after day {last}")
        last = day
        yield entry_from_answers(day, _answers(row, place))


def _answers(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "symptoms": _levels(row.get("symptoms", {}), f"{place}.symptoms"),
        "signs": _words(row.get("signs", []), f"{place}.signs", Sign),
        "exposures": _words(row.get("exposures", []), f"{place}.exposures", Exposure),
    }
    if "asked" in row:
        answers["asked"] = _words(row["asked"], f"{place}.asked", Symptom)
    if row.get("temperature_c") is not None:
        answers["temperature_c"] = _number(row["temperature_c"], f"{place}.temperature_c", 30.0, 45.0)
    _text(row.get("note", ""), f"{place}.note")
    return answers


def _expected(value: Any, place: str) -> Expected:
    row = _object(value, place, {"concern", "urgency", "from_day", "by_day"}, set())
    concern = row["concern"] if isinstance(row["concern"], list) else [row["concern"]]
    from_day, by_day = (_whole(row[name], f"{place}.{name}", 0, LAST_DAY) for name in ("from_day", "by_day"))
    if by_day < from_day:
        raise InvalidCase(f"{place}.by_day", f"day {by_day} comes before day {from_day}")
    return Expected(
        concerns=_words(concern, f"{place}.concern", Concern),
        urgency=_urgency(row["urgency"], f"{place}.urgency"),
        from_day=from_day,
        by_day=by_day,
    )


# --- the small pieces


def _object(value: Any, place: str, needed: set[str], allowed: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidCase(place, "not an object")
    for name in sorted(needed - value.keys()):
        raise InvalidCase(place, f"{name} is missing")
    for name in sorted(value.keys() - needed - allowed):
        raise InvalidCase(f"{place}.{ascii(name[:60])[1:-1]}", "not a key we know")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidCase(place, "not a list")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidCase(place, "not text")
    return value


def _name(value: Any, place: str) -> str:
    if not _text(value, place).isprintable() or not 0 < len(value) <= 200:
        raise InvalidCase(place, "not a name of 1 to 200 letters on a line")
    return str(value)


def _whole(value: Any, place: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidCase(place, f"not a whole number from {least} to {most}")
    return value


def _number(value: Any, place: str, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidCase(place, f"not a number from {least} to {most}")
    return float(value)


def _word(value: Any, place: str, words: Callable[[Any], Word]) -> Word:
    try:
        return words(value)
    except ValueError:
        raise InvalidCase(place, f"{str(value)[:60]!a} is not a word we know") from None


def _words(value: Any, place: str, words: Callable[[Any], Word]) -> frozenset[Word]:
    return frozenset(_word(word, place, words) for word in _list(value, place))


def _levels(value: Any, place: str) -> dict[Symptom, int]:
    if not isinstance(value, dict):
        raise InvalidCase(place, "not an object")
    return {_word(word, place, Symptom): _whole(level, f"{place}.{word}", 0, 4) for word, level in value.items()}


def _urgency(value: Any, place: str) -> Urgency:
    try:
        return Urgency.of(value)
    except (KeyError, AttributeError):
        raise InvalidCase(place, f"{str(value)[:60]!a} is not an urgency") from None
