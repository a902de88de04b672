"""What a list of somebody's channels shows of each."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from accounts.models import ContactMethod, User, kinds_offered
from symptoms.messages.channel_tests import NOT_ARRIVED, newest_tests
from symptoms.models import Delivery
from symptoms.wording.channels import state_in_words, trial_in_words

UTC = ZoneInfo("UTC")
ICONS = {"email": "mail", "push": "device"}


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel: its row (of an e-mail of which nothing is known, one that is not stored), and its newest test."""

    method: ContactMethod
    test: Delivery | None
    zone: ZoneInfo

    @property
    def name(self) -> str:
        return name_of(self.method)

    @property
    def is_email(self) -> bool:
        return self.method.kind == ContactMethod.Kind.EMAIL

    @property
    def is_working(self) -> bool:
        return self.method.is_working

    @property
    def icon(self) -> str:
        return ICONS.get(self.method.kind, "phone")

    @property
    def where(self) -> str:
        """The address, the number, or the browser's name."""
        return self.method.user.email if self.is_email else self.method.label

    @property
    def state(self) -> str:
        method = self.method
        return state_in_words(method.is_on, method.failing_since, method.failing_why, method.proven_at, self.zone)

    @property
    def trial(self) -> str:
        """What became of the newest test; empty where there was none."""
        test = self.test
        if test is None:
            return ""
        times = test.created_at, test.sent_at, test.arrived_at, test.undelivered_at
        return trial_in_words(test.channel, *times, test.last_error, self.zone, is_missing=self.is_missing)

    @property
    def asks(self) -> bool:
        """Whether its owner is asked if the test arrived."""
        return self.test is not None and self.test.sent_at is not None and self.test.arrived_at is None

    @property
    def is_missing(self) -> bool:
        """Whether its owner has said that the newest test did not arrive."""
        since, sent_at = self.method.failing_since, self.test.sent_at if self.test else None
        is_said = self.method.failing_why == NOT_ARRIVED
        return is_said and since is not None and sent_at is not None and sent_at <= since


def name_of(method: ContactMethod) -> str:
    """What forms call a channel by, and its place on the page."""
    return "email" if method.kind == ContactMethod.Kind.EMAIL else str(method.pk)


def rows_of(user: User, zone: ZoneInfo = UTC) -> list[ChannelRow]:
    """The channels of a member, e-mail first: two statements."""
    offered = ContactMethod.objects.filter(user=user, kind__in=kinds_offered()).order_by("created_at")
    methods = [method for method in offered if method.kind != ContactMethod.Kind.EMAIL]
    known = [m for m in offered if m.kind == ContactMethod.Kind.EMAIL and m.address in ("", user.email)]
    methods = [*(known[:1] or [ContactMethod(user=user, kind=ContactMethod.Kind.EMAIL)]), *methods]
    tests = newest_tests(methods)
    for method in methods:
        method.user = user
    return [ChannelRow(method, tests.get(method.pk), zone) for method in methods]
