"""Sessions: recorded, mended with revisions, moved in time, recorded twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.patients import confirm_zone
from symptoms.journal import judging
from symptoms.journal.moving import join_records
from symptoms.journal.treatments import change_treatment, possibly_same, say_different, say_same, start_treatment
from symptoms.models import Alert, Assessment, Photo, Standing
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.treatments import logged, on_day, pen

pytestmark = pytest.mark.django_db


def days(session) -> list[int]:
    """The days that hold a current entry."""
    return list(session.entries.current().order_by("day").values_list("day", flat=True))


def test_day_zero_is_the_date_where_the_patient_was(clinic, noor):
    at = datetime(2026, 6, 14, 12, 30, tzinfo=UTC)
    for zone, date in (("Pacific/Kiritimati", 15), ("Etc/GMT+12", 14), ("Europe/London", 14)):
        patient = people.patient(clinic, zone, time_zone=zone)
        assert start_treatment(patient, by=noor, now=at, performed_at=at, device="pen").day_zero.day == date


def test_recorded_by_a_practitioner_it_is_theirs_and_the_practices(clinic, noor):
    session = pen(people.ana(clinic), by=noor)
    assert (session.practice, session.practitioner, session.recorded_by) == (clinic, noor, noor)
    own = pen(people.patient(clinic, "Berta"))
    assert (own.practice, own.practitioner) == (None, None)


def test_mending_keeps_how_it_read_and_judges_all_days_anew(clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor, needle_depth_mm="2.5")
    logged(session, 3, swelling=2)
    assert Assessment.objects.get(is_current=True).urgency == Urgency.ON_TRACK
    change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm="0.5")
    assert Assessment.objects.get(is_current=True).urgency >= Urgency.CONTACT
    assert Assessment.objects.count() == 2  # what was said before is kept
    revision = session.revisions.get()
    assert (revision.was["needle_depth_mm"], revision.changed_by) == ("2.50", noor)
    assert Alert.objects.filter(concern="persistent_swelling").exists()


def test_a_date_set_right_keeps_each_entry_on_its_date(clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    for day in (0, 1, 3):
        logged(session, day)
    change_treatment(session, by=noor, now=timezone.now(), performed_at=session.performed_at - timedelta(days=2))
    assert days(session) == [2, 3, 5]
    change_treatment(session, by=noor, now=timezone.now(), performed_at=session.performed_at + timedelta(days=3))
    assert days(session) == [0, 2]  # what was written before the session now stands on day 0
    assert session.entries.count() == 3  # none is lost


def heard_from_earlier(entry) -> set[int]:
    """By how many days the sessions preceded this one whose criteria were met by `entry`; 0 is its own."""
    said = entry.assessments.get(is_current=True)
    return {criterion["treatment_offset"] for flag in said.flags for criterion in flag["criteria"]}


def test_a_date_set_right_is_heard_by_the_sessions_that_it_passes(clinic, noor):
    ana = people.ana(clinic)
    old, new = pen(ana, days_ago=60, by=noor), pen(ana, days_ago=20, by=noor)
    entry = logged(new, 5, bumps=2, pain=2).entry
    assert 40 in heard_from_earlier(entry)
    change_treatment(old, by=noor, now=timezone.now(), performed_at=old.performed_at + timedelta(days=50))
    assert heard_from_earlier(entry) == {0}  # that session came later: it says nothing about this day any more
    change_treatment(old, by=noor, now=timezone.now(), performed_at=old.performed_at - timedelta(days=50))
    assert 40 in heard_from_earlier(entry)


def test_joined_records_hear_one_another(clinic, noor):
    own, invited = people.patient(name="Ana"), people.patient(clinic, "Ana", accepted=False)
    pen(invited, days_ago=60, by=noor)
    entry = logged(pen(own, days_ago=20), 5, bumps=2, pain=2).entry
    assert 40 not in heard_from_earlier(entry)
    join_records(own, invited, timezone.now())
    assert 40 in heard_from_earlier(entry)


def test_a_day_sent_to_a_record_that_was_set_aside_goes_to_the_one_that_was_kept(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    id = uuid4()
    logged(own, 2, id=id)
    say_same(theirs, own, now=timezone.now())
    late = logged(own, 3)
    assert (late.entry.treatment, late.entry.day) == (theirs, 4)
    assert not logged(own, 2, id=id).is_new  # sent again after the records were joined
    assert days(theirs) == [3, 4]
    third = pen(ana, days_ago=6, by=noor)
    say_same(third, theirs, now=timezone.now())
    assert (logged(own, 4).entry.treatment, days(third)) == (third, [4, 5, 6])


def test_the_newest_session_is_the_one_a_patient_stands_by(clinic, noor):
    ana = people.ana(clinic)
    old, new = pen(ana, days_ago=40, by=noor), pen(ana, days_ago=2, by=noor)
    logged(old, 39)
    assert Standing.objects.get(patient=ana).treatment == new


def test_both_sides_recording_the_same_session_are_asked_once(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=3, by=noor), pen(ana, days_ago=2)
    assert possibly_same(own) == theirs
    assert possibly_same(theirs) == own
    say_different(own, now=timezone.now())
    assert possibly_same(theirs) is None


def test_sessions_days_apart_or_by_the_same_side_are_not_asked_about(clinic, noor):
    ana = people.ana(clinic)
    theirs = pen(ana, days_ago=9, by=noor)
    assert possibly_same(pen(ana, days_ago=5)) is None
    assert possibly_same(pen(ana, days_ago=9, by=noor)) is None
    assert possibly_same(theirs) is None


def test_said_to_be_the_same_the_days_of_one_become_days_of_the_other(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    kept = logged(theirs, 3, redness=1).entry
    logged(own, 0)
    logged(own, 2, redness=3)  # the same date as day 3 of the other
    say_same(theirs, own, now=timezone.now())
    own.refresh_from_db()
    assert own.same_as == theirs
    assert days(theirs) == [1, 3]
    assert theirs.entries.current().get(day=3) == kept
    assert theirs.entries.count() == 3
    assert Standing.objects.get(patient=ana).treatment == theirs


def test_a_day_changed_before_the_records_were_joined_counts_as_it_was_last_written(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=5)
    logged(own, 2, redness=3)
    last = logged(own, 2, redness=1).entry
    say_same(theirs, own, now=timezone.now())
    assert theirs.entries.current().get() == last
    assert theirs.entries.count() == 2


def test_photos_of_a_joined_record_stay_on_their_date(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    photo = Photo.objects.create(
        **on_day(own, 2),
        view="front",
        key="k",
        width=1,
        height=1,
        size=1,
        received_at=timezone.now(),
    )
    say_same(theirs, own, now=timezone.now())
    photo.refresh_from_db()
    assert (photo.treatment, photo.day) == (theirs, 3)


def test_what_is_open_of_a_joined_record_is_open_once_and_can_be_closed(clinic, noor):
    ana = people.ana(clinic)
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=5)
    logged(theirs, 2, signs=["pus"])
    logged(own, 3, signs=["pus"])
    say_same(theirs, own, now=timezone.now())
    still_open = Alert.objects.open().filter(concern="infection")
    assert [alert.treatment for alert in still_open] == [theirs]


def test_a_new_time_zone_moves_no_day_when_something_else_is_mended(clinic, noor):
    ana = people.ana(clinic)
    session = pen(ana, days_ago=3, by=noor)
    logged(session, 0)
    logged(session, 2)
    before = session.day_zero
    confirm_zone(ana, "Pacific/Kiritimati", timezone.now())  # noon in London is the next day there
    session.refresh_from_db()
    change_treatment(session, by=noor, now=timezone.now(), performed_at=session.performed_at, needle_depth_mm="0.5")
    assert (session.day_zero, days(session)) == (before, [0, 2])


def test_a_fault_while_all_days_are_judged_anew_is_made_good_by_the_worker(clinic, noor, monkeypatch):
    session = pen(people.ana(clinic), days_ago=5, by=noor)
    entry = logged(session, 2).entry
    with monkeypatch.context() as broken:
        broken.setattr(judging.core, "assess", lambda *a, **k: 1 / 0)
        change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm="0.5")
    assert judging.judge_again(entry.id, now=timezone.now()).assessment is not None
    assert Assessment.objects.get(entry=entry, is_current=True).made_at > entry.received_at


def test_an_id_is_used_once(clinic, noor):
    ana, id = people.ana(clinic), uuid4()
    assert pen(ana, by=noor, id=id).pk == id
    with pytest.raises(IntegrityError), transaction.atomic():
        pen(ana, by=noor, id=id)
    assert ana.treatments.count() == 1
