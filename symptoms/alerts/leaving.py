"""What a practice is asked to look at when a patient leaves it with something open."""

from datetime import datetime

from accounts.models import Patient, Practice
from symptoms.alerts.conversation import unread_of
from symptoms.alerts.escalation import begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.telling import tell_of_alert
from symptoms.models import Alert, AlertEvent, Treatment
from symptoms.recovery.vocabulary import Urgency

NOT_READ = "message"  # stands in the event's detail where a concern does


def raise_left(patient: Patient, practice: Practice, *, now: datetime) -> Alert | None:
    """Open an alert of the kind `left` on the desk of `practice` that `patient` leaves, and tell its people.

    It stands at the highest urgency of what is open there; its event's detail holds what that is, in the vocabulary's
    words ("2: infection urgent, burn contact"). What the patient wrote and nobody there has read is open as well
    ("message contact"). One that an earlier leaving opened there is raised again. It closes by hand. Gives None, and
    does nothing, where nothing is open. Who is told is decided as for an entry: who holds what was open, who treated.

    Call it inside the transaction that ends the tie, with practice and patient locked, before open alerts move on.
    """
    at_this_desk = Alert.objects.open().filter(treatment__patient=patient, practice=practice)
    was_open = list(
        at_this_desk.exclude(kind=Alert.Kind.LEFT)
        .select_related("treatment", "entry")
        .order_by("-urgency", "worsened_at", "concern")
    )
    unread = list(unread_of(patient, practice).select_related("treatment"))
    if not was_open and not unread:
        return None
    alert = at_this_desk.filter(kind=Alert.Kind.LEFT).first() or Alert(
        kind=Alert.Kind.LEFT,
        treatment=_treatment_to_show([*(m.treatment for m in was_open), *(n.treatment for n in unread)], practice),
        practice=practice,
        entry=was_open[0].entry if was_open else None,
        opened_at=now,
    )
    alert.urgency = alert.current_urgency = was_open[0].urgency if was_open else Urgency.CONTACT
    alert.worsened_at = now
    told_now = begin_steps([alert], practice, now)
    alert.save()
    matters = [f"{matter.concern or matter.kind} {Urgency(matter.urgency).slug}" for matter in was_open]
    matters += [f"{NOT_READ} {Urgency.CONTACT.slug}"] if unread else []
    (event,) = write_events([alert], AlertEvent.What.LEFT, at=now, detail=f"{len(matters)}: {', '.join(matters)}")
    if told_now:
        tell_of_alert(alert, event, now=now, open_alerts=was_open)
    return alert


def _treatment_to_show(treatments: list[Treatment], practice: Practice) -> Treatment:
    """A session that the practice did, which it may read on, rather than one that was done elsewhere."""
    own_treatments = [treatment for treatment in treatments if treatment.practice_id == practice.pk]
    if own_treatments:
        return own_treatments[0]
    patient = treatments[0].patient_id
    done_here = Treatment.objects.filter(patient=patient, practice=practice, same_as=None).newest_first()
    return done_here.first() or treatments[0]
