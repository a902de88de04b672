"""What a message says, whatever the channel: how urgent it is, and where to read the rest; no word about anybody."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from symptoms.models import Alert, Delivery
from symptoms.recovery.vocabulary import Urgency

# By the least urgency of which a member is told: the words that name them to their manager.
NOT_TOLD_OF_ALL = {
    Urgency.ON_TRACK: "unreachable",
    Urgency.URGENT: "only_urgent",
    Urgency.EMERGENCY: "only_emergencies",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """The line that says how urgent it is and nothing else, the text of a letter, and the page that it leads to."""

    subject: str
    body: str
    link: str


def notice_of(delivery: Delivery) -> Notice:
    """What `delivery` says: the first line of its template, and the rest."""
    kind, page = _about(delivery)
    link = f"{settings.SITE_URL}{page}"
    context = {"link": link, "urgency": Urgency(delivery.urgency).slug}
    subject, _, body = render_to_string(f"messages/{kind}.txt", context).partition("\n")
    return Notice(subject.strip(), body.strip() + "\n", link)


def _about(delivery: Delivery) -> tuple[str, str]:
    """Which words, and the page that they lead to: an admin reads no record, but can bring somebody who does."""
    if delivery.why == Delivery.Why.TEST:
        return "test", reverse("own_channels")
    if delivery.reason.startswith(f"{Delivery.HANDED_OVER}:"):
        return "handed_over", reverse("queue")
    if delivery.why == Delivery.Why.MEMBER:
        told_from = Urgency(int(delivery.reason.split(":")[2]))
        return NOT_TOLD_OF_ALL[told_from], reverse("members")
    if delivery.why == Delivery.Why.DIGEST:
        is_open = Alert.objects.open().filter(practice=delivery.practice_id).exists()
        return ("digest" if is_open else "digest_quiet"), reverse("queue")
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
