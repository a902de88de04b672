"""What is open as its patient meets it, with their answer to "Were you seen?", and which of it stands on top."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts.compiled_queries import CompiledQuery
from accounts.free_text import Unreadable
from symptoms.models import Alert, AlertEvent
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.seen import SeenAnswer, answer_in

DEALT_WITH = frozenset({SeenAnswer.SEEN, SeenAnswer.TREATED})  # the others leave it on top


@dataclass(frozen=True, slots=True)
class OpenConcern:
    """An open alert as its patient meets it; `answer` is the last one since it last rose (None: not answered)."""

    alert: Alert
    answer: SeenAnswer | None = None
    words: str = ""
    answered_at: datetime | None = None

    @property
    def is_on_top(self) -> bool:
        """Whether it stands above everything, whatever today's answers are."""
        return self.alert.urgency >= Urgency.CONTACT and self.answer not in DEALT_WITH


def on_top(concerns: Iterable[OpenConcern]) -> OpenConcern | None:
    """What stands on top of a patient's pages: the most urgent that nobody has dealt with, the longest waiting first.

    While there is one, nothing above it says that all is on track.
    """
    waiting = [concern for concern in concerns if concern.is_on_top]
    return min(waiting, key=lambda c: (-c.alert.urgency, c.alert.worsened_at, str(c.alert.pk)), default=None)


def open_concerns(patient_id: UUID) -> list[OpenConcern]:
    """What is open about a patient's recovery, of any session, at whichever practice: one statement."""
    return [with_answer(alert, alert.answer, alert.answered_at) for alert in read_open_concerns(patient_id)]


def open_concerns_of(patient_id: UUID) -> AlertQuerySet:
    """The alerts of `open_concerns`, the most urgent first."""
    concerns = Alert.objects.open().filter(treatment__patient=patient_id, kind=Alert.Kind.CONCERN)
    alerts = with_last_answer(concerns).with_flags().with_holder()
    related = alerts.select_related("entry__treatment", "treatment", "acknowledged_by")
    return related.order_by("-urgency", "worsened_at")


def with_last_answer(alerts: AlertQuerySet) -> AlertQuerySet:
    """Each with `answer` and `answered_at`: the last event's detail and time, as `with_answer` takes them."""
    answers = AlertEvent.objects.filter(alert=OuterRef("pk"), what=AlertEvent.What.ANSWERED).order_by("-id")
    answer, answered_at = Subquery(answers.values("detail")[:1]), Subquery(answers.values("at")[:1])
    return alerts.annotate(answer=answer, answered_at=answered_at)  # type: ignore[no-redef]  # declared on the model


read_open_concerns = CompiledQuery(open_concerns_of)  # read by each of the patient's pages


def answered_from(alert: Alert) -> datetime:
    """From when an answer counts: since it last rose, or was an emergency again; what was said before does not."""
    is_emergency = alert.urgency >= Urgency.EMERGENCY
    return max(alert.worsened_at, alert.raised_by.received_at) if is_emergency else alert.worsened_at


def with_answer(alert: Alert, detail: str | None, at: datetime | None) -> OpenConcern:
    """An open alert with what its patient last answered (the event's `detail`, and when), if that counts still."""
    if detail is None or at is None or at < answered_from(alert):
        return OpenConcern(alert)
    said = AlertEvent.words_of(AlertEvent.What.ANSWERED, at, detail)
    if isinstance(said, Unreadable):
        return OpenConcern(alert)  # whatever it was, it keeps nothing from standing on top
    answer, words = answer_in(said)
    return OpenConcern(alert, SeenAnswer(answer), words, at)
