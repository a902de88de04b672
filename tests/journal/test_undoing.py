"""A wrong "yes, this is the same person" is taken back: each of the two gets back what is their own."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, AuditRecord, Invitation, Patient, Practice, User
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import write_note
from symptoms.journal.treatments import possibly_same, say_same
from symptoms.journal.undoing import TooLate, undo_joining
from symptoms.management.commands import run_worker
from symptoms.models import Alert, Assessment, Delivery, Entry, Note, PatientStatus, Treatment
from tests import people
from tests.journal.test_tenancy import everything_about, is_told
from tests.moving import joins, scans
from tests.pages.html import text_of
from tests.pages.practitioner.pages import past
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
# A hyphen, which no guard against forgeries on a page has by chance.
SKIN = {"fitzpatrick": 5, "conditions": ["diabetes"], "medications": ["blood_thinner"], "cartridge_lot": "zq9-lot"}


@pytest.fixture
def mary(clinic, noor) -> Patient:
    """Whom Larkfield treated; she has not joined."""
    record = people.patient(clinic, "Mary Brook", accepted=False, phone="07700 900111")
    Patient.objects.filter(pk=record.pk).update(email="mary@example.org")
    pen(record, days_ago=3, by=noor, operator="zq9-operator", **SKIN)
    return record


@pytest.fixture
def eve() -> Patient:
    """Who has a record of her own, and is taken for Mary."""
    return people.patient(None, "Eve Stone")


def taken_for_mary(somebody: Patient, mary: Patient, noor) -> Invitation:
    """Somebody else scans Mary's code, and Larkfield confirms them."""
    joins(somebody, noor.membership.practice, record=mary, by=noor)
    return Invitation.objects.exclude(record_before=None).get(used_by=somebody.user)


def test_whoever_had_a_record_of_their_own_keeps_it_and_what_they_logged(mary, eve, noor, clinic):
    own = pen(eve, days_ago=20)
    logged(own, 1, note="zq9-own")
    invitation = taken_for_mary(eve, mary, noor)
    marys = Treatment.objects.get(practice=clinic)
    logged(marys, 3, note="zq9-eve", pain=3, signs=["pus"])
    logged(marys, 3, note="zq9-eve again", pain=2, signs=["pus"])
    record = undo_joining(invitation, by=noor, now=timezone.now())

    eve.refresh_from_db()
    assert eve.practice is None and eve.agreed_to("care")
    copy = eve.treatments.exclude(pk=own.pk).get()
    assert [entry.note for entry in copy.entries.order_by("received_at")] == ["zq9-eve", "zq9-eve again"]
    assert (copy.day_zero, copy.device, str(copy.needle_depth_mm)) == (marys.day_zero, "pen", "1.50")
    details = (
        "fitzpatrick",
        "conditions",
        "medications",
        "cartridge_lot",
        "operator",
        "practice",
        "open_to",
        "practitioner",
    )
    assert [getattr(copy, name) for name in details] == [None, [], [], "", "", None, None, None]
    assert "diabetes" not in str(list(Assessment.objects.filter(entry__treatment=copy).values("flags")))
    assert Entry.objects.filter(is_current=True, is_judged=False).count() == 0

    facts = (record.pk, record.name, record.phone, record.user, record.practice)
    assert facts == (mary.pk, "Mary Brook", "07700 900111", None, clinic)
    assert list(record.treatments.all()) == [marys] and not marys.entries.exists()
    seen = everything_about(record, noor)
    assert "zq9-operator" in seen
    assert not [word for word in ("zq9-eve", "zq9-own", "Stone", eve.user.email) if word in everything_about(eve, noor)]
    assert not Alert.objects.managed_by(noor).exists()
    assert people.signed_in(noor).get(reverse("patient", args=[eve.pk])).status_code == 404
    assert not PatientStatus.objects.filter(patient=record).exclude(entry=None).exists()


def test_whoever_had_no_record_gets_one_and_the_clinics_reads_as_it_began(mary, noor, clinic):
    eve = people.user("Eve Stone", "eve@example.org")
    scans(eve, clinic, mary, by=noor)
    invitation = Invitation.objects.get(used_by=eve)
    hers = Patient.objects.get(user=eve)
    assert hers.pk == mary.pk
    hers.name, hers.phone = "Eve Stone", "07700 900222"
    hers.save()
    logged(hers.treatments.get(), 2, note="zq9-eve")
    mine = pen(hers, days_ago=2)
    record = undo_joining(invitation, by=noor, now=timezone.now())

    own = Patient.objects.get(user=eve)
    assert (own.name, own.phone, own.practice) == ("Eve Stone", "07700 900222", None) and own.pk != record.pk
    assert own.agreed_to("care")
    assert mine in own.treatments.all() and own.treatments.count() == 2
    assert Entry.objects.get().treatment.patient == own
    assert (record.pk, record.name, record.user, record.email) == (mary.pk, "Mary Brook", None, "mary@example.org")
    assert record.treatments.count() == 1 and not record.consents.exists()
    phone = people.signed_in(eve)
    assert phone.get("/today/").status_code == 200 and phone.get("/course/").status_code == 200
    # The right person can be invited now, and joins.
    joined = joins(people.patient(None, "Mary B."), clinic, record=record, by=noor)
    assert joined.treatments.get().cartridge_lot == "zq9-lot"


def test_whoever_was_at_another_clinic_is_there_again(mary, noor, clinic):
    okafor = people.dr_okafor()
    there = okafor.membership.practice
    eve = people.patient(there, "Eve Stone")
    session = pen(eve, days_ago=5, by=okafor)
    logged(session, 1, note="zq9-there", signs=["pus"])
    invitation = taken_for_mary(eve, mary, noor)
    logged(session, 2, note="zq9-meanwhile")
    assert "zq9-meanwhile" not in everything_about(eve, okafor)
    undo_joining(invitation, by=noor, now=timezone.now())

    eve.refresh_from_db()
    assert eve.practice == there and eve.agreed_to("photos") and eve.agreed_to("care")
    shown = everything_about(eve, okafor)
    assert "zq9-there" in shown and "zq9-meanwhile" in shown and "Handed over" not in shown
    assert Alert.objects.open().managed_by(okafor).filter(concern="infection").exists()
    assert not [alert for alert in Alert.objects.open().filter(treatment__patient=eve) if alert.practice != there]
    assert "zq9-" not in everything_about(eve, noor).replace("zq9-operator", "").replace("zq9-lot", "")


@pytest.mark.parametrize("is_closed", [False, True])
def test_the_clinic_where_they_are_again_is_told_at_once_what_is_open_unless_it_is_closed(
    mary, noor, clinic, is_closed
):
    okafor = people.dr_okafor()
    there = okafor.membership.practice
    eve = people.patient(there, "Eve Stone")
    session = pen(eve, days_ago=5, by=okafor)
    invitation = taken_for_mary(eve, mary, noor)
    logged(session, 2, signs=["pus"])
    if is_closed:
        Practice.objects.filter(pk=there.pk).update(closed_at=timezone.now())
    undo_joining(invitation, by=noor, now=timezone.now())

    eve.refresh_from_db()
    concern = Alert.objects.open().get(treatment__patient=eve, concern="infection")
    assert eve.practice == concern.practice == (None if is_closed else there)
    assert Delivery.objects.filter(recipient=okafor, step=0, urgency=concern.urgency).exists() is not is_closed


def test_what_they_and_the_clinic_wrote_to_one_another_is_not_the_other_person_s_to_read(mary, noor, clinic):
    eve = people.user("Eve Stone", "eve@example.org")
    scans(eve, clinic, mary, by=noor)
    session, now = Treatment.objects.get(), timezone.now()
    write_to_practice(session, id=uuid4(), text="zq9-eve", by=eve, now=now)
    write_note(session, id=uuid4(), text="zq9-answer", for_patient=True, by=noor, now=now)
    write_note(session, id=uuid4(), text="inside", for_patient=False, by=noor, now=now)
    record = undo_joining(Invitation.objects.get(used_by=eve), by=noor, now=timezone.now())

    joined = joins(people.patient(None, "Mary B."), clinic, record=record, by=noor)
    assert "zq9-" not in people.signed_in(joined).get("/messages/").content.decode()
    assert "zq9-" not in everything_about(joined, noor).replace("zq9-operator", "").replace("zq9-lot", "")
    assert "zq9-answer" in people.signed_in(eve).get("/messages/").content.decode()
    assert [note.text for note in Note.objects.filter(treatment__patient=joined)] == ["inside"]


def test_a_session_that_was_said_to_be_the_same_is_told_apart_again(mary, eve, noor, clinic):
    own = pen(eve, days_ago=3)
    invitation = taken_for_mary(eve, mary, noor)
    marys = Treatment.objects.get(practice=clinic)
    assert possibly_same(own) == marys
    say_same(marys, own, now=timezone.now())
    logged(marys, 1, note="zq9-eve")
    undo_joining(invitation, by=noor, now=timezone.now())
    own.refresh_from_db()
    marys.refresh_from_db()
    assert own.same_as.patient == eve and marys.patient.name == "Mary Brook"


def test_what_the_clinic_wrote_about_its_patient_stays_with_its_patient(mary, eve, noor, clinic):
    invitation = taken_for_mary(eve, mary, noor)
    marys = Treatment.objects.get(practice=clinic)
    write_note(marys, id=uuid4(), text="zq9-inside", for_patient=False, by=noor, now=timezone.now())
    since = pen(eve, days_ago=1, by=noor)  # recorded for Mary, whom they took Eve for
    record = undo_joining(invitation, by=noor, now=timezone.now())
    assert {marys, since} == set(record.treatments.all())
    assert is_told("zq9-inside", record, noor)


def test_it_is_written_down_and_both_are_told(mary, eve, noor, clinic, desk):
    invitation = taken_for_mary(eve, mary, noor)
    assert "Somebody else joined as" in desk.get(reverse("patient", args=[eve.pk])).content.decode()
    page = reverse("undo_joining", args=[invitation.pk])
    assert "Take it back" in desk.get(page).content.decode()
    answer = text_of(desk.post(page, follow=True))
    assert "Taken back. Mary Brook has not joined yet" in answer
    assert "Took it back: it was somebody else" in text_of(past(desk, mary.pk))
    assert desk.post(page).status_code == 404
    letter = AccountMail.objects.get(to=eve.user.email)
    assert not [word for word in ("Larkfield", "Mary", "Eve", "clinic", "skin") if word in letter.subject + letter.body]
    account = people.signed_in(eve).get("/account/").content.decode()
    assert "Larkfield Skin Clinic took you for somebody else" in account
    undone = AuditRecord.objects.filter(what__startswith="took back")
    assert {record.patient.name for record in undone} == {"Eve Stone", "Mary Brook"}


def test_after_30_days_by_another_clinic_or_twice_it_is_refused(mary, eve, noor, clinic):
    invitation = taken_for_mary(eve, mary, noor)
    late = timezone.now() + timedelta(days=30, minutes=1)
    with pytest.raises(TooLate):
        undo_joining(invitation, by=noor, now=late)
    for stranger in (people.dr_okafor(), people.admin(clinic)):
        with pytest.raises(PermissionDenied):
            undo_joining(invitation, by=stranger, now=timezone.now())
    undo_joining(invitation, by=noor, now=timezone.now() + timedelta(days=29))
    with pytest.raises(TooLate):
        undo_joining(invitation, by=noor, now=timezone.now())


def test_after_30_days_the_worker_forgets_what_was_kept_for_it(mary, eve, noor, clinic):
    invitation = taken_for_mary(eve, mary, noor)
    for days, is_kept in ((29, True), (31, False)):
        Invitation.objects.filter(pk=invitation.pk).update(confirmed_at=timezone.now() - timedelta(days=days))
        run_worker.forget_records_before()
        assert Invitation.objects.filter(pk=invitation.pk, record_before__isnull=False).exists() == is_kept
    outbox = SimpleNamespace(work=None)
    assert run_worker.forget_records_before in [duty.run for duty in run_worker.duties(outbox)]


@pytest.mark.parametrize("first", ["larkfield", "okafor"])
def test_two_clinics_that_made_the_same_mistake_take_it_back_in_any_order(mary, noor, clinic, first):
    eve, okafor = people.user("Eve Stone", "eve@example.org"), people.dr_okafor()
    scans(eve, clinic, mary, by=noor)
    okafors = people.patient(okafor.membership.practice, "Olga Brook", accepted=False)
    scans(User.objects.get(pk=eve.pk), okafor.membership.practice, okafors, by=okafor)
    by_practice = {row.practice_id: row for row in Invitation.objects.filter(record_before__isnull=False)}
    order = [noor, okafor] if first == "larkfield" else [okafor, noor]
    records = {by: undo_joining(by_practice[by.membership.practice.pk], by=by, now=timezone.now()) for by in order}

    own = Patient.objects.get(user=eve)
    assert own.practice is None and own.name == "Eve Stone"
    assert {(row.name, row.practice, row.user) for row in records.values()} == {
        ("Mary Brook", clinic, None), ("Olga Brook", okafor.membership.practice, None),
    }  # fmt: skip
    assert len({own.pk, *(row.pk for row in records.values())}) == 3
    assert {t.cartridge_lot for t in records[noor].treatments.all()} == {"zq9-lot"}


def test_whoever_moved_on_since_stays_where_they_are(mary, eve, noor, clinic):
    okafor = people.dr_okafor()
    invitation = taken_for_mary(eve, mary, noor)
    logged(Treatment.objects.get(practice=clinic), 3, note="zq9-eve")
    joins(eve, okafor.membership.practice, by=okafor)
    record = undo_joining(invitation, by=noor, now=timezone.now())
    eve.refresh_from_db()
    assert eve.practice == okafor.membership.practice
    assert set(eve.words.values_list("practice", flat=True)) == {eve.practice_id}  # nor does any word of hers stay
    assert record.treatments.count() == 1 and eve.treatments.count() == 1
    assert "zq9-operator" not in everything_about(eve, okafor)
    assert people.signed_in(noor).get(reverse("patient", args=[eve.pk])).status_code == 404
