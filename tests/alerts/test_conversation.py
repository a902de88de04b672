"""What a patient and their practice write to one another is kept once, told, and followed up until somebody read it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.models import Practice
from symptoms.alerts import conversation as talk
from symptoms.alerts.conversation import follow_up_next, read_by_patient, read_by_practice, reading_due
from symptoms.alerts.handling import acknowledge, read_record, write_note
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.telling import may_still_be_told
from symptoms.models import Delivery, Note, PatientStatus
from tests import people
from tests.moving import leaves
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db

WEEK = {str(day): [["09:00", "12:00"], ["14:00", "18:00"]] for day in range(5)}


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=9, by=noor)


@pytest.fixture
def ana(session):
    return session.patient


@pytest.fixture
def chen(clinic):
    return people.practitioner(clinic, "Dr Chen")


def wrote(session, text="Please call me back.", *, id=None, now=None, **more) -> Note:
    """A message of the patient."""
    now = now or timezone.now()
    return talk.write_to_practice(session, id=id or uuid4(), text=text, by=session.patient.user, now=now, **more)


def answered(session, by, text="Come at 11.", now=None, **more) -> Note:
    return write_note(session, id=uuid4(), text=text, for_patient=True, by=by, now=now or timezone.now(), **more)


def told(step: int | None = None) -> list[str]:
    """Last names of those told, each message once."""
    messages = Delivery.objects.all() if step is None else Delivery.objects.filter(step=step)
    return sorted(message.recipient.name.split()[-1] for message in messages.select_related("recipient"))


def test_a_message_tells_who_treated_or_who_holds_what_is_open_and_stands_in_the_queue(session, ana, noor, chen):
    now = timezone.now()
    note = wrote(session, now=now)
    assert told() == ["Noor"] and note.practice == ana.practice
    assert PatientStatus.objects.get().message_since == now
    refresh_status(ana)
    assert PatientStatus.objects.get().message_since == now  # it is worked out again from what is stored
    logged(session, 9, signs=["pus"])
    acknowledge(session, by=chen, now=now)
    Delivery.objects.all().delete()
    wrote(session, "It hurts more.")
    assert told() == ["Chen", "Noor"]


def test_the_same_id_is_one_message_and_other_words_are_asked_about(session, noor):
    id = uuid4()
    assert wrote(session, id=id) == wrote(session, " Please call me back. ", id=id)
    assert Note.objects.count() == Delivery.objects.count() == 1
    with pytest.raises(talk.SameIdOtherNote):
        wrote(session, "Something else.", id=id)
    bob = people.patient(session.patient.practice, "Bob")
    with pytest.raises(talk.ForeignNoteId):
        wrote(pen(bob, by=noor), id=id)
    with pytest.raises(talk.ForeignNoteId):
        write_note(session, id=id, text="Please call me back.", for_patient=True, by=noor, now=timezone.now())
    assert Note.objects.count() == 1


def test_nothing_is_kept_that_nobody_may_read(session, ana, noor, clinic):
    with pytest.raises(PermissionDenied):
        talk.write_to_practice(session, id=uuid4(), text="x", by=noor, now=timezone.now())
    with pytest.raises(talk.NobodyReads) as refusal:
        wrote(session, practice=people.practice("Elsewhere").pk)
    assert refusal.value.present == clinic
    Practice.objects.update(closed_at=timezone.now())
    with pytest.raises(talk.NobodyReads):
        wrote(session)
    Practice.objects.update(closed_at=None)
    withdraw_consent(ana, "care", timezone.now())
    with pytest.raises(talk.CareNotAgreed):
        wrote(session)
    assert not Note.objects.exists() and not Delivery.objects.exists()


def test_who_left_cannot_write_and_their_former_practice_is_told_no_more(session, ana, noor, chen):
    note = wrote(session)
    leaves(ana)
    session.patient.refresh_from_db()
    with pytest.raises(talk.NobodyReads) as refusal:
        wrote(session, "Another.")
    assert refusal.value.present is None
    assert wrote(session, note.text, id=note.pk) == note  # sent again, it is the same message
    assert not may_still_be_told(Delivery.objects.get(note=note))
    assert follow_up_next(timezone.now() + timedelta(days=9))
    assert not follow_up_next(timezone.now() + timedelta(days=9))
    assert Delivery.objects.filter(note=note).count() == 1
    assert not PatientStatus.objects.filter(message_since__isnull=False).exists()


def test_opening_the_page_reads_nothing_a_button_or_an_answer_does(session, ana, noor, chen):
    first = wrote(session, "One.")
    second = wrote(session, "Two.")
    read_record(ana, by=noor, now=timezone.now())
    assert not Note.objects.filter(read_at__isnull=False).exists()
    read_by_practice(ana.pk, seen=first.pk, by=chen, now=timezone.now())
    first.refresh_from_db(), second.refresh_from_db()
    assert first.read_by == chen and first.follow_up_at is None and second.read_at is None
    assert PatientStatus.objects.get().message_since == second.written_at  # what came after is not read
    answered(session, noor)
    second.refresh_from_db()
    assert second.read_by == noor and PatientStatus.objects.get().message_since is None
    assert not follow_up_next(timezone.now() + timedelta(hours=23))
    with pytest.raises(PermissionDenied):
        read_by_practice(ana.pk, seen=None, by=people.dr_okafor(), now=timezone.now())


def test_writing_marks_what_the_clinic_wrote_as_read_as_far_as_it_was_seen(session, ana, noor):
    early, late = answered(session, noor, "One."), answered(session, noor, "Two.")
    bobs = answered(pen(people.patient(ana.practice, "Bob"), by=noor), noor)
    wrote(session, "Thanks.", seen=bobs.pk)  # of no message of hers
    early.refresh_from_db()
    assert early.read_at is None
    wrote(session, seen=early.pk)
    early.refresh_from_db(), late.refresh_from_db()
    assert early.read_by == ana.user and late.read_at is None
    read_by_patient(ana.pk, seen=late.pk, by=ana.user, now=timezone.now())
    late.refresh_from_db()
    assert late.read_by == ana.user


MONDAY = datetime(2026, 1, 12, 10, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("week", "within", "since", "due"),
    [
        (WEEK, 2, MONDAY, MONDAY.replace(hour=12)),
        (WEEK, 2, MONDAY.replace(hour=11), MONDAY.replace(hour=15)),  # over noon
        (WEEK, 2, MONDAY.replace(hour=17), MONDAY.replace(day=13)),  # over night: an hour is left
        (WEEK, 2, NIGHT, MONDAY.replace(day=13, hour=11)),
        (WEEK, 2, datetime(2026, 1, 16, 17, 30, tzinfo=UTC), datetime(2026, 1, 19, 10, 30, tzinfo=UTC)),
        (WEEK, None, MONDAY, MONDAY.replace(day=13, hour=9)),
        ({}, 2, MONDAY, MONDAY.replace(day=13, hour=9)),
        (WEEK, 8, MONDAY, MONDAY.replace(day=13, hour=9)),  # "on the same working day": as that is over
        (WEEK, 8, NIGHT, MONDAY.replace(day=14, hour=9)),
        (WEEK, 24, MONDAY, MONDAY.replace(day=14, hour=9)),  # "by the next working day"
        (WEEK, 24, datetime(2026, 1, 16, 17, 30, tzinfo=UTC), datetime(2026, 1, 20, 9, tzinfo=UTC)),
    ],
)
def test_a_message_is_due_to_be_read_in_the_practices_own_time(week, within, since, due):
    assert reading_due(Practice(week=week, answers_within=within, time_zone="UTC"), since) == due


def test_unread_it_is_told_to_everybody_then_to_the_admins_and_to_nobody_twice(session, ana, chen, clinic):
    people.admin(clinic)
    Practice.objects.update(week=WEEK, answers_within=2, time_zone="UTC")
    session.patient.practice.refresh_from_db()
    note = wrote(session, now=MONDAY)
    seen = []
    for hour in range(48):
        while follow_up_next(MONDAY + timedelta(hours=hour)):
            seen.append(hour)
    assert seen == [2, 6] and Note.objects.get().follow_up_at is None  # at noon, and two open hours later
    assert (told(0), told(1), told(2)) == (["Noor"], ["Chen", "Noor"], ["Price"])
    assert len({(d.recipient_id, d.step) for d in note.deliveries.all()}) == note.deliveries.count()


def test_after_an_outage_one_step_is_taken_and_a_read_message_none(session, chen):
    wrote(session, now=MONDAY)
    assert follow_up_next(MONDAY + timedelta(days=6)) and told(1) == ["Chen", "Noor"]
    assert not follow_up_next(MONDAY + timedelta(days=6))
    read_by_practice(session.patient_id, seen=None, by=chen, now=MONDAY + timedelta(days=6))
    assert not follow_up_next(MONDAY + timedelta(days=20))


def test_quiet_hours_hold_a_message_back_unless_something_urgent_is_open(session, ana, chen):
    Practice.objects.update(telling={"quiet_from": "20:00", "quiet_until": "08:00"}, time_zone="UTC")
    morning = MONDAY.replace(day=13, hour=8)
    wrote(session, now=NIGHT)
    assert told() == [] and PatientStatus.objects.get().message_since == NIGHT
    assert not follow_up_next(morning - timedelta(minutes=1))
    assert follow_up_next(morning) and told() == ["Noor"]
    assert not follow_up_next(morning)
    logged(session, 9, signs=["pus"])
    Delivery.objects.all().delete()
    wrote(session, "It spreads.", now=NIGHT)
    assert told(0) == ["Noor"]


def test_a_message_that_the_patient_does_not_read_is_mailed_once_more_and_then_listed(session, ana, noor, clinic):
    older = answered(session, noor, "One.", now=MONDAY)
    newer = answered(session, noor, "Two.", now=MONDAY + timedelta(hours=1))
    for hour in range(100):
        while follow_up_next(MONDAY + timedelta(hours=hour)):
            pass
    mails = list(Delivery.objects.order_by("created_at").values_list("note", "step", "why"))
    assert mails == [(older.pk, 0, "patient"), (newer.pk, 0, "patient"), (newer.pk, 1, "patient")]
    later = MONDAY + timedelta(days=4)
    assert list(talk.not_read_by_patients(clinic, later)) == [newer]
    read_by_patient(ana.pk, seen=newer.pk, by=ana.user, now=later)
    assert not talk.not_read_by_patients(clinic, later)


def test_each_note_is_in_the_conversation_but_those_inside_the_practice(session, ana, noor, clinic):
    write_note(session, id=uuid4(), text="Inside.", for_patient=False, by=noor, now=timezone.now())
    ours, theirs = answered(session, noor), wrote(session)
    assert list(talk.conversation(ana, clinic)) == [theirs, ours]


def test_what_a_patient_writes_in_one_go_is_told_once_until_it_is_read_or_a_while_has_passed(session, ana, noor, chen):
    minute = timedelta(minutes=1)
    first = wrote(session, "One.", now=MONDAY)
    for n in range(1, 5):
        wrote(session, f"More {n}.", now=MONDAY + n * minute)
    assert told() == ["Noor"] and Delivery.objects.get().note == first  # the first is never held back
    logged(session, 9, signs=["pus"])
    Delivery.objects.filter(note=None).delete()
    wrote(session, "It spreads.", now=MONDAY + 5 * minute)
    assert told() == ["Noor", "Noor"]  # more urgent than what was told
    acknowledge(session, by=chen, now=MONDAY + 5 * minute)
    wrote(session, "Where are you?", now=MONDAY + 6 * minute)
    assert told() == ["Chen", "Noor", "Noor"]  # who has it since was not told yet
    wrote(session, "Hello?", now=MONDAY + 30 * minute)
    assert told() == ["Chen", "Chen", "Noor", "Noor", "Noor"]
    read_by_practice(ana.pk, seen=None, by=chen, now=MONDAY + 31 * minute)
    wrote(session, "Thanks.", now=MONDAY + 32 * minute)
    assert told() == ["Chen", "Chen", "Chen", "Noor", "Noor", "Noor", "Noor"]


@pytest.mark.parametrize("quiet", [False, True])
def test_what_was_written_in_one_go_is_followed_up_with_one_message_to_each(session, chen, clinic, quiet):
    people.admin(clinic)
    telling = {"quiet_from": "20:00", "quiet_until": "08:00"} if quiet else {}
    Practice.objects.update(time_zone="UTC", telling=telling)
    for minutes in range(3):
        wrote(session, f"{minutes}", now=NIGHT + timedelta(minutes=minutes))
    for hour in range(24 * 6):
        while follow_up_next(NIGHT + timedelta(hours=hour)):
            pass
    assert (told(0), told(1), told(2)) == (["Noor"], ["Chen", "Noor"], ["Price"])
    assert not Note.objects.filter(follow_up_at__isnull=False).exists()


def test_where_the_first_could_not_be_sent_the_next_is(session, noor):
    wrote(session, "One.", now=MONDAY)
    Delivery.objects.update(failed_at=MONDAY)
    wrote(session, "Two.", now=MONDAY + timedelta(minutes=1))
    assert told() == ["Noor", "Noor"]
