"""A practitioner records a treatment, mends it with revisions, and invites the patient by link or code."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import accept, find
from accounts.models import AccountMail, Invitation, Membership, Patient
from symptoms.models import Assessment, PatientStatus, Treatment, TreatmentRevision
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import token_in
from tests.pages.html import held, select, text_of
from tests.pages.practitioner.pages import past, treatment_answers
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NEW = reverse("practice_treatment_new")
WHO = {"name": "Mara Keller", "year_of_birth": "1990", "email": "Mara@Example.org", "phone": "020 7946 0188"}


def invite_page(patient) -> str:
    return reverse("invite_patient", args=[patient.id])


def test_a_new_patient_is_recorded_with_the_treatment_and_invited_next(clinic, noor, desk):
    typed = treatment_answers(**WHO, practitioner=noor.id, product_name_0="Hyaluronic acid", cartridge_lot="MN-1")
    answer = desk.post(NEW, typed)
    mara = Patient.objects.get(name="Mara Keller")
    assert answer.url == invite_page(mara)
    assert (mara.practice, mara.user, mara.email, mara.year_of_birth) == (clinic, None, "mara@example.org", 1990)
    session = mara.treatments.get()
    assert (session.practice, session.practitioner, session.recorded_by) == (clinic, noor, noor)
    assert (session.cartridge_lot, session.products) == ("MN-1", [{"name": "Hyaluronic acid"}])
    assert PatientStatus.objects.get(patient=mara).treatment == session


def test_the_same_page_sent_twice_records_one_patient_and_one_treatment(desk):
    typed = treatment_answers(**WHO)
    assert desk.post(NEW, typed).url == desk.post(NEW, typed).url
    assert (Patient.objects.count(), Treatment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Write the patient’s name."),
        ("name", "x" * 121, "at most 120"),
        ("year_of_birth", str(timezone.now().year - 17), "18 and over"),
        ("year_of_birth", "1890", "Check the year."),
        ("year_of_birth", str(timezone.now().year + 1), "still to come."),
        ("year_of_birth", "90", "Write all four digits of the year, like 1990."),
        ("year_of_birth", "-5", "Write all four digits of the year, like 1990."),
        ("year_of_birth", "٩٠", "Write all four digits of the year, like 1990."),
        ("year_of_birth", "2533", "Did you mean 1990? Write the year of the international calendar."),
        ("year_of_birth", "1369", "Write the year of the international calendar, like 1990."),
        ("year_of_birth", "9" * 12, "still to come."),
        ("year_of_birth", "-" + "9" * 12, "Write a year, like 1990."),
        ("name", "\u200b\u3164", "Write the patient’s name."),
        ("year_of_birth", "", "Write the year of birth."),
        ("year_of_birth", "9" * 5000, "Write a year"),
        ("email", "not an address", "Write an e-mail address"),
        ("phone", "0" * 41, "at most 40"),
        ("device", "", "Choose a device."),
        ("needle_depth_mm", "15", "Did you mean one tenth of it, or was it RF?"),
        ("same_day_injection", "", "Answer with yes or no."),
        ("practitioner", "1", "Choose somebody from the list."),
        ("performed_at", "2100-01-01T10:00", "in the future"),
    ],
)
def test_a_mistake_stands_beside_its_field_keeps_everything_and_saves_nothing(desk, field, typed, sentence):
    answer = desk.post(NEW, treatment_answers(**{**WHO, "areas_other": "behind the ear", field: typed}))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert held(answer)["areas_other"] == ["behind the ear"]
    assert not Patient.objects.exists()
    assert not Treatment.objects.exists()


def test_somebody_who_was_here_before_is_offered_and_their_skin_is_known(clinic, noor, desk):
    mara = people.patient(clinic, "Mara Keller")
    pen(mara, days_ago=100, by=noor, conditions=["cold_sores"], baseline={"redness": 2})
    assert "Use the record of Mara Keller" in text_of(desk.get(NEW, {"q": "keller"}))
    form = held(desk.get(NEW, {"patient": mara.id}))
    assert "cold_sores" in form["conditions"] and form["usual_redness"] == ["2"]

    typed = treatment_answers(**WHO)
    asked = desk.post(NEW, typed)
    assert asked.status_code == 422
    assert "Use the record of Mara Keller, 1990" in text_of(asked)
    assert desk.post(NEW, {**typed, "patient": mara.id}).url == reverse("patient", args=[mara.id])
    assert (Patient.objects.count(), mara.treatments.count()) == (1, 2)


def test_a_namesake_is_a_new_person_when_one_says_so(clinic, desk):
    people.patient(clinic, "Mara Keller")
    assert desk.post(NEW, treatment_answers(**WHO, somebody_else="1")).status_code == 302
    assert Patient.objects.filter(name="Mara Keller").count() == 2


def test_another_clinics_patients_and_ids_are_out_of_reach(clinic, noor, desk):
    theirs = people.practice("Otherwhere Clinic")
    okafor = people.dr_okafor(theirs)
    foreign = people.patient(theirs, "Ben")
    session = pen(foreign, by=okafor)
    assert desk.get(NEW, {"patient": foreign.id}).status_code == 404
    assert desk.post(NEW, treatment_answers(patient=foreign.id)).status_code == 404
    assert "Ben" not in desk.get(NEW, {"q": "Ben"}).content.decode().replace('value="Ben"', "")
    assert desk.get(reverse("practice_treatment_edit", args=[session.id])).status_code == 404
    assert desk.get(invite_page(foreign)).status_code == 404
    taken = desk.post(NEW, treatment_answers(**WHO, id=str(session.id)))
    assert taken.status_code == 422
    assert not Patient.objects.filter(name="Mara Keller").exists()
    refused = desk.post(NEW, treatment_answers(**WHO, practitioner=okafor.id))
    assert "Choose somebody from the list." in text_of(refused)
    for nonsense in ("1", "x" * 5000, "\0", "../x"):
        assert desk.get(NEW, {"patient": nonsense}).status_code == 404


def test_a_treatment_mended_keeps_how_it_read_and_judges_its_days_anew(clinic, noor, desk):
    session = pen(people.ana(clinic), days_ago=5, by=noor)
    logged(session, 4, redness=3)
    assert Assessment.objects.get(is_current=True).urgency == Urgency.WATCH
    edit = reverse("practice_treatment_edit", args=[session.id])
    assert held(desk.get(edit))["needle_depth_mm"] == ["1.50"]
    when = session.performed_at.astimezone(session.patient.zone).strftime("%Y-%m-%dT%H:%M")
    typed = treatment_answers(needle_depth_mm="0.5", performed_at=when, practitioner=noor.id)
    assert desk.post(edit, typed).status_code == 302
    session.refresh_from_db()
    assert str(session.needle_depth_mm) == "0.50"
    assert TreatmentRevision.objects.get().was["needle_depth_mm"] == "1.50"
    assert Assessment.objects.filter(entry__day=4).count() == 2
    shown = text_of(desk.get(edit))
    assert "Depth in mm was 1.50, became 0.50" in shown.replace("Depth in mm  was", "Depth in mm was")
    assert "Changed the treatment" in text_of(past(desk, session.patient_id))


def test_who_treated_stays_named_after_leaving_the_clinic(clinic, noor, desk):
    lind = people.practitioner(clinic, "Dr Lind")
    session = pen(people.ana(clinic), days_ago=5, by=lind)
    Membership.objects.filter(user=lind).update(removed_at=timezone.now())
    edit = reverse("practice_treatment_edit", args=[session.id])
    assert held(desk.get(edit))["practitioner"] == [str(lind.id)]
    assert "Dr Lind" in text_of(desk.get(edit)) and "Dr Lind" not in text_of(desk.get(NEW))
    when = session.performed_at.astimezone(session.patient.zone).strftime("%Y-%m-%dT%H:%M")
    desk.post(edit, treatment_answers(performed_at=when, practitioner=lind.id, passes="5"))
    session.refresh_from_db()
    assert (session.practitioner, session.passes) == (lind, 5)


def test_a_mistake_in_mending_changes_nothing(clinic, noor, desk):
    session = pen(people.ana(clinic), days_ago=5, by=noor)
    answer = desk.post(reverse("practice_treatment_edit", args=[session.id]), treatment_answers(needle_depth_mm="15"))
    assert answer.status_code == 422
    assert "Did you mean one tenth of it, or was it RF?" in text_of(answer)
    assert not TreatmentRevision.objects.exists()


# --- inviting


def test_a_link_goes_by_mail_to_one_address_and_the_page_says_so(clinic, desk):
    mara = people.patient(clinic, "Mara", accepted=False)
    answer = desk.post(invite_page(mara), {"how": "mail", "email": "mara@example.org"}, follow=True)
    assert "Sent to mara@example.org" in text_of(answer)
    assert AccountMail.objects.get().to == "mara@example.org"
    assert Invitation.objects.get().is_bound
    mara.refresh_from_db()
    assert mara.email == "mara@example.org"
    assert "/join/" not in answer.content.decode()


def test_a_code_is_shown_once_and_its_user_waits_to_be_confirmed(clinic, desk):
    mara = people.patient(clinic, "Mara", accepted=False)
    shown = desk.post(invite_page(mara), {"how": "code"})
    assert select(shown, "svg") and not select(shown, "*[@style]")
    token = token_in(shown.content.decode())
    assert not Invitation.objects.get().is_bound
    later = desk.get(invite_page(mara))
    assert token not in later.content.decode()
    assert "A code was shown" in text_of(later)
    assert accept(token, people.user("Somebody"), timezone.now()).is_to_confirm
    assert "Waiting to be confirmed" in text_of(desk.get(invite_page(mara)))
    assert "Is this Mara?" in text_of(desk.get(reverse("patient", args=[mara.id])))


def test_a_new_invitation_ends_the_one_before(clinic, desk):
    mara = people.patient(clinic, "Mara", accepted=False)
    first = desk.post(invite_page(mara), {"how": "code"}).content.decode()
    desk.post(invite_page(mara), {"how": "code"})
    assert find(token_in(first), timezone.now()) is None


@pytest.mark.parametrize(
    "typed", [{}, {"how": "mail"}, {"how": "mail", "email": "x"}, {"how": "pigeon", "email": "\0"}]
)
def test_a_wrong_address_is_said_and_invites_nobody(clinic, desk, typed):
    mara = people.patient(clinic, "Mara", accepted=False)
    assert desk.post(invite_page(mara), typed).status_code == 422
    assert not Invitation.objects.exists()


def test_who_has_joined_is_not_invited_again(clinic, desk):
    joined = people.patient(clinic, "Mara")
    assert desk.get(invite_page(joined)).url == reverse("patient", args=[joined.id])
    assert desk.post(invite_page(joined), {"how": "code"}).status_code == 302
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["practice", "patient"])
def test_a_date_that_leaves_logged_days_before_day_0_is_asked_about_and_then_kept(noor, who, ana):
    session = pen(ana, days_ago=5, by=noor if who == "practice" else ana.user)
    for day in (0, 1, 4):
        logged(session, day)
    browser = people.signed_in(noor if who == "practice" else ana)
    edit = reverse("practice_treatment_edit" if who == "practice" else "my_treatment", args=[session.id])
    later = (session.performed_at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    typed = treatment_answers(performed_at=later, cartridge_lot="zq9lot")
    answer = browser.post(edit, typed)
    text = text_of(answer)
    first = session.day_zero
    assert answer.status_code == 422
    assert f"2 logged days ({first:%a} {first.day} {first:%b %Y}, " in text and "lie before it" in text
    assert "Nothing was saved yet" in text and held(answer)["keep_date"] == [later]
    assert held(answer)["performed_at"] == [later]  # what was typed is kept
    session.refresh_from_db()
    assert session.day_zero == first and not TreatmentRevision.objects.exists()
    another = (session.performed_at + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    assert browser.post(edit, {**typed, "performed_at": another, "keep_date": later}).status_code == 422
    assert browser.post(edit, {**typed, "keep_date": later}).status_code == 302
    session.refresh_from_db()
    assert session.day_zero == first + timedelta(days=2)
    assert list(session.entries.current().order_by("day").values_list("day", flat=True)) == [0, 2]


def test_the_practitioner_reads_both_answers_and_an_unusual_depth_and_may_correct_the_type(clinic, noor, desk):
    ana = people.ana(clinic)
    answers = {"skin_colour": 3, "skin_burning": 4, "fitzpatrick": 4}
    treatment = pen(ana, by=noor, needle_depth_mm="4.5", **answers)
    both_answers = "Colour without sun: Medium or olive (3). In strong sun: It seldom burns, it tans well (4)."
    page = text_of(desk.get(reverse("patient", args=[ana.pk])))
    assert both_answers in page and "4.5 mm (unusual)" in page
    edit = reverse("practice_treatment_edit", args=[treatment.pk])
    form = desk.get(edit)
    assert both_answers in text_of(form) and held(form, edit)["fitzpatrick"] == ["4"]
    corrected = {**held(form, edit), "fitzpatrick": ["3"]}
    assert desk.post(edit, corrected).status_code == 302  # a depth that stands is not asked about again
    treatment.refresh_from_db()
    assert [getattr(treatment, name) for name in answers] == [3, 4, 3]


@pytest.mark.parametrize(
    ("device", "depth", "is_kept"),
    [("pen", "5", True), ("pen", "5.01", False), ("rf", "8", True), ("rf", "8.01", False), ("stamp", "0", False)],
)
def test_the_database_keeps_no_depth_that_its_device_cannot_reach(clinic, noor, device, depth, is_kept):
    session = partial(pen, people.ana(clinic), by=noor, device=device, needle_depth_mm=depth)
    if is_kept:
        assert session().needle_depth_mm == Decimal(depth)
    else:
        with pytest.raises(IntegrityError, match="needles_go_no_deeper"):
            session()
