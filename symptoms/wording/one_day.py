"""The words for what one day's answers ask for, as plain JSON: static/js/advice-words.js puts them together."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from symptoms.recovery import one_day
from symptoms.recovery.criteria import Days
from symptoms.recovery.groups import UNWELL
from symptoms.recovery.questions import QUESTIONS
from symptoms.recovery.texts import (
    ANY_DAY,
    COMMON,
    CONCERN_TEXTS,
    FIRST_AID,
    OPENINGS,
    WARM,
    Line,
    heading_of,
    without_number,
)
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.wording.findings import MOST_NAMED
from symptoms.wording.patient import COMES_FIRST, CONTACT_ALONE, LOOKS_ALIKE, URGENCIES, Call, PhoneNumbers
from symptoms.wording.phrases import DEGREE_SIGNS, of_unit, small

HOURS_AHEAD = timedelta(days=15)  # of the clinic; longer no page waits for a network


def phone_file() -> dict[str, Any]:
    """All that a phone needs to judge a day by itself and to say what to do, in the reader's language."""
    return {"rules": one_day.rules(), "words": words()}


def words() -> dict[str, Any]:
    """What is said of what the rules find, from `contact` up.

    A text that names the emergency number stands with what is said where none is known.
    """
    return {
        **_sentences(),
        "opening": {
            urgency.slug: {part: _lines(lines) for part, lines in OPENINGS[urgency.slug].items()}
            for urgency in (Urgency.CONTACT, Urgency.URGENT, Urgency.EMERGENCY)
        },
        "first_aid": [
            {"concerns": sorted(aid.concerns), "is_late": aid.after_call, **_line(aid.line)} for aid in FIRST_AID
        ],
        "texts": {
            heading: {
                "title": _lines(texts.titles),
                "means": _lines(texts.means),
                "care": _lines(texts.care),
            }
            for heading, texts in CONCERN_TEXTS.items()
        },
        "nouns": {q.word: small(_(q.noun)) for q in QUESTIONS if q.kind in ("symptom", "sign")},
        "most_named": MOST_NAMED,
        "headings": {str(concern): heading_of(concern) for concern in Concern if heading_of(concern) != concern},
        "comes_first": {id: _span(days) for id, days in COMES_FIRST.items()},
        "looks_alike": sorted(LOOKS_ALIKE),
        "unwell": sorted(UNWELL),
        "warm": WARM,
    }


def numbers_as_data(numbers: PhoneNumbers, now: datetime, *, is_verified: bool) -> dict[str, Any]:
    """Whom a patient can call, for a phone that fills the places of the words; `open`: from when to when the clinic is
    open in the next days, in seconds since 1970, None where that is not known; `is_sure`: somebody verified the
    emergency number, and it is of the country in which the patient seems to be."""
    opening = numbers.opening
    return {
        "number": numbers.emergency,
        "urgent_line": numbers.urgent,
        "clinic": numbers.clinic,
        "is_sure": is_verified and not numbers.places,
        "emergency_calls": list(map(_call, numbers.emergency_calls)),
        "urgent_calls": list(map(_call, numbers.urgent_calls)),
        "clinic_calls": list(map(_call, numbers.clinic_calls)),
        "open": None
        if opening is None
        else [
            [int(span.opens.timestamp()), int(span.closes.timestamp())]
            for span in opening.hours.spans(now, now + HOURS_AHEAD)
        ],
    }


def _call(call: Call) -> dict[str, str]:
    return {"label": call.label, "number": call.number, "tel": call.tel}


def _sentences() -> dict[str, Any]:
    return {
        "urgencies": {urgency.slug: str(word) for urgency, word in URGENCIES.items()},
        "contact_alone": str(CONTACT_ALONE),
        "not_judged": _("Only this day was checked"),
        "calm": _("Nothing in these answers alone needs help today"),
        "not_all_is_well": _("Don’t take this as “all is well”."),
        "when_to_call": _("When to call {number}"),
        "when_to_call_unknown": _("When to call an ambulance"),
        "not_compared": _(
            "Worked out on this phone, from the answers of day {day} alone. Only once your log is sent can we tell "
            "what went up, lasts or came back, or comes late after an earlier treatment."
        ),
        "closed": _("{clinic} is closed now."),
        "local_now": _(COMMON["no_country"]),
        "local_in_case": _("In an emergency call your local emergency number. 112 works from most mobile phones."),
        "at_once": _text(COMMON["call_at_once"]),
        "tell_them_too": _text(COMMON["tell_them_too"]),
        "temperature": _("a temperature of {temperature}"),
        "point": str(get_format("DECIMAL_SEPARATOR")),
        "degrees": {unit: of_unit("{number}", unit) for unit in DEGREE_SIGNS},
        "blood_exposure": _("needles that may not have been new"),
        "earlier": _("what you told us earlier"),
        "and": _("and"),
        "comma": _(", "),
    }


def _lines(lines: Iterable[Line]) -> list[dict[str, Any]]:
    return list(map(_line, lines))


def _line(line: Line) -> dict[str, Any]:
    """A line with its grounds, without those that ask for nothing."""
    grounds = {
        "any": [sorted(words) for words in line.any],
        **{key: sorted(getattr(line, key)) for key in ("none", "who", "crit", "no_crit", "only")},
        "days": [] if line.days == ANY_DAY else _span(line.days),
        "least": int(line.least),
        "most": int(line.most) if line.most < Urgency.EMERGENCY else None,
        "concern": line.concern,
    }
    said = {"say": _text(line.say), **({"alone": _text(line.alone)} if line.alone else {})}
    return said | {key: value for key, value in grounds.items() if value}


def _text(text: str) -> str | list[str]:
    """A text in the reader's language; with what is said where no emergency number is known, when it names that."""
    return [_(text), _(without_number(text))] if "{number}" in text else _(text)


def _span(days: Days) -> list[int]:
    return days.as_data()["any"]
