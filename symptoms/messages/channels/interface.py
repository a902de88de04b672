"""What a channel is: how a message is written for it, handed over, and what may go wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from accounts.models import Sending


class Fault(Enum):
    """Why a message was not taken, which decides whether and how long it is tried again."""

    CHANNEL = "the channel takes nothing from us now"
    LATER = "not this message, or not for this recipient, for now"
    REFUSED = "never this message or this recipient, says the channel"
    OURS = "we could not write or hand over this message"
    POINTLESS = "nobody is to be told of it any more"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which of the recipient's contact methods are no more, and why: learned while a message was handed over."""

    ended: Mapping[UUID, str] = field(default_factory=dict)


NOTHING_LEARNED = Receipt()


class Refused(Exception):
    """The channel did not take the message, and whose `fault` it was. `str()` says why, without any health word."""

    def __init__(self, reason: str, fault: Fault = Fault.CHANNEL, receipt: Receipt = NOTHING_LEARNED):
        self.fault, self.receipt = fault, receipt
        super().__init__(reason)


class Channel(Protocol):
    """A way to reach somebody. Add one as a file beside this, and name it in `registry`."""

    name: str  # as `Delivery.channel` holds it

    def write(self, sending: Sending) -> Any:
        """The message for `sending`, ready to be handed over. It may use the database; what it raises is our fault."""

    def hand_over(self, message: Any, *, ends: float) -> Receipt:
        """Give the message away; over, one way or the other, when the monotonic clock says `ends`.

        A message to several addresses of one person is taken when one of them took it. Called in another thread,
        without the database.

        Raises:
            Refused: it was not taken.
        """
