"""What a message says, whatever the channel: how urgent it is, and where to read the rest; no word about anybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Patient
from symptoms.models import AdviceTimer, Alert, DayLink, Delivery
from symptoms.recovery.vocabulary import Urgency

# By the least urgency of which a member is told: the words that name them to their manager.
NOT_TOLD_OF_ALL = {
    Urgency.ON_TRACK: "unreachable",
    Urgency.URGENT: "only_urgent",
    Urgency.EMERGENCY: "only_emergencies",
}
LATE = timedelta(minutes=15)  # a reminder that is sent so long after its hour says so
STOPPING = signing.Signer(salt="symptoms.reminders.stop")


@dataclass(frozen=True, slots=True)
class Notice:
    """The line that says how urgent it is and nothing else, the text of a letter, and the page that it leads to.

    `stop`: where its reader, or their mail program, says that no more of these are wanted; empty where they cannot.
    """

    subject: str
    body: str
    link: str
    stop: str = ""


def notice_of(delivery: Delivery) -> Notice:
    """What `delivery` says: the first line of its template, and the rest."""
    kind, page = _about(delivery)
    link, stop = f"{settings.SITE_URL}{page}", _stop(delivery)
    context: dict[str, object] = {"link": link, "urgency": Urgency(delivery.urgency).slug, "stop": stop}
    if kind == "reminder":
        context |= _of_a_reminder(delivery, timezone.now())
    subject, _, body = render_to_string(f"messages/{kind}.txt", context).partition("\n")
    return Notice(subject.strip(), body.strip() + "\n", link, stop)


def stopping_token(patient: Patient) -> str:
    """What lets whoever has a reminder stop them, and do nothing else."""
    return STOPPING.sign(str(patient.pk))


def patient_of_token(token: str) -> Patient | None:
    """Whose reminders the token stops; None for one that was not made here."""
    try:
        return Patient.objects.filter(pk=STOPPING.unsign(token)).first()
    except signing.BadSignature:
        return None


def _stop(delivery: Delivery) -> str:
    if not delivery.reason.startswith(f"{Delivery.REMIND}:"):
        return ""
    return settings.SITE_URL + reverse("reminders_stop", args=[stopping_token(delivery.patient)])


def _of_a_reminder(delivery: Delivery, now: datetime) -> dict[str, object]:
    """Where the letter leads besides the log, and whether it comes late."""
    day_link = DayLink.objects.filter(delivery=delivery).first() if delivery.channel == Delivery.EMAIL else None
    return {
        "day_link": settings.SITE_URL + reverse("day_link", args=[day_link.token]) if day_link else "",
        "is_late": now - delivery.created_at > LATE,
    }


def _reminded_of(delivery: Delivery) -> str:
    """The page on which what they are reminded of is done."""
    kind, _, rest = delivery.reason.partition(":")
    if kind != Delivery.TIMER:
        return reverse("log") + "?reminded"  # that page then offers "in two hours" as well
    return reverse("entry", args=[AdviceTimer.objects.get(pk=rest.partition(":")[0]).entry_id])


def _about(delivery: Delivery) -> tuple[str, str]:
    """Which words, and the page that they lead to: an admin reads no record, but can bring somebody who does."""
    if delivery.why == Delivery.Why.TEST:
        return "test", reverse("own_channels" if delivery.practice_id else "reminders")
    if delivery.why == Delivery.Why.REMINDER:
        return "reminder", _reminded_of(delivery)
    if delivery.reason.startswith(f"{Delivery.HANDED_OVER}:"):
        return "handed_over", reverse("queue")
    if delivery.why == Delivery.Why.MEMBER:
        told_from = Urgency(int(delivery.reason.split(":")[2]))
        return NOT_TOLD_OF_ALL[told_from], reverse("members")
    if delivery.why == Delivery.Why.MORNING_LIST:
        is_open = Alert.objects.open().filter(practice=delivery.practice_id).exists()
        return ("morning_list" if is_open else "morning_list_quiet"), reverse("queue")
    if delivery.why == Delivery.Why.PATIENT:
        return ("question" if delivery.entry_id else "message"), reverse("today")
    if delivery.note_id:
        return "written", reverse("members" if delivery.why == Delivery.Why.ADMIN else "queue")
    if delivery.why == Delivery.Why.ADMIN:
        return "nobody", reverse("members")
    if delivery.reason.startswith(f"{Delivery.TAKEN_OVER}:"):
        return "taken_over", reverse("queue")
    if delivery.alert_id:
        return "left", reverse("queue")
    return "review", reverse("review", args=[delivery.entry_id])
