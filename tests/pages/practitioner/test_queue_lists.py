"""Beside the queue: whom to look at again, who is quiet or has not joined, what was closed; silence is not green."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.alerts.coming_back import return_next
from symptoms.alerts.handling import acknowledge, resolve, resolve_all
from symptoms.alerts.quiet import raise_next_quiet
from symptoms.models import Alert, PatientStatus
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import leaves
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


def names(desk, show: str) -> list[str]:
    asked = {"show": "all", "log": show} if show in ("watch", "on_track") else {"show": show}
    return [words(link) for link in select(desk.get(reverse("queue"), asked), "li//h2//a")]


def somebody(clinic, noor, name: str, day: int = 9, **reported):
    """A patient whose newest log is of that day, nine days after the session."""
    session = pen(people.patient(clinic, name), days_ago=9, by=noor)
    if reported:
        logged(session, day, now=timezone.now() - timedelta(days=9 - day), **reported)
    return session


def test_each_list_has_its_own_and_says_how_many(clinic, noor, desk):
    somebody(clinic, noor, "Well", pain=0)
    somebody(clinic, noor, "Silent", day=3, pain=0)  # logs were due on days 4 to 9
    people.patient(clinic, "Stranger", accepted=False)
    somebody(clinic, noor, "Again", signs=["pus"])
    alert = Alert.objects.get()
    soon = timezone.now() + timedelta(hours=1)
    resolve(alert, outcome="advice", comes_back_at=soon, by=noor, now=timezone.now())
    assert names(desk, "follow_up") == []
    return_next(soon)
    somebody(clinic, noor, "Closed", signs=["pus"])
    resolve(Alert.objects.exclude(pk=alert.pk).get(), outcome="referred", by=noor, now=timezone.now())
    lists = {show: names(desk, show) for show in ("open", "follow_up", "quiet", "not_joined", "closed", "on_track")}
    assert lists == {
        "open": ["Again"], "follow_up": ["Again"], "quiet": ["Silent"], "not_joined": ["Stranger"],
        "closed": ["Closed"], "on_track": ["Well"],
    }  # fmt: skip
    response = desk.get(reverse("queue"))
    shown, live = text_of(response), " ".join(words(part) for part in select(response, "*[@data-live]"))
    assert "1 needs action" in live  # brought up to date with the list
    assert "Needs action 1 Mine 1 Waiting on patient 0 Follow-up due 1" in live
    assert "Follow-up due 1 Gone quiet 1 Not joined 1 Closed today 1 All 5" in shown


def test_a_clinic_without_patients_is_led_to_the_first_and_one_with_some_reads_what_is_true(clinic, noor, desk):
    shown = desk.get(reverse("queue"))
    assert "No patients yet" in text_of(shown) and "Record a treatment" in [words(a) for a in select(shown, "main//a")]
    people.patient(clinic, "Stranger", accepted=False)
    shown = text_of(desk.get(reverse("queue")))
    assert "Nothing is waiting 0 on track, 0 gone quiet. No alert needs action, and every message has been" in shown
    assert "Record a treatment" in [words(a) for a in select(desk.get(reverse("queue")), "main//a")]
    assert "Send an invitation" in text_of(desk.get(reverse("queue"), {"show": "not_joined"}))


def test_what_was_closed_says_by_whom_when_and_how(clinic, noor, desk):
    somebody(clinic, noor, "Cara", signs=["pus"])
    resolve(Alert.objects.get(), outcome="referred", by=noor, now=timezone.now())
    shown = text_of(desk.get(reverse("queue"), {"show": "closed"}))
    assert re.search(r"Closed Signs of infection: Referred, Dr Noor, \d\d:\d\d", shown)


def test_an_old_on_track_says_since_when_there_was_no_log(clinic, noor, desk):
    session = somebody(clinic, noor, "Silent", day=3, pain=0)
    shown = text_of(desk.get(reverse("queue"), {"show": "all"}))
    assert "No log since day 3" in shown and "Silent" not in names(desk, "on_track")
    page = desk.get(reverse("patient", args=[session.patient_id]))
    assert [words(title) for title in select(page, "h2[@id='newest']")] == ["No log since day 3"]
    later = timezone.now().date() + timedelta(days=2)
    PatientStatus.objects.update(log_due_on=later, current_until=later)
    assert "No log since" not in text_of(desk.get(reverse("queue"), {"show": "all"}))
    assert names(desk, "on_track") == ["Silent"]


@pytest.mark.parametrize(
    ("days_ago", "day", "is_current"),
    [(20, 3, False), (20, 11, False), (20, 14, True), (21, 14, True), (22, 14, False), (6, 5, True), (7, 5, False)],
)
def test_a_day_logged_late_is_on_track_only_as_long_as_nothing_newer_was_asked_for(
    clinic, noor, desk, days_ago, day, is_current
):
    session = pen(people.patient(clinic, "Late"), days_ago=days_ago, by=noor)
    logged(session, day, pain=0)  # now
    assert names(desk, "on_track") == (["Late"] if is_current else [])
    shown = text_of(desk.get(reverse("queue"), {"show": "all"}))
    assert (f"No log since day {day}" in shown) is not is_current
    page = desk.get(reverse("patient", args=[session.patient_id]))
    expected = "On track" if is_current else f"No log since day {day}"
    assert [words(title) for title in select(page, "h2[@id='newest']")] == [expected]


def test_who_was_reached_after_being_quiet_is_not_on_track_by_an_old_log(clinic, noor, desk):
    session = somebody(clinic, noor, "Reached", day=2, signs=["pus"])
    logged(session, 3, now=timezone.now() - timedelta(days=6), pain=0)
    assert raise_next_quiet(timezone.now())
    resolve_all(dict.fromkeys(Alert.objects.open()), outcome="seen", by=noor, now=timezone.now())
    assert not Alert.objects.open().exists() and names(desk, "on_track") == []
    assert "No log since day 3" in text_of(desk.get(reverse("queue"), {"show": "all"}))


def test_what_nobody_has_stands_before_what_a_colleague_has(clinic, noor, desk):
    taken = somebody(clinic, noor, "First", signs=["pus"])
    acknowledge(taken, by=noor, now=timezone.now())
    somebody(clinic, noor, "Second", signs=["pus"])
    assert names(desk, "open") == ["Second", "First"]
    assert re.search(r"last log \d\d:\d\d", text_of(desk.get(reverse("queue"))))


def test_a_row_that_speaks_of_what_is_open_says_that_nothing_came_since(clinic, noor, desk):
    session = somebody(clinic, noor, "Zoe", day=3, signs=["pus"])
    assert raise_next_quiet(timezone.now())
    (alert,) = Alert.objects.exclude(kind=Alert.Kind.QUIET)
    Alert.objects.filter(pk=alert.pk).update(urgency=Urgency.EMERGENCY)
    (row,) = (words(row) for row in select(desk.get(reverse("queue"), {"show": "quiet"}), "p[@class='why']"))
    assert row.startswith("Signs of infection: pus No log since day 3.")
    logged(session, 9, signs=["pus"])
    assert "No log since" not in text_of(desk.get(reverse("queue")))


def test_only_who_can_log_and_is_asked_to_skips_and_each_counts_once(clinic, noor, desk):
    somebody(clinic, noor, "Skips", day=3, pain=0)
    somebody(clinic, noor, "Silent", day=3, signs=["pus"])
    withdrew = somebody(clinic, noor, "Withdrew", day=3, pain=0)
    withdraw_consent(withdrew.patient, "care", timezone.now())
    pen(people.patient(clinic, "Long ago"), days_ago=LAST_DAY + 1, by=noor)
    pen(people.patient(clinic, "Stranger", accepted=False), days_ago=9, by=noor)
    PatientStatus.objects.update(log_due_on=timezone.now().date() - timedelta(days=3))
    gone = somebody(clinic, noor, "Gone", day=3, signs=["pus"])
    leaves(gone.patient)
    while raise_next_quiet(timezone.now()):
        pass
    page = desk.get(reverse("queue"), {"show": "quiet"})
    assert [words(link) for link in select(page, "li//h2//a")] == ["Silent", "Skips"]
    assert "Gone quiet 2" in text_of(page)


def test_who_fell_silent_with_something_open_stands_before_who_merely_skips(clinic, noor, desk):
    somebody(clinic, noor, "Anna", day=3, pain=0)
    somebody(clinic, noor, "Zoe", day=3, signs=["pus"])
    assert names(desk, "quiet") == ["Anna", "Zoe"]
    while raise_next_quiet(timezone.now()):
        pass
    page = desk.get(reverse("queue"), {"show": "quiet"})
    lists = [(words(head), words(link)) for head in select(page, "p[@id]") for link in select(
        page, f"ol[@aria-labelledby='{head.get('id')}']//h2/a"
    )]  # fmt: skip
    assert lists == [("Gone quiet with something open", "Zoe"), ("Others who skipped logs", "Anna")]
    assert "With something open first, then by family name." in text_of(page)
