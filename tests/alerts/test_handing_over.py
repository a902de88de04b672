"""A colleague is removed: what they hold goes to whoever was chosen, or back to everybody, and nothing is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import members
from accounts.models import Absence
from symptoms.alerts.coming_back import return_next
from symptoms.alerts.escalation import escalate_next, resume_dropped
from symptoms.alerts.handing_over import NoSuccessor, change_roles_and_hand_over, proposed, remove_and_hand_over
from symptoms.alerts.handling import acknowledge, read_record, resolve
from symptoms.alerts.policy_changes import change_telling, telling_of
from symptoms.messages.words import notice_of
from symptoms.models import Alert, AlertEvent, Delivery
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

URGENT = {"signs": ["pus"]}
WORSE = {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}


def member(person):
    return person.memberships.get()


@pytest.fixture
def held(team, session) -> Alert:
    """What Dr Noor, who treated, has in hand."""
    logged(session, 3, **URGENT)
    acknowledge(session, by=team["noor"], now=timezone.now())
    Delivery.objects.all().delete()
    return Alert.objects.get()


def removed(team, successor=None, now=None) -> None:
    successor = member(team[successor]).pk if successor else None
    remove_and_hand_over(member(team["noor"]), successor=successor, by=team["price"], now=now or timezone.now())


def told() -> set[str]:
    return {delivery.recipient.name for delivery in Delivery.objects.all()}


def test_whoever_takes_over_has_it_and_is_told_once_and_the_history_says_who_moved_it(team, session, held):
    removed(team, "chen")
    held.refresh_from_db()
    assert held.acknowledged_by == team["chen"]
    [message] = Delivery.objects.all()
    assert (message.recipient, message.urgency) == (team["chen"], held.urgency)
    assert notice_of(message).subject == "You have taken over from a colleague in Mendline"
    event = AlertEvent.objects.get(what="handed_over")
    assert (event.actor, event.detail) == (team["price"], "Dr Noor\nDr Chen")
    assert resume_dropped(timezone.now()) == 0


def test_it_is_told_on_until_whoever_took_over_has_opened_it(team, session, held):
    now = timezone.now()
    removed(team, "chen", now)
    assert escalate_next(now + timedelta(minutes=31)) and told() == {"Dr Chen", "Dr Lind"}
    Alert.objects.update(steps_from=now, steps_done=1, next_step_at=now + timedelta(minutes=30))
    read_record(session.patient, by=team["chen"], now=now + timedelta(minutes=5))
    Delivery.objects.all().delete()
    escalate_next(now + timedelta(minutes=31))
    assert told() == set()


def test_with_nobody_it_is_in_nobodys_hands_and_everybody_is_told_at_once(team, held):
    now = timezone.now()
    removed(team, None, now)
    held.refresh_from_db()
    assert (held.acknowledged_by, held.acknowledged_at, held.next_step_at) == (None, None, now)
    assert escalate_next(now) and told() == {"Dr Chen", "Dr Lind"}
    assert AlertEvent.objects.get(what="handed_over").detail == "Dr Noor"


def test_a_plan_keeps_its_day_and_comes_back_to_whoever_took_over(team, session):
    logged(session, 3, **URGENT)
    now = timezone.now()
    due = now + timedelta(hours=20)
    assert resolve(Alert.objects.get(), outcome="advice", comes_back_at=due, by=team["noor"], now=now)
    removed(team, "lind", now)
    while escalate_next(due - timedelta(minutes=1)):
        pass
    Delivery.objects.all().delete()
    assert return_next(due) and told() == {"Dr Lind"}


def test_of_whom_they_treated_whoever_took_over_is_told_also_after_another_removal(team, session):
    removed(team, "chen")
    Delivery.objects.all().delete()
    logged(session, 3, **URGENT)
    assert told() == {"Dr Chen"}
    stored = telling_of(session.practice)
    change_telling(session.practice, {**stored, "morning_list_at": "08:00"}, by=team["price"], now=timezone.now())
    remove_and_hand_over(member(team["chen"]), successor=member(team["lind"]).pk, by=team["price"], now=timezone.now())
    Delivery.objects.all().delete()
    logged(pen(session.patient, days_ago=3, by=team["noor"]), 3, **URGENT)
    assert told() == {"Dr Lind"}  # a change of the settings in between has not lost it


@pytest.mark.parametrize("who", ["noor", "lind", "price"])
def test_who_is_removed_was_removed_or_is_no_practitioner_takes_nothing_over(team, held, who):
    if who == "lind":
        members.remove_member(member(team["lind"]), timezone.now())
    with pytest.raises(NoSuccessor, match="works here"):
        removed(team, who)
    held.refresh_from_db()
    assert held.acknowledged_by == team["noor"] and member(team["noor"]).removed_at is None


def test_the_last_practitioner_goes_only_where_that_is_known(team, held):
    for name in ("chen", "lind"):
        members.remove_member(member(team[name]), timezone.now())
    with pytest.raises(NoSuccessor):
        removed(team)
    now = timezone.now()
    remove_and_hand_over(member(team["noor"]), successor=None, knows_nobody_is_left=True, by=team["price"], now=now)
    assert escalate_next(now) and told() == {"Mr Price"}


def test_who_has_the_least_and_is_here_is_proposed(team, session, clinic):
    now = timezone.now()
    assert proposed(member(team["noor"]), now) == member(team["chen"]).pk
    other = pen(people.patient(clinic, "Ben Quill"), days_ago=4, by=team["chen"])
    assert proposed(member(team["noor"]), now) == member(team["lind"]).pk
    logged(other, 3, **URGENT)
    acknowledge(other, by=team["lind"], now=now)
    assert proposed(member(team["noor"]), now) == member(team["chen"]).pk
    today = now.astimezone(clinic.zone).date()
    for name in ("chen", "lind"):
        Absence.objects.create(member=member(team[name]), first_day=today, last_day=today)
        expected = member(team["lind"]).pk if name == "chen" else None
        assert proposed(member(team["noor"]), now) == expected


# --- the role of practitioner alone


def only_admin(team, successor=None, name="noor", **more) -> None:
    change_roles_and_hand_over(
        member(team[name]), is_practitioner=False, is_admin=True, by=team["price"], now=timezone.now(),
        successor=member(team[successor]).pk if successor else None, **more,
    )  # fmt: skip


def test_who_is_practitioner_no_more_hands_over_as_who_is_removed(team, session, held):
    only_admin(team, "chen")
    held.refresh_from_db()
    assert (held.acknowledged_by, told()) == (team["chen"], {"Dr Chen"})
    assert AlertEvent.objects.get(what="handed_over").detail == "Dr Noor\nDr Chen"
    assert member(team["noor"]).removed_at is None and not member(team["noor"]).is_practitioner
    Delivery.objects.all().delete()
    logged(pen(session.patient, days_ago=3, by=team["noor"]), 3, **WORSE)
    assert "Dr Chen" in told()
    assert resume_dropped(timezone.now()) == 0


def test_with_nobody_what_they_hold_is_in_nobodys_hands(team, held):
    only_admin(team)
    held.refresh_from_db()
    assert held.acknowledged_by is None
    assert escalate_next(timezone.now()) and told() == {"Dr Chen", "Dr Lind"}


@pytest.mark.parametrize("who", ["noor", "lind", "price"])
def test_where_who_is_named_cannot_take_over_the_roles_stay(team, held, who):
    if who == "lind":
        members.remove_member(member(team["lind"]), timezone.now())
    with pytest.raises(NoSuccessor):
        only_admin(team, who)
    held.refresh_from_db()
    assert held.acknowledged_by == team["noor"] and member(team["noor"]).is_practitioner


def test_the_last_practitioner_with_something_gives_up_the_role_only_where_that_is_known(team, held):
    for name in ("chen", "lind"):
        only_admin(team, name=name)  # who has nothing goes without a question
    with pytest.raises(NoSuccessor):
        only_admin(team)
    assert member(team["noor"]).is_practitioner
    only_admin(team, knows_nobody_is_left=True)
    assert not member(team["noor"]).is_practitioner


def test_who_gave_up_the_role_is_handed_over_only_once(team, session):
    only_admin(team, "chen")
    remove_and_hand_over(member(team["noor"]), successor=None, by=team["price"], now=timezone.now())
    Delivery.objects.all().delete()
    logged(session, 3, **URGENT)
    assert told() == {"Dr Chen"}


def test_who_gives_up_the_role_again_hands_over_again_and_that_is_told(team, held):
    now = timezone.now()
    for hours in (0, 1):
        at = now + timedelta(hours=hours)
        roles = {"is_admin": True, "by": team["price"], "now": at}
        change_roles_and_hand_over(
            member(team["noor"]), is_practitioner=False, successor=member(team["chen"]).pk, **roles
        )
        change_roles_and_hand_over(member(team["noor"]), is_practitioner=True, **roles)
    assert [delivery.recipient for delivery in Delivery.objects.all()] == [team["chen"]] * 2
