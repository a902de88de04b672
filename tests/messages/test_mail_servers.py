"""F3: whatever the mail server does, each try ends in time, and what was not taken is tried again or passed on."""

import threading
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, Membership
from symptoms.alerts.telling import may_still_be_told
from symptoms.management.commands.run_worker import pass_on
from symptoms.messages import outbox, retries, smtp
from symptoms.messages.channels.email import Email
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery
from tests import people
from tests.messages import mailservers
from tests.messages.told import an_entry, tell, to

pytestmark = pytest.mark.django_db


def run(box: Outbox, seconds: float = 20.0) -> None:
    """Work until nothing is on its way and nothing is due."""
    ends = time.monotonic() + seconds
    while box.work() or not box.is_idle:
        assert time.monotonic() < ends, "the outbox did not come to rest"
        box.wait(0 if box.is_idle else 0.1)


def sent_through(port: int) -> None:
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        run(Outbox(may_still_be_told, pass_on))


def test_the_link_leads_to_the_patient_and_nobody_else_through(client):
    entry = an_entry()
    link = reverse("review", args=[entry.pk])
    noor = people.signed_in(entry.treatment.practitioner)
    assert noor.get(link).url == reverse("patient", args=[entry.treatment.patient_id])
    assert people.signed_in(people.dr_okafor()).get(link).status_code == 404
    assert client.get(link).url == f"{reverse('account_login')}?next={link}"


@pytest.mark.faults("F3")
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
def test_a_server_that_does_not_take_it_is_cut_off_in_time_and_tried_again_later(script, monkeypatch):
    monkeypatch.setattr(smtp, "SILENCE", 300)  # only the bound of the whole try may end it
    monkeypatch.setattr(outbox, "LONGEST_TRY", 2.0)
    delivery = tell(an_entry())
    with mailservers.scripted(script) as (port, tries):
        sent_through(port)
    delivery.refresh_from_db()
    assert len(tries) == delivery.attempts == 1
    assert delivery.sent_at is None and delivery.failed_at is None
    assert delivery.last_error not in ("", "it did not finish in time")
    assert timedelta(seconds=2) < delivery.not_before - timezone.now() <= timedelta(seconds=6)


@pytest.mark.faults("F3")
def test_a_try_that_does_not_notice_its_end_is_given_up_and_tried_again_later(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(outbox, "LONGEST_TRY", 0.2)
    monkeypatch.setattr(outbox, "GRACE", 0.2)
    monkeypatch.setattr(Email, "hand_over", lambda *_, **__: is_over.wait(30))
    delivery = tell(an_entry())
    run(Outbox(may_still_be_told, pass_on))
    is_over.set()
    delivery.refresh_from_db()
    assert delivery.last_error == "it did not finish in time"
    assert delivery.sent_at is None and delivery.not_before > timezone.now()


@pytest.mark.faults("F3")
def test_nobody_at_the_port_is_tried_again_later():
    delivery = tell(an_entry())
    with mailservers.scripted(mailservers.never_greets) as (port, _):
        closed = port
    sent_through(closed)
    delivery.refresh_from_db()
    assert delivery.sent_at is None and delivery.failed_at is None
    assert "not reached" in delivery.last_error


class Clock:
    """The server's clock, which passes as a test says, and a millisecond whenever it is looked at."""

    def __init__(self):
        self.now = timezone.now()

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def work_until(self, is_done, *, within: timedelta, port: int) -> None:
        """Let the worker work, going from one moment at which something is due to the next."""
        ends = self.now + within
        while True:
            sent_through(port)
            if is_done():
                return
            waiting = Delivery.objects.filter(sent_at=None, failed_at=None).order_by("not_before")
            self.now = max(self.now, waiting.values_list("not_before", flat=True)[0])
            assert self.now <= ends, f"not within {within}"


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("django.utils.timezone.now", made)
    return made


@pytest.mark.faults("F3")
@pytest.mark.parametrize(("code", "within"), [(451, 20), (450, 20), (452, 20), (550, 1), (552, 1), (554, 1)])
def test_the_next_colleague_is_told_within_twenty_minutes_of_the_first_failed_try(clock, code, within):
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    tell(entry)
    with mailservers.honest(refused={entry.treatment.practitioner.email: code}) as (port, box):
        clock.work_until(lambda: box.recipients, within=timedelta(minutes=within), port=port)
        assert box.recipients == [colleague.email]
    assert Delivery.objects.filter(entry=entry).deliverable().exists()


REFUSING_EVERYBODY = {
    "closing": mailservers.greets_with(421),
    "no service": mailservers.greets_with(554),
    "sign in first": mailservers.refuses_sender(530),
    "550 to everybody": mailservers.refuses_recipient(550),
    "552 to everybody": mailservers.refuses_recipient(552),
    "451 to everybody": mailservers.refuses_recipient(451),
    "554 to every letter": mailservers.refuses_letter(554),
}


@pytest.mark.faults("F3")
@pytest.mark.parametrize("script", REFUSING_EVERYBODY.values(), ids=REFUSING_EVERYBODY.keys())
def test_an_outage_costs_no_alert_and_what_waited_goes_out_soon_after_its_end(clock, script):
    entry = an_entry()
    people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    waiting = [tell(entry), tell(an_entry(entry.treatment))]
    with mailservers.scripted(script) as (port, _):
        for hours in (0, 2, 30):
            passed = clock.now + timedelta(hours=hours, minutes=3)
            clock.now += timedelta(hours=hours)
            clock.work_until(lambda passed=passed: clock.now > passed, within=timedelta(hours=1), port=port)
    assert not Delivery.objects.exclude(failed_at=None).exists()
    # A server that says "later" to this or that recipient says nothing about itself: those are asked less often.
    within = timedelta(minutes=20 if script is REFUSING_EVERYBODY["451 to everybody"] else 5)
    with mailservers.honest() as (port, box):
        clock.work_until(lambda: not Delivery.objects.filter(sent_at=None).exists(), within=within, port=port)
    assert {delivery.message_id for delivery in waiting} <= set(box.ids)


def given_up(delivery: Delivery):
    return Delivery.objects.filter(pk=delivery.pk).exclude(failed_at=None)


@pytest.mark.faults("F3")
def test_a_refused_recipient_is_passed_over_once_and_given_up_when_others_were_taken_for_an_hour(clock):
    entry = an_entry()
    people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    people.admin(entry.treatment.practice)
    refused, started = tell(entry), clock.now
    with mailservers.honest(refused={refused.recipient.email: 550}) as (port, box):
        clock.work_until(lambda: bool(box.recipients), within=timedelta(minutes=1), port=port)
        refused.refresh_from_db()
        assert refused.refused_at is not None and refused.failed_at is None
        clock.work_until(given_up(refused).exists, within=timedelta(minutes=70), port=port)
    assert clock.now > started + timedelta(hours=1)
    assert Delivery.objects.count() == 2 and len(box.recipients) == 1
    assert Delivery.objects.filter(entry=entry).deliverable().exists()


@pytest.mark.faults("F20")
def test_after_the_practitioners_comes_the_admin_and_after_the_admin_nobody():
    entry = an_entry()
    practice = entry.treatment.practice
    people.practitioner(practice, "Dr Lindqvist")
    people.admin(practice)
    tell(entry)
    with mailservers.scripted(mailservers.refuses_recipient(550)) as (port, _):
        sent_through(port)
    deliveries = Delivery.objects.order_by("created_at")
    assert [delivery.why for delivery in deliveries] == ["treated", "practitioner", "admin"]
    assert not deliveries.filter(refused_at=None).exists()
    assert not Delivery.objects.filter(entry=entry).deliverable().exists()


@pytest.mark.faults("F20")
def test_in_an_emergency_the_admin_is_told_only_after_every_practitioner_was_refused():
    entry = an_entry()
    practice = entry.treatment.practice
    other = people.practitioner(practice, "Dr Lindqvist")
    price = people.admin(practice)
    for recipient in (entry.treatment.practitioner, other):
        Delivery.objects.create(**to(recipient, entry, 4), why="practitioner")
    with mailservers.honest(refused={entry.treatment.practitioner.email: 550}) as (port, box):
        sent_through(port)
        assert box.recipients == [other.email]
    Delivery.objects.filter(recipient=other).update(sent_at=None, attempts=0, not_before=timezone.now())
    with mailservers.honest(refused={entry.treatment.practitioner.email: 550, other.email: 550}) as (port, box):
        sent_through(port)
        assert box.recipients == [price.email]


def test_the_old_practice_told_before_does_not_count_for_the_new_one():
    entry = an_entry()
    tell(entry)
    with mailservers.honest() as (port, _):
        sent_through(port)
    new = people.practice("Otherwhere Clinic")
    okafor, lee = people.dr_okafor(new), people.practitioner(new, "Dr Lee")
    patient = entry.treatment.patient
    patient.practice = new
    patient.save()
    Delivery.objects.create(**to(okafor, entry) | {"practice": new}, why="practitioner")
    with mailservers.honest(refused={okafor.email: 550}) as (port, box):
        sent_through(port)
        assert box.recipients == [lee.email]


def test_a_recipient_who_says_later_is_still_tried_for_a_day_after_the_next_one_was_told(clock):
    entry = an_entry()
    people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    late, started = tell(entry), clock.now
    with mailservers.honest(refused={late.recipient.email: 451}) as (port, box):
        clock.work_until(lambda: bool(box.recipients), within=timedelta(minutes=20), port=port)
        clock.now = started + timedelta(hours=23)
        clock.work_until(given_up(late).exists, within=timedelta(hours=2), port=port)
        assert len(box.recipients) == 1
    assert clock.now > started + timedelta(days=1)


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


def test_pauses_between_tries_grow():
    delivery = tell(an_entry())
    pauses = tried(delivery, mailservers.refuses_recipient(451), 5)
    assert all(later > 2 * sooner for sooner, later in pairwise(pauses))


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


@pytest.mark.faults("F3")
def test_one_hanging_answer_holds_up_neither_others_nor_mail_about_signing_in(monkeypatch):
    monkeypatch.setattr(outbox, "LONGEST_TRY", 60.0)
    entry, others_were_sent = an_entry(), threading.Event()
    stuck = tell(entry, urgency=4)
    others = [tell(an_entry(entry.treatment), urgency=2) for _ in range(6)]
    AccountMail.objects.create(to="somebody@example.org", subject="Confirm", body="https://example.org/secret-link")
    its_id = stuck.message_id.encode()

    def hangs(envelope) -> None:
        if its_id in envelope.content:
            others_were_sent.wait(30)

    with mailservers.honest(hangs) as (port, box), override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        working = Outbox(may_still_be_told, pass_on)
        ends = time.monotonic() + 20
        while Delivery.objects.filter(sent_at=None).count() > 1 or AccountMail.objects.filter(sent_at=None):
            working.work()
            working.wait(0.05)
            assert time.monotonic() < ends, "the others wait for the one that hangs"
        others_were_sent.set()
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


@pytest.mark.faults("F20")
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


@pytest.mark.faults("F16")
def test_a_message_that_cannot_be_written_stops_no_other_and_after_five_times_the_next_recipient_is_told():
    entry = an_entry()
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    poison = tell(entry)
    type(poison.recipient).objects.filter(pk=poison.recipient_id).update(email="a@example.org\nBcc: b@example.org")
    AccountMail.objects.create(to="somebody@example.org", subject="Confirm", body="words")
    with mailservers.honest() as (port, box):
        for _ in range(5):
            assert colleague.email not in box.recipients
            Delivery.objects.filter(pk=poison.pk).update(not_before=timezone.now())
            sent_through(port)
            assert "somebody@example.org" in box.recipients
            poison.refresh_from_db()
            assert poison.sent_at is None and "could not be" in poison.last_error
    assert poison.failed_at is not None and box.recipients == ["somebody@example.org", colleague.email]


@pytest.mark.faults("F17")
def test_a_late_mark_of_a_worker_that_lost_its_lease_is_refused():
    delivery = tell(an_entry())
    assert retries.claim(delivery, timezone.now())
    slow = Delivery.objects.get(pk=delivery.pk)
    Delivery.objects.update(not_before=timezone.now())
    assert retries.claim(delivery, timezone.now())
    assert not retries.mark_sent(slow)
    assert retries.mark_sent(delivery)


def test_no_time_out_is_longer_than_the_lease_allows():
    assert smtp.SILENCE < outbox.LONGEST_TRY <= 30
    assert retries.LEASE.total_seconds() > outbox.LONGEST_TRY + outbox.GRACE
