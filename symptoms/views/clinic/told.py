"""Who was told of an open alert: step by step, each person once a step, with what became of it by each channel."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from symptoms.models import Alert, Delivery, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.channels import channels_in_words


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the messages to one person by some channels: "sent", "refused" or "waiting"."""

    state: str
    channels: str  # "e-mail and push"
    at: datetime  # sent, refused since, or waiting since
    error: str


@dataclass(frozen=True, slots=True)
class PersonTold:
    name: str
    results: list[Result]


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step: at once, or later as nobody had taken it."""

    title: str
    urgency: str  # slug
    at: datetime
    people: list[PersonTold]


def messages_about(alerts: list[Alert]) -> list[Delivery]:
    """The messages to the practice's own people about these alerts and their sessions, the first first: one statement.

    The alerts are of one patient and one practice.
    """
    sessions = Entry.objects.filter(treatment__in={alert.treatment_id for alert in alerts})
    about = Q(entry__in=sessions) | Q(alert__in=alerts)
    sent = Delivery.objects.filter(about, practice=alerts[0].practice_id).select_related("recipient")
    return list(sent.annotate(session=F("entry__treatment")).order_by("created_at", "recipient__name", "channel"))


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


def steps_told(deliveries: Iterable[Delivery]) -> list[StepTold]:
    """Deliveries, the first first, by step and person."""
    by_step: dict[tuple[str, int], list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        by_step[delivery.reason, max(1, delivery.step)].append(delivery)
    before, told = 0, []
    for (_reason, step), messages in by_step.items():
        told.append(StepTold(_title(step, before), _slug(messages[0]), messages[0].created_at, _people(messages)))
        before = step
    return told


def _title(step: int, before: int) -> str:
    """The number of a step, with those that went with it: after an outage, those that were missed are taken with it."""
    if before and step > before + 1:
        return _("Steps {first} to {last}").format(first=before + 1, last=step)
    return _("Step {number}").format(number=step)


def _slug(message: Delivery) -> str:
    return Urgency(message.urgency).slug


def _people(messages: list[Delivery]) -> list[PersonTold]:
    by_person: dict[UUID, list[Delivery]] = defaultdict(list)
    for message in messages:
        by_person[message.recipient_id].append(message)
    return [PersonTold(str(sent[0].recipient), _results(sent)) for sent in by_person.values()]


def _results(messages: list[Delivery]) -> list[Result]:
    """Channels with the same result in the same minute are named together."""
    channels: dict[tuple[str, datetime, str], list[str]] = defaultdict(list)
    for message in messages:
        if message.sent_at is not None:
            result = "sent", message.sent_at, ""
        elif message.undelivered_at is not None:
            result = "refused", message.undelivered_at, message.last_error
        else:
            result = "waiting", message.created_at, message.last_error
        channels[result[0], result[1].replace(second=0, microsecond=0), result[2]].append(message.channel)
    return [Result(state, channels_in_words(names), at, error) for (state, at, error), names in channels.items()]
