"""The days of one treatment on the practitioner's page: verdict, curve, log and photos."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest

from symptoms.journal.course_days import CourseRead, DayRead, read_course
from symptoms.journal.visibility import Visibility
from symptoms.models import Entry
from symptoms.models.photo import VIEWS
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Symptom
from symptoms.views.addresses import days_in_pages
from symptoms.views.clinic.open_alerts import OpenAlert, recorded_later
from symptoms.views.clinic.queue_asked import kept_list
from symptoms.wording.chart import LEAST_WIDE, draw
from symptoms.wording.evidence import leading_symptom

DAYS_SHOWN = 3  # of the log on a patient's page, the newest
MOST_REPLACED = 200  # earlier answers on a page, the newest first: a cap, so that endless edits cannot slow it


def course_context(
    request: HttpRequest, visibility: Visibility, open_alerts: list[OpenAlert], now: datetime
) -> dict[str, Any]:
    """The part of the page's context that is about one treatment."""
    treatment = visibility.treatment
    today, page = days_asked(request, visibility, now)
    first, last = page[-1], page[0]
    # A young course is drawn with the days to come, so that one sees what is expected of them.
    course = read_course(
        visibility, days=range(first, max(last, first + LEAST_WIDE) + 1), with_photos=False, with_newest=True
    )
    symptom = _symptom(request.GET.get("symptom", ""), open_alerts, course.newest)
    symptoms = [column for column in Symptom if column in course.answered or column is symptom]
    return {
        "today": today,
        "page": page,
        "keep": "&".join([f"treatment={treatment.id}", *filter(None, [kept_list(request)[1:]]), ""]),
        "symptom": symptom,
        "symptoms": symptoms,
        "chart": draw(course.line(symptom), symptom, today=today),
        "rows": [(day, _cells(day, symptoms)) for day in course.days if day.entry],
        "newest": course.newest,
        "log": log_of(visibility, course, {}, most=DAYS_SHOWN),
        "joined_at": visibility.since,
        "unshared": visibility.unshared,
        **_photos(request, visibility),
    }


def _cells(day: DayRead, symptoms: list[Symptom]) -> list[tuple[str, str]]:
    """A row of the table: each answer, with the most that was expected where it is above. Words, since a template
    takes ten times as long to write a number, and there are 400."""
    points = [day.point(symptom) for symptom in symptoms]
    return [
        ("" if point.level is None else str(point.level), str(point.limit) if point.is_above else "")
        for point in points
    ]


def days_asked(request: HttpRequest, visibility: Visibility, now: datetime) -> tuple[int, "Page[int]"]:
    """The last day to show of a treatment `with_last_logged`, and the stretch of days that ?page= asks for."""
    treatment = visibility.treatment
    date = treatment.patient.today(visibility.now(now))
    # A patient in the west may be before day 0; one who left stays at the day on which they did.
    last_logged = treatment.last_logged if visibility.until is None else None
    today = max(0, treatment.day_of(date), last_logged or 0)
    return today, days_in_pages(min(today, LAST_DAY)).get_page(request.GET.get("page"))


def _symptom(word: str, open_alerts: list[OpenAlert], newest: DayRead | None) -> Symptom:
    """The symptom asked for; else the one that the open alerts or the newest day speak of first."""
    if word in set(Symptom):
        return Symptom(word)
    flags = [alert.flag for alert in open_alerts if alert.flag]
    flags += newest.assessment.flags if newest and newest.assessment else []
    return leading_symptom(flags) or Symptom.PAIN


def replaced_in(visibility: Visibility, days: range) -> dict[int, list[Entry]]:
    """The answers of these days that were changed since, the last first, by day."""
    replaced: dict[int, list[Entry]] = defaultdict(list)
    older = visibility.entries().filter(visibility.on(days), was_current=False)  # type: ignore[misc]  # annotated by `with_place`
    for entry in older.order_by("-received_at")[:MOST_REPLACED]:
        replaced[visibility.shown(entry).day].append(entry)
    return replaced


def log_of(
    visibility: Visibility, course: CourseRead, replaced: Mapping[int, list[Entry]], most: int | None = None
) -> list[dict[str, Any]]:
    """The days that were logged, `most` of them, the newest first, each with the entries that it `replaced`."""
    treatment = visibility.treatment
    logged = [day for day in reversed(course.days) if day.entry]
    return [
        {
            "day": day,
            "recorded_later": recorded_later(day.entry, treatment, treatment.patient),
            "replaced": replaced.get(day.day, []),
        }
        for day in logged[:most]
        if day.entry
    ]


def _photos(request: HttpRequest, visibility: Visibility) -> dict[str, Any]:
    """All photos, those from before the treatment first; of one view the first and the newest beside each other."""
    photos = sorted(visibility.photos(), key=attrgetter("sort_key"))
    counts = Counter(photo.view for photo in photos)
    views = [(slug, word, counts[slug]) for slug, word in VIEWS if counts[slug]]
    view = request.GET.get("view", "")
    if view not in counts:
        view = views[0][0] if views else ""
    of_view = [photo for photo in photos if photo.view == view]
    pair = [of_view[0], of_view[-1]] if len(of_view) > 1 else of_view
    return {"views": views, "view": view, "pair": pair, "of_view": of_view, "photos": photos}
