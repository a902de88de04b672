"""Texts and phone calls, by whatever service of Apprise's the operator has named."""

import time
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from accounts.models import ContactMethod, Sending
from symptoms.messages.channels.interface import NOTHING_LEARNED, Fault, Receipt, Refused
from symptoms.messages.words import notice_of
from symptoms.models import Delivery

SILENCE = 8  # seconds to connect, and without any answer


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """A line, and the addresses of Apprise's kind to which it goes."""

    text: str
    addresses: tuple[str, ...]


class Apprise:
    """One kind of number, reached by one service."""

    def __init__(self, name: str):
        self.name = name

    def write(self, sending: Sending) -> ShortMessage:
        """The letter's subject; in a text with its link, which nobody could note down from a voice."""
        assert isinstance(sending, Delivery)
        numbers = ContactMethod.objects.filter(user=sending.recipient_id, kind=self.name)
        numbers = numbers.filter(deliveries=sending) if sending.why == Delivery.Why.TEST else numbers.working()
        notice = notice_of(sending)
        is_text = self.name == ContactMethod.Kind.SMS
        pattern = settings.APPRISE_URLS[self.name]
        addresses = tuple(
            pattern.replace("{number}", quote(number, safe=""))
            for number in numbers.order_by("created_at").values_list("address", flat=True)
        )
        return ShortMessage(f"{notice.subject}\n{notice.link}" if is_text else notice.subject, addresses)

    def hand_over(self, message: ShortMessage, *, ends: float) -> Receipt:
        """Give it to the service for each number, as long as there is time: taken when it took one."""
        from apprise import Apprise as Service  # only the worker ever loads it

        if not message.addresses:
            raise Refused("no number to reach them by any more", Fault.POINTLESS)
        was_taken = False
        for address in message.addresses:
            if time.monotonic() + 2 * SILENCE > ends:
                break
            mark = "&" if "?" in address else "?"
            service = Service()
            if service.add(f"{address}{mark}cto={SILENCE}&rto={SILENCE}") and service.notify(body=message.text):
                was_taken = True
        if not was_taken:
            raise Refused("the service did not take it", Fault.LATER)
        return NOTHING_LEARNED
