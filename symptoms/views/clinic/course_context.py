"""The days of one treatment on the practitioner's page: verdict, curve, log and photos."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode

from symptoms.journal.course_days import CourseRead, DayRead, last_day, read_course
from symptoms.journal.visibility import Visibility
from symptoms.models import Assessment, Entry
from symptoms.models.photo import VIEWS
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.questions import question
from symptoms.recovery.vocabulary import Symptom
from symptoms.views.clinic.open_alerts import OpenAlert, days_late, recorded_later
from symptoms.wording.answers import answers_in_words
from symptoms.wording.chart import LEAST_WIDE, draw
from symptoms.wording.evidence import evidence, leading_symptom
from symptoms.wording.practitioner import concern_title

DAYS_SHOWN = 30
DAYS_UNFOLDED = 3  # of the log, the newest
MOST_REPLACED = 200  # earlier answers on a page, the newest first: a cap, so that endless edits cannot slow it


@dataclass(frozen=True)
class Logged:
    """One day in the log, with the answers it had before it was changed."""

    day: DayRead
    recorded_later: str  # "recorded 2 days later", empty where it was not
    answers: list[tuple[str, str]]
    before: list[tuple[Entry, list[tuple[str, str]]]]


@dataclass(frozen=True)
class Pages:
    """Which days are shown, newest first; answers to the names that `components/pager.html` asks for."""

    number: int
    count: int

    has_other_pages = property(lambda self: self.count > 1)
    has_previous = property(lambda self: self.number > 1)
    has_next = property(lambda self: self.number < self.count)
    previous_page_number = property(lambda self: self.number - 1)
    next_page_number = property(lambda self: self.number + 1)


def course_context(
    request: HttpRequest, visibility: Visibility, open_alerts: list[OpenAlert], now: datetime
) -> dict[str, Any]:
    """The part of the page's context that is about one treatment."""
    treatment = visibility.treatment
    on = treatment.patient.today(visibility.now(now))
    # A patient in the west may be before day 0; one who left stays at the day on which they did.
    today = max(0, last_day(treatment, on) if visibility.until is None else treatment.day_of(on))
    last = min(today, LAST_DAY)
    page = _page(request.GET.get("page", "1"), last // DAYS_SHOWN + 1)
    until = last - (page.number - 1) * DAYS_SHOWN
    first = max(0, until - DAYS_SHOWN + 1)
    # A young course is drawn with the days to come, so that one sees what is expected of them.
    course = read_course(visibility, days=range(first, max(until, first + LEAST_WIDE) + 1))
    newest, log = course.newest, _log(visibility, course)
    symptom = _symptom(request.GET.get("symptom", ""), open_alerts, newest)
    return {
        "today": today,
        "page": page,
        "pager_query": urlencode({"treatment": str(treatment.id), "symptom": str(symptom)}) + "&",
        "symptom": symptom,
        "chart": draw(course.line(symptom), symptom, today=today),
        "table": _table(course, symptom),
        "symptoms": [(each, question(each).title) for each in _columns(course, symptom)],
        "newest": newest,
        "flags": _flags(newest.assessment if newest else None),
        "log_newest": log[:DAYS_UNFOLDED],
        "log_earlier": log[DAYS_UNFOLDED:],
        "joined_at": visibility.since,
        "unshared": visibility.unshared,
        **_photos(request, visibility),
    }


def _page(asked: str, count: int) -> Pages:
    """A number past the end gives the last page, anything else the first."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return Pages(max(1, min(number, count)), count)


def _symptom(asked: str, open_alerts: list[OpenAlert], newest: DayRead | None) -> Symptom:
    if asked in set(Symptom):
        return Symptom(asked)
    flags = [each.flag for each in open_alerts if each.flag]
    flags += newest.assessment.flags if newest and newest.assessment else []
    return Symptom(leading_symptom(flags))


def _flags(assessment: Assessment | None) -> list[dict[str, Any]]:
    return [
        {"title": concern_title(flag["concern"]), "urgency": flag["urgency"], "facts": evidence(flag)}
        for flag in (assessment.flags if assessment else [])
    ]


def _columns(course: CourseRead, symptom: Symptom) -> list[Symptom]:
    """What was answered on any of the days, and the symptom that is drawn, in the vocabulary's order."""
    return [each for each in Symptom if each in course.answered or each is symptom]


def _table(course: CourseRead, symptom: Symptom) -> list[dict[str, Any]]:
    columns = _columns(course, symptom)
    return [
        {"day": day.day, "urgency": day.urgency, "cells": [day.point(column) for column in columns]}
        for day in course.days
        if day.entry
    ]


def _log(visibility: Visibility, course: CourseRead) -> list[Logged]:
    treatment = visibility.treatment
    days = range(course.days[0].day, course.days[-1].day + 1)
    replaced: dict[int, list[Entry]] = defaultdict(list)
    older = visibility.entries().filter(visibility.on(days), was_current=False)  # type: ignore[misc]  # annotated by `with_place`
    for entry in older.order_by("-received_at")[:MOST_REPLACED]:
        replaced[visibility.shown(entry).day].append(entry)
    return [
        Logged(
            day,
            recorded_later(days_late(day.entry, treatment, treatment.patient)),
            answers_in_words(day.entry.answers),
            [(entry, answers_in_words(entry.answers)) for entry in replaced[day.day]],
        )
        for day in reversed(course.days)
        if day.entry
    ]


def _photos(request: HttpRequest, visibility: Visibility) -> dict[str, Any]:
    """The photos of one view: all of them by day, the first and the newest beside each other."""
    photos = list(visibility.photos().by_day())
    counts = Counter(photo.view for photo in photos)
    views = [(slug, word, counts[slug]) for slug, word in VIEWS if counts[slug]]
    asked = request.GET.get("view", "")
    view = asked if counts[asked] else next((slug for slug, *_ in views), "")
    of_view = [photo for photo in photos if photo.view == view]
    pair = [of_view[0], of_view[-1]] if len(of_view) > 1 else of_view
    return {"views": views, "view": view, "pair": pair, "of_view": of_view, "photo_count": len(photos)}
