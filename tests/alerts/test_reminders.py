"""Reminders: on the days of the rhythm, at the hour on the patient's clock, once, not after a log, not at night."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.contact_methods import add_browser_of_patient
from accounts.models import ContactMethod
from accounts.patients import confirm_place
from symptoms.alerts.advice_timers import start_timer, tell_next_timer
from symptoms.alerts.reminder_wishes import choose, not_today, planned, remind_later, stop
from symptoms.alerts.reminding import follow_travellers, remind_next
from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.messages.channels.email import Email
from symptoms.messages.channels.push import KEPT_REMINDER, Push
from symptoms.messages.push_keys import make_keys
from symptoms.messages.words import notice_of
from symptoms.models import DayLink, Delivery, PatientStatus, Reminding
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.messages import push
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LONDON, TOKYO, MADRID = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Madrid")


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = LONDON) -> datetime:
    """A moment of the session's day `day`; day 0 is 2 November 2026."""
    return datetime(2026, 11, 2, hour, minute, tzinfo=zone) + timedelta(days=day)


@pytest.fixture
def bea():
    """Alone, treated on 2 November at noon, reminded by e-mail at 19:30 from then on."""
    patient = people.patient(None, "Bea", "bea@example.org", now=at(0, 8))
    patient.treatment = pen(patient, now=at(0, 12))
    choose(patient, is_on=True, at=time(19, 30), now=at(0, 12))
    return patient


def looks(now: datetime) -> None:
    """The worker looks once, as long as there is anything to do."""
    with time_machine.travel(now, tick=False):
        follow_travellers(now)
        while remind_next(now) or tell_next_timer(now):
            pass


def said() -> list[Delivery]:
    return list(Delivery.objects.filter(why="reminder").order_by("not_before", "channel"))


def lives(first: datetime, last: datetime) -> list[str]:
    """Looks every half hour; gives when something was said, on London's clock."""
    seen, told = {message.pk for message in said()}, []
    while first <= last:
        looks(first)
        new = [message for message in said() if message.pk not in seen]
        told += [f"{message.not_before.astimezone(LONDON):%d %H:%M}" for message in new]
        seen |= {message.pk for message in new}
        first += timedelta(minutes=30)
    return told


def logs(patient, day: int, now: datetime, **reported):
    with time_machine.travel(now, tick=False):
        return logged(patient.treatment, day, now=now, **reported)


def test_it_comes_at_the_hour_and_after_a_day_without_a_log_in_the_morning_once_a_day(bea):
    assert lives(at(0, 12), at(3, 23, 30)) == ["02 19:30", "03 09:00", "04 09:00", "05 09:00"]


def test_who_wants_no_second_reminder_gets_none_in_the_morning(bea):
    choose(bea, is_on=True, at=time(19, 30), once_more=False, now=at(0, 12))
    assert lives(at(0, 12), at(1, 23)) == ["02 19:30", "03 19:30"]


def test_a_day_that_was_logged_is_not_asked_for_and_the_next_is_at_its_hour(bea):
    logs(bea, 0, at(0, 18))
    assert lives(at(0, 18), at(1, 23)) == ["03 19:30"]


def test_it_follows_the_rhythm_to_half_a_year(bea):
    logs(bea, 7, at(7, 20))
    days = [*range(8, 30), 42, *range(59, 62), *range(89, 92), 120, *range(179, 182)]
    assert [day for day in days if not _is_quiet_day(bea, day)] == [9, 11, 14, 21, 28, 60, 90, 180]


def _is_quiet_day(patient, day: int) -> bool:
    """Whether nothing is said on a day, all being logged before in time; the log follows where something was."""
    before = Delivery.objects.count()
    looks(at(day, 9))
    looks(at(day, 19, 30))
    if Delivery.objects.count() == before:
        return True
    logs(patient, day, at(day, 20))
    return False


@pytest.mark.parametrize(
    ("reported", "told"),
    [
        ({}, []),
        ({"itching": 2}, ["12 09:00", "13 09:00"]),  # more than is usual: the next two mornings
        ({"signs": ["feeling_ill"]}, ["12 19:30"]),  # to be watched: the next day as well
    ],
)
def test_what_the_last_log_held_asks_for_more(bea, reported, told):
    logs(bea, 9, at(9, 18), **reported)
    later = [moment for moment in lives(at(9, 18), at(12, 23)) if moment != "13 19:30"]
    assert later == told


@pytest.mark.parametrize("is_alone", [True, False])
def test_after_contact_it_comes_each_day_until_two_logs_are_on_track_also_alone(clinic, is_alone):
    patient = people.patient(None if is_alone else clinic, "Cleo", now=at(0, 8))
    patient.treatment = pen(patient, now=at(0, 12))
    assert logs(patient, 28, at(28, 18), itching=4).assessment.urgency == Urgency.CONTACT
    choose(patient, is_on=True, at=time(8), now=at(28, 18))
    asked = ["01 08:00", "02 08:00", "03 08:00"]
    assert lives(at(28, 18), at(31, 12)) == asked
    logs(patient, 31, at(31, 18))
    assert lives(at(31, 18), at(32, 12)) == ["04 08:00"]  # once is not enough
    logs(patient, 32, at(32, 18))
    assert lives(at(32, 18), at(36, 12)) == []
    assert PatientStatus.objects.get().log_due_on == patient.treatment.date_of(60)


def test_while_something_urgent_is_open_it_comes_each_day(clinic, noor, bea):
    logs(bea, 14, at(14, 18), signs=["pus"])
    told = lives(at(14, 18), at(17, 23))
    assert [moment for moment in told if not moment.endswith("22:00")] == ["17 19:30", "18 19:30", "19 19:30"]


def test_what_is_urgent_and_open_for_weeks_hides_nothing_that_is_new(clinic, noor):
    ana = people.ana(clinic, now=at(0, 8))
    ana.treatment = pen(ana, by=noor, now=at(0, 12))
    choose(ana, is_on=True, at=time(19, 30), now=at(0, 12))
    logs(ana, 14, at(14, 18), signs=["pus"])
    logs(ana, 28, at(28, 18), signs=["feeling_ill"])
    assert lives(at(28, 18), at(29, 23)) == ["01 19:30"]


def test_a_log_between_the_hour_and_the_sending_takes_it_back(bea):
    looks(at(0, 19, 30))
    (message,) = said()
    with time_machine.travel(at(0, 19, 31), tick=False):
        assert may_still_be_told(message)
    logs(bea, 0, at(0, 19, 32))
    with time_machine.travel(at(0, 19, 33), tick=False):
        assert not may_still_be_told(Delivery.objects.get(pk=message.pk))


def test_who_logged_another_day_while_no_worker_ran_is_not_reminded(bea):
    logs(bea, 0, at(0, 18))
    looks(at(1, 18))
    logs(bea, 0, at(1, 20), itching=1)
    looks(at(1, 21))
    assert said() == []


def test_after_an_outage_one_reminder_comes_and_says_that_it_is_late(bea):
    looks(at(0, 18))
    looks(at(0, 21))
    (message,) = said()
    with time_machine.travel(at(0, 21), tick=False):
        assert "later than you chose" in notice_of(message).body
    with time_machine.travel(at(0, 19, 31), tick=False):
        assert "later than you chose" not in notice_of(message).body
    assert lives(at(0, 21), at(0, 23, 30)) == []


def test_what_fell_due_while_no_worker_ran_waits_for_the_end_of_the_night_and_comes_once(bea):
    logs(bea, 21, at(21, 12))
    looks(at(28, 18))
    assert lives(at(28, 23), at(30, 23)) == ["01 07:00"]  # day 28 is 30 November; that it was one of the rhythm counts
    with time_machine.travel(at(29, 7), tick=False):
        assert may_still_be_told(said()[-1])


def test_what_fell_due_longer_ago_is_said_no_more(bea):
    logs(bea, 21, at(21, 12))
    looks(at(28, 18))  # 28 is a day of the rhythm
    looks(at(30, 8))
    assert said() == []


def test_an_outage_of_days_is_no_pile(bea):
    looks(at(0, 18))
    assert lives(at(5, 12), at(5, 23)) == ["07 12:00"]


@pytest.mark.parametrize(("hour", "when"), [(time(23, 15), "02 23:30"), (time(6), "03 06:00"), (time(8), "03 08:00")])
def test_an_hour_that_was_chosen_at_night_is_kept(bea, hour, when):
    choose(bea, is_on=True, at=hour, now=at(0, 12))
    assert lives(at(0, 12), at(1, 8))[:1] == [when]


def test_an_hour_in_the_evening_does_not_reach_into_the_night(bea):
    choose(bea, is_on=True, at=time(21, 45), now=at(0, 12))
    looks(at(0, 21, 45))
    (message,) = said()
    for when, may in ((at(0, 21, 59), True), (at(0, 22), False)):
        with time_machine.travel(when, tick=False):
            assert may_still_be_told(message) is may


def test_a_message_that_the_mail_server_did_not_take_until_night_comes_in_the_morning(bea):
    looks(at(0, 19, 30))
    (message,) = said()
    with time_machine.travel(at(0, 23), tick=False):
        assert not may_still_be_told(message)
        assert tell_someone_else(message, now=timezone.now()) == []
        Delivery.objects.filter(pk=message.pk).update(failed_at=timezone.now())
    lives(at(1, 6, 30), at(1, 20))
    assert [f"{row.not_before.astimezone(LONDON):%d %H:%M}" for row in said()] == ["02 19:30", "03 07:00"]


def test_the_clock_of_the_patient_counts_through_a_change_and_a_journey():
    bea = people.patient(None, "Bea", now=datetime(2026, 10, 23, 12, tzinfo=LONDON))
    bea.treatment = pen(bea, now=datetime(2026, 10, 23, 12, tzinfo=LONDON))
    choose(bea, is_on=True, at=time(8), now=datetime(2026, 10, 23, 12, tzinfo=LONDON))
    for day, hour in ((24, 7), (25, 8), (26, 8)):  # in UTC: the clocks go back on the 25th
        looks(datetime(2026, 10, day, hour, tzinfo=ZoneInfo("UTC")) - timedelta(minutes=1))
        before = Delivery.objects.count()
        looks(datetime(2026, 10, day, hour, tzinfo=ZoneInfo("UTC")))
        assert Delivery.objects.count() == before + 1
    confirm_place(bea, "Asia/Tokyo", datetime(2026, 10, 26, 20, tzinfo=ZoneInfo("UTC")), country="JP")
    looks(datetime(2026, 10, 26, 22, 30, tzinfo=ZoneInfo("UTC")))  # 07:30 on the 27th there
    before = Delivery.objects.count()
    looks(datetime(2026, 10, 27, 8, tzinfo=TOKYO))
    assert Delivery.objects.count() == before + 1


def test_an_hour_that_the_clocks_leave_out_comes_an_hour_later():
    begins = datetime(2026, 3, 28, 12, tzinfo=LONDON)
    bea = people.patient(None, "Bea", now=begins)
    bea.treatment = pen(bea, now=begins)
    choose(bea, is_on=True, at=time(1, 30), now=begins)
    looks(datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("UTC")))  # 02:30 there: 01:30 was none
    assert [message.not_before.hour for message in said()] == [1]


def test_whose_hour_has_passed_where_they_arrive_is_reminded_at_once_and_not_again(bea):
    looks(at(0, 18))
    confirm_place(bea, "Europe/Madrid", at(0, 18, 45), country="ES")  # 19:45 there
    assert lives(at(0, 18, 45), at(0, 23)) == ["02 18:45"]


def test_who_travels_while_no_worker_runs_is_reminded_when_the_night_is_over(bea):
    logs(bea, 13, at(13, 12))
    looks(at(14, 18))  # 14 is a day of the rhythm
    confirm_place(bea, "Europe/Madrid", at(14, 19), country="ES")
    looks(at(15, 1))
    looks(at(15, 6))
    assert [message.not_before for message in said()] == [at(15, 6)]  # 07:00 there


def test_a_day_that_ended_where_they_arrived_while_no_worker_ran_is_said_late_and_once(bea):
    york, auckland = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
    confirm_place(bea, york.key, at(13, 8, zone=york), country="US")
    logs(bea, 13, at(13, 12, zone=york))
    looks(at(14, 9, zone=york))  # 14 is a day of the rhythm, 15 is none
    confirm_place(bea, auckland.key, at(15, 14, zone=auckland), country="NZ")  # 20:00 on day 14 in New York
    assert patient_day(bea, at(15, 14, zone=auckland)) == 15
    looks(at(15, 15, zone=auckland))
    (message,) = said()
    with time_machine.travel(at(15, 15, zone=auckland), tick=False):
        assert may_still_be_told(message) and "later than you chose" in notice_of(message).body
    assert lives(at(15, 15, zone=auckland), at(17, 23, zone=auckland)) == []


def test_who_left_before_their_hour_is_not_reminded_by_the_clock_that_they_left(bea):
    logs(bea, 13, at(13, 12))
    looks(at(14, 9))
    confirm_place(bea, "Pacific/Auckland", at(14, 18), country="NZ")  # 07:00 on day 15 there
    looks(at(14, 23))
    assert said() == []


def test_who_arrives_at_night_is_reminded_when_it_is_over(bea):
    looks(at(0, 18))
    confirm_place(bea, "Europe/Athens", at(0, 20, 30), country="GR")  # 22:30 there, and 19:30 has passed
    assert lives(at(0, 20, 30), at(1, 8)) == ["03 05:00"]  # 07:00 there


def patient_day(patient, now: datetime) -> int:
    return patient.treatment.day_of(patient.today(now))


def test_later_not_today_and_no_more(bea):
    logs(bea, 0, at(0, 13))
    assert planned(Reminding.objects.get(), bea, at(1, 12)).at == at(1, 19, 30)
    assert remind_later(bea, at(1, 12)) == at(1, 14)
    assert planned(Reminding.objects.get(), bea, at(1, 12)) == planned(Reminding.objects.get(), bea, at(1, 13))
    assert lives(at(1, 12), at(1, 23)) == ["03 14:00"]
    assert remind_later(bea, at(1, 23)) is None  # that would be tomorrow
    logs(bea, 1, at(1, 22))
    assert remind_later(bea, at(1, 22, 30)) is None
    not_today(bea, at(2, 12))
    assert lives(at(2, 12), at(3, 8)) == []
    stop(bea)
    assert lives(at(3, 8), at(4, 23)) == [] and planned(Reminding.objects.get(), bea, at(4, 12)) is None


def test_after_a_reminder_another_in_two_hours_can_be_asked_for(bea):
    looks(at(0, 19, 30))
    assert remind_later(bea, at(0, 19, 40)) == at(0, 21, 40)
    assert lives(at(0, 19, 40), at(0, 23, 10)) == ["02 21:40"]


def test_a_moment_at_night_that_was_asked_for_is_kept_until_it_is_sent(bea):
    assert remind_later(bea, at(1, 4)) == at(1, 6)
    looks(at(1, 6))
    (message,) = said()
    with time_machine.travel(at(1, 6, 1), tick=False):
        assert may_still_be_told(message)
    with time_machine.travel(at(1, 2), tick=False):
        assert not may_still_be_told(message)


def test_nobody_is_reminded_who_withdrew_or_has_no_treatment(bea):
    other = people.patient(None, "Cleo", now=at(0, 8))
    choose(other, is_on=True, at=time(19, 30), now=at(0, 12))
    withdraw_consent(bea, "care", at(0, 13))
    assert lives(at(0, 13), at(2, 23)) == []


def test_it_goes_by_the_ways_that_were_chosen_and_by_email_where_the_phone_is_gone(bea, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    make_keys()
    browser = add_browser_of_patient(bea.user, push.subscription("bea"), "Android, Chrome")
    choose(bea, is_on=True, at=time(19, 30), by_email=False, by_push=True, now=at(0, 12))
    looks(at(0, 19, 30))
    (message,) = said()
    assert message.channel == "push" and Push().write(message).kept == KEPT_REMINDER
    ContactMethod.objects.filter(pk=browser.pk).update(failing_since=at(0, 19, 31), failing_why="ended")
    with time_machine.travel(at(0, 19, 31), tick=False):
        (letter,) = tell_someone_else(message, now=timezone.now())
        assert letter.channel == "email" and may_still_be_told(letter)
        assert tell_someone_else(message, now=timezone.now()) == []  # once
    assert [row.channel for row in said()] == ["push", "email"]
    looks(at(1, 9))
    assert [row.channel for row in said()] == ["push", "email", "email"]
    ContactMethod.objects.filter(pk=browser.pk).update(failing_since=None)
    choose(bea, is_on=True, at=time(19, 30), by_email=True, by_push=False, now=at(1, 12))
    looks(at(2, 9))
    assert [row.channel for row in said()] == ["push", "email", "email", "email"]  # a browser that works is not enough


def test_it_says_nothing_of_health_and_how_to_stop_it(bea):
    looks(at(0, 19, 30))
    (message,) = said()
    letter = Email().write(message)
    assert letter.subject == "Your diary is waiting."
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop_at = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert stop_at in letter.body and "/reminders/stop/" in stop_at
    words = f"{letter.subject} {letter.body}".lower()
    assert not any(word in words for word in ("skin", "clinic", "needl", "treat", "symptom", "health", "heal", "bea"))
    assert not DayLink.objects.exists()


def test_the_time_that_the_advice_names_is_told_once_and_not_after_a_log(bea):
    entry = logs(bea, 1, at(1, 14), temperature_c=37.6).entry
    start_timer(bea, entry)
    start_timer(bea, entry)
    stop(bea)  # it needs no reminders
    looks(at(1, 17, 59))
    assert said() == []
    looks(at(1, 18))
    looks(at(1, 18, 1))
    (message,) = said()
    with time_machine.travel(at(1, 18), tick=False):
        assert may_still_be_told(message) and notice_of(message).link.endswith(f"/entries/{entry.pk}/")
        assert notice_of(message).stop == ""
    logs(bea, 0, at(1, 18, 1))  # whichever day: they are at it
    with time_machine.travel(at(1, 18, 2), tick=False):
        assert not may_still_be_told(Delivery.objects.get(pk=message.pk))


def test_an_advised_time_comes_at_night_only_when_it_was_chosen_for_then(bea):
    start_timer(bea, logs(bea, 1, at(1, 22, 30), temperature_c=37.6).entry)
    looks(at(2, 2, 30))  # as it was asked for
    (message,) = said()
    for when, may in ((at(2, 3, 20), True), (at(2, 3, 40), False)):
        with time_machine.travel(when, tick=False):
            assert may_still_be_told(message) is may
    start_timer(bea, logs(bea, 2, at(2, 17), temperature_c=37.6).entry)
    looks(at(2, 22, 30))  # of 21:00, when no worker ran
    assert said() == [message]
    start_timer(bea, logs(bea, 3, at(3, 6), temperature_c=37.6).entry)
    looks(at(3, 14, 30))  # of 10:00: whoever reads that now took it long ago, or will not
    assert said() == [message]
