"""Two or more who act in the same moment, each in a thread with a connection of their own: everybody's act counts once.

Meant for both databases: SQLite lets one write at a time, PostgreSQL everybody, but for the rows that a verb locks.
"""

import threading
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts import invitations, limits, members
from accounts.database_errors import is_transient
from accounts.models import AccountMail, Invitation, Membership, User, hash_token
from symptoms.alerts.conversation import ForeignNoteId, SameIdOtherNote
from symptoms.alerts.handling import acknowledge, resolve, write_note
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.entries import record_entry
from symptoms.journal.joining import join
from symptoms.management.commands.run_worker import pass_on
from symptoms.messages.channels.interface import Fault
from symptoms.messages.outbox import Outbox
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Note
from tests import people
from tests.at_once import at_once
from tests.moving import token_in
from tests.treatments import answers, logged, pen
from tests.tries import chance, tries

pytestmark = pytest.mark.django_db(transaction=True)

TRIES = tries(20, 200)
CROWDS = tries(2, 200)  # tries with twenty or fifty at once


def sent_again(act: Callable[[], object]) -> object:
    """What an act gives, tried again as a phone does when it waited too long for its turn and was answered 503."""
    while True:
        try:
            return act()
        except OperationalError as error:
            if not is_transient(error):
                raise


@pytest.mark.chance
def test_of_two_who_take_an_alert_one_has_it(clinic, noor, ana):
    treatment, lund = pen(ana, days_ago=3, by=noor), people.practitioner(clinic, "Dr Lund")
    logged(treatment, 3, signs=["pus"])
    alert = Alert.objects.get()
    holders = []
    for _ in range(TRIES):
        Alert.objects.update(acknowledged_at=None, acknowledged_by=None)
        take = partial(acknowledge, treatment, now=timezone.now())
        taken = at_once(partial(take, by=noor), partial(take, by=lund))
        assert sorted(taken, key=len) == [[], [alert]]
        alert.refresh_from_db()
        assert alert.acknowledged_by == (noor if taken[0] else lund)
        holders.append(alert.acknowledged_by)
    events = AlertEvent.objects.filter(what=AlertEvent.What.ACKNOWLEDGED).order_by("pk")
    assert [event.actor for event in events] == holders


@pytest.mark.faults("F7")
def test_of_two_answers_for_one_day_none_is_lost(noor, ana, noted):
    treatment = pen(ana, days_ago=TRIES, by=noor)
    drawn = chance("two answers for one day")
    for day in range(TRIES):
        sent = [answers(pain=drawn.randrange(4), signs=drawn.choice([[], ["pus"]])) for _ in range(2)]
        ids = [uuid4(), uuid4()]
        write = partial(record_entry, treatment.id, day=day, by=ana.user, now=timezone.now())
        recorded = at_once(*[partial(write, id=id, answers=document) for id, document in zip(ids, sent, strict=True)])
        assert [result.entry.id for result in recorded] == ids
        entries = {entry.id: entry for entry in Entry.objects.filter(day=day)}
        assert {id: entries[id].answers for id in entries} == dict(zip(ids, sent, strict=True))
        (current,) = [entry for entry in entries.values() if entry.is_current]
        assert current.assessments.filter(is_current=True).count() == 1
    noted(TRIES)


@pytest.mark.chance
def test_while_nobody_can_write_a_try_to_sign_in_is_not_called_one_too_many(rf, monkeypatch):
    is_held, may_go = threading.Event(), threading.Event()
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", connection.settings_dict["OPTIONS"] | {"timeout": 0.2})

    def hold() -> None:
        with limits._counting():
            is_held.set()
            may_go.wait(30)

    def try_now() -> list:
        is_held.wait(30)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
        try:
            return limits.count_try(rf.post("/accounts/login/", REMOTE_ADDR="192.0.2.7"), "ana@example.org")
        finally:
            may_go.set()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")  # the pool gives this connection to the tests that follow

    _, tried = at_once(hold, try_now)
    assert is_transient(tried)


@pytest.mark.faults("F7")
def test_one_answer_sent_many_times_at_once_is_kept_once(noor, ana, noted):
    treatment = pen(ana, days_ago=CROWDS, by=noor)
    for day in range(CROWDS):
        id = uuid4()
        recorded = at_once(*[partial(sent_again, partial(logged, treatment, day, id=id, signs=["pus"]))] * 20)
        assert not [result for result in recorded if isinstance(result, Exception)]
        assert sorted(result.is_new for result in recorded) == [False] * 19 + [True]
        assert {result.assessment.pk for result in recorded} == {Entry.objects.get(day=day).assessments.get().pk}
    assert Alert.objects.values("treatment", "concern").distinct().count() == Alert.objects.count()
    assert Delivery.objects.values_list("entry", "recipient").distinct().count() == Delivery.objects.count()
    noted(CROWDS)


@pytest.mark.chance
@pytest.mark.parametrize("how", ["both remove", "both take the role", "one of each"])
def test_two_admins_never_leave_their_practice_without_one(how):
    def remove(member):
        members.remove_member(member, timezone.now())

    def take_role(member):
        members.change_member(member, is_practitioner=True, is_admin=False)

    acts = {"both remove": (remove, remove), "both take the role": (take_role, take_role)}.get(how, (remove, take_role))
    for number in range(TRIES):
        clinic = people.practice(f"Clinic {number}")
        ours = [people.practitioner(clinic, name, admin=True).memberships.get() for name in ("Dr Noor", "Dr Lund")]
        done = at_once(*[partial(act, member) for act, member in zip(acts, ours, strict=True)])
        assert {type(result) for result in done} == {members.LastAdmin, type(None)}
        assert Membership.objects.admins().filter(practice=clinic).count() == 1


@pytest.mark.chance
def test_of_two_who_close_an_alert_one_does_and_the_outcome_is_theirs(clinic, noor, ana):
    treatment, lund = pen(ana, days_ago=3, by=noor), people.practitioner(clinic, "Dr Lund")
    logged(treatment, 3, signs=["pus"])
    alert = Alert.objects.select_related("treatment").get()
    for _ in range(TRIES):
        Alert.objects.update(resolved_at=None, resolved_by=None, outcome="")
        close = partial(resolve, alert, now=timezone.now())
        closed = at_once(partial(close, by=noor, outcome="seen"), partial(close, by=lund, outcome="advice"))
        assert sorted(closed) == [False, True]
        stored = Alert.objects.get()
        assert (stored.resolved_by, stored.outcome) == ((noor, "seen") if closed[0] else (lund, "advice"))
        assert AlertEvent.objects.filter(what="resolved").latest("pk").actor == stored.resolved_by


@pytest.mark.chance
def test_of_two_who_take_over_from_a_colleague_each_is_recorded_and_the_last_has_it(clinic, noor, ana):
    treatment = pen(ana, days_ago=3, by=noor)
    lund, chen = people.practitioner(clinic, "Dr Lund"), people.practitioner(clinic, "Dr Chen")
    logged(treatment, 3, signs=["pus"])
    for _ in range(TRIES):
        Alert.objects.update(acknowledged_at=timezone.now(), acknowledged_by=noor)
        take_over = partial(acknowledge, treatment, now=timezone.now(), over_from=noor.pk)
        taken = at_once(partial(take_over, by=lund), partial(take_over, by=chen))
        assert sorted(map(len, taken)) == [0, 1]  # the second finds it with somebody they did not mean
        assert Alert.objects.get().acknowledged_by == (lund if taken[0] else chen)


@pytest.mark.faults("F7")
def test_one_message_sent_many_times_at_once_is_written_and_told_once(clinic, noor, ana, noted):
    treatment, lund = pen(ana, days_ago=3, by=noor), people.practitioner(clinic, "Dr Lund")
    for number in range(TRIES):
        write = partial(write_note, treatment, id=uuid4(), for_patient=True, now=timezone.now())
        mine, again = partial(write, by=noor, text="Come at 11."), partial(write, by=noor, text="Come at 12.")
        written = at_once(mine, mine, again, partial(write, by=lund, text="Come at 11."))
        assert (Note.objects.count(), Delivery.objects.count()) == (number + 1, number + 1)
        note = Note.objects.latest("written_at")
        for text, author, result in zip(["11", "11", "12", "11"], [noor, noor, noor, lund], written, strict=True):
            if author != note.author:
                assert isinstance(result, ForeignNoteId)
            elif text not in note.text:
                assert isinstance(result, SameIdOtherNote)
            else:
                assert result == note
    noted(TRIES)


@pytest.mark.chance
def test_when_two_cannot_be_told_in_the_same_moment_the_next_is(clinic, noor, ana):
    lund, price = people.practitioner(clinic, "Dr Lund"), people.admin(clinic)
    treatment = pen(ana, days_ago=TRIES, by=noor)
    entry = logged(treatment, 0, signs=["trouble_breathing", "hives"]).entry
    outbox = Outbox(may_still_be_told, pass_on)

    def refuse(delivery: Delivery) -> None:
        outbox._failed(Delivery.objects.get(pk=delivery.pk), "recipient refused (550)", Fault.REFUSED)

    for _ in range(TRIES):
        assert {delivery.recipient for delivery in Delivery.objects.filter(entry=entry)} == {noor, lund}
        at_once(*[partial(refuse, delivery) for delivery in Delivery.objects.all()])
        assert Delivery.objects.filter(recipient=price).count() == 1
        Delivery.objects.filter(recipient=price).delete()
        Delivery.objects.update(refused_at=None)


@pytest.mark.chance
@pytest.mark.parametrize("kind", ["mailed to a patient", "shown to a patient", "mailed to a colleague"])
def test_one_invitation_lets_one_in(clinic, noor, kind):
    admin, begun = people.admin(clinic), timezone.now()
    strangers = [people.user(f"Person {number}") for number in range(50)]
    for number in range(CROWDS):
        now = begun + timedelta(hours=number)
        record = people.patient(clinic, f"Person {number}", accepted=False)
        invited = people.user("Ana", f"ana{number}@example.org")
        if kind == "mailed to a colleague":
            roles = {"is_practitioner": True, "is_admin": False}
            invitations.invite_member(clinic, invited.email, **roles, by=admin, now=now)
        else:
            address = invited.email if kind == "mailed to a patient" else ""
            _, link = invitations.invite_patient(record, noor, address, now)
        if kind == "shown to a patient":
            token, crowd = token_in(link), strangers
        else:
            token, crowd = token_in(AccountMail.objects.get(to=invited.email).body), [invited] * 50
        users = User.objects.in_bulk({user.pk for user in crowd})
        results = at_once(*[partial(join, token, copy(users[user.pk]), now=now, agrees=True) for user in crowd])
        assert sum(isinstance(result, Invitation) for result in results) == 1
        others = [result for result in results if result is not None and not isinstance(result, Invitation)]
        # Whoever waits too long behind the others is told to send it again, and finds it taken.
        assert all(isinstance(result, invitations.CannotJoin) or is_transient(result) for result in others)
        assert Invitation.objects.filter(token_hash=hash_token(token), used_at=now).count() == 1
        record.refresh_from_db()
        assert record.user == (invited if kind == "mailed to a patient" else None)
    colleagues = Membership.objects.filter(practice=clinic).exclude(user__in=[noor, admin])
    assert colleagues.count() == (CROWDS if kind == "mailed to a colleague" else 0)
