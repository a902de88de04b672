"""A letter about one session to a doctor elsewhere: who it is, what was done, what was found, and how it went."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Practice
from symptoms.journal.course_days import CourseRead, DayRead, read_course
from symptoms.journal.visibility import Visibility
from symptoms.models import Entry
from symptoms.recovery.course import ALL_SIGNS, LAST_DAY
from symptoms.recovery.vocabulary import Symptom, Urgency
from symptoms.views.clinic.known import health_of
from symptoms.views.clinic.open_alerts import OpenAlert
from symptoms.views.clinic.patient_context import done_in
from symptoms.wording.evidence import Evidence, evidence, in_a_line
from symptoms.wording.patient import at_most
from symptoms.wording.phrases import degrees, in_a_row, listed, small, step, title
from symptoms.wording.practitioner import flag_title, urgency_word
from symptoms.wording.times import on_both_clocks

LOOKED_AT = 30  # days, for those that were logged
COLUMNS = 7  # days that were logged; more do not stand beside each other on a sheet
NOT_ANSWERED = "–"


@dataclass(frozen=True)
class Finding:
    """What is open, or what the newest log says where nothing is; `urgency` in the practitioner's words.

    The first is told in `facts`; those that follow rest on the same answers for the most part, and have a `line`.
    """

    title: str
    urgency: str
    facts: list[Evidence]
    line: str


@dataclass(frozen=True)
class Line:
    """A row of the course: a cell a day (words, and whether they are above what is expected), and what is `expected` on
    the last of them."""

    what: str
    cells: list[tuple[str, bool]]
    expected: str = ""


def letter_of(
    visibility: Visibility, open_alerts: list[OpenAlert], practice: Practice, today: int, now: datetime
) -> dict[str, Any]:
    """The context of a letter by `practice`; `open_alerts` are all of the patient, `today` the session's last day."""
    treatment, end = visibility.treatment, min(today, LAST_DAY)
    span = range(max(0, end - LOOKED_AT), end + 1)
    course = read_course(visibility, days=span, with_photos=False, with_newest=True)
    days = _columns(course)
    findings = _findings(open_alerts, course.newest)
    return {
        "reason": _reason(findings, today),
        "closing": _("Please tell us what you found and gave. With kind regards, {name}").format(name=visibility.user),
        "findings": findings,
        "health": health_of(treatment.patient, treatment),
        "done": done_in(treatment),
        "done_at": on_both_clocks(treatment.performed_at, practice.zone, treatment.patient.zone),
        "practice": practice,
        "since": _since(days),
        "days": days,
        "lines": [*_symptoms(days), *_temperature(days), *_signs(days)],
        "notes": [day for day in days if day.entry and day.entry.note],
        "newest": course.newest,
        "treatment": treatment,
        "written_at": visibility.now(now),
    }


def _columns(course: CourseRead) -> list[DayRead]:
    """The last days that were logged, the oldest first; of somebody who logged none of late, the newest there is."""
    logged = [day for day in course.days if day.entry]
    return logged[-COLUMNS:] or ([course.newest] if course.newest else [])


def _findings(open_alerts: list[OpenAlert], newest: DayRead | None) -> list[Finding]:
    flags = newest.assessment.flags if newest and newest.assessment else []
    told = [(each.title, each.alert.urgency, each.flag) for each in open_alerts if each.flag is not None]
    if not told:
        told = [(flag_title(flag, flags), Urgency.of(flag["urgency"]), flag) for flag in flags]
    return [Finding(name, urgency_word(urgency), evidence(flag), in_a_line(flag)) for name, urgency, flag in told]


def _reason(findings: list[Finding], today: int) -> str:
    """Why one writes, to be changed before it is printed."""
    if not findings:
        return _("Day {day} after microneedling.").format(day=today)
    first, *others = [finding.title for finding in findings]
    what = listed([first, *map(small, others)])
    return _("{what}, on day {day} after microneedling.").format(what=what, day=today)


def _symptoms(days: list[DayRead]) -> Iterable[Line]:
    """Those that anything was said of beyond "none"."""
    for symptom in Symptom:
        points = [day.point(symptom) for day in days]
        if any(point.level for point in points):
            cells = [(NOT_ANSWERED if point.level is None else step(point.level), point.is_above) for point in points]
            yield Line(title(symptom), cells, at_most(points[-1].limit))


def _temperature(days: list[DayRead]) -> Iterable[Line]:
    measured = [entry.answers.get("temperature_c") for entry in _entries(days)]
    if any(measured):
        cells = [(degrees(celsius) if celsius else NOT_ANSWERED, False) for celsius in measured]
        yield Line(_("Temperature"), cells)


def _signs(days: list[DayRead]) -> Iterable[Line]:
    cells = [(_signs_of(entry), bool(entry.answers.get("signs"))) for entry in _entries(days)]
    if cells:
        yield Line(_("Signs"), cells)


def _signs_of(entry: Entry) -> str:
    """The signs of a day; "none" where they were asked, a dash where they were not."""
    named = in_a_row(small(title(word)) for word in entry.answers.get("signs", ()))
    was_asked = not ALL_SIGNS.isdisjoint(entry.answers.get("asked", ALL_SIGNS))
    return named or (step(0) if was_asked else NOT_ANSWERED)


def _since(days: list[DayRead]) -> str:
    """What was used, taken or met with on these days."""
    words = dict.fromkeys(word for entry in _entries(days) for word in entry.answers.get("exposures", ()))
    return in_a_row(map(title, words))


def _entries(days: list[DayRead]) -> list[Entry]:
    return [day.entry for day in days if day.entry]
