"""Two or more who act in the same moment, each in a thread with a connection of their own: everybody's act counts once.

Meant for both databases: SQLite lets one write at a time, PostgreSQL everybody, but for the rows that a verb locks.
"""

import os
import threading
from collections.abc import Callable
from functools import partial
from random import Random
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts import members
from accounts.models import Membership
from symptoms.alerts.handling import acknowledge
from symptoms.journal.entries import record_entry
from symptoms.models import Alert, AlertEvent, Delivery, Entry
from tests import people
from tests.treatments import answers, logged, pen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

ALL = os.environ.get("MENDLINE_TEST_FAULTS") == "all"
TRIES = 200 if ALL else 20
CROWDS = 200 if ALL else 2  # tries with twenty or fifty at once


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, in their order; all of them begin in the same moment."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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


def test_of_two_answers_for_one_day_none_is_lost(noor, ana):
    treatment = pen(ana, days_ago=TRIES, by=noor)
    chance = Random(7)
    for day in range(TRIES):
        sent = [answers(pain=chance.randrange(4), signs=chance.choice([[], ["pus"]])) for _ in range(2)]
        ids = [uuid4(), uuid4()]
        write = partial(record_entry, treatment.id, day=day, by=ana.user, now=timezone.now())
        recorded = at_once(*[partial(write, id=id, answers=said) for id, said in zip(ids, sent, strict=True)])
        assert [one.entry.id for one in recorded] == ids
        kept = {entry.id: entry for entry in Entry.objects.filter(day=day)}
        assert {id: kept[id].answers for id in kept} == dict(zip(ids, sent, strict=True))
        (current,) = [entry for entry in kept.values() if entry.is_current]
        assert current.assessments.filter(is_current=True).count() == 1


def test_one_answer_sent_many_times_at_once_is_kept_once(noor, ana):
    treatment = pen(ana, days_ago=CROWDS, by=noor)
    for day in range(CROWDS):
        id = uuid4()
        recorded = at_once(*[partial(logged, treatment, day, id=id, signs=["pus"])] * 20)
        assert sorted(one.is_new for one in recorded) == [False] * 19 + [True]
        assert {one.assessment.pk for one in recorded} == {Entry.objects.get(day=day).assessments.get().pk}
    assert Alert.objects.count() == 1
    assert Delivery.objects.values_list("entry", "recipient").distinct().count() == Delivery.objects.count()


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
        done = at_once(*[partial(act, one) for act, one in zip(acts, ours, strict=True)])
        assert {type(one) for one in done} == {members.LastAdmin, type(None)}
        assert Membership.objects.admins().filter(practice=clinic).count() == 1
