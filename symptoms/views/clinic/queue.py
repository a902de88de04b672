"""The practitioner's list: who needs them first, and why."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, practitioner_required, record_listing
from accounts.models import Invitation, Patient, Practice
from symptoms.alerts.changes import questions_about_changes, sign_in
from symptoms.alerts.conversation import not_read_by_patients
from symptoms.alerts.read_receipts import LISTED
from symptoms.journal.visibility import patients_shown
from symptoms.models import Alert, Assessment, Delivery, PatientStatus, TreatmentAccess, WorkerBeat
from symptoms.models.alert import AlertQuerySet
from symptoms.views.clinic.new_in_queue import looked_before, mark_new, news_in, questions_about_news
from symptoms.views.clinic.pulse import pulse_in, questions_about_the_pulse
from symptoms.views.clinic.queue_lists import SHOW, closed_today, counts, patients_in, silent
from symptoms.views.clinic.queue_rows import Row, add_closed, in_lists, rows_of
from symptoms.views.clinic.search import LONGEST_NAME, found, sought_in

ROWS = 50
MESSAGES_SHOULD_HAVE_GONE = timedelta(minutes=10)
MOST_TO_CONFIRM = 5
MOST_NOT_READ = 10


@practitioner_required
@require_safe
def queue(request: PracticeRequest) -> HttpResponse:
    """A page of patients: open by urgency and waiting, all others by name. 10,000 patients cost what 50 do."""
    practice, now = request.practice, timezone.now()
    show = request.GET.get("show", "open")
    show = show if show in SHOW else "open"
    sought = sought_in(request)
    is_queue = show == "open" and not sought
    since = looked_before(request, now, is_look=is_queue)
    # Before the rows: what changes after it is a change to the page.
    asked = questions_about_the_pulse(practice, request.user, now)
    above = _above(practice, now, asked | questions_about_news(practice, request.user, since))
    page = _page(practice, show, sought, request.GET.get("page", "1"), now)
    left_alerts = _left(practice) if is_queue else []
    waiting = page.paginator.count + len(left_alerts) if is_queue else _waiting(practice)
    rows = rows_of(_patients(page, show), request.user, practice, now)
    if show == "closed":
        add_closed(rows, closed_today(practice, now))
    mark_new(rows, request.user, since)
    above["news"] = news_in(above["known"], rows)
    context = {
        "practice": practice,
        "now": now,
        "page": page,
        "lists": in_lists(rows, show),
        "left": left_alerts,
        "left_first": _stand_first(left_alerts, rows),
        "waiting": waiting,
        "to_review": ngettext("{number} to review", "{number} to review", waiting).format(number=waiting),
        "show": show,
        "shows": [(name, word, waiting if name == "open" else above["counts"][name]) for name, word in SHOW.items()],
        "sought": sought,
        "query": urlencode({"show": show, **({"q": sought} if sought else {})}) + "&",
        "search": f"?{urlencode({'q': sought})}" if sought else "",  # so that a patient's page leads back to it
        "longest_name": LONGEST_NAME,
        "pulse": pulse_in(above["known"], request, now),
        **above,
        "tab": "queue" if is_queue else "patients",
    }
    record_listing(request.user, _listed(rows, left_alerts, above), LISTED, now)
    return render(request, "practitioner/queue.html", context)


def _listed(rows: list[Row], left_alerts: list[Alert], above: dict[str, Any]) -> list[UUID]:
    """The patients who are named somewhere on the page."""
    listed = [row.patient.pk for row in rows] + [alert.treatment.patient.pk for alert in left_alerts]
    listed += [invitation.patient_id for invitation in above["to_confirm"] if invitation.patient_id]
    listed += [above["news"].patient] if above["news"] else []
    return listed + [note.treatment.patient_id for note in above["not_read"]]


def _left_alerts(practice: Practice) -> AlertQuerySet:
    """Open alerts about patients who left; not of those who stand in the queue, as what was open stayed here."""
    stayed = PatientStatus.objects.filter(
        patient=OuterRef("treatment__patient"), practice=practice, alert_urgency__gt=0
    )
    return Alert.objects.open().filter(~Exists(stayed), practice=practice, kind=Alert.Kind.LEFT)


def _left(practice: Practice) -> list[Alert]:
    """Those alerts, the most urgent and longest waiting first, each patient as the practice knew them: two statements.

    They stand beside the queue until somebody closes them.
    """
    alerts = list(
        _left_alerts(practice)
        .with_holder()
        .with_what_was_told()
        .with_messages(Delivery.objects.filter(alert=OuterRef("pk")))
        .select_related("treatment__patient", "acknowledged_by")
        .order_by("-urgency", "worsened_at")
    )
    patients = patients_shown(practice, [alert.treatment.patient for alert in alerts])
    for alert in alerts:
        alert.treatment.patient = patients[alert.treatment.patient_id]
    return alerts


def _stand_first(left_alerts: list[Alert], rows: list[Row]) -> bool:
    """Whether those who left come before the list: where one of them is more urgent than everybody in it."""
    urgency = max((row.worst.urgency for row in rows if row.worst), default=0)
    return bool(left_alerts) and left_alerts[0].urgency > urgency


def _page(practice: Practice, show: str, sought: str, number: str, now: datetime) -> "Page[Any]":
    """The page asked for; a number past the end gives the last, anything else the first."""
    if show == "open":
        return _page_of_queue(practice, sought, number)
    everybody = Patient.objects.of_practice(practice).filter(found(practice, sought)).by_name()
    everybody = everybody.filter(patients_in(practice, now)[show])
    shown = everybody.select_related("status__treatment", "status__entry").annotate(flags=_flags_of("status__entry"))
    if show == "quiet":
        is_silent = Exists(silent(practice).filter(treatment__patient=OuterRef("pk")))
        shown = shown.order_by(is_silent.desc(), *everybody.query.order_by)
    pages = Paginator(shown.defer("status__entry__answers"), ROWS)
    pages.count = everybody.count()  # without what only the rows shown need
    return pages.get_page(number)


def _page_of_queue(practice: Practice, sought: str, number: str) -> "Page[Any]":
    """The same of the queue, which is put in order by its ids alone: only the rows shown are read."""
    waiting = _in_order(practice)
    page: Page[Any] = Paginator(waiting.filter(found(practice, sought, "patient")).values("pk"), ROWS).get_page(number)
    shown = waiting.filter(pk__in=page.object_list).select_related("patient", "treatment", "entry")
    page.object_list = shown.defer("entry__answers").annotate(flags=_flags_of("entry"))
    return page


def next_to_review(practice: Practice) -> UUID | None:
    """The first in the queue whom nobody has, or whose message nobody has read."""
    waiting = _in_order(practice).filter(Q(is_free=True) | Q(message_since__isnull=False), patient__practice=practice)
    patient: UUID | None = waiting.values_list("patient", flat=True).first()
    return patient


def _in_order(practice: Practice) -> QuerySet[PatientStatus]:
    """The queue: the most urgent, then whom nobody has, whose newest log still raises it, who waits longest."""
    first = "-alert_urgency", "-is_free", "-is_raised", "waiting_since", "message_since", "patient_id"
    return _open(practice).annotate(**_asks_for_somebody(practice)).order_by(*first)


def _flags_of(entry: str) -> Subquery:
    """What was made of the newest entry, which `entry` names."""
    return Subquery(Assessment.objects.filter(entry=OuterRef(entry), is_current=True).values("flags"))


def _asks_for_somebody(practice: Practice) -> dict[str, Exists]:
    """Whether something of a row at its urgency is in nobody's hands, and whether the newest log still raises it."""
    # Behind a CASE, so that each row looks up its patient's alerts: by the practice, SQLite reads all alerts for each.
    ours = Alert.objects.open().annotate(is_ours=Case(When(practice=practice, then=True), default=False))
    worst = ours.filter(is_ours=True, treatment__patient=OuterRef("patient"), urgency=OuterRef("alert_urgency"))
    return {"is_free": Exists(worst.filter(acknowledged_by=None)), "is_raised": Exists(worst.filter(cleared_at=None))}


def _patients(page: "Page[Any]", show: str) -> list[tuple[Patient, PatientStatus | None]]:
    if show == "open":
        return [(status.patient, status) for status in page]
    return [(patient, getattr(patient, "status", None)) for patient in page]


def _open(practice: Practice) -> QuerySet[PatientStatus]:
    """Those with an open alert, or a message that nobody has read; of a patient who left, only where the practice may
    still read what it did."""
    is_kept = Exists(TreatmentAccess.objects.kept().filter(practice=practice, treatment__patient=OuterRef("patient")))
    waits = Q(alert_urgency__gt=0) | Q(message_since__isnull=False)
    return PatientStatus.objects.filter(waits, Q(patient__practice=practice) | is_kept, practice=practice)


def _waiting(practice: Practice) -> int:
    """How many patients with something open, those who left with it among them: one statement."""
    return _open(practice).values("pk").union(_left_alerts(practice).values("pk"), all=True).count()


def _above(practice: Practice, now: datetime, news: dict[str, Any]) -> dict[str, Any]:
    """What stands above the list, nearly always nothing: one statement, and one more for each list that is not empty.

    First who took a code at the desk and waits to be recognised. Then since when messages of the practice have been
    waiting although they should have gone, None when they go out. One recipient who is refused does not count: the row
    of their patient says so, and others were told instead. Last, messages that patients have not read for two days.
    `news` are questions about what is new in the queue, asked with the others, as is whether the worker runs; `sign`
    tells this state of the practice from later ones.
    """
    used = Invitation.objects.to_confirm().filter(practice=practice).exclude(patient=None)
    waiting = Delivery.objects.deliverable().filter(sent_at=None, practice=practice)
    overdue = waiting.filter(created_at__lt=now - MESSAGES_SHOULD_HAVE_GONE).order_by("created_at")
    not_read = not_read_by_patients(practice, now)
    questions = {
        "is_any_used": Exists(used),
        "stuck_since": Subquery(overdue.values("created_at")[:1]),
        "is_any_not_read": Exists(not_read),
        "is_alive": WorkerBeat.alive(now),
        **news,
        **questions_about_changes(now),
    }
    known: Any = Practice.objects.filter(pk=practice.pk).values(**questions, **counts(practice, now)).get()
    longest_waiting = used.select_related("patient").order_by("used_at")
    return {
        "known": known,
        "to_confirm": list(longest_waiting[:MOST_TO_CONFIRM]) if known["is_any_used"] else [],
        "stuck_since": known["stuck_since"],
        "sign": sign_in(known),
        "is_blind": not known["is_alive"],
        "counts": {name: known.get(f"count_{name}") or 0 for name in SHOW},
        "not_read": list(not_read.select_related("treatment__patient")[:MOST_NOT_READ])
        if known["is_any_not_read"]
        else [],
    }
