"""A practice that uses Mendline no more: its patients go on alone, with everything they wrote."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.locks import lock_practice
from accounts.models import AccountMail, Invitation, Membership, Patient, Practice, User
from accounts.web.sessions import end_sessions
from symptoms.alerts.events import write_events
from symptoms.journal.joining import leave_practice, move_open_alerts
from symptoms.models import Alert, AlertEvent


class StillOpen(Exception):
    """Somebody at the practice has still to answer what is open; `count` patients wait."""

    def __init__(self, count: int):
        self.count = count
        super().__init__(f"{count} patients have something open")


@transaction.atomic
def close_practice(practice: Practice, *, now: datetime, even_with_open: bool = False) -> int:
    """End a practice: its patients are alone and told so, its people are signed out; gives how many patients left.

    What is open of a patient stands on their own pages from then on, as for anybody without a practice.

    Raises:
        StillOpen: something is open there, and not `even_with_open`; nothing was done.
    """
    practice = lock_practice(practice.pk)
    still_open = Alert.objects.open().filter(practice=practice)
    if still_open.exists() and not even_with_open:
        raise StillOpen(still_open.values("treatment__patient").distinct().count())
    patients = Patient.objects.filter(practice=practice).exclude(user=None).select_related("user")
    leaving = [(patient, patient.user) for patient in patients if patient.user]
    for patient, user in leaving:
        move_open_alerts(patient, None, now)
        leave_practice(user, now=now, knows_open=True)
        _write_to(user, practice)
    _close_what_is_left(practice, now)
    for member in Membership.objects.current().filter(practice=practice).select_related("user"):
        end_sessions(member.user)
    Membership.objects.filter(practice=practice, removed_at=None).update(removed_at=now)
    Invitation.objects.unsettled().filter(practice=practice).update(withdrawn_at=now)
    Practice.objects.filter(pk=practice.pk).update(closed_at=now)
    return len(leaving)


def _close_what_is_left(practice: Practice, now: datetime) -> None:
    """What nobody can answer any more: about patients who left before, and of records that nobody made their own."""
    alerts = list(Alert.objects.open().filter(practice=practice))
    closing = {"resolved_at": now, "outcome": "elsewhere", "next_step_at": None, "comes_back_at": None}
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**closing)
    write_events(alerts, AlertEvent.What.RESOLVED, at=now, detail=_("The clinic no longer uses Mendline."))


def _write_to(user: User, practice: Practice) -> None:
    words = {"practice": practice.name, "url": settings.SITE_URL + reverse("today")}
    body = render_to_string("accounts/email/clinic_closed.txt", words)
    AccountMail.objects.create(to=user.email, subject=_("Your clinic no longer uses Mendline"), body=body)
