"""Tests of a member's channels: one is queued like any message, and somebody or their browser says that it arrived."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.contact_methods import mark_failing, mark_proven
from accounts.locks import lock_practice, lock_user
from accounts.models import ContactMethod, Practice
from symptoms.models import Delivery
from symptoms.models.delivery import reason_of

MOST_TESTS = 5  # of one channel in TESTED_WITHIN: texts and calls cost money
MOST_TESTS_OF_A_KIND = 10  # of one member: a number that is removed and added again begins no new count
TESTED_WITHIN = timedelta(hours=1)
NOT_ARRIVED = "unarrived"  # as `ContactMethod.failing_why` holds it


class TooManyTests(Exception):
    """It was tested often enough for now."""


@transaction.atomic
def send_test(method: ContactMethod, practice: Practice | None, now: datetime) -> Delivery:
    """Queue a test of one channel of a member of `practice`, or of a patient (None); the one that is on its way, where
    there is one.

    Raises:
        TooManyTests: there were MOST_TESTS lately, or MOST_TESTS_OF_A_KIND.
    """
    if practice is not None:
        lock_practice(practice.pk)
    else:
        lock_user(method.user_id)
    lately = Delivery.objects.filter(
        recipient=method.user_id, channel=method.kind, why=Delivery.Why.TEST, created_at__gt=now - TESTED_WITHIN
    )
    of_the_kind: list[Delivery] = list(lately.order_by("-created_at"))
    tests = [test for test in of_the_kind if test.method_id == method.pk]
    if tests and tests[0].is_on_its_way:
        return tests[0]
    if len(tests) >= MOST_TESTS or len(of_the_kind) >= MOST_TESTS_OF_A_KIND:
        raise TooManyTests
    return Delivery.objects.create(
        recipient_id=method.user_id, practice=practice, why=Delivery.Why.TEST, channel=method.kind, method=method,
        reason=reason_of("test", method.pk, at=now), step=len(tests), created_at=now, not_before=now,
    )  # fmt: skip


def newest_tests(methods: Iterable[ContactMethod]) -> dict[UUID, Delivery]:
    """The newest test of each, by the method's id: one statement."""
    tests = Delivery.objects.filter(why=Delivery.Why.TEST, method__in=[method.pk for method in methods])
    return {test.method_id: test for test in tests.order_by("created_at") if test.method_id}


@transaction.atomic
def note_arrival(delivery_id: UUID, method_id: UUID, now: datetime) -> bool:
    """Note that a message arrived in a browser of its recipient's; False where there is no such message.

    The id of the message is known only to who received it.
    """
    delivery = Delivery.objects.filter(pk=delivery_id, channel=ContactMethod.Kind.PUSH).first()
    method = ContactMethod.objects.filter(pk=method_id, kind=ContactMethod.Kind.PUSH).first()
    if delivery is None or method is None or method.user_id != delivery.recipient_id:
        return False
    if Delivery.objects.filter(pk=delivery.pk, arrived_at=None).update(arrived_at=now):
        mark_proven(method, now)
    return True


@transaction.atomic
def answer_test(method: ContactMethod, has_arrived: bool, now: datetime) -> bool:
    """Keep what a member says of the newest test that was handed over; False where there is none to say it of."""
    test = newest_tests([method]).get(method.pk)
    if test is None or test.sent_at is None:
        return False
    if has_arrived:
        Delivery.objects.filter(pk=test.pk, arrived_at=None).update(arrived_at=now)
        mark_proven(method, now)
    else:
        Delivery.objects.filter(pk=test.pk).update(arrived_at=None)
        mark_failing(ContactMethod.objects.filter(pk=method.pk), NOT_ARRIVED, now)
    return True
