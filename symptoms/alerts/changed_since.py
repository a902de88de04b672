"""What somebody who closes an alert has to know first: that a colleague has it, and what came since they opened it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.members import user_name
from accounts.models import User
from symptoms.models import Alert, AlertEvent, Assessment, Entry, Note
from symptoms.wording.practitioner import urgency_word

SHOWN = 3  # of each kind


@dataclass(frozen=True)
class PageSeen:
    """What somebody had before them: since when, and of which colleagues they know that they have it."""

    at: datetime | None = None
    holders: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, timestamp: float | None, holders: Iterable[UUID]) -> "PageSeen":
        """From seconds since 1970, as a form carries them; what is no time of ours counts as none."""
        try:
            at = datetime.fromtimestamp(timestamp, UTC) if timestamp is not None else None
        except (OverflowError, OSError, ValueError):
            at = None
        return cls(at, frozenset(holders))


class NeedsConfirmation(Exception):
    """Something was not known when it was decided: `sentences` say what, `holders` who has it."""

    def __init__(self, sentences: list[str], holders: frozenset[UUID]):
        super().__init__(*sentences)
        self.sentences, self.holders = sentences, holders


def check_seen(alerts: Iterable[Alert], seen: PageSeen, by: User) -> None:
    """Raises NeedsConfirmation where a colleague has one of these alerts of one patient, or something came since.

    Call it with the patient locked. `alerts` each with `is_held`.
    """
    alerts = [alert for alert in alerts if alert.is_open]
    holders = [alert.acknowledged_by for alert in alerts if alert.is_held and alert.acknowledged_by is not None]
    names = {holder.pk: user_name(holder) for holder in holders if holder.pk not in {by.pk, *seen.holders}}
    pattern = _("{name} has this. It would be settled for them as well.")
    sentences = [pattern.format(name=name) for name in names.values()]
    if alerts and seen.at is not None:
        sentences += _news(alerts[0], seen.at, by)
    if sentences:
        raise NeedsConfirmation(sentences, frozenset(names) | seen.holders)


def _news(alert: Alert, since: datetime, by: User) -> list[str]:
    """What the patient logged, answered and wrote since, on the clock of the practice."""
    patient, practice = alert.treatment.patient, alert.practice
    assert practice is not None
    if patient.practice_id != practice.pk:
        return []  # what came after they left is not for this practice
    current = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    logs = Entry.objects.current().filter(treatment__patient=patient, treatment__open_to=practice)
    logs = logs.filter(received_at__gt=since).annotate(judged_urgency=Subquery(current))  # type: ignore[no-redef]  # declared on the model
    answers = AlertEvent.objects.filter(what=AlertEvent.What.ANSWERED, alert=alert, at__gt=since)
    notes = Note.objects.filter(treatment__patient=patient, practice=practice, written_at__gt=since)

    def clock(at: datetime) -> str:
        return date_format(at.astimezone(practice.zone), "TIME_FORMAT")

    sentences = [
        _("{patient} logged day {day} at {time}: {urgency}.").format(
            patient=patient, day=log.day, time=clock(log.received_at), urgency=urgency_word(log.judged_urgency)
        )
        for log in logs.order_by("-received_at")[:SHOWN]
    ]
    if answer := answers.order_by("-id").first():
        pattern = _("{patient} answered “Were you seen?” at {time}.")
        sentences.append(pattern.format(patient=patient, time=clock(answer.at)))
    if note := notes.filter(kind=Note.Kind.FROM_PATIENT).order_by("-written_at").first():
        sentences.append(_("{patient} wrote to you at {time}.").format(patient=patient, time=clock(note.written_at)))
    return sentences
