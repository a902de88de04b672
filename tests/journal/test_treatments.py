"""Sessions: recorded, mended with revisions, moved in time, recorded twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.patients import confirm_zone
from symptoms.alerts.handling import resolve_all
from symptoms.alerts.patient_status import newest_treatment
from symptoms.journal import judging
from symptoms.journal.loading import read_journal
from symptoms.journal.treatments import (
    MovesDaysOutside,
    change_treatment,
    possibly_same,
    say_different,
    say_same,
    start_treatment,
)
from symptoms.models import Alert, Assessment, Delivery, PatientStatus, Treatment
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import joins
from tests.treatments import attached, broken_rules, logged, pen

pytestmark = pytest.mark.django_db
ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/London", "America/Los_Angeles")


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


@pytest.mark.parametrize("recorded", [(0, 0), (0, 1), (1, 0)])
def test_of_two_sessions_at_one_moment_page_queue_and_judgement_take_the_same_for_the_newest(clinic, noor, recorded):
    ana, at = people.ana(clinic), timezone.now() - timedelta(days=3)
    sessions = [pen(ana, days_ago=3, by=noor) for _ in recorded]
    for session, late in zip(sessions, recorded, strict=True):
        Treatment.objects.filter(pk=session.pk).update(recorded_at=at + timedelta(minutes=late))
        logged(session, 3)
    newest = read_journal(ana).sessions[-1]
    assert (
        PatientStatus.objects.get(patient=ana).treatment == newest == newest_treatment(reversed(ana.treatments.all()))
    )
    for person, page in ((ana.user, reverse("today")), (noor, reverse("patient", args=[ana.pk]))):
        assert people.signed_in(person).get(page).context["treatment"] == newest


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


@pytest.fixture
def followed(clinic, noor):
    """A session with days 0, 1, 2 and 4 logged, day 1 twice, and a photo on days 0 and 2."""
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    for day, pain in ((0, 2), (1, 3), (2, 1), (1, 0), (4, 0)):
        logged(session, day, pain=pain)
    for day in (0, 2):
        attached(session, day=day)
    return session


def as_it_stands(session) -> tuple:
    """What there is of a session: entries with their days and judgements, photos, and where the patient stands."""
    session.refresh_from_db()
    entries = list(session.entries.order_by("id").values_list("id", "date", "day", "is_current"))
    current = Assessment.objects.filter(entry__treatment=session, entry__is_current=True, is_current=True)
    judged = list(current.order_by("entry_id").values_list("entry_id", "urgency", "flags"))
    photos = session.photos.order_by("id").values_list("id", "date", "day")
    return session.day_zero, entries, judged, list(photos), PatientStatus.objects.values("entry", "urgency").get()


def moved(session, by, days: int) -> None:
    at = session.performed_at + timedelta(days=days)
    change_treatment(session, by=by, now=timezone.now(), even_outside=True, performed_at=at)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shifts=st.lists(st.integers(-40, 40), max_size=4), zones=st.lists(st.sampled_from(ZONES), max_size=2))
def test_a_date_moved_and_moved_back_changes_nothing(followed, noor, shifts, zones):
    with transaction.atomic():
        before = as_it_stands(followed)
        for shift in shifts:
            moved(followed, noor, shift)
            for zone in zones:
                confirm_zone(followed.patient, zone, timezone.now())
        moved(followed, noor, -sum(shifts))
        assert as_it_stands(followed) == before
        transaction.set_rollback(True)


def test_a_new_date_keeps_each_entry_and_photo_on_its_date(followed, noor):
    moved(followed, noor, -2)
    assert days(followed) == [2, 3, 4, 6]
    assert [photo.day for photo in followed.photos.order_by("day")] == [2, 4]
    moved(followed, noor, 4)
    # Two dates lie before the session now. They stand on day 0 too, where the last received counts.
    assert days(followed) == [0, 2]
    assert followed.entries.current().get(day=0).answers["symptoms"]["pain"] == 0
    assert followed.entries.count() == 5


@pytest.mark.parametrize(
    ("shift", "before", "after"),
    [(-2, 0, 0), (0, 0, 0), (1, 1, 0), (3, 3, 0), (-361, 0, 0), (-362, 0, 1), (-365, 0, 3)],
)
def test_a_date_that_puts_logged_days_outside_the_course_is_asked_about_first(followed, noor, shift, before, after):
    at = followed.performed_at + timedelta(days=shift)
    standing = as_it_stands(followed)
    if before or after:
        with pytest.raises(MovesDaysOutside) as refused:
            change_treatment(followed, by=noor, now=timezone.now(), performed_at=at)
        assert (len(refused.value.before), len(refused.value.after)) == (before, after)
        assert as_it_stands(followed) == standing
    else:
        change_treatment(followed, by=noor, now=timezone.now(), performed_at=at)
        assert followed.day_zero == standing[0] + timedelta(days=shift)


@pytest.mark.parametrize("old_first", [True, False])
def test_a_session_recorded_late_speaks_for_the_days_already_logged(noor, old_first, ana):
    if old_first:
        pen(ana, days_ago=60, by=noor)
    entry = logged(pen(ana, days_ago=4, by=noor), 4, raised_scar=2).entry
    if not old_first:
        assert entry.assessments.get(is_current=True).urgency == Urgency.WATCH
        pen(ana, days_ago=60, by=noor)
    assert entry.assessments.get(is_current=True).urgency == Urgency.CONTACT
    assert (Alert.objects.open().count(), Delivery.objects.count()) == (1, 1)


def test_what_was_closed_stays_closed_when_something_else_is_corrected(clinic, noor):
    session = pen(people.ana(clinic), days_ago=4, by=noor)
    logged(session, 4, signs=["pus"])
    resolve_all(dict.fromkeys(Alert.objects.open()), outcome="seen", by=noor, now=timezone.now())
    change_treatment(session, by=noor, now=timezone.now(), cartridge_lot="P24")
    assert not Alert.objects.open().exists()
    logged(session, 4, signs=["pus"], pain=2)  # the patient reports it again: that is news
    assert Alert.objects.open().exists()


def test_only_the_patient_and_their_present_practice_record_and_correct_a_session(clinic, noor):
    ana, okafor = people.ana(clinic), people.dr_okafor()
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=2)
    ben = people.patient(clinic, "Ben").user
    for session, by in ((theirs, okafor), (theirs, ben), (theirs, ana.user), (own, okafor), (own, ben)):
        with pytest.raises(PermissionDenied):
            change_treatment(session, by=by, now=timezone.now(), passes=2)
    for by in (okafor, ben):
        with pytest.raises(PermissionDenied):
            pen(ana, by=by)
    assert change_treatment(own, by=noor, now=timezone.now(), passes=2).passes == 2


def heard_from_earlier(entry) -> set[int]:
    """By how many days the sessions preceded this one whose criteria were met by `entry`; 0 is its own."""
    assessment = entry.assessments.get(is_current=True)
    return {criterion["treatment_offset"] for flag in assessment.flags for criterion in flag["criteria"]}


def test_a_date_set_right_is_heard_by_the_sessions_that_it_passes(noor, ana):
    old, new = pen(ana, days_ago=60, by=noor), pen(ana, days_ago=20, by=noor)
    entry = logged(new, 5, bumps=2, pain=2).entry
    assert 40 in heard_from_earlier(entry)
    change_treatment(old, by=noor, now=timezone.now(), performed_at=old.performed_at + timedelta(days=50))
    assert heard_from_earlier(entry) == {0}  # that session came later: it says nothing about this day any more
    moved(old, noor, -50)
    assert 40 in heard_from_earlier(entry)


def test_joined_records_hear_one_another(clinic, noor):
    own, invited = people.patient(name="Ana"), people.patient(clinic, "Ana", accepted=False)
    pen(invited, days_ago=60, by=noor)
    entry = logged(pen(own, days_ago=20), 5, bumps=2, pain=2).entry
    assert 40 not in heard_from_earlier(entry)
    joins(own, clinic, record=invited)
    assert 40 in heard_from_earlier(entry)


def test_a_day_sent_to_a_record_that_was_set_aside_goes_to_the_one_that_was_kept(noor, ana):
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


def test_the_newest_session_is_the_one_a_patient_stands_by(noor, ana):
    old, new = pen(ana, days_ago=40, by=noor), pen(ana, days_ago=2, by=noor)
    logged(old, 39)
    assert PatientStatus.objects.get(patient=ana).treatment == new


def test_both_sides_recording_the_same_session_are_asked_once(noor, ana):
    theirs, own = pen(ana, days_ago=3, by=noor), pen(ana, days_ago=2)
    assert possibly_same(own) == theirs
    assert possibly_same(theirs) == own
    say_different(own, now=timezone.now())
    assert possibly_same(theirs) is None


def test_sessions_days_apart_or_by_the_same_side_are_not_asked_about(noor, ana):
    theirs = pen(ana, days_ago=9, by=noor)
    assert possibly_same(pen(ana, days_ago=5)) is None
    assert possibly_same(pen(ana, days_ago=9, by=noor)) is None
    assert possibly_same(theirs) is None


@pytest.mark.parametrize("own_is_last", [True, False])
def test_said_to_be_the_same_each_day_counts_as_it_was_last_received(noor, own_is_last, ana):
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    logged(own, 0)
    morning, evening = (theirs, 3), (own, 2)  # the same date
    if not own_is_last:
        morning, evening = evening, morning
    logged(*morning)
    last = logged(*evening, pain=3, signs=["pus"]).entry
    for _ in range(2):  # twice is once
        say_same(theirs, own, now=timezone.now())
    own.refresh_from_db()
    assert own.same_as == theirs
    assert days(theirs) == [1, 3]
    assert theirs.entries.current().get(day=3) == last
    assert theirs.entries.count() == 3
    status = PatientStatus.objects.get(patient=ana)
    assert (status.treatment, status.entry, status.urgency) == (theirs, last, Urgency.URGENT)
    assert Alert.objects.open().get(concern="infection").current_urgency == Urgency.URGENT


def test_a_day_changed_before_the_records_were_joined_counts_as_it_was_last_written(noor, ana):
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=5)
    logged(own, 2, redness=3)
    last = logged(own, 2, redness=1).entry
    say_same(theirs, own, now=timezone.now())
    assert theirs.entries.current().get() == last
    assert theirs.entries.count() == 2


def test_photos_of_a_joined_record_stay_on_their_date(noor, ana):
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=4)
    photo, _ = attached(own, day=2)
    say_same(theirs, own, now=timezone.now())
    photo.refresh_from_db()
    assert (photo.treatment, photo.day) == (theirs, 3)


def test_what_is_open_of_a_joined_record_is_open_once_and_can_be_closed(noor, ana):
    theirs, own = pen(ana, days_ago=5, by=noor), pen(ana, days_ago=5)
    logged(theirs, 2, signs=["pus"])
    logged(own, 3, signs=["pus"])
    say_same(theirs, own, now=timezone.now())
    still_open = Alert.objects.open().filter(concern="infection")
    assert [alert.treatment for alert in still_open] == [theirs]


def test_a_new_time_zone_moves_no_day_when_something_else_is_mended(noor, ana):
    session = pen(ana, days_ago=3, by=noor)
    logged(session, 0)
    logged(session, 2)
    before = session.day_zero
    confirm_zone(ana, "Pacific/Kiritimati", timezone.now())  # noon in London is the next day there
    session.refresh_from_db()
    change_treatment(session, by=noor, now=timezone.now(), performed_at=session.performed_at, needle_depth_mm="0.5")
    assert (session.day_zero, days(session)) == (before, [0, 2])


@pytest.mark.faults("F19")
def test_a_fault_while_all_days_are_judged_anew_is_made_good_by_the_worker(clinic, noor):
    session = pen(people.ana(clinic), days_ago=5, by=noor)
    entry = logged(session, 3, swelling=2).entry
    with broken_rules():
        change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm="0.5")
    entry.refresh_from_db()
    assert not entry.is_judged and Alert.objects.open().get().kind == "unjudged"
    assert judging.judge_again(entry.id, now=timezone.now()).assessment.urgency >= Urgency.CONTACT
    entry.refresh_from_db()
    assert entry.is_judged


def test_an_id_is_used_once(clinic, noor):
    ana, id = people.ana(clinic), uuid4()
    assert pen(ana, by=noor, id=id).pk == id
    with pytest.raises(IntegrityError), transaction.atomic():
        pen(ana, by=noor, id=id)
    assert ana.treatments.count() == 1
