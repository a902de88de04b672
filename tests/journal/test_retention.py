"""A record that nobody uses any more goes when its clinic's retention period is over, and is announced before."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.consents import give_consent
from accounts.models import AccountMail, AuditRecord, Patient, User
from symptoms.alerts.handling import write_note
from symptoms.journal.announcing import TOLD_AGAIN_BEFORE, TOLD_BEFORE, Rounds
from symptoms.journal.erasing import ask_erasure, erase, erase_next, erasure_of, keep_all, replay
from symptoms.journal.joining import leave_practice
from symptoms.journal.retention import change_retention, is_over, last_used, months_before
from symptoms.models import Alert, Erasure, Note
from tests import people
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
THEN = datetime(2024, 3, 31, 12, tzinfo=UTC)
OVER = datetime(2026, 4, 2, 12, tzinfo=UTC)  # 24 months later, and two days
DUE = OVER + TOLD_BEFORE


@pytest.fixture
def record(clinic, noor, photo_folder, settings, tmp_path):
    """Ana's, last used at THEN."""
    settings.DATA_DIR = tmp_path
    with time_machine.travel(THEN, tick=False):
        ana = people.ana(clinic, created_at=THEN)
        treatment = pen(ana, days_ago=4, by=noor)
        logged(treatment, 3)
        attached(treatment, day=3)
    return ana


def looked_through(now: datetime) -> None:
    """The worker has looked at every record."""
    with time_machine.travel(now, tick=False):
        Rounds().some(now)


def letters() -> list[str]:
    return [letter.body for letter in AccountMail.objects.order_by("created_at", "pk")]


def test_two_years_unused_it_is_announced_and_two_months_later_it_is_gone_with_its_account(
    record, django_capture_on_commit_callbacks
):
    looked_through(OVER - timedelta(days=3))
    assert erasure_of(record) is None
    looked_through(OVER)
    looked_through(OVER + timedelta(days=1))
    (letter,) = letters()
    assert "24 months" in letter and "1 June 2026" in letter and "Keep everything" in letter
    assert "Larkfield" not in letter and "Ana" not in letter
    assert not erase_next(DUE - timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_next(DUE)
    assert not Patient.objects.exists() and "As we wrote to you" in letters()[-1]
    AccountMail.objects.update(sent_at=DUE)
    assert erase_next(DUE + timedelta(minutes=1)) and not User.objects.filter(email=record.user.email).exists()
    assert Erasure.objects.get().receipt["photos"] == 1


def test_a_second_letter_comes_two_weeks_before_and_no_third(record):
    looked_through(OVER)
    for days, count in ((15, 1), (14, 2), (13, 2)):
        looked_through(DUE - timedelta(days=days))
        assert len(letters()) == count, days


USES = {
    "a log": lambda ana, noor, now: logged(ana.treatments.get(), 200, now=now),
    "a photo": lambda ana, noor, now: attached(ana.treatments.get(), day=4),
    "a session": lambda ana, noor, now: pen(ana, days_ago=1, by=noor),
    "a message": lambda ana, noor, now: write_note(
        ana.treatments.get(), id=uuid4(), text="How are you?", for_patient=True, by=noor, now=now
    ),
    "agreeing": lambda ana, noor, now: (ana.consents.all().delete(), give_consent(ana, "care", now)),
}


@pytest.mark.parametrize("use", USES)
def test_whatever_adds_to_the_record_keeps_it_for_as_long_again(record, noor, use):
    at = THEN + timedelta(days=200)
    with time_machine.travel(at, tick=False):
        USES[use](record, noor, at)
    Alert.objects.update(resolved_at=at, outcome="seen")
    assert last_used(record) >= at - timedelta(days=1)
    assert not is_over(record, OVER) and is_over(record, OVER + timedelta(days=200))


def test_nobody_goes_while_something_is_open_or_a_message_is_not_read(record, noor):
    treatment = record.treatments.get()
    with time_machine.travel(THEN, tick=False):
        logged(treatment, 4, signs=["pus"], now=THEN)
    assert not is_over(record, OVER)
    Alert.objects.update(resolved_at=THEN, outcome="seen")
    assert is_over(record, OVER)
    Note.objects.create(
        id=uuid4(), treatment=treatment, practice=record.practice, kind="from_patient", text="?", written_at=THEN
    )
    assert not is_over(record, OVER)


def test_who_logs_in_the_last_minute_stays_although_the_worker_has_not_looked_again(record):
    looked_through(OVER)
    with time_machine.travel(DUE - timedelta(minutes=1), tick=False):
        logged(record.treatments.get(), 300, now=DUE - timedelta(minutes=1))
    assert erase_next(DUE) and Patient.objects.filter(pk=record.pk).exists()
    assert erasure_of(record) is None and not erase_next(DUE)
    assert replay() == 0, "nothing was written down beside the keys"


def test_who_keeps_it_keeps_it_for_as_long_again(record):
    looked_through(OVER)
    with time_machine.travel(OVER, tick=False):
        phone = people.signed_in(record)
        page = phone.get(reverse("own_data")).content.decode()
        assert "June 1, 2026" in page or "1 June 2026" in page
        assert "will be erased on" in phone.get(reverse("today")).content.decode()
        assert phone.post(reverse("own_data_keep")).status_code == 302
    looked_through(DUE)
    assert erasure_of(record) is None and not erase_next(DUE)
    again = months_before(OVER, -24)
    looked_through(again - timedelta(days=1))
    assert erasure_of(record) is None
    looked_through(again + timedelta(days=1))
    assert erasure_of(record) is not None


def _leaves(record, price):
    leave_practice(record.user, now=OVER)


def _kept_for_longer(record, price):
    change_retention(record.practice, 36, by=price, now=OVER)


@pytest.mark.parametrize("why", ["retention", "asked"])
def test_the_clinic_reads_in_the_queue_and_on_the_page_when_a_record_goes_until_it_stays(record, noor, why):
    pages = [reverse("queue") + "?show=all", reverse("patient", args=[record.pk])]
    with time_machine.travel(OVER, tick=False):
        desk = people.signed_in(noor)
        assert not any("be erased on" in desk.get(page).content.decode() for page in pages)
        if why == "asked":
            ask_erasure(record, by=record.user, now=OVER)
        else:
            looked_through(OVER)
        day = "9 April" if why == "asked" else "1 June"
        queue, page = (desk.get(page).content.decode() for page in pages)
        assert f"Will be erased on {day}" in queue and "will be erased on" in page and "take along before" in page
        keep_all(record, by=record.user, now=OVER)
        assert not any("be erased on" in desk.get(page).content.decode() for page in pages)


@pytest.mark.parametrize("changes", [_leaves, _kept_for_longer])
def test_what_was_announced_is_taken_back_once_it_is_not_due(record, changes):
    looked_through(OVER)
    assert erasure_of(record)
    changes(record, people.admin(record.practice))
    looked_through(OVER + timedelta(minutes=1))
    assert erasure_of(record) is None and not erase_next(DUE)


def test_their_own_word_is_sooner(record):
    looked_through(OVER)
    erasure = ask_erasure(record, by=record.user, now=OVER)
    assert erasure.due_at == OVER + timedelta(days=7) and Erasure.objects.count() == 1
    assert keep_all(record, by=record.user, now=OVER)


def test_who_never_joined_is_told_where_they_were_invited_and_leaves_no_address(
    clinic, django_capture_on_commit_callbacks
):
    ben = people.patient(clinic, "Ben", accepted=False, created_at=THEN)
    Patient.objects.update(email="zq9ben@example.org")
    looked_through(OVER)
    (letter,) = letters()
    assert "ask your clinic" in letter
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_next(DUE)
    assert not Patient.objects.filter(pk=ben.pk).exists() and not AccountMail.objects.exists()


def sent(now: datetime, **how: datetime) -> None:
    """What became of the newest letter (failed_at, sent_at), and the worker has looked once more."""
    AccountMail.objects.filter(pk=AccountMail.objects.latest("created_at").pk).update(**how)
    looked_through(now)


def test_a_record_stays_for_as_long_again_when_its_letter_fails_and_the_clinic_reads_it_until_one_arrives(record, noor):
    pages, known = [reverse("attention"), reverse("patient", args=[record.pk])], OVER + timedelta(days=20)

    def reads(now: datetime) -> bool:
        with time_machine.travel(now, tick=False):
            attention, page = (people.signed_in(noor).get(address).text for address in pages)
        said = "Ana Marrowby could not be told that their record goes" in attention
        assert said == ("They may not know" in page)
        return said

    looked_through(OVER)
    assert not reads(OVER)
    as_it_was = erasure_of(record)
    sent(known, failed_at=known)
    assert reads(known) and erasure_of(record).due_at == known + TOLD_BEFORE
    assert not erase_next(DUE)
    erase(as_it_was, DUE)  # by a worker that found it due right before
    again = known + TOLD_BEFORE - TOLD_AGAIN_BEFORE
    looked_through(again)
    assert len(letters()) == 2 and reads(again), "nothing is known of it yet"
    sent(again, sent_at=again)
    looked_through(again + timedelta(days=1))
    assert not reads(again) and len(letters()) == 2 and erasure_of(record).due_at == known + TOLD_BEFORE


def test_of_whom_no_address_is_known_the_clinic_reads_that_nobody_was_told(clinic, noor):
    people.patient(clinic, "Ben", accepted=False, created_at=THEN)
    looked_through(OVER)
    assert not letters() and Erasure.objects.get().due_at == DUE
    with time_machine.travel(OVER, tick=False):
        assert "Ben could not be told that their record goes" in people.signed_in(noor).get(reverse("attention")).text


def test_after_a_second_letter_that_fails_another_is_tried(record):
    looked_through(OVER)
    sent(OVER + timedelta(days=46), sent_at=OVER)
    sent(OVER + timedelta(days=47), failed_at=OVER)
    for days, count in ((92, 2), (93, 3)):
        looked_through(OVER + timedelta(days=days))
        assert len(letters()) == count


def test_a_dead_address_keeps_no_record_for_ever(record):
    looked_through(OVER)
    sent(OVER, failed_at=OVER)
    for days in (46, 47, 59):
        sent(OVER + timedelta(days=days), failed_at=OVER)
    assert len(letters()) == 2 and erasure_of(record).due_at == DUE and erase_next(DUE)
    assert not Patient.objects.exists()


def test_a_manager_sets_it_within_the_range_and_it_is_written_down(clinic):
    price = people.signed_in(people.admin(clinic))
    page = price.get(reverse("practice_data"))
    assert "24 months unless you change it" in page.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):  # a shorter one erases records
        assert "reauthenticate" in price.post(reverse("practice_data"), {"retention_months": "14"}).url
    for wrong in ("13", "241", "", "x", "14.5"):
        answer = price.post(reverse("practice_data"), {"retention_months": wrong})
        assert answer.status_code == 422 and "from 14 to 240" in answer.content.decode(), wrong
    reading = str(page.context["reading"])
    assert price.post(reverse("practice_data"), {"retention_months": "120", "reading": reading}).status_code == 302
    clinic.refresh_from_db()
    assert clinic.retention_months == 120
    assert AuditRecord.objects.filter(what="changed the retention period", practice=clinic).count() == 1
    answer = price.post(reverse("practice_data"), {"retention_months": "60", "reading": reading})
    assert answer.status_code == 409 and "was 24, became 120; you wrote 60" in answer.content.decode()


def test_months_are_those_of_the_calendar():
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 15, tzinfo=UTC), 24) == datetime(2024, 1, 15, tzinfo=UTC)
    assert months_before(timezone.make_aware(datetime(2026, 12, 1)), 12).year == 2025
