"""The facts behind a flag, told to practitioners: what was seen on which days, against which limit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from symptoms.recovery.day import FEVER
from symptoms.recovery.texts import BOX_CONCERNS
from symptoms.recovery.vocabulary import Concern, Condition, Medication, Sign, Symptom, Urgency
from symptoms.wording.phrases import degrees, in_a_row, small, step, title
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS, ROMAN

# What may be part of an ordinary course, and when; no other sign ever is.
SOMETIMES_NORMAL = {
    Sign.NUMBNESS: gettext_lazy("ordinary on days 0 and 1 only"),
    Sign.TRACK_MARKS: gettext_lazy("ordinary to day 3, after RF to day 10"),
    Sign.SWOLLEN_GLANDS: gettext_lazy("alone to day 14 only to be watched"),
}
TREATMENT_FACTS = {
    "rf": gettext_lazy("Radiofrequency"),
    "home": gettext_lazy("Needled at home"),
    "same_day_injection": gettext_lazy("Filler or PRP injected the same day"),
    "neck_area": gettext_lazy("Neck treated"),
    "blood_exposure": gettext_lazy("Needles not new, or shared"),
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
    """One thing that met a flag: a `text` for a list, as HTML, and `short` for a line."""

    text: SafeString
    short: str


def evidence(flag: Flag) -> list[Evidence]:
    """What met a flag, each once: signs first, those of the red box before all, then temperature, symptoms, exposures
    and what the patient brings."""
    return [*_signs(flag), *_temperatures(flag), *_symptoms(flag), *_circumstances(flag)]


def in_a_line(flag: Flag, most: int = 3) -> str:
    """The facts of a flag in a line: "pus, 38.2 °C, pain severe, up from mild"."""
    return in_a_row(fact.short for fact in evidence(flag)[:most])


def leading_symptom(flags: Iterable[Flag]) -> Symptom | None:
    """The symptom to draw: the one told first of the first flag that rests on any; None if none does."""
    return next((Symptom(word) for flag in flags for (word, _offset), _days in _levels(flag)), None)


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
    own_symptom = OWN_SYMPTOM.get(flag["concern"])
    return sorted(levels.items(), key=lambda item: (item[0][0] != own_symptom, -_excess(item[1])))


def _excess(days: dict[int, tuple[int, int]]) -> int:
    level, limit = days[max(days)]
    return level - limit


def _signs(flag: Flag) -> Iterator[Evidence]:
    named = {fact["word"]: (fact["day"], offset) for fact, offset in _facts(flag) if fact["kind"] == "sign"}
    for word, (day, offset) in sorted(named.items(), key=lambda sign: sign[0] not in BOX_CONCERNS):
        usual = SOMETIMES_NORMAL.get(word, _("not expected on any day"))
        text = _("<b>{sign}</b> on {when}: {usual}")
        name = title(word)
        yield Evidence(format_html(text, sign=name, when=_when([day], offset), usual=usual), small(name))


def _temperatures(flag: Flag) -> Iterator[Evidence]:
    measured: dict[int, tuple[float, float]] = {}
    for fact, _offset in _facts(flag):
        if fact["kind"] == "temperature":
            least = min(fact["limit"], measured.get(fact["day"], (0, fact["limit"]))[1])
            measured[fact["day"]] = (fact["value"], least)
    if not measured:
        return
    on_a_day = _("{temperature} on day {day}")
    days = (on_a_day.format(temperature=degrees(value), day=day) for day, (value, _least) in sorted(measured.items()))
    value, least = measured[max(measured)]
    limit = (
        _("fever from {temperature}").format(temperature=degrees(FEVER))
        if value >= FEVER  # a fever of anybody, whatever the lowest limit that it met
        else _("counts from {temperature}").format(temperature=degrees(least))
    )
    text = _("<b>Temperature</b> {days} ({limit})")
    yield Evidence(format_html(text, days=in_a_row(days), limit=limit), degrees(value))


def _symptoms(flag: Flag) -> Iterator[Evidence]:
    text = _("<b>{symptom}:</b> {levels} ({when}). Expected from day {since}: {most}.")
    for (word, offset), days in _levels(flag):
        run = [(day, *days[day]) for day in sorted(days)]
        limit = run[-1][2]
        places = {
            "symptom": title(word),
            "levels": _course([level for _day, level, _limit in run]),
            "when": _when([day for day, *_rest in run], offset),
            "since": _expected_since(run),
            "most": _("{level} at most").format(level=step(limit)) if limit else _("none"),
        }
        yield Evidence(format_html(text, **places), _in_short(word, run))


def _course(levels: list[int]) -> str:
    """ "mild, medium, severe"; "medium" where it stayed; "mild to severe" of many days."""
    low, high = min(levels), max(levels)
    if low == high:
        return step(low)
    if len(levels) <= SHOWN_ONE_BY_ONE:
        return in_a_row(map(step, levels))
    return _("{low} to {high}").format(low=step(low), high=step(high))


def _when(days: list[int], offset: int) -> str:
    """ "day 4", "days 2, 3, 4", "8 days from day 2 on"; of which session, where that was one before."""
    if len(days) <= SHOWN_ONE_BY_ONE:
        when = ngettext("day {days}", "days {days}", len(days)).format(days=in_a_row(days))
    else:
        when = _("{count} days from day {first} on").format(count=len(days), first=days[0])
    if not offset:
        return when
    earlier = ngettext("{when} of the session {count} day before", "{when} of the session {count} days before", offset)
    return earlier.format(when=when, count=offset)


def _expected_since(run: list[tuple[int, int, int]]) -> int:
    """The first day of the run from which the last limit held."""
    since, _level, last = run[-1]
    for day, _level, limit in reversed(run):
        if limit != last:
            break
        since = day
    return since


def _in_short(word: str, run: list[tuple[int, int, int]]) -> str:
    level, low = run[-1][1], min(level for _day, level, _limit in run)
    places = {"symptom": small(title(word)), "level": step(level), "low": step(low), "count": len(run)}
    if low < level:
        return _("{symptom} {level}, up from {low}").format(**places)
    if len(run) == 1:
        return _("{symptom} {level}").format(**places)
    pattern = ngettext("{symptom} {level} on {count} day", "{symptom} {level} on {count} days", len(run))
    return pattern.format(**places)


def _circumstances(flag: Flag) -> Iterator[Evidence]:
    """Exposures, conditions, medicines, the treatment: what makes more of the rest."""
    seen: set[str] = set()
    for fact, _offset in _facts(flag):
        word = fact["word"]
        if fact["kind"] in ("exposure", "condition", "medication", "treatment") and word not in seen:
            seen.add(word)
            what = _circumstance(word, fact)
            if fact["day"] is None:
                yield Evidence(format_html("<b>{}</b>", what), small(what))
            else:
                text = _("<b>{what}</b> on day {day}")
                short = _("{what} on day {day}").format(what=small(what), day=fact["day"])
                yield Evidence(format_html(text, what=what, day=fact["day"]), short)


def _circumstance(word: str, fact: Mapping[str, Any]) -> str:
    if word == "fitzpatrick":
        kind = fact["value"]
        return _("Skin type {type}").format(type=ROMAN[kind]) if kind else _("Skin type not known")
    if fact["kind"] == "condition" and word in set(Condition):
        return str(CONDITIONS[Condition(word)])
    if fact["kind"] == "medication" and word in set(Medication):
        return str(MEDICATIONS[Medication(word)])
    return str(TREATMENT_FACTS.get(word) or title(word))
