"""What two clinics of one patient see: the one she left, and the one she joined."""

import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, Consent, Departure, Patient
from accounts.patients import change_details
from symptoms.alerts.handling import write_note
from symptoms.journal import judging
from symptoms.journal.joining import CareNotAgreed, SomethingOpen, join, leave_practice
from symptoms.journal.treatments import change_treatment, complete_treatment
from symptoms.models import Alert, Entry, Treatment, TreatmentAccess, TreatmentRevision
from tests import people
from tests.api.programs import program
from tests.moving import joins, leaves
from tests.pages.html import text_of
from tests.treatments import attached, broken_rules, logged, pen

pytestmark = pytest.mark.django_db
BEFORE, AFTER = "zq9before", "zq9after"


def everything_about(ana: Patient, person) -> str:
    """All that pages and API tell `person` about Ana, by lists and by every id that there is."""
    return "".join(str(dict(answer.headers)) + _body(answer) for answer in _answers(ana, person))


def is_told(text: str, ana: Patient, person) -> bool:
    """Whether `text` is in what they tell; no more is asked than is needed to find it."""
    return any(text in _body(answer) for answer in _answers(ana, person))


def _answers(ana: Patient, person) -> Iterator[HttpResponse]:
    return (answer for answer in _asked(ana, person) if answer.status_code < 400)


def _asked(ana: Patient, person) -> Iterator[HttpResponse]:
    person.look_up_again()
    desk, api = people.signed_in(person), program(person)
    yield desk.get(reverse("patient", args=[ana.pk]))
    yield desk.get("/practice/")
    yield desk.get("/practice/", {"show": "all", "q": "marrow"})
    yield api.get("/api/v1/treatments/")
    yield api.get("/api/v1/alerts/")
    for treatment in Treatment.objects.all():
        for rest in ("", "entries/", "assessments/", "photos/", "course/"):
            yield api.get(f"/api/v1/treatments/{treatment.pk}/{rest}")
        yield desk.get(reverse("patient", args=[ana.pk]), {"treatment": treatment.pk})
        for entry in treatment.entries.all():
            yield api.get(f"/api/v1/treatments/{treatment.pk}/entries/{entry.pk}/")
            yield desk.get(reverse("review", args=[entry.pk]))
        for photo in treatment.photos.all():
            yield desk.get(reverse("photo", args=[photo.pk]))
    for alert in Alert.objects.all():
        yield api.get(f"/api/v1/alerts/{alert.pk}/")


def _body(answer) -> str:
    return "photo of " + answer["Content-Type"] if "image" in answer["Content-Type"] else answer.content.decode()


@pytest.fixture
def session(ana, noor) -> Treatment:
    """What Larkfield did: two days with notes, the second an open matter."""
    treatment = pen(ana, days_ago=5, by=noor, operator=f"{BEFORE} operator", cartridge_lot=f"{BEFORE} lot")
    logged(treatment, 1, note=f"{BEFORE} first")
    logged(treatment, 2, note=f"{BEFORE} second", pain=3, signs=["pus"])
    return treatment


def later(session: Treatment, ana: Patient, by) -> None:
    """All that may happen after she left, by her or by the clinic `by` works for."""
    now = timezone.now()
    logged(session, 2, note=f"{AFTER} amended", redness=4)
    logged(session, 4, note=f"{AFTER} new", pain=4)
    change_details(ana, name=f"Ana {AFTER}", phone="07700 900777", country="IE", time_zone="Pacific/Auckland", now=now)
    Patient.objects.filter(pk=ana.pk).update(year_of_birth=1950, email=f"{AFTER}@example.org")
    attached(session, day=4, now=now)
    if by is not None:
        moved = session.performed_at - timedelta(days=1)
        change_treatment(session, by=by, now=now, operator=f"{AFTER} operator", performed_at=moved)
        write_note(session, id=uuid4(), text=f"{AFTER} inside", for_patient=False, by=by, now=now)
        people.signed_in(by).get(reverse("patient", args=[ana.pk]))
        people.signed_in(by).post(reverse("acknowledge", args=[session.pk]))


@pytest.mark.parametrize("goes_on", ["alone", "elsewhere"])
def test_what_a_former_clinic_sees_ends_with_the_moment_of_leaving(ana, noor, session, goes_on):
    okafor = people.dr_okafor()
    assert is_told(BEFORE, ana, noor)
    if goes_on == "alone":
        leaves(ana)
    else:
        joins(ana, okafor.membership.practice, by=okafor)
    later(session, ana, okafor if goes_on == "elsewhere" else None)
    shown = everything_about(ana, noor)
    for text in (f"{BEFORE} first", f"{BEFORE} second", f"{BEFORE} operator", f"{BEFORE} lot", "Ana Marrowby"):
        assert text in shown
    for foreign in (AFTER, "900777", "Okafor", "Otherwhere", "photo of", "day 4</", "Auckland"):
        assert foreign not in shown, foreign
    assert not re.search(r"(?<![\w-])1950(?![\w-])", shown)  # nor in an id or a time, by chance
    entries = program(noor).get(f"/api/v1/treatments/{session.pk}/entries/").json()["results"]
    assert [entry["day"] for entry in entries] == [2, 1]  # not 3 and 2, by the date that was corrected later
    assert [entry["is_current"] for entry in entries] == [True, True]
    assert "Handed over" in shown


def test_a_revision_of_before_a_field_existed_shows_its_default_and_not_what_stands_there_now(ana, noor):
    session = pen(ana, days_ago=3, by=noor, fitzpatrick=None)
    leaves(ana)
    complete_treatment(session, by=ana.user, now=timezone.now(), needles_shared="yes", skin_colour=6, fitzpatrick=6)
    revision = TreatmentRevision.objects.get()
    for name in ("needles_new", "needles_shared", "skin_colour", "skin_burning"):
        del revision.was[name]  # as it was written before migrations 0011 and 0013
    revision.save()
    shown = program(noor).get(f"/api/v1/treatments/{session.pk}/").json()
    assert (shown["needles_shared"], shown["skin_colour"]) == ("unknown", None)
    joins(ana, noor.membership.practice, by=noor)
    page = text_of(people.signed_in(noor).get(reverse("practice_treatment_edit", args=[session.pk])))
    assert "Needles used by somebody else was Not known, became Yes" in page


def test_what_waited_for_the_leaving_came_after_it_and_what_the_leaving_waited_for_before(ana, noor, session):
    """Each verb is given the time at which it was asked for, and then waits for the patient's row."""
    logged(session, 3, note=f"{BEFORE} third")
    last = session.entries.order_by("received_at").last()
    leaves(ana, now=last.received_at - timedelta(seconds=5))
    assert is_told(f"{BEFORE} third", ana, noor)

    ahead = timezone.now() + timedelta(seconds=90)
    Patient.objects.filter(pk=ana.pk).update(left_at=ahead)
    Departure.objects.update(at=ahead)
    TreatmentAccess.objects.update(until=ahead)
    judged = f"/api/v1/treatments/{session.pk}/assessments/"
    before = program(noor).get(judged).json()
    later(session, ana, None)
    complete_treatment(session, by=ana.user, now=timezone.now(), operator=AFTER)
    assert AFTER not in everything_about(ana, noor)
    assert program(noor).get(judged).json() == before


@pytest.mark.parametrize("goes_on", ["alone", "elsewhere"])
def test_a_former_clinic_closes_what_stayed_on_its_desk_and_nothing_else(ana, noor, session, goes_on):
    leaves(ana)
    if goes_on == "elsewhere":
        okafor = people.dr_okafor()
        joins(ana, okafor.membership.practice, by=okafor)
    desk = people.signed_in(noor)
    for alert in Alert.objects.all():  # what stayed on its desk, and that she left with something open
        may_close = goes_on == "alone" or alert.kind == "left"
        answer = desk.post(reverse("resolve", args=[alert.pk]), {"outcome": "seen"})
        assert answer.status_code == (302 if may_close else 404)


def test_a_new_clinic_sees_the_running_course_without_notes_and_photos_and_nothing_older(ana, noor, session):
    old = pen(ana, days_ago=60, by=noor, operator="zq9older")
    attached(session, day=2)
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor, photos=True)
    shown = everything_about(ana, okafor)
    assert f"{BEFORE} operator" in shown and '"pain":3' in shown.replace(" ", "")
    for hidden in (f"{BEFORE} first", f"{BEFORE} second", "zq9older", "photo of", str(old.pk), "Dr Noor has"):
        assert hidden not in shown, hidden
    logged(session, 4, note="zq9now")
    attached(session, day=4)
    shown = everything_about(ana, okafor)
    assert "zq9now" in shown and shown.count("photo of") == 1
    ana.consents.filter(purpose="photos").update(withdrawn_at=timezone.now())
    assert "photo of" not in everything_about(ana, okafor)


def test_a_new_clinic_sees_what_was_shared_with_it(ana, noor, session):
    pen(ana, days_ago=60, by=noor, operator="zq9older")
    attached(session, day=2)
    okafor = people.dr_okafor()
    joins(
        ana, okafor.membership.practice, by=okafor, photos=True, earlier=True, earlier_notes=True, earlier_photos=True
    )
    shown = everything_about(ana, okafor)
    for shared in (f"{BEFORE} first", "zq9older", "photo of"):
        assert shared in shown


def test_without_a_consent_of_its_own_a_new_clinic_sees_no_photo(ana, noor, session):
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor, earlier_photos=True)
    attached(session, day=4)
    assert "photo of" not in everything_about(ana, okafor)
    standing = Consent.objects.filter(patient=ana, withdrawn_at=None)
    assert [(consent.purpose, consent.practice) for consent in standing] == [("care", okafor.membership.practice)]


def test_a_clinic_that_is_joined_again_sees_what_it_saw_and_what_comes(ana, noor, clinic, session):
    left_at = timezone.now()
    leaves(ana, now=left_at)
    logged(session, 3, note=f"{AFTER} alone")
    newer = pen(ana, days_ago=1)
    joins(ana, clinic, by=noor)
    logged(newer, 1, note="zq9again")
    shown = everything_about(ana, noor)
    assert f"{BEFORE} first" in shown and "zq9again" in shown and AFTER not in shown


def test_a_matter_of_an_older_session_can_be_read_by_the_clinic_that_must_answer_it(ana, noor, session):
    old = pen(ana, days_ago=60)
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor)
    logged(old, 60, signs=["firm_lumps"], note="zq9lump")
    assert is_told("zq9lump", ana, okafor)
    assert Alert.objects.open().managed_by(okafor).filter(treatment=old).exists()


def test_a_name_that_came_later_finds_nobody_who_left(ana, noor, session):
    leaves(ana)
    Patient.objects.get(pk=ana.pk)
    change_details(ana, name="Zelda", phone="", country="GB", time_zone="Europe/London", now=timezone.now())
    desk = people.signed_in(noor)
    assert "Ana Marrowby" in desk.get("/practice/", {"show": "open", "q": "marrowby"}).content.decode()
    assert "Nobody is found by that" in desk.get("/practice/", {"show": "open", "q": "zelda"}).content.decode()


def test_whoever_has_something_open_is_asked_twice_and_told_what(ana, session):
    with pytest.raises(SomethingOpen) as asked:
        leave_practice(ana.user, now=timezone.now())
    assert "infection" in [alert.concern for alert in asked.value.alerts]
    phone = people.signed_in(ana)
    again = phone.post(reverse("leave_practice"))
    page = again.content.decode()
    assert "Signs of a skin infection" in page and "knows_open" in page
    assert ">Infection<" not in page  # a practitioner's word, which reads as a diagnosis
    ana.refresh_from_db()
    assert ana.practice is not None
    phone.post(reverse("leave_practice"), {"knows_open": "yes"})
    ana.refresh_from_db()
    assert ana.practice is None


def test_a_record_that_was_questioned_is_named_so_to_who_leaves(ana, session):
    phone = people.signed_in(ana)
    phone.post(reverse("my_treatment", args=[session.pk]), {"words": "It was 2 mm."})
    page = phone.post(reverse("leave_practice")).content.decode()
    assert "Something wrong in what your clinic recorded" in page and "could not check" not in page


def test_joining_another_clinic_says_what_happens_and_asks_twice_while_something_is_open(ana, noor, session):
    okafor = people.dr_okafor()
    there = okafor.membership.practice
    record = people.patient(there, "Ana", accepted=False)
    people.signed_in(okafor).post(reverse("invite_patient", args=[record.pk]), {"how": "mail", "email": ana.user.email})
    link = _link()
    phone = people.signed_in(ana)
    page = text_of(phone.get(link))
    for sentence in (
        "You leave Larkfield",
        "What Otherwhere Clinic will see",
        "about your skin, health and medicines",
        "Not the notes and photos",
        "Concerns that are not settled yet, with the treatment",
        "Only if you also agree below that your clinic may see your photos.",
        "You agree with Otherwhere Clinic alone.",
    ):
        assert sentence in page
    with pytest.raises(CareNotAgreed):
        join(link.split("/")[2], ana.user, now=timezone.now(), knows_open=True)
    asked = phone.post(link, {"care": "on", "photos": "on", "earlier_notes": "on"}).content.decode()
    assert "Signs of a skin infection" in asked and ">Infection<" not in asked and 'name="earlier_notes"' in asked
    ana.refresh_from_db()
    assert ana.practice == noor.membership.practice
    phone.post(link, {"care": "on", "photos": "on", "earlier_notes": "on", "knows_open": "yes"})
    ana.refresh_from_db()
    assert ana.practice == there and ana.agreed_to("photos")
    assert is_told(f"{BEFORE} first", ana, okafor)


def test_who_was_with_no_clinic_reads_nothing_of_another_when_they_join(clinic, noor):
    record, newcomer = people.patient(clinic, "Mara", accepted=False), people.user("Mara")
    people.signed_in(noor).post(reverse("invite_patient", args=[record.pk]), {"how": "mail", "email": newcomer.email})
    page = text_of(people.signed_in(newcomer).get(_link()))
    assert "What Larkfield Skin Clinic will see" in page and "another clinic" not in page


def _link() -> str:
    return re.search(r"/join/[\w-]+/", AccountMail.objects.latest("created_at").body)[0]


def test_an_entry_judged_after_leaving_stays_unjudged_for_the_former_clinic(ana, noor):
    session = pen(ana, days_ago=3, by=noor)
    with broken_rules():
        logged(session, 2, signs=["pus"])
    leaves(ana)
    assert judging.judge_again(Entry.objects.get().pk, now=timezone.now()).assessment is not None
    entry = program(noor).get(f"/api/v1/treatments/{session.pk}/entries/").json()["results"][0]
    assert entry["state"] == "unjudged" and entry["assessment"] is None


def test_the_migration_opens_everything_to_the_present_clinic_and_keeps_what_a_former_one_surely_saw(
    ana, noor, session
):
    """From a schema in which neither who may see a treatment nor when a patient left was stored."""
    migration = import_module("symptoms.migrations.0009_who_sees_what")
    okafor = people.dr_okafor()
    lea = people.patient(None, "Lea Holm")
    Patient.objects.filter(pk=lea.pk).update(practice=okafor.membership.practice)
    lea.refresh_from_db()
    was = pen(lea, days_ago=9, by=okafor, now=timezone.now() - timedelta(days=3))
    Patient.objects.filter(pk=lea.pk).update(practice=None)
    Treatment.objects.update(open_to=None)
    lea.refresh_from_db()
    logged(was, 8, note=AFTER)
    Consent.objects.update(practice=None)
    before = Treatment.objects.count(), Entry.objects.count()

    migration.open_to_the_present_practice(apps, None)
    migration.keep_what_was_seen(apps, None)
    assert (Treatment.objects.count(), Entry.objects.count()) == before
    assert is_told(f"{BEFORE} first", ana, noor) and ana.agreed_to("photos")
    shown = everything_about(lea, okafor)
    assert "Handed over" in shown and "Lea Holm" in shown and AFTER not in shown
