"""A closed alert is opened again by whoever closed it too soon; they have it from then on."""

from datetime import datetime

from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import User
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Alert, AlertEvent, Assessment
from symptoms.recovery.vocabulary import Urgency


class OpenAgain(Exception):
    """The same concern was opened again meanwhile, by a newer log: `alert` is what is open."""

    def __init__(self, alert: Alert):
        super().__init__(str(alert))
        self.alert = alert


@transaction.atomic
def reopen(alert: Alert, *, by: User, now: datetime) -> bool:
    """Open a closed alert of one's practice again and take it; False where somebody has opened it already, or it is
    about somebody who has left: whoever answers for them now would not see it.

    Raises:
        OpenAgain: nothing was done.
    """
    patient = lock_patient(alert.treatment.patient_id)
    closed = Alert.objects.managed_by(by).exclude(resolved_at=None).filter(pk=alert.pk).first()
    if closed is None or (patient.practice_id != closed.practice_id and closed.kind != Alert.Kind.LEFT):
        return False
    same = {name: getattr(closed, name) for name in ("treatment", "practice", "kind", "concern")}
    if (newer := Alert.objects.open().filter(**same).first()) is not None:
        raise OpenAgain(newer)
    closed.resolved_at = closed.resolved_by = None
    closed.outcome = closed.reason = ""
    closed.acknowledged_at, closed.acknowledged_by = now, by
    closed.next_step_at = closed.comes_back_at = None
    closed.current_urgency = _raised_now(closed)
    closed.save()
    write_events([closed], AlertEvent.What.REOPENED, at=now, by=by)
    refresh_status(closed.treatment.patient)
    return True


def _raised_now(alert: Alert) -> int:
    """What the newest log raises of it: nobody has followed it while it was closed."""
    if alert.kind != Alert.Kind.CONCERN:
        return alert.current_urgency
    newest = Assessment.objects.filter(entry__treatment=alert.treatment_id, entry__is_current=True, is_current=True)
    assessment = newest.order_by("-entry__day").first()
    flags = assessment.flags if assessment else []
    raised = (Urgency.of(flag["urgency"]) for flag in flags if flag["concern"] == alert.concern)
    return max(raised, default=Urgency.ON_TRACK)
