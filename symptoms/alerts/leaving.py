"""What a practice is asked to look at when a patient leaves it with something open."""

from datetime import datetime

from accounts.models import Patient, Practice
from symptoms.alerts.escalation import begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.telling import tell_of_alert
from symptoms.models import Alert, AlertEvent, Treatment
from symptoms.recovery.vocabulary import Urgency


def raise_left(patient: Patient, practice: Practice, *, now: datetime) -> Alert | None:
    """Open an alert of the kind `left` on the desk of `practice` that `patient` leaves, and tell its people.

    It stands at the highest urgency of what is open there; its event's detail holds what that is, in the vocabulary's
    words ("2: infection urgent, burn contact"). One that an earlier leaving opened there is raised again. It closes by
    hand. Gives None, and does nothing, where nothing is open. Who is told is decided as for an entry: who holds what
    was open, and who treated.

    Call it inside the transaction that ends the tie, with practice and patient locked, before open alerts move on.
    """
    at_this_desk = Alert.objects.open().filter(treatment__patient=patient, practice=practice)
    was_open = list(
        at_this_desk.exclude(kind=Alert.Kind.LEFT)
        .select_related("treatment", "entry")
        .order_by("-urgency", "worsened_at", "concern")
    )
    if not was_open:
        return None
    alert = at_this_desk.filter(kind=Alert.Kind.LEFT).first() or Alert(
        kind=Alert.Kind.LEFT,
        treatment=_treatment_to_show(was_open, practice),
        practice=practice,
        entry=was_open[0].entry,
        opened_at=now,
    )
    alert.urgency = alert.current_urgency = was_open[0].urgency
    alert.worsened_at = now
    told_now = begin_steps([alert], practice, now)
    alert.save()
    matters = ", ".join(f"{matter.concern or matter.kind} {Urgency(matter.urgency).slug}" for matter in was_open)
    (event,) = write_events([alert], AlertEvent.What.LEFT, at=now, detail=f"{len(was_open)}: {matters}")
    if told_now:
        tell_of_alert(alert, event, now=now, open_alerts=was_open)
    return alert


def _treatment_to_show(was_open: list[Alert], practice: Practice) -> Treatment:
    """A session that the practice did, which it may read on, rather than one that was done elsewhere."""
    own_treatments = [alert.treatment for alert in was_open if alert.treatment.practice_id == practice.pk]
    if own_treatments:
        return own_treatments[0]
    patient = was_open[0].treatment.patient_id
    done_here = Treatment.objects.filter(patient=patient, practice=practice, same_as=None).newest_first()
    return done_here.first() or was_open[0].treatment
