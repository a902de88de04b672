"""Channels that take what they are given at once, or refuse it as the faults of the hour say, and remember all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from uuid import UUID

from accounts.models import Sending
from symptoms.messages.channels import registry
from symptoms.messages.channels.interface import NOTHING_LEARNED, Fault, Receipt, Refused
from symptoms.models import Delivery


@dataclass(frozen=True, slots=True)
class Message:
    """What was handed over: to whom, about what, in which step, under which id."""

    recipient: UUID
    channel: str
    reason: str
    step: int
    message_id: str


@dataclass
class Post:
    """Everything that was accepted, and what is broken now; `told` is called with each message as it is accepted."""

    accepted: Counter[Message] = field(default_factory=Counter)
    is_down: set[str] = field(default_factory=set)  # channels that take nothing
    refused: set[UUID] = field(default_factory=set)  # people whose mailbox is full
    arrived: list[Message] = field(default_factory=list)  # since somebody looked last

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While it is entered, these are the channels that there are."""
        with patch.dict(registry.CHANNELS, {name: StandIn(name, self) for name in registry.CHANNELS}):
            yield


class StandIn:
    """One channel of `post`."""

    def __init__(self, name: str, post: Post):
        self.name, self._post = name, post

    def write(self, sending: Sending) -> Any:
        assert isinstance(sending, Delivery)
        return Message(sending.recipient_id, self.name, sending.reason, sending.step, sending.message_id)

    def hand_over(self, message: Message, *, ends: float) -> Receipt:
        if self.name in self._post.is_down:
            raise Refused("down")
        if message.recipient in self._post.refused:
            raise Refused("mailbox full", Fault.REFUSED)
        self._post.accepted[message] += 1
        self._post.arrived.append(message)
        return NOTHING_LEARNED
