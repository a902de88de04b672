"""F3: whatever the mail server does, each try ends in time, and what was not taken is tried again or passed on."""

import time
from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, Membership
from symptoms.alerts.telling import may_still_be_told, nobody_told
from symptoms.management.commands.run_worker import pass_on
from symptoms.messages import marks, outbox, smtp
from symptoms.messages.email import written
from symptoms.messages.marks import BACKOFF, OUTAGE, PASS_ON_AFTER
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery
from tests import people
from tests.messages import mailservers
from tests.messages.told import CLINIC_STRINGS, PATIENT_STRINGS, an_entry, tell

pytestmark = pytest.mark.django_db


def run(box: Outbox, seconds: float = 20.0) -> None:
    """Work until nothing is on its way and nothing is due."""
    ends = time.monotonic() + seconds
    while box.work() or not box.is_idle:
        assert time.monotonic() < ends, "the outbox did not come to rest"
        box.wait(0.1)


def sent_through(port: int) -> None:
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        run(Outbox(may_still_be_told, pass_on))


@pytest.fixture
def in_a_hurry(monkeypatch):
    """The bounds of a try, small: what is tested is that they hold, not how long they are."""
    monkeypatch.setattr(outbox, "LONGEST_TRY", 1.0)
    monkeypatch.setattr(outbox, "GRACE", 0.5)


def test_the_message_says_only_that_something_needs_review():
    delivery = tell(an_entry())
    with mailservers.honest() as (port, box):
        sent_through(port)
    delivery.refresh_from_db()
    assert delivery.sent_at is not None and delivery.failed_at is None
    (letter,) = box.letters
    text = letter.decode()
    assert "needs your review" in text and f"/practice/review/{delivery.entry_id}/" in text
    for secret in [*PATIENT_STRINGS, *CLINIC_STRINGS, str(delivery.entry.treatment.patient_id)]:
        assert secret.lower() not in text.lower()


def test_the_link_leads_to_the_patient_and_nobody_else_through(client):
    entry = an_entry()
    link = reverse("review", args=[entry.pk])
    noor = people.signed_in(entry.treatment.practitioner)
    assert noor.get(link).url == reverse("patient", args=[entry.treatment.patient_id])
    assert people.signed_in(people.dr_okafor()).get(link).status_code == 404
    assert client.get(link).url == f"{reverse('account_login')}?next={link}"


def test_an_admin_who_reads_no_record_is_led_to_the_members():
    entry = an_entry()
    price = people.admin(entry.treatment.practice)
    letter = written(Delivery.objects.create(entry=entry, recipient=price, why=Delivery.Why.ADMIN, urgency=3))
    assert "nobody could be told" in letter.subject
    assert letter.body.count("/practice/") == letter.body.count(reverse("members")) == 1
    for secret in [*PATIENT_STRINGS, *CLINIC_STRINGS]:
        assert secret.lower() not in f"{letter.subject}{letter.body}".lower()


@pytest.mark.parametrize(
    "script",
    [
        mailservers.refuses_recipient(451),
        mailservers.refuses_letter(452),
        mailservers.greets_with(421),
        mailservers.greets_with(554),
        mailservers.never_greets,
        mailservers.hangs_after_letter,
        mailservers.dawdles,
        mailservers.drops_after_letter,
    ],
    ids=["4xx recipient", "4xx letter", "421", "554 greeting", "silent", "hangs", "dawdles", "drops"],
)
def test_a_server_that_does_not_take_it_is_tried_again_later_within_the_bound(script, in_a_hurry):
    delivery, started = tell(an_entry()), time.monotonic()
    with mailservers.scripted(script) as (port, tries):
        sent_through(port)
        took = time.monotonic() - started
    delivery.refresh_from_db()
    assert took < 4
    assert len(tries) == delivery.attempts == 1
    assert delivery.sent_at is None and delivery.failed_at is None and delivery.last_error
    assert timedelta(seconds=2) < delivery.not_before - timezone.now() <= BACKOFF[0] * 1.2


def test_nobody_at_the_port_is_tried_again_later():
    delivery = tell(an_entry())
    with mailservers.scripted(mailservers.never_greets) as (port, _):
        closed = port
    sent_through(closed)
    delivery.refresh_from_db()
    assert delivery.sent_at is None and delivery.failed_at is None
    assert "not reached" in delivery.last_error


@pytest.mark.parametrize("script", [mailservers.refuses_recipient(550), mailservers.refuses_letter(554)])
def test_a_refusal_for_good_is_not_repeated_and_somebody_else_is_told(script):
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    refused = tell(entry)
    with mailservers.scripted(script) as (port, _):
        sent_through(port)
    refused.refresh_from_db()
    assert refused.failed_at is not None and refused.attempts == 1
    assert Delivery.objects.filter(recipient=colleague, entry=entry, urgency=refused.urgency).count() == 1


def test_after_the_practitioners_comes_the_admin_and_after_the_admin_nobody():
    entry = an_entry()
    practice = entry.treatment.practice
    people.practitioner(practice, "Dr Lindqvist")
    price = people.admin(practice)
    tell(entry)
    with mailservers.scripted(mailservers.refuses_recipient(550)) as (port, _):
        sent_through(port)
    told = list(Delivery.objects.order_by("created_at").values_list("why", flat=True))
    assert told == ["treated", "practitioner", "admin"]
    assert Delivery.objects.get(recipient=price).failed_at is not None
    assert nobody_told(entry)


def tried(delivery: Delivery, script, times: int) -> list[float]:
    """Try so many times, each as soon as one may; the pause after each, in seconds."""
    pauses = []
    with mailservers.scripted(script) as (port, tries):
        for _ in range(times):
            Delivery.objects.filter(pk=delivery.pk, failed_at=None).update(not_before=timezone.now())
            sent_through(port)
            delivery.refresh_from_db()
            pauses.append((delivery.not_before - timezone.now()).total_seconds())
    assert len(tries) == times
    return pauses


def grow_as(pauses: list[float], steps: list[timedelta]) -> bool:
    steps = [step.total_seconds() for step in steps]
    longest = [*steps, *[steps[-1]] * len(pauses)]
    return all(least - 2 < pause <= least * 1.2 for pause, least in zip(pauses, longest, strict=False))


@pytest.mark.parametrize(
    "script",
    [mailservers.greets_with(421), mailservers.greets_with(554), mailservers.refuses_sender(530)],
    ids=["closing", "no service", "sign in first"],
)
def test_an_outage_costs_no_delivery_and_what_waited_goes_out_within_five_minutes_of_its_end(script):
    entry = an_entry()
    people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    delivery = tell(entry)
    assert grow_as(tried(delivery, script, 20), OUTAGE)
    assert OUTAGE[-1] * 1.2 < timedelta(minutes=5)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=3), not_before=timezone.now())
    sent_through(mailservers.free_port())
    assert Delivery.objects.get() == delivery  # telling somebody else by the same server is no use
    delivery.refresh_from_db()
    assert delivery.failed_at is None and not nobody_told(entry)


def test_a_recipient_who_says_later_is_tried_at_growing_pauses_then_the_next_one_is_told():
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    delivery = tell(entry)
    later = mailservers.refuses_recipient(451)
    assert grow_as(tried(delivery, later, PASS_ON_AFTER - 1), BACKOFF)
    assert delivery.failed_at is None and not Delivery.objects.filter(recipient=colleague).exists()
    Delivery.objects.update(not_before=timezone.now())
    with mailservers.scripted(later) as (port, _):
        sent_through(port)
    delivery.refresh_from_db()
    assert delivery.failed_at is not None
    assert Delivery.objects.get(recipient=colleague, entry=entry).failed_at is None


def test_while_there_is_nobody_else_a_recipient_who_says_later_is_tried_for_a_day():
    entry = an_entry()
    delivery = tell(entry)
    later = mailservers.refuses_recipient(451)
    tried(delivery, later, PASS_ON_AFTER + 2)
    assert delivery.failed_at is None
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    tried(delivery, later, 1)
    assert delivery.failed_at is not None and nobody_told(entry)


def test_a_letter_about_signing_in_is_given_up_after_a_day_whatever_the_reason():
    mail = AccountMail.objects.create(to="new@example.org", subject="Confirm", body="https://example.org/secret-link")
    for age, is_over in ((timedelta(hours=23), False), (timedelta(hours=25), True)):
        AccountMail.objects.update(created_at=timezone.now() - age, not_before=timezone.now())
        sent_through(mailservers.free_port())
        mail.refresh_from_db()
        assert (mail.failed_at is not None, mail.body == "") == (is_over, is_over)


def test_every_repeat_carries_the_same_message_id():
    delivery = tell(an_entry())
    with mailservers.honest(lambda envelope: "451 later" if len(box.offered) < 3 else None) as (port, box):
        for _ in range(3):
            Delivery.objects.update(not_before=timezone.now())
            sent_through(port)
    delivery.refresh_from_db()
    assert delivery.sent_at is not None
    assert [mailservers.id_of(letter) for letter in box.offered] == [delivery.message_id] * 3


def test_one_hanging_answer_holds_up_neither_others_nor_mail_about_signing_in(monkeypatch):
    monkeypatch.setattr(outbox, "LONGEST_TRY", 4.0)
    entry = an_entry()
    stuck = tell(entry, urgency=4)
    others = [tell(an_entry(entry.treatment), urgency=2) for _ in range(6)]
    AccountMail.objects.create(to="somebody@example.org", subject="Confirm", body="https://example.org/secret-link")
    its_id = stuck.message_id.encode()
    with (
        mailservers.honest(lambda envelope: time.sleep(3) if its_id in envelope.content else None) as (port, box),
        override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port),
    ):
        working = Outbox(may_still_be_told, pass_on)
        started = time.monotonic()
        while Delivery.objects.filter(sent_at=None).count() > 1 or AccountMail.objects.filter(sent_at=None):
            working.work()
            working.wait(0.05)
            assert time.monotonic() - started < 2.5
        working.close()
    assert {d.message_id for d in others} < set(box.ids)
    stuck.refresh_from_db()
    assert stuck.sent_at is not None


def test_a_mail_that_lets_somebody_in_is_forgotten_once_sent():
    mail = AccountMail.objects.create(to="new@example.org", subject="Confirm", body="https://example.org/secret-link")
    with mailservers.honest() as (port, box):
        sent_through(port)
    mail.refresh_from_db()
    assert mail.sent_at is not None and mail.body == ""
    assert b"secret-link" in box.letters[0]


def test_a_practitioner_removed_after_the_alert_is_told_nothing_and_the_next_one_is():
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist", "lindqvist@larkfield.example")
    delivery = tell(entry)
    Membership.objects.filter(user=delivery.recipient).update(removed_at=timezone.now())
    with mailservers.honest() as (port, box):
        sent_through(port)
    delivery.refresh_from_db()
    assert delivery.sent_at is None and delivery.failed_at is not None
    assert box.recipients == [colleague.email]


def test_a_message_that_cannot_even_be_written_does_not_stop_the_others():
    entry = an_entry()
    poison = tell(entry)
    type(poison.recipient).objects.filter(pk=poison.recipient_id).update(email="a@example.org\nBcc: b@example.org")
    AccountMail.objects.create(to="somebody@example.org", subject="Confirm", body="words")
    with mailservers.honest() as (port, box):
        sent_through(port)
    assert box.recipients == ["somebody@example.org"]
    poison.refresh_from_db()
    assert poison.sent_at is None and "could not be" in poison.last_error


def test_a_message_that_can_never_be_written_is_set_aside_after_five_times_and_the_next_one_is_told():
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    poison = tell(entry)
    type(poison.recipient).objects.filter(pk=poison.recipient_id).update(email="a@example.org\nBcc: b@example.org")
    with mailservers.honest() as (port, box):
        for _ in range(5):
            assert not box.recipients
            Delivery.objects.filter(pk=poison.pk).update(not_before=timezone.now())
            sent_through(port)
    poison.refresh_from_db()
    assert poison.failed_at is not None and box.recipients == [colleague.email]


def test_a_late_mark_of_a_worker_that_lost_its_lease_is_refused():
    delivery = tell(an_entry())
    assert marks.claim(delivery, timezone.now())
    slow = Delivery.objects.get(pk=delivery.pk)
    Delivery.objects.update(not_before=timezone.now())
    assert marks.claim(delivery, timezone.now())
    assert not marks.mark_sent(slow)
    assert marks.mark_sent(delivery)


def test_no_time_out_is_longer_than_the_lease_allows():
    assert smtp.SILENCE < outbox.LONGEST_TRY <= 30
    assert marks.LEASE.total_seconds() > outbox.LONGEST_TRY + outbox.GRACE
