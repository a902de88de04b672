"""The rows of a list of the queue in their order, a page at a time: 50,000 patients cost what 50 do."""

from datetime import datetime
from typing import Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from accounts.models import Patient, Practice, User
from symptoms.models import Assessment, Note, PatientStatus, Photo, TreatmentAccess
from symptoms.views.clinic.queue_asked import BY_URGENCY, Asked
from symptoms.views.clinic.queue_filters import conditions
from symptoms.views.clinic.queue_lists import FOUND, in_order, patients_in, patients_of, silent, statuses_in
from symptoms.views.clinic.search import found

ROWS = 50


def members(asked: Asked, practice: Practice, by: User, now: datetime) -> QuerySet[Any]:
    """Who stands in a list, in no order: rows of PatientStatus where it is sorted by urgency, else of Patient."""
    if asked.show in BY_URGENCY:
        statuses = statuses_in(practice, by, now)[asked.show].filter(found(practice, asked.sought, "patient"))
        return statuses.filter(conditions(asked, practice, by, now, "", "patient"))
    is_found = bool(asked.sought) or asked.show in FOUND
    everybody = patients_of(practice, found=is_found).filter(found(practice, asked.sought))
    everybody = everybody.filter(patients_in(practice, now)[asked.show])
    return everybody.filter(conditions(asked, practice, by, now, "status__", "pk"))


def ordered(asked: Asked, practice: Practice, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Such rows in the order of their list."""
    if asked.show in BY_URGENCY:
        return in_order(rows)
    if asked.show == "quiet":
        quiet = silent(practice).values("treatment__patient")  # found once, not asked of each row
        is_silent = Case(When(pk__in=quiet, then=Value(1)), default=Value(0))
        return rows.order_by(is_silent.desc(), "sort_name", "id")
    return rows.order_by("sort_name", "id")


def page_of(asked: Asked, practice: Practice, by: User, now: datetime, count: int) -> "tuple[Page[Any], str]":
    """The page asked for of `count` rows, and what is to be said of its number: one beyond the end gives the last.

    It is put in order by ids alone: only the rows shown are read.
    """
    ids = ordered(asked, practice, members(asked, practice, by, now)).values("pk")
    pages = Paginator(ids, ROWS)
    pages.count = count
    page: Page[Any] = pages.get_page(asked.page)
    manager = PatientStatus.objects if asked.show in BY_URGENCY else Patient.objects
    rows: QuerySet[Any] = manager.filter(pk__in=page.object_list)
    page.object_list = with_what_is_shown(ordered(asked, practice, rows), asked, practice, by)
    return page, _said_of(pages, asked.page)


def _said_of(pages: "Paginator[Any]", number: str) -> str:
    try:
        pages.validate_number(number)
    except PageNotAnInteger:
        return _("There is no such page. This is the first one.")
    except EmptyPage:
        return _("There is no page {number}. This is the last one.").format(number=number)
    return ""


def with_what_is_shown(rows: QuerySet[Any], asked: Asked, practice: Practice, by: User) -> QuerySet[Any]:
    """With the patient, the newest session and log, and what of it the practice may read: all in one statement."""
    by_urgency = asked.show in BY_URGENCY
    way = "" if by_urgency else "status__"
    related = [f"{way}treatment", f"{way}entry", *(["patient"] if by_urgency else [])]
    unread = Note.objects.filter(
        treatment__patient=OuterRef("pk"), practice=practice, kind=Note.Kind.FROM_PATIENT, read_at=None
    )
    photos = Photo.objects.visible_to(by).filter(treatment=OuterRef(f"{way}treatment")).order_by("-day", "-received_at")
    shown: QuerySet[Any] = rows.select_related(*related).defer(f"{way}entry__answers").annotate(
        flags=Subquery(Assessment.objects.filter(entry=OuterRef(f"{way}entry"), is_current=True).values("flags")),
        unread=Subquery(unread.order_by("written_at", "pk").values("text")[:1]),
        unread_id=Subquery(unread.order_by("written_at", "pk").values("pk")[:1]),
        photo=Subquery(photos.values("pk")[:1]),
        photo_day=Subquery(photos.values("day")[:1]),
        hides_note=_hides_note(way, practice),
    )  # fmt: skip
    return shown


def _hides_note(way: str, practice: Practice) -> Exists:
    """Whether the practice may not read the note of the newest log: of the time before, and not shared with it."""
    limits = TreatmentAccess.objects.present().filter(practice=practice, treatment=OuterRef(f"{way}treatment"))
    return Exists(limits.filter(notes=False, since__gt=OuterRef(f"{way}entry__received_at")))
