"""What sending teaches about the ways to reach somebody: an address that is refused or takes again, a browser that
is gone."""

from datetime import datetime

from accounts.contact_methods import email_of, mark_failing
from accounts.models import AccountMail, ContactMethod, Membership, Sending
from symptoms.messages.channels.interface import Receipt
from symptoms.models import Delivery

Kind = ContactMethod.Kind
ENDED = "ended"  # as `ContactMethod.failing_why` holds it


def learn_taken(sending: Sending, receipt: Receipt, now: datetime) -> None:
    """Note that the channel took it: an address that was refused before takes letters again."""
    if _is_letter(sending):
        refused = ContactMethod.objects.filter(kind=Kind.EMAIL, address=_address(sending), failing_since__isnull=False)
        refused.update(failing_since=None, failing_why="")
    learn_ended(sending, receipt, now)


def learn_refused(sending: Sending, why: str, now: datetime) -> None:
    """Note that the mail server refuses a member's address."""
    if not _is_letter(sending):
        return
    member = Membership.objects.current().filter(user__email=_address(sending)).select_related("user").first()
    if member is not None:
        mark_failing(ContactMethod.objects.filter(pk=email_of(member.user).pk), why, now)


def learn_ended(sending: Sending, receipt: Receipt, now: datetime) -> None:
    """Note which of the recipient's browsers take nothing any more."""
    if receipt.ended:
        ended = ContactMethod.objects.filter(pk__in=receipt.ended)
        mark_failing(ended, ENDED, now)


def _is_letter(sending: Sending) -> bool:
    return isinstance(sending, AccountMail) or (isinstance(sending, Delivery) and sending.channel == Delivery.EMAIL)


def _address(sending: Sending) -> str:
    if isinstance(sending, Delivery):
        return sending.recipient.email
    assert isinstance(sending, AccountMail)
    return sending.to
