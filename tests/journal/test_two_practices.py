"""The edges between two practices of one patient: merging records, undoing, confirming and closing widen nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts import invitations, patients
from accounts.consents import withdraw_consent
from accounts.models import AccountMail, Invitation, Membership, Patient, User
from symptoms.alerts.handling import resolve, write_note
from symptoms.journal.joining import Choices, confirm_patient, join
from symptoms.journal.treatments import change_treatment, possibly_same, say_same
from symptoms.journal.undoing import undo_joining
from symptoms.models import Alert, Treatment
from tests import people
from tests.api.programs import program
from tests.journal.test_tenancy import everything_about, is_told
from tests.moving import joins, leaves, token_in
from tests.pages.html import text_of
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
PUS = {"pain": 3, "signs": ["pus"]}


def reads_its_queue(user: User) -> bool:
    """Whether the practice's queue and its list of alerts answer."""
    user.look_up_again()
    page, api = people.signed_in(user).get(reverse("queue")), program(user).get("/api/v1/alerts/")
    return (page.status_code, api.status_code) == (200, 200)


@pytest.fixture
def okafor():
    return people.dr_okafor()


def test_records_that_a_left_practice_would_read_on_are_not_made_one(ana, noor, okafor):
    theirs = pen(ana, days_ago=5, by=noor)
    leaves(ana)
    mine = pen(ana, days_ago=4)
    joins(ana, okafor.membership.practice, by=okafor)
    logged(mine, 2, **PUS)
    leaves(ana)
    theirs.refresh_from_db()
    assert possibly_same(Treatment.objects.get(pk=mine.pk)) is None
    say_same(theirs, mine, now=timezone.now())
    assert Treatment.objects.get(pk=mine.pk).same_as is None
    assert reads_its_queue(okafor) and reads_its_queue(noor)


def test_records_of_two_patients_are_never_one(ana, noor):
    theirs, others = pen(ana, days_ago=5, by=noor), pen(people.patient(None, "Ben"), days_ago=5)
    say_same(theirs, others, now=timezone.now())
    assert Treatment.objects.get(pk=others.pk).same_as is None


def test_made_one_with_the_practices_record_earlier_notes_and_photos_stay_the_patients(clinic, noor):
    zoe = people.patient(None, "Zoe Alone")
    mine = pen(zoe, days_ago=5)
    logged(mine, 1, note="zq9secret", pain=2)
    before = timezone.now() - timedelta(hours=1)
    attached(mine, day=1, now=before)
    joins(zoe, clinic, by=noor, photos=True)
    noor.look_up_again()
    theirs = pen(zoe, days_ago=5, by=noor)
    phone = people.signed_in(zoe)
    assert phone.post(reverse("same_session", args=[theirs.pk]), {"answer": "same"}).status_code == 302
    assert Treatment.objects.get(pk=mine.pk).same_as == theirs
    seen = everything_about(zoe, noor)
    assert "zq9secret" not in seen and "photo of" not in seen
    logged(theirs, 3, note="zq9since")
    assert is_told("zq9since", zoe, noor)


def test_an_undone_joining_leaves_no_alert_that_nobody_can_read_and_no_ones_identity(clinic, noor):
    record = people.patient(clinic, "Ana Real", accepted=False, phone="07700 900123", year_of_birth=1971)
    session = pen(record, days_ago=5, by=noor)
    stranger = people.patient(None, "Zed", phone="", year_of_birth=1990)
    joins(stranger, clinic, record=record, by=noor)
    assert Patient.objects.get(user=stranger.user).phone == "07700 900123"  # taken over, where theirs said nothing
    logged(Treatment.objects.get(pk=session.pk), 2, **PUS)
    leaves(stranger)
    noor.look_up_again()
    undo_joining(Invitation.objects.get(used_by=stranger.user), by=noor, now=timezone.now())
    assert not Alert.objects.open().filter(practice=clinic).exists()
    assert reads_its_queue(noor)
    own = Patient.objects.get(user=stranger.user)
    assert (own.name, own.phone, own.year_of_birth) == ("Zed", "", 1990)
    assert Patient.objects.get(pk=record.pk).phone == "07700 900123"


def test_who_had_no_record_of_their_own_keeps_nothing_of_the_other_persons(clinic, noor):
    record = people.patient(clinic, "Ana Real", accepted=False, phone="07700 900123", year_of_birth=1971)
    pen(record, days_ago=5, by=noor)
    zed = people.user("Zed", "zed@example.org")
    invitation = taken_code(record, noor, zed)
    confirm_patient(invitation, by=noor, now=timezone.now())
    undo_joining(Invitation.objects.get(pk=invitation.pk), by=noor, now=timezone.now())
    own = Patient.objects.get(user=zed)
    assert (own.name, own.email, own.phone, own.year_of_birth) == ("Zed", "zed@example.org", "", None)


def taken_code(record: Patient, by: User, user: User) -> Invitation:
    """A code of the clinic that `user` took and that waits to be confirmed."""
    invitation, url = invitations.invite_patient(record, by)
    fresh = User.objects.get(pk=user.pk)
    assert join(token_in(url), fresh, now=timezone.now(), agrees=True, choices=Choices(photos=True), knows_open=True)
    return invitation


@pytest.mark.parametrize("since", ["withdrew", "joined elsewhere"])
def test_a_code_taken_before_another_decision_counts_no_more(clinic, noor, okafor, since):
    zoe = people.patient(None, "Zoe Alone")
    invitation = taken_code(people.patient(clinic, "Zoe", accepted=False), noor, zoe.user)
    if since == "withdrew":
        withdraw_consent(zoe, "care", timezone.now())
    else:
        joins(zoe, okafor.membership.practice, by=okafor)
    assert confirm_patient(invitation, by=noor, now=timezone.now()) is None
    zoe.refresh_from_db()
    assert zoe.practice == (None if since == "withdrew" else okafor.membership.practice)
    assert zoe.agreed_to("care") is (since != "withdrew")


def test_the_verbs_themselves_refuse_a_former_practice(ana, noor, okafor):
    session = pen(ana, days_ago=5, by=noor)
    logged(session, 2, **PUS)
    alert = Alert.objects.select_related("treatment__patient").order_by("-urgency").first()
    joins(ana, okafor.membership.practice, by=okafor)
    now = timezone.now()
    assert not resolve(alert, outcome="seen", by=noor, now=now)
    with pytest.raises(PermissionDenied):
        write_note(session, id=uuid4(), text="x", for_patient=True, by=noor, now=now)
    with pytest.raises(PermissionDenied):
        patients.edit_details(ana, by=noor, now=now, name="Somebody Else")
    with pytest.raises(PermissionDenied):
        change_treatment(session, by=noor, now=now, passes=3)


def test_a_practice_that_treated_nothing_reads_only_until_it_has_closed_what_was_open(ana, noor):
    logged(pen(ana, days_ago=5), 2, note="zq9secret", **PUS)
    leaves(ana)
    noor.look_up_again()
    assert is_told("zq9secret", ana, noor)
    desk = people.signed_in(noor)
    for alert in Alert.objects.open():
        answer = desk.post(reverse("resolve", args=[alert.pk]), {"outcome": "advice"}, follow=True)
        assert answer.status_code == 200
    assert "zq9secret" not in everything_about(ana, noor)
    assert reads_its_queue(noor)


def test_the_queue_shows_a_patient_who_left_as_she_was(ana, noor):
    session = pen(ana, days_ago=6)
    logged(session, 3, **PUS)
    leaves(ana)
    now = timezone.now()

    def rows() -> str:
        with time_machine.travel(now, tick=False):  # the page tells the time, and how long somebody waits
            return text_of(people.signed_in(noor).get(reverse("queue"))).partition(" needs action")[2]

    before = rows()
    assert "Ana Marrowby" in before
    corrected = {"conditions": ["diabetes"], "medications": ["immunosuppressant"], "fitzpatrick": 6}
    change_treatment(session, by=ana.user, now=timezone.now(), even_outside=True, **corrected)
    at = session.performed_at - timedelta(days=2)
    change_treatment(session, by=ana.user, now=timezone.now(), even_outside=True, performed_at=at)
    assert rows() == before


def test_nobody_becomes_member_and_patient_from_two_pages(clinic):
    price, both = people.admin(clinic), people.user("Both", "both@example.org")
    opened_before = User.objects.get(pk=both.pk)
    assert opened_before.membership is None and opened_before.as_patient is None
    invitations.invite_member(clinic, both.email, is_practitioner=True, is_admin=False, by=price)
    join(token_in(AccountMail.objects.get(to=both.email).body), User.objects.get(pk=both.pk), now=timezone.now())
    who = {"name": "Both", "year_of_birth": 1990, "country": "GB", "time_zone": "Europe/London"}
    with pytest.raises(patients.CannotStart):
        patients.start_alone(opened_before, now=timezone.now(), **who)
    assert Membership.objects.current().filter(user=both).exists()


def test_what_was_written_alone_is_told_once_at_joining(ana, noor, clinic):
    older, newer = pen(ana, days_ago=6, by=noor), pen(ana, days_ago=5, by=noor)
    logged(newer, 5)
    leaves(ana)
    logged(older, 6, signs=["hives"])
    joins(ana, clinic)
    alert = Alert.objects.get(concern="allergic_reaction")
    assert (alert.treatment, alert.practice) == (older, clinic)
    resolve(alert, outcome="advice", by=noor, now=timezone.now())
    for days in (27, 28):  # the older session becomes the newest by a date: what is only repeated stays closed
        moved = newer.performed_at - timedelta(days=days)
        change_treatment(newer, by=noor, now=timezone.now(), even_outside=True, performed_at=moved)
        assert Alert.objects.get(concern="allergic_reaction") == alert
