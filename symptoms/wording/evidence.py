"""The facts behind a flag, told to practitioners: what was seen on which days, against which limit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symptoms.recovery.phrases import degrees, small, step, title
from symptoms.recovery.vocabulary import Concern, Condition, Medication, Sign, Symptom, Urgency
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS, ROMAN

# What may be part of an ordinary course, and when; no other sign ever is.
SOMETIMES_NORMAL = {
    Sign.NUMBNESS: "ordinary on days 0 and 1 only",
    Sign.TRACK_MARKS: "ordinary to day 3, after RF to day 10",
    Sign.SWOLLEN_GLANDS: "alone to day 14 only to be watched",
}
TREATMENT_FACTS = {
    "rf": "Radiofrequency",
    "home": "Needled at home",
    "same_day_injection": "Filler or PRP injected the same day",
    "neck_area": "Neck treated",
    "blood_exposure": "Needles not new, or shared",
}
OWN_SYMPTOM = {  # the one a concern is about is told and drawn first
    Concern.PERSISTENT_REDNESS: Symptom.REDNESS,
    Concern.PERSISTENT_SWELLING: Symptom.SWELLING,
    Concern.UNEXPECTED_PAIN: Symptom.PAIN,
    Concern.CONTACT_DERMATITIS: Symptom.ITCHING,
    Concern.HYPERPIGMENTATION: Symptom.DARK_PATCHES,
    Concern.HYPOPIGMENTATION: Symptom.LIGHT_PATCHES,
    Concern.ACNE_FLARE: Symptom.BUMPS,
}
SHOWN_ONE_BY_ONE = 4  # entries; a longer run is summed up

Flag = Mapping[str, Any]  # as `Assessment.as_json()["flags"]` holds it


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that met a flag: `what` it was, `detail` on which days against which limit, and both `short`."""

    what: str
    detail: str
    short: str


def evidence(flag: Flag) -> list[Evidence]:
    """What met a flag, each once: signs first, then temperature, symptoms, exposures and what the patient brings."""
    return [*_signs(flag), *_temperatures(flag), *_symptoms(flag), *_circumstances(flag)]


def in_a_line(flag: Flag, most: int = 3) -> str:
    """The facts of a flag in a line: "pus, 38.2 °C, pain severe, up from mild"."""
    return ", ".join(fact.short for fact in evidence(flag)[:most])


def leading_symptom(flags: Iterable[Flag]) -> str:
    """The symptom to draw: the one told first of the first flag that rests on any; pain if none does."""
    return next((word for flag in flags for (word, _), _ in _levels(flag)), Symptom.PAIN)


def _facts(flag: Flag) -> Iterator[tuple[dict[str, Any], int]]:
    """The facts of the criteria that raise an alert; of all where the flag is only to be watched."""
    all_of_them = flag["urgency"] == Urgency.WATCH.slug
    for criterion in flag["criteria"]:
        if all_of_them or criterion["urgency"] != Urgency.WATCH.slug:
            for fact in criterion["evidence"]:
                yield fact, criterion["treatment_offset"]


def _levels(flag: Flag) -> list[tuple[tuple[str, int], dict[int, tuple[int, int]]]]:
    """((symptom, offset of its session), {day: (level, most expected)}): the concern's own, then the furthest above."""
    levels: dict[tuple[str, int], dict[int, tuple[int, int]]] = {}
    for fact, offset in _facts(flag):
        if fact["kind"] == "symptom":
            levels.setdefault((fact["word"], offset), {})[fact["day"]] = (fact["value"], fact["limit"])
    own = OWN_SYMPTOM.get(flag["concern"])
    return sorted(levels.items(), key=lambda item: (item[0][0] != own, -_excess(item[1])))


def _excess(days: dict[int, tuple[int, int]]) -> int:
    level, limit = days[max(days)]
    return level - limit


def _signs(flag: Flag) -> Iterator[Evidence]:
    named = {fact["word"]: (fact["day"], offset) for fact, offset in _facts(flag) if fact["kind"] == "sign"}
    for word, (day, offset) in named.items():
        usual = SOMETIMES_NORMAL.get(word, "not expected on any day")
        yield Evidence(title(word), f"on day {day}{_session(offset)}: {usual}", title(word).lower())


def _temperatures(flag: Flag) -> Iterator[Evidence]:
    measured: dict[int, tuple[float, float]] = {}
    for fact, _ in _facts(flag):
        if fact["kind"] == "temperature":
            least = min(fact["limit"], measured.get(fact["day"], (0, fact["limit"]))[1])
            measured[fact["day"]] = (fact["value"], least)
    if measured:
        by_day = ", ".join(f"{degrees(value)} on day {day}" for day, (value, _) in sorted(measured.items()))
        value, least = measured[max(measured)]
        yield Evidence("Temperature", f"{by_day}: counts from {degrees(least)}", degrees(value))


def _symptoms(flag: Flag) -> Iterator[Evidence]:
    for (word, offset), days in _levels(flag):
        run = [(day, *days[day]) for day in sorted(days)]
        yield Evidence(title(word), f"{_course(run)}{_session(offset)}: {_expected(run)}", _in_short(word, run))


def _course(run: list[tuple[int, int, int]]) -> str:
    first, last = run[0][0], run[-1][0]
    if len(run) == 1:
        return f"{step(run[0][1])} on day {last}"
    if len(run) <= SHOWN_ONE_BY_ONE:
        return f"{', '.join(step(level) for _, level, _ in run)} on days {', '.join(str(day) for day, *_ in run)}"
    low, high = min(level for _, level, _ in run), max(level for _, level, _ in run)
    return f"{step(low)}{f' to {step(high)}' if high > low else ''} in {len(run)} entries since day {first}"


def _expected(run: list[tuple[int, int, int]]) -> str:
    """ "at most mild is expected since day 2": the last limit, and the first day of the run from which it held."""
    last, _, limit = run[-1]
    since = last
    for day, _, then in reversed(run):
        if then != limit:
            break
        since = day
    least = f"at most {step(limit)} is expected" if limit else "none is expected"
    return f"{least} since day {since}" if since < last else least


def _in_short(word: str, run: list[tuple[int, int, int]]) -> str:
    level, low = run[-1][1], min(level for _, level, _ in run)
    how = f"{title(word).lower()} {step(level)}"
    if low < level:
        return f"{how}, up from {step(low)}"
    return f"{how} in {len(run)} entries" if len(run) > 1 else how


def _circumstances(flag: Flag) -> Iterator[Evidence]:
    """Exposures, conditions, medicines, the treatment: what makes more of the rest."""
    seen: set[str] = set()
    for fact, _ in _facts(flag):
        word = fact["word"]
        if fact["kind"] in ("exposure", "condition", "medication", "treatment") and word not in seen:
            seen.add(word)
            what = _circumstance(word, fact)
            on = f"on day {fact['day']}" if fact["day"] is not None else ""
            yield Evidence(what, on, f"{small(what)} {on}".strip())


def _circumstance(word: str, fact: Mapping[str, Any]) -> str:
    if word == "fitzpatrick":
        return f"Skin type {ROMAN[fact['value']]}" if fact["value"] else "Skin type not known"
    if fact["kind"] == "condition" and word in set(Condition):
        return CONDITIONS[Condition(word)]
    if fact["kind"] == "medication" and word in set(Medication):
        return MEDICATIONS[Medication(word)]
    return TREATMENT_FACTS.get(word) or title(word)


def _session(offset: int) -> str:
    return f" of the session {offset} days before" if offset else ""
