"""Whether what is due goes out: a worker that beats but sends nothing tells nobody either."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import AccountMail, Practice, Sending
from symptoms.models import Delivery
from symptoms.models.worker_beat import BLIND_AFTER

UNTRIED_FOR = BLIND_AFTER  # longer than a worker needs for a look: what is due is claimed within seconds
UNSENT_FOR = timedelta(minutes=10)  # longer than the tries after which one recipient alone counts as refused


def is_standing_still(now: datetime) -> bool:
    """Whether messages that are due do not go out: by one of the channels nothing is tried, or nothing is taken.

    One recipient who is refused is none of it, nor a long line that moves. Two statements while nothing waits.
    """
    return any(_is_still(waiting, taken, now) for waiting, taken in _by_channel(now))


def overdue_of(practice: Practice, now: datetime) -> QuerySet[Delivery]:
    """Messages of a practice that should have gone by now and still may, the oldest first.

    What one recipient's address refuses is none of it: their page says so, and others were told instead.
    """
    waiting = Delivery.objects.deliverable().filter(sent_at=None, practice=practice)
    return waiting.filter(created_at__lt=now - UNSENT_FOR).order_by("created_at")


def _by_channel(now: datetime) -> Iterator[tuple[QuerySet[Sending], QuerySet[Sending]]]:
    """What has waited too long, and what was sent, of each channel by which something has."""
    late = Delivery.objects.filter(_is_late(now))
    for channel in sorted(set(late.order_by().values_list("channel", flat=True).distinct())):
        yield late.filter(channel=channel), Delivery.objects.filter(channel=channel)
    mails = AccountMail.objects.filter(_is_late(now))
    if mails.exists():
        yield mails, AccountMail.objects.all()


def _is_late(now: datetime) -> Q:
    waits = Q(sent_at=None, failed_at=None)
    return waits & (Q(not_before__lt=now - UNTRIED_FOR) | Q(refused_at=None, created_at__lt=now - UNSENT_FOR))


def _is_still(late: QuerySet[Sending], of_the_channel: QuerySet[Sending], now: datetime) -> bool:
    is_untried = late.filter(not_before__lt=now - UNTRIED_FOR).exists()
    moved_within = UNTRIED_FOR if is_untried else UNSENT_FOR
    return not of_the_channel.filter(sent_at__gt=now - moved_within).exists()
