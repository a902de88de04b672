"""Writing down a day: once, whole, on its own day, and never lost."""

from datetime import UTC, datetime
from itertools import permutations
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal import entries
from symptoms.journal.entries import (
    ChangedTooOften,
    DayNotYet,
    ForeignId,
    LoggingStopped,
    NotTheirs,
    SameIdOtherAnswers,
    digest_of,
    record_entry,
)
from symptoms.journal.judging import judge_again
from symptoms.journal.treatments import change_treatment
from symptoms.models import Alert, Assessment, Delivery, Entry, PatientStatus, Treatment
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Urgency
from tests.moving import leaves
from tests.people import ana, patient
from tests.treatments import answers, broken_rules, logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment(clinic, noor):
    return pen(ana(clinic), days_ago=5, by=noor)


def test_the_digest_of_a_report_stays_what_it_was_in_versions_before():
    document = {"symptoms": {"redness": 1, "pain": 2}, "temperature_c": 38.1, "signs": ["pus"]}
    note = "Größer: “so”, \\ \x1b\x7f\n\t\u2028 😀"
    assert digest_of(3, document, note) == "9f4bfe8fc52435d183bac6f3a49dfee4bba5018c3f4e878f917efb8e764b08fc"


def test_an_entry_its_assessment_its_alert_and_the_message_are_written_together(treatment, noor):
    recorded = logged(treatment, 3, pain=3, signs=["pus"])
    assert recorded.is_new and recorded.assessment.urgency == Urgency.URGENT
    stored = Assessment.objects.get(entry=recorded.entry)
    assert (stored.protocol_version, stored.protocol_hash) == (PROTOCOL.version, PROTOCOL.hash)
    assert stored.flags[0]["criteria"][0]["evidence"][0]["word"] == "pus"
    assert {alert.concern for alert in Alert.objects.open()} == {"infection", "unexpected_pain"}
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.entry, delivery.urgency) == (noor, recorded.entry, Urgency.URGENT)


def test_nothing_stays_when_the_alert_cannot_be_written(treatment, monkeypatch):
    monkeypatch.setattr("symptoms.alerts.raising.tell", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        logged(treatment, 3, signs=["pus"])
    assert not Entry.objects.exists() and not Alert.objects.exists()


def test_the_same_entry_twice_is_written_once(treatment):
    id = uuid4()
    first = logged(treatment, 3, id=id, pain=1, note="sore")
    again = logged(treatment, 3, id=id, pain=1, note="sore")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.assessment == first.assessment
    assert Entry.objects.count() == Assessment.objects.count() == 1


def test_the_same_id_with_other_answers_is_refused_and_changes_nothing(treatment):
    id = uuid4()
    logged(treatment, 3, id=id, pain=1)
    for other in ({"pain": 2}, {"pain": 1, "note": "now with a note"}):
        with pytest.raises(SameIdOtherAnswers):
            logged(treatment, 3, id=id, **other)
    with pytest.raises(SameIdOtherAnswers):
        logged(treatment, 2, id=id, pain=1)
    assert Entry.objects.get().answers["symptoms"]["pain"] == 1


def test_another_patients_id_does_not_exist_for_the_writer(treatment):
    id = logged(treatment, 3, pain=1).entry.id
    other = pen(patient(treatment.patient.practice, "Ben"), days_ago=5)
    with pytest.raises(ForeignId):
        logged(other, 3, id=id, pain=1)
    assert Entry.objects.get().treatment == treatment


def test_a_second_entry_for_a_day_is_judged_and_the_first_is_kept(treatment):
    first = logged(treatment, 3, pain=3).entry
    second = logged(treatment, 3, pain=1)
    first.refresh_from_db()
    assert not first.is_current and second.entry.is_current
    assert second.assessment.urgency == Urgency.ON_TRACK
    assert Entry.objects.filter(day=3).count() == 2


@pytest.mark.parametrize(("is_alone", "calls"), [(False, "please call your clinic"), (True, "call a doctor")])
def test_there_is_an_end_to_the_changes_of_a_day(treatment, monkeypatch, is_alone, calls):
    monkeypatch.setattr(entries, "MOST_A_DAY", 3)
    if is_alone:
        leaves(treatment.patient)
    for pain in (1, 2, 3):
        logged(treatment, 3, pain=pain)
    with pytest.raises(ChangedTooOften, match=calls):
        logged(treatment, 3, pain=1)
    assert Entry.objects.current().get().answers["symptoms"]["pain"] == 3
    assert logged(treatment, 4).is_new  # another day is not held up


def test_nobody_writes_in_another_patients_journal(treatment, noor):
    for somebody in (noor, patient(treatment.patient.practice, "Ben").user):
        with pytest.raises(NotTheirs):
            record_entry(treatment.id, id=uuid4(), day=3, answers=answers(), by=somebody, now=timezone.now())
    assert not Entry.objects.exists()


def test_an_entry_is_judged_by_the_treatment_as_it_is_stored(treatment, noor):
    """The form may have been open while the practice set the depth right."""
    open_since = Treatment.objects.get(pk=treatment.pk)
    change_treatment(treatment, by=noor, now=timezone.now(), needle_depth_mm="0.5")
    assert logged(open_since, 3, swelling=2).assessment.urgency >= Urgency.CONTACT


def test_a_late_day_is_heard_by_the_days_after_it(treatment):
    last = logged(treatment, 5, swelling=2).entry
    before = last.assessments.get().urgency
    logged(treatment, 4, swelling=2)
    logged(treatment, 3, swelling=2)
    now = last.assessments.get(is_current=True)
    assert "SWE-4" in [c["id"] for flag in now.flags for c in flag["criteria"]]
    assert last.assessments.count() == 2  # stored again only when it changed
    assert before <= now.urgency


@pytest.mark.faults("F8")
def test_a_day_that_has_not_come_is_refused_with_the_servers_day(treatment):
    with pytest.raises(DayNotYet) as refused:
        logged(treatment, 6)
    assert refused.value.today == 5
    assert not Entry.objects.exists()


@pytest.mark.faults("F8")
@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/London", datetime(2026, 3, 28, 23, 59, tzinfo=UTC), 27),
        ("Europe/London", datetime(2026, 3, 29, 0, 0, tzinfo=UTC), 28),  # the night in which the clocks go forward
        ("Europe/London", datetime(2026, 3, 29, 23, 0, tzinfo=UTC), 29),  # midnight is an hour earlier now
        ("Europe/London", datetime(2026, 10, 25, 23, 59, tzinfo=UTC), 238),  # a day of 25 hours
        ("Etc/GMT+12", datetime(2026, 3, 2, 11, 59, tzinfo=UTC), 0),  # UTC-12
        ("Etc/GMT+12", datetime(2026, 3, 2, 12, 0, tzinfo=UTC), 1),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 9, 59, tzinfo=UTC), 0),  # UTC+14
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 10, 0, tzinfo=UTC), 1),
    ],
)
def test_the_day_turns_at_the_patients_midnight(zone, moment, day):
    person = patient(name="Ana", time_zone=zone)
    treatment = pen(person, days_ago=0, now=datetime(2026, 3, 1, 12, tzinfo=person.zone))
    assert logged(treatment, day, now=moment).entry.day == day
    with pytest.raises(DayNotYet):
        logged(treatment, day + 1, now=moment)


@pytest.mark.faults("F8")
def test_the_day_after_28_february_is_the_29th_in_a_leap_year():
    person = patient(name="Ana")
    treatment = pen(person, now=datetime(2028, 2, 28, 12, tzinfo=UTC))
    assert treatment.day_of(datetime(2028, 3, 1, 12, tzinfo=UTC).date()) == 2


def test_without_consent_nothing_is_written(treatment):
    withdraw_consent(treatment.patient, "care", timezone.now())
    with pytest.raises(LoggingStopped):
        logged(treatment, 3)
    assert not Entry.objects.exists()


@pytest.mark.faults("F19")
def test_a_fault_in_the_rules_keeps_the_entry_tells_the_practice_and_is_judged_later(treatment, noor):
    with broken_rules():
        recorded = logged(treatment, 3, signs=["pus"])
    assert recorded.is_new and recorded.assessment is None
    entry = Entry.objects.get()
    assert not entry.is_judged and entry.judge_again_at > timezone.now()
    assert [(a.kind, a.urgency) for a in Alert.objects.open()] == [("unjudged", Urgency.CONTACT)]
    assert Delivery.objects.get().recipient == noor
    judged = judge_again(entry.id, now=timezone.now())
    assert judged.assessment.urgency == Urgency.URGENT
    assert {a.concern for a in Alert.objects.open()} == {"", "infection"}  # the first stays until a person closes it
    assert Delivery.objects.count() == 2  # it is worse than was told
    assert judge_again(entry.id, now=timezone.now()) is None


def test_where_a_patient_stands_follows_each_entry(treatment):
    logged(treatment, 2, pain=1)
    assert PatientStatus.objects.get().urgency == Urgency.ON_TRACK
    logged(treatment, 3, signs=["pus"])
    status = PatientStatus.objects.get()
    assert (status.urgency, status.alert_urgency) == (Urgency.URGENT, Urgency.URGENT)
    logged(treatment, 4)
    status = PatientStatus.objects.get()
    assert (status.urgency, status.alert_urgency) == (Urgency.ON_TRACK, Urgency.URGENT)


LOGS = [("old", 42, {"dark_patches": 2}), ("new", 5, {"dark_patches": 1}), ("new", 3, {"bumps": 1})]


@pytest.mark.faults("F9")
def test_in_whatever_order_days_arrive_they_are_judged_alike(clinic, noor):
    """Also where a day of an earlier session comes after those of a newer one that rest on it."""
    outcomes = []
    for order in permutations(LOGS):
        person = patient(clinic, "Ana")
        sessions = {"old": pen(person, days_ago=60, by=noor), "new": pen(person, days_ago=20, by=noor)}
        for which, day, levels in order:
            logged(sessions[which], day, **levels)
        rows = Assessment.objects.filter(is_current=True, entry__treatment__patient=person)
        days = rows.order_by("entry__treatment__day_zero", "entry__day")
        outcomes.append(list(days.values_list("entry__day", "urgency", "flags")))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert any(c["treatment_offset"] == 40 for _, _, flags in outcomes[0] for f in flags for c in f["criteria"])
