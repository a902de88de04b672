"""Who was told of an open alert: step by step, each person once a step, with what became of it by each channel, and
whether they opened the patient's page and took it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import AuditRecord
from symptoms.alerts.read_receipts import RECORD
from symptoms.models import Alert, Delivery, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.channels import channels_in_words


@dataclass(frozen=True, slots=True)
class Hop:
    """How far it came with one person: the messages by some channels "queued" (where that was later than the step),
    "waiting", "sent", "refused" or "shown"; or the person "opened" the patient's page, or has "taken" it."""

    state: str
    at: datetime  # since, where it is waiting or refused
    channels: str = ""  # "e-mail and push"
    error: str = ""


@dataclass(frozen=True, slots=True)
class PersonTold:
    name: str
    hops: list[Hop]


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: at once, or later as nobody had taken it."""

    title: str
    urgency: str  # slug
    at: datetime
    people: list[PersonTold]


def messages_about(alerts: list[Alert]) -> list[Delivery]:
    """The messages to the practice's own people about these alerts and their sessions, the first first: one statement.

    The alerts are of one patient and one practice. Each message has `read_at`: when its recipient first opened the
    patient's page after it was queued.
    """
    openings = AuditRecord.objects.readings().filter(
        user=OuterRef("recipient"), patient=alerts[0].treatment.patient_id, practice=alerts[0].practice_id, what=RECORD,
        at__gte=OuterRef("created_at"),
    )  # fmt: skip
    sessions = Entry.objects.filter(treatment__in={alert.treatment_id for alert in alerts})
    about = Q(entry__in=sessions) | Q(alert__in=alerts)
    sent = Delivery.objects.filter(about, practice=alerts[0].practice_id).select_related("recipient")
    sent = sent.annotate(session=F("entry__treatment"), read_at=Subquery(openings.order_by("at").values("at")[:1]))
    return sorted(sent, key=lambda delivery: (delivery.created_at, delivery.recipient.name, delivery.channel))


def told_about(alert: Alert) -> UUID:
    """What its messages are about: the entry, or that the patient left, asks or is silent."""
    own = alert.kind in (*Alert.FOR_ONE_PRACTICE, Alert.Kind.QUIET) or alert.entry_id is None
    return alert.pk if own or alert.entry_id is None else alert.entry_id


def deliveries_of(alert: Alert, messages: list[Delivery], alerts: Iterable[Alert]) -> list[Delivery]:
    """Those of `messages` that are about the alert, one of `alerts`, at every step.

    An alert goes on to a newer answer or day without a new first message: the ones of before count as well.
    """
    subjects = {str(other.pk): told_about(other) for other in alerts}
    about = told_about(alert)
    own = [message for message in messages if _subject(message, subjects) == about]
    if any(message.step == 0 for message in own):
        return own
    since = [m for m in messages if m.session == alert.treatment_id and m.created_at >= alert.worsened_at]
    return [message for message in messages if message in own or message in since]


def _subject(message: Delivery, subjects: dict[str, UUID]) -> UUID | None:
    """A later step names its alert, whose entry may be another by now."""
    kind, key, *_rest = message.reason.split(":")
    if kind == "alert" and key in subjects:
        return subjects[key]
    return message.alert_id or message.entry_id


def steps_told(alert: Alert, deliveries: Iterable[Delivery]) -> list[StepTold]:
    """Deliveries about the alert, the first first, by step and person."""
    by_step: dict[tuple[str, int], list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_step[delivery.reason, max(1, delivery.step)].append(delivery)
    before, told = 0, []
    for (_reason, step), messages in by_step.items():
        told.append(
            StepTold(_title(step, before), _slug(messages[0]), messages[0].created_at, _people(messages, alert))
        )
        before = step
    return told


def _title(step: int, before: int) -> str:
    """The number of a step, with those that went with it: after an outage, those that were missed are taken with it."""
    if before and step > before + 1:
        return _("Steps {first} to {last}").format(first=before + 1, last=step)
    return _("Step {number}").format(number=step)


def _slug(message: Delivery) -> str:
    return Urgency(message.urgency).slug


def _people(messages: list[Delivery], alert: Alert) -> list[PersonTold]:
    by_person: dict[UUID, list[Delivery]] = defaultdict(list)
    for message in messages:
        by_person[message.recipient_id].append(message)
    begun = messages[0].created_at
    return [PersonTold(str(sent[0].recipient), _hops(sent, alert, begun)) for sent in by_person.values()]


def _hops(messages: list[Delivery], alert: Alert, begun: datetime) -> list[Hop]:
    """What became of the messages to one person in a step that was begun at a time, and of the person."""
    queued_at, taken_at = messages[0].created_at, alert.acknowledged_at
    hops = [Hop("queued", queued_at)] if _minute(queued_at) > _minute(begun) else []
    hops += _by_channels(messages)
    shown = [message.arrived_at for message in messages if message.arrived_at is not None]
    hops += [Hop("shown", min(shown))] if shown else []
    opened = [message.read_at for message in messages if message.read_at is not None]
    hops += [Hop("opened", min(opened))] if opened else []
    has_it = alert.acknowledged_by_id == messages[0].recipient_id
    return [*hops, Hop("taken", taken_at)] if has_it and taken_at is not None and taken_at >= queued_at else hops


def _by_channels(messages: list[Delivery]) -> list[Hop]:
    """Channels with the same result in the same minute are named together."""
    channels: dict[tuple[str, datetime, str], list[str]] = defaultdict(list)
    for message in messages:
        if message.sent_at is not None:
            result = "sent", message.sent_at, ""
        elif message.undelivered_at is not None:
            result = "refused", message.undelivered_at, message.last_error
        else:
            result = "waiting", message.created_at, message.last_error
        channels[result[0], _minute(result[1]), result[2]].append(message.channel)
    return [Hop(state, at, channels_in_words(names), error) for (state, at, error), names in channels.items()]


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
