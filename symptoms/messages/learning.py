"""What sending teaches about the ways to reach a member: an address that is refused or takes again, a browser that is
gone.

A mail server that refuses everybody is broken, and says nothing about anybody: an address counts as failing once it is
refused while the server takes what is for others. As long as it does not, what waits is tried again.
"""

from datetime import datetime

from accounts.contact_methods import email_of, mark_failing
from accounts.models import AccountMail, ContactMethod, Sending
from symptoms.messages.channels.interface import Receipt
from symptoms.models import Delivery

Kind, Why = ContactMethod.Kind, Delivery.Why
ENDED = "ended"  # as `ContactMethod.failing_why` holds it


def learn_taken(sending: Sending, receipt: Receipt, now: datetime) -> None:
    """Note that the channel took it: its address takes letters, and addresses that were refused meanwhile do not."""
    learn_ended(sending, receipt, now)
    if isinstance(sending, Delivery) and sending.channel != Delivery.EMAIL:
        return
    address = _address(sending)
    healed = ContactMethod.objects.filter(kind=Kind.EMAIL, address=address, failing_since__isnull=False)
    healed.update(failing_since=None, failing_why="")
    refused = Delivery.objects.filter(channel=Delivery.EMAIL, refused_at__isnull=False, sent_at=None, failed_at=None)
    for delivery in refused.exclude(recipient__email=address).exclude(why=Why.PATIENT).select_related("recipient"):
        _mark_refused(delivery, delivery.last_error, now)


def learn_refused(sending: Sending, why: str, now: datetime) -> None:
    """Note that a test was refused: somebody looks at what came of it."""
    if isinstance(sending, Delivery) and sending.why == Why.TEST and sending.channel == Delivery.EMAIL:
        _mark_refused(sending, why, now)


def learn_ended(sending: Sending, receipt: Receipt, now: datetime) -> None:
    """Note which of the recipient's browsers take nothing any more."""
    if receipt.ended:
        mark_failing(ContactMethod.objects.filter(pk__in=receipt.ended), ENDED, now)


def _mark_refused(delivery: Delivery, why: str, now: datetime) -> None:
    mark_failing(ContactMethod.objects.filter(pk=email_of(delivery.recipient).pk), why, now)


def _address(sending: Sending) -> str:
    if isinstance(sending, AccountMail):
        return sending.to
    assert isinstance(sending, Delivery)
    return sending.recipient.email
