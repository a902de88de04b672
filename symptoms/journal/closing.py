"""A practice that uses Mendline no more: its patients go on alone, with everything they wrote."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.locks import lock_patients, lock_practice
from accounts.models import AccountMail, Invitation, Membership, Patient, Practice, User
from accounts.role_mail import mail_closing
from accounts.web.sessions import end_sessions
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.journal.joining import leave_practice, move_open_alerts
from symptoms.models import Alert, AlertEvent, Note
from symptoms.wording.outcomes import CLINIC_CLOSED, detail_of


class StillOpen(Exception):
    """Somebody at the practice has still to answer what is open; `count` patients wait."""

    def __init__(self, count: int):
        self.count = count
        super().__init__(count)


@transaction.atomic
def close_practice(practice: Practice, *, now: datetime, even_with_open: bool = False) -> int:
    """End a practice: its patients are alone, its people signed out, both told so; gives how many patients left.

    What is open of a patient stands on their own pages from then on, as for anybody without a practice.

    Raises:
        StillOpen: something is open or not read there, and not `even_with_open`; nothing was done.
    """
    practice = lock_practice(practice.pk)
    still_open = Alert.objects.open().filter(practice=practice)
    unread = _unread(practice)
    if (still_open.exists() or unread) and not even_with_open:
        raise StillOpen(len({*still_open.values_list("treatment__patient", flat=True), *unread}))
    with_open = Patient.objects.filter(practice=None, treatments__alerts__in=still_open)
    ids = Patient.objects.filter(practice=practice).union(with_open).values_list("pk", flat=True)
    patients = lock_patients(list(ids))  # what somebody logs at the same moment is moved along
    users = User.objects.in_bulk(patient.user_id for patient in patients.values() if patient.user_id)
    leaving = []
    for patient in patients.values():
        if patient.user_id is None:
            continue
        move_open_alerts(patient, None, now)
        if patient.practice_id == practice.pk:
            leaving.append(patient)
            leave_practice(users[patient.user_id], now=now, knows_open=True)
            _write_to(users[patient.user_id], practice, has_unread=patient.pk in unread)
        else:
            refresh_status(patient)  # what had stayed on this desk is nobody's now
    _close_what_is_left(practice, now)
    for member in Membership.objects.current().filter(practice=practice).select_related("user"):
        end_sessions(member.user)
        mail_closing(member)
    Membership.objects.filter(practice=practice, removed_at=None).update(removed_at=now)
    Invitation.objects.unsettled().filter(practice=practice).update(withdrawn_at=now)
    Practice.objects.filter(pk=practice.pk).update(closed_at=now)
    return len(leaving)


def _close_what_is_left(practice: Practice, now: datetime) -> None:
    """What nobody can answer any more: about patients who left before, and of records that nobody made their own."""
    alerts = list(Alert.objects.open().filter(practice=practice).select_related("treatment__patient"))
    closing = {"resolved_at": now, "outcome": "elsewhere", "next_step_at": None, "comes_back_at": None}
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**closing)
    write_events(alerts, AlertEvent.What.RESOLVED, at=now, detail=detail_of(CLINIC_CLOSED))
    for patient in {alert.treatment.patient for alert in alerts}:
        refresh_status(patient)


def _unread(practice: Practice) -> set[UUID]:
    """The patients of whom a message waits to be read there."""
    notes = Note.objects.filter(practice=practice, kind=Note.Kind.FROM_PATIENT, read_at=None)
    return set(notes.filter(treatment__patient__practice=practice).values_list("treatment__patient", flat=True))


def _write_to(user: User, practice: Practice, *, has_unread: bool) -> None:
    words = {"practice": practice.name, "url": settings.SITE_URL + reverse("today"), "has_unread": has_unread}
    body = render_to_string("accounts/email/clinic_closed.txt", words)
    AccountMail.objects.create(to=user.email, subject=_("Your clinic no longer uses Mendline"), body=body)
