"""What is left open comes back on its day, what was closed too soon opens again, and nobody closes anything unseen."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from symptoms.alerts.changed_since import NeedsConfirmation, PageSeen
from symptoms.alerts.coming_back import moment_on, return_next
from symptoms.alerts.escalation import escalate_next
from symptoms.alerts.handling import IncompleteOutcome, acknowledge, read_record, resolve, resolve_all
from symptoms.alerts.merging import merge
from symptoms.alerts.reopening import OpenAgain, reopen
from symptoms.models import Alert, AlertEvent, Delivery, PatientStatus
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import leaves
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

WORSE = {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}
SOON = timedelta(hours=3)


@pytest.fixture
def chen(clinic):
    return people.practitioner(clinic, "Wei Chen")


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=9, by=noor)


@pytest.fixture
def alert(session) -> Alert:
    logged(session, 3, signs=["pus"])
    return Alert.objects.get()


def left_open(alert: Alert, by, *, outcome: str = "advice", now: datetime | None = None) -> datetime:
    """Leave an alert open for some hours; gives when it comes back."""
    now = now or timezone.now()
    assert resolve(alert, outcome=outcome, reason="Phoned.", comes_back_at=now + SOON, by=by, now=now)
    return now + SOON


def returned(at: datetime) -> None:
    while return_next(at):
        pass


def told_since(at: datetime) -> set[str]:
    return {delivery.recipient.name for delivery in Delivery.objects.filter(created_at__gte=at)}


@pytest.mark.parametrize("outcome", ["advice", "seen", "referred", "watching", "not_reached"])
def test_what_comes_back_stays_open_with_whoever_planned_it_and_nobody_is_told_meanwhile(alert, chen, outcome):
    planned = timezone.now()
    comes_back = left_open(alert, chen, outcome=outcome)
    alert.refresh_from_db()
    assert (alert.is_open, alert.kept_open, alert.acknowledged_by) == (True, outcome, chen)
    returned(comes_back - timedelta(minutes=1))
    while escalate_next(comes_back - timedelta(minutes=1)):
        pass
    assert told_since(planned) == set()


def test_on_its_day_it_comes_back_once_and_who_has_it_is_told_then_everybody(alert, chen, noor):
    comes_back = left_open(alert, chen)
    returned(comes_back)
    returned(comes_back + timedelta(minutes=5))
    assert AlertEvent.objects.filter(what="returned").count() == 1
    assert told_since(comes_back) == {"Wei Chen"}
    while escalate_next(comes_back + timedelta(minutes=30)):
        pass
    assert told_since(comes_back) == {"Wei Chen", "Dr Noor"}
    assert "returned" in set(AlertEvent.objects.values_list("what", flat=True))


def test_who_opens_the_record_after_it_came_back_ends_the_steps(alert, chen):
    comes_back = left_open(alert, chen)
    returned(comes_back)
    read_record(alert.treatment.patient, by=chen, now=comes_back + timedelta(minutes=2))
    assert escalate_next(comes_back + timedelta(hours=2))  # one look, which ends them
    assert told_since(comes_back) == {"Wei Chen"}


def test_where_its_holder_has_left_who_treated_is_told(alert, chen):
    comes_back = left_open(alert, chen)
    chen.memberships.update(removed_at=timezone.now())
    returned(comes_back)
    assert told_since(comes_back) == {"Dr Noor"}


def test_several_of_one_patient_come_back_in_one_message(session, noor):
    logged(session, 3, signs=["pus"], pain=3)
    alerts = list(Alert.objects.open())
    assert len(alerts) > 1
    now = timezone.now()
    for alert in alerts:
        comes_back = left_open(alert, noor, now=now)
    returned(comes_back)
    assert Delivery.objects.filter(created_at__gte=comes_back).count() == 1
    assert AlertEvent.objects.filter(what="returned").count() == len(alerts)


@pytest.mark.parametrize(
    ("outcome", "after", "field"),
    [
        ("advice", -1, "comes_back_at"),
        ("advice", 0, "comes_back_at"),
        ("not_reached", 366 * 24 + 1, "comes_back_at"),
        ("watching", -1, "comes_back_at"),
        ("no_concern", 5, "comes_back_at"),
        ("watching", None, "until"),
    ],
)
def test_a_plan_in_the_past_or_past_a_year_is_refused_and_nothing_is_saved(alert, noor, outcome, after, field):
    now = timezone.now()
    moment = None if after is None else now + timedelta(hours=after)
    with pytest.raises(IncompleteOutcome) as refusal:
        resolve(alert, outcome=outcome, reason="Rang.", comes_back_at=moment, by=noor, now=now)
    assert refusal.value.field == field
    assert not AlertEvent.objects.filter(what__in=["kept_open", "resolved"]).exists()


@pytest.mark.parametrize(
    ("urgency", "now", "expected"),
    [
        (Urgency.EMERGENCY, "2026-11-27T22:00", "2026-11-27T23:00"),
        (Urgency.URGENT, "2026-11-27T10:00", "2026-11-27T14:00"),
        (Urgency.URGENT, "2026-11-27T17:00", "2026-11-27T21:00"),  # what is urgent waits for no morning
        (Urgency.URGENT, "2026-11-27T07:00", "2026-11-27T09:00"),  # they open before
        (Urgency.CONTACT, "2026-11-27T10:00", "2026-11-30T09:00"),
    ],
)
def test_who_was_not_reached_comes_back_by_how_urgent_it_is(alert, noor, clinic, urgency, now, expected):
    clinic.week = {str(day): [["09:00", "18:00"]] for day in range(5)}
    clinic.save()
    Alert.objects.update(urgency=urgency)
    alert = Alert.objects.get()
    moment, again = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")) for text in (now, expected))
    noor = type(noor).objects.get(pk=noor.pk)
    assert resolve(alert, outcome="not_reached", by=noor, now=moment)
    alert.refresh_from_db()
    assert alert.comes_back_at == again
    assert resolve(alert, outcome="not_reached", comes_back_at=moment + SOON, by=noor, now=moment)
    alert.refresh_from_db()
    assert alert.comes_back_at == moment + SOON  # whoever writes it down may choose


def test_of_several_closed_together_the_worst_says_when_who_was_not_reached_comes_back(session, noor):
    logged(session, 3, signs=["pus"], pain=9)
    alerts = {alert: alert.urgency for alert in Alert.objects.open()}
    assert len(alerts) > 1
    first = next(iter(alerts))
    Alert.objects.filter(pk=first.pk).update(urgency=Urgency.EMERGENCY)
    first.refresh_from_db()
    now = timezone.now()
    resolve_all(dict.fromkeys(alerts), outcome="not_reached", by=noor, now=now)
    assert set(Alert.objects.values_list("comes_back_at", flat=True)) == {now + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("now", "day", "expected"),
    [
        ("2026-11-27T08:00", "2026-11-27", "2026-11-27T09:00"),
        ("2026-11-27T15:00", "2026-11-27", "2026-11-27T16:00"),
        ("2026-11-27T15:00", "2026-11-30", "2026-11-30T09:00"),
        ("2027-03-27T15:00", "2027-03-28", "2027-03-28T09:00"),  # the night on which the clocks change
    ],
)
def test_a_day_means_nine_by_the_clinics_clock(clinic, now, day, expected):
    moments = [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/London")) for text in (now, expected)]
    assert moment_on(datetime.fromisoformat(day).date(), clinic, moments[0]) == moments[1]


def test_a_worsening_ends_the_waiting(alert, session, chen):
    left_open(alert, chen)
    logged(session, 4, **WORSE)
    worse = Alert.objects.get(concern="infection")
    assert (worse.comes_back_at, worse.kept_open) == (None, "")


def test_leaving_keeps_the_plan_on_the_desk_and_closing_ends_it(alert, session, chen):
    comes_back = left_open(alert, chen)
    leaves(session.patient)
    returned(comes_back)
    assert AlertEvent.objects.filter(what="returned", alert=alert).exists()
    assert resolve(alert, outcome="elsewhere", by=chen, now=comes_back)
    alert.refresh_from_db()
    assert alert.comes_back_at is None


def test_of_two_that_are_one_the_sooner_moment_counts(session, noor, clinic):
    logged(session, 3, signs=["pus"])
    twin = pen(session.patient, days_ago=9, by=noor)
    first = Alert.objects.get()
    second = Alert.objects.create(
        treatment=twin, practice=clinic, concern=first.concern, urgency=2, current_urgency=2, entry=first.entry,
        opened_at=timezone.now(), worsened_at=timezone.now(), comes_back_at=timezone.now() + SOON / 2,
    )  # fmt: skip
    Alert.objects.filter(pk=first.pk).update(comes_back_at=timezone.now() + SOON)
    (kept,) = merge([Alert.objects.get(pk=first.pk), second], as_one=True)
    kept.refresh_from_db()
    assert (kept.pk, kept.comes_back_at) == (first.pk, second.comes_back_at)


def test_a_closed_alert_opens_again_for_whoever_opens_it(alert, chen, noor):
    assert resolve(alert, outcome="seen", by=noor, now=timezone.now())
    assert PatientStatus.objects.get().alert_urgency == 0
    assert reopen(alert, by=chen, now=timezone.now())
    alert.refresh_from_db()
    assert (alert.is_open, alert.outcome, alert.acknowledged_by, alert.resolved_by) == (True, "", chen, None)
    assert PatientStatus.objects.get().alert_urgency == alert.urgency
    assert AlertEvent.objects.last().what == "reopened"
    assert not reopen(alert, by=noor, now=timezone.now())


def test_what_opened_again_meanwhile_is_not_opened_twice(alert, session, noor):
    assert resolve(alert, outcome="seen", by=noor, now=timezone.now())
    logged(session, 4, signs=["pus"])
    with pytest.raises(OpenAgain):
        reopen(alert, by=noor, now=timezone.now())
    assert Alert.objects.open().count() == 1


def test_another_clinic_opens_nothing_again(alert, noor):
    assert resolve(alert, outcome="seen", by=noor, now=timezone.now())
    assert not reopen(alert, by=people.dr_okafor(), now=timezone.now())


def test_about_somebody_who_has_left_nothing_is_opened_again(alert, session, noor):
    assert resolve(alert, outcome="seen", by=noor, now=timezone.now())
    leaves(session.patient)
    logged(session, 4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    assert not reopen(alert, by=noor, now=timezone.now())
    alert.refresh_from_db()
    assert not alert.is_open and alert.current_urgency < 4


def test_who_closes_what_a_colleague_has_is_told_first(alert, session, chen, noor):
    acknowledge(session, by=chen, now=timezone.now())
    seen = PageSeen(timezone.now())
    with pytest.raises(NeedsConfirmation) as told:
        resolve(alert, outcome="advice", by=noor, now=timezone.now(), page=seen)
    assert told.value.sentences == ["Wei Chen has this. It would be settled for them as well."]
    assert Alert.objects.open().count() == 1
    again = PageSeen(timezone.now(), told.value.holders)
    assert resolve(alert, outcome="advice", by=noor, now=timezone.now(), page=again)


def test_who_closes_is_told_first_what_the_patient_logged_since_the_page(alert, session, noor):
    seen = PageSeen(timezone.now())
    logged(session, 4, pain=1)
    with pytest.raises(NeedsConfirmation, match=r"Ana Marrowby logged day 4 at \d\d:\d\d: On track"):
        resolve(alert, outcome="advice", by=noor, now=timezone.now(), page=seen)
    assert resolve(alert, outcome="advice", by=noor, now=timezone.now(), page=PageSeen(timezone.now()))


def test_the_colleague_from_whom_it_is_taken_over_is_told(alert, session, chen, noor):
    acknowledge(session, by=chen, now=timezone.now())
    before = timezone.now()
    acknowledge(session, by=noor, now=before)
    assert told_since(before) == set()  # nothing was taken
    acknowledge(session, by=noor, now=timezone.now(), over_from=chen.pk)
    assert [(d.recipient, d.reason.split(":")[0]) for d in Delivery.objects.filter(created_at__gte=before)] == [
        (chen, "taken")
    ]
