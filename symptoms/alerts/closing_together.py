"""Closing what is open about somebody who is on track by now, with one outcome for several patients: one at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.locks import lock_patient
from accounts.members import user_name
from accounts.models import User
from symptoms.alerts.changed_since import NeedsConfirmation, PageSeen
from symptoms.alerts.handling import resolve_all
from symptoms.alerts.place_in_queue import is_over
from symptoms.models import Alert, PatientStatus
from symptoms.recovery.vocabulary import Urgency


@transaction.atomic
def close_of_one(
    patient_id: UUID, seen: Mapping[UUID, int], *, outcome: str, reason: str, by: User, now: datetime, page: PageSeen
) -> list[str]:
    """Close all that is open about one patient who is on track; gives why not, in sentences, where nothing was closed.

    `seen`: the alerts that stood on the page, with the urgency each had there. Whatever else is open, or came since the
    `page`, or is in the hands of a colleague whom the page did not name, leaves all of the patient as it is.

    Raises:
        IncompleteOutcome: as `resolve_all` does; nothing is closed.
    """
    patient = lock_patient(patient_id)
    here = Alert.objects.open().managed_by(by).filter(treatment__patient=patient).exclude(kind=Alert.Kind.LEFT)
    still_open = list(here.select_related("treatment__patient"))
    if not still_open:
        return [_closed_before(patient_id, seen, by)]
    status = PatientStatus.objects.filter(patient=patient).first()
    if any(alert.pk not in seen or alert.urgency > seen[alert.pk] for alert in still_open):
        return [_("Something new or worse has come in.")]
    if status is None or status.urgency != Urgency.ON_TRACK or any(not is_over(alert) for alert in still_open):
        return [_("They are not on track any more.")]
    try:
        closed: dict[Alert, Any] = {alert: seen[alert.pk] for alert in still_open}
        resolve_all(closed, outcome=outcome, reason=reason, by=by, now=now, page=page)
    except NeedsConfirmation as unknown:
        return unknown.sentences
    return []


def _closed_before(patient_id: UUID, seen: Mapping[UUID, int], by: User) -> str:
    """Who closed it meanwhile, and when by the practice's clock."""
    closed = Alert.objects.managed_by(by).filter(treatment__patient=patient_id, pk__in=list(seen))
    last = closed.exclude(resolved_at=None).select_related("resolved_by", "practice").order_by("-resolved_at").first()
    if last is None or last.resolved_at is None or last.practice is None:
        return _("Nothing is open any more.")
    at = date_format(last.resolved_at.astimezone(last.practice.zone), "TIME_FORMAT")
    return _("{name} closed this at {time}.").format(name=user_name(last.resolved_by), time=at)
