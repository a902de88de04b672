"""Beginning: alone in two steps, or welcomed by a clinic that has asked nothing twice; and one's own treatment."""

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Patient
from symptoms.forms.onboarding import WelcomeForm
from symptoms.journal import onboarding
from symptoms.models import Treatment
from symptoms.recovery.protocol import PROTOCOL
from tests import people
from tests.pages.html import held, parsed, select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
START, WELCOME, NEW = reverse("start"), reverse("welcome"), reverse("treatment_new")
ME = {"name": "Robin", "year_of_birth": "1990", "country": "IE", "time_zone": "Europe/Dublin", "care": "on"}


def my_session(**form) -> dict:
    """A filled form about one's own treatment, of just now."""
    done = timezone.now().astimezone(ZoneInfo(ME["time_zone"]))
    return {
        "id": str(uuid4()), "performed_at": done.strftime("%Y-%m-%dT%H:%M"), "setting": "home", "device": "roller",
        "needle_depth_mm": "0.25", "areas": ["face"], "same_day_injection": "no", "skin_colour": "0",
        "skin_burning": "0", **form,
    }  # fmt: skip


# --- alone
def test_somebody_without_a_clinic_starts_in_two_steps_and_can_log():
    robin = people.user("Robin")
    phone = people.signed_in(robin)
    assert phone.get(reverse("today")).url == START
    assert phone.post(START, ME).url == NEW
    patient = Patient.objects.get(user=robin)
    assert (patient.practice, patient.country, patient.zone.key) == (None, "IE", "Europe/Dublin")
    assert patient.agreed_to("care") and not patient.agreed_to("photos")
    assert phone.post(NEW, my_session(conditions=["rosacea"], usual_redness="2")).url == reverse("today")
    treatment = Treatment.objects.get()
    assert (treatment.setting, treatment.conditions, treatment.baseline) == ("home", ["rosacea"], {"redness": 2})
    assert "Log day 0" in text_of(phone.get(reverse("today")))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"year_of_birth": str(timezone.now().year - 17)}, "Mendline is for people of 18 and over."),
        ({"year_of_birth": "1850"}, "Check the year."),
        ({"year_of_birth": "2099"}, "Check the year."),
        ({"year_of_birth": "9" * 5000}, "Write the year, like 1990."),
        ({"year_of_birth": ""}, "Write the year, like 1990."),
        ({"name": "   "}, "Write your name."),
        ({"name": "x" * 10_000}, "at most 120 characters"),
        ({"country": "XX"}, "Choose a country from the list."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"time_zone": ""}, "Choose a time zone from the list."),
        ({"care": ""}, "Without this we cannot keep a log for you."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_start_that_cannot_be_is_refused_beside_its_field(wrong, sentence):
    page = people.signed_in(people.user()).post(START, {**ME, **wrong})
    assert page.status_code == 422 and sentence in text_of(page)
    assert not Patient.objects.exists()
    if "name" not in wrong:
        assert held(page)["name"] == ["Robin"]


def test_a_clinics_member_cannot_become_a_patient():
    page = people.signed_in(people.dr_noor(people.practice())).post(START, ME)
    assert page.status_code == 422 and "a work account cannot become a patient" in text_of(page)
    assert not Patient.objects.exists()


# --- welcomed
@pytest.fixture
def invited(clinic):
    """Ana has accepted and not been welcomed yet."""
    ana = people.ana(clinic, consents=(), welcomed_at=None, year_of_birth=None)
    pen(ana, by=people.dr_noor(clinic), days_ago=1, fitzpatrick=None, conditions=["eczema"])
    return ana


def test_the_welcome_asks_nothing_that_the_clinic_knows(invited):
    page = people.signed_in(invited).get(WELCOME)
    fields = {field.get("name") for field in select(page, "input") + select(page, "select")}
    assert {"skin_colour", "skin_burning", "medications", "year_of_birth"} <= fields and "conditions" not in fields
    assert "Pen, 1.5 mm, whole face" in text_of(page) and "Dr Noor" in text_of(page)


def test_what_was_filled_in_is_kept_with_the_treatment_and_the_old_reading(invited):
    form = {"right": "yes", "skin_colour": "5", "skin_burning": "4", "medications": ["blood_thinner"],
            "usual_redness": "1", "usual_itching": "0", "usual_peeling": "2",
            "year_of_birth": "1990", "care": "on", "photos": "on"}  # fmt: skip
    phone = people.signed_in(invited)
    assert phone.post(WELCOME, form).url == reverse("today")
    treatment, patient = Treatment.objects.get(), Patient.objects.get()
    assert (treatment.fitzpatrick, treatment.medications, treatment.conditions) == (5, ["blood_thinner"], ["eczema"])
    assert treatment.baseline == {"redness": 1, "itching": 0, "peeling": 2} and treatment.revisions.count() == 1
    assert patient.year_of_birth == 1990 and patient.agreed_to("care") and patient.agreed_to("photos")
    assert "Log day 1" in text_of(phone.get(reverse("today")))


RASH = {"drug": "Penicillin", "happened": "rash"}


@pytest.mark.parametrize(
    ("typed", "by_the_clinic_meanwhile", "kept"),
    [
        ({}, None, None),  # skipped: nobody was asked, as far as anybody knows
        ({"no_drug_allergies": "on"}, None, []),
        ({"drug_0": "Penicillin", "drug_happened_0": "rash"}, None, [RASH]),
        ({}, [RASH], [RASH]),
        ({"no_drug_allergies": "on"}, [RASH], [RASH]),
        ({"drug_0": "Codeine"}, [RASH], [RASH, {"drug": "Codeine"}]),
    ],
)
def test_the_welcome_asks_drug_allergies_and_loses_none(invited, typed, by_the_clinic_meanwhile, kept):
    page = people.signed_in(invited).get(WELCOME)
    assert "Drug allergies optional" in text_of(page) and "You can skip this." in text_of(page)
    agreed = {"right": "yes", "skin_colour": "5", "skin_burning": "4", "year_of_birth": "1990", "care": "on"}
    usual = {"usual_redness": "0", "usual_itching": "0", "usual_peeling": "0"}
    form = WelcomeForm(
        {**agreed, **usual, **typed}, patient=invited, treatment=Treatment.objects.get(), now=timezone.now()
    )
    assert form.is_valid(), form.errors
    Patient.objects.update(drug_allergies=by_the_clinic_meanwhile)  # while the page was open
    onboarding.welcome(
        invited, None, facts={}, agreed=["care"], year_of_birth=None, by=invited.user, now=timezone.now(),
        drug_allergies=form.cleaned_data["drug_allergies"],
    )  # fmt: skip
    assert Patient.objects.get().drug_allergies == kept


def test_what_the_clinic_wrote_of_drug_allergies_is_not_asked_and_a_mistake_is_said_beside_them(invited):
    phone = people.signed_in(invited)
    agreed = {"right": "yes", "skin_colour": "5", "skin_burning": "4", "year_of_birth": "1990", "care": "on"}
    usual = {"usual_redness": "0", "usual_itching": "0", "usual_peeling": "0"}
    page = phone.post(WELCOME, {**agreed, **usual, "drug_happened_0": "rash"})
    assert page.status_code == 422 and "Write which drug it was." in text_of(page)
    assert phone.post(WELCOME, {**agreed, **usual, "drug_0": "Codeine"}).status_code == 302
    assert Patient.objects.get().drug_allergies == [{"drug": "Codeine"}]
    assert "Drug allergies" not in text_of(phone.get(WELCOME))


def test_what_only_changes_care_says_so_beside_it(invited, alone):
    """And above all others stands that they change what is watched for; no rule names these four."""
    only_care = {"skin_cancer", "breastfeeding", "isotretinoin_6m", "topical_retinoid"}
    Treatment.objects.update(conditions=[])
    for page in (
        people.signed_in(invited).get(WELCOME),
        people.signed_in(alone).get(NEW),
        people.signed_in(Treatment.objects.get().recorded_by).get(reverse("practice_treatment_new")),
    ):
        chips = [chip for chip in select(page, "label[@class='chip']") if "This changes the care tips." in words(chip)]
        assert {chip.find(".//input").get("value") for chip in chips} == only_care
        assert text_of(page).count("This changes what we watch for.") == 2
    assert not [rule.id for rule in PROTOCOL.criteria for word in only_care if word in str(rule.predicate)]


def test_without_the_needed_agreement_nothing_of_the_welcome_is_kept(invited):
    page = people.signed_in(invited).post(
        WELCOME, {"right": "yes", "skin_colour": "5", "skin_burning": "4", "year_of_birth": "1990"}
    )
    assert page.status_code == 422 and "Without this we cannot keep a log for you." in text_of(page)
    assert Treatment.objects.get().fitzpatrick is None and Patient.objects.get().welcomed_at is None
    assert held(page)["skin_colour"] == ["5"]


@pytest.mark.parametrize(("who", "address"), [("alone", NEW), ("new", START), ("invited", WELCOME)])
def test_what_is_to_put_right_is_listed_in_the_order_of_the_page(request, who, address):
    person = people.user() if who == "new" else request.getfixturevalue(who)
    page = people.signed_in(person).post(address, {"id": str(uuid4()), "needles_new": "x"})
    [summary] = select(page, "section[@aria-labelledby='to-put-right']")
    listed = [link.get("href")[1:] for link in summary.iter("a")]
    ids = [element.get("id") for element in parsed(page).iter() if element.get("id")]
    assert len(listed) > 2 and listed == sorted(listed, key=ids.index)


def test_whether_it_is_right_is_asked_right_below_what_the_clinic_wrote_down(invited):
    page = people.signed_in(invited).get(WELCOME)
    [card] = select(page, "section[@aria-labelledby='right']")
    asked = [words(question.find("legend")) for question in card.iter("fieldset")]
    assert asked[0] == "Is this right?" and len(asked) == 3


@pytest.mark.parametrize("known", ["", "needles_new", "needles_shared", "both"])
def test_the_welcome_asks_of_the_needles_what_is_not_known(invited, known):
    names = ("needles_new", "needles_shared")
    Treatment.objects.update(**{name: "no" for name in names if known in (name, "both")})
    page = people.signed_in(invited).get(WELCOME)
    asked = {field.get("name") for field in select(page, "input")} & {*names}
    assert asked == {name for name in names if known not in (name, "both")}
    for name, question in (
        ("needles_new", "Were the needles new? New needles come in a sealed pack with a date on it. "
                        "Yes, sealed, and opened in front of me No I don’t know"),
        ("needles_shared", "Has anybody else used these needles, or the same blood (PRP) kit? A roller that only you "
                           "use counts as yours alone. No, only me Yes I don’t know"),
    ):  # fmt: skip
        assert (question in text_of(page)) == (name in asked)


def test_what_the_patient_says_of_the_needles_is_kept(invited):
    form = {"right": "yes", "skin_colour": "5", "skin_burning": "4", "needles_new": "no", "needles_shared": "no",
            "year_of_birth": "1990", "care": "on", "usual_itching": "0", "usual_peeling": "1"}  # fmt: skip
    assert people.signed_in(invited).post(WELCOME, form).url == reverse("today")
    treatment = Treatment.objects.get()
    assert (treatment.needles_new, treatment.needles_shared) == ("no", "no")


def test_something_wrong_leads_to_the_clinic_who_wrote_it(invited):
    form = {"right": "no", "skin_colour": "0", "skin_burning": "0", "year_of_birth": "1990", "care": "on",
            "usual_itching": "0", "usual_peeling": "0"}  # fmt: skip
    page = people.signed_in(invited).post(WELCOME, form, follow=True)
    assert "Your clinic wrote this down, so only your clinic can change it." in text_of(page)


def test_a_clinic_may_invite_before_it_recorded_a_treatment(clinic):
    phone = people.signed_in(people.ana(clinic, consents=(), welcomed_at=None))
    assert not select(phone.get(WELCOME), "*[@name='right']")
    assert phone.post(WELCOME, {"care": "on"}).url == reverse("before")


# --- one's own treatment
@pytest.fixture
def alone():
    return people.patient(None, "Robin")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"needle_depth_mm": "15"}, "15 mm is more than these devices can do."),
        ({"areas": []}, "Choose at least one area"),
        ({"usual_redness": "9"}, "Choose one of the five answers."),
    ],
    ids=str,
)
def test_a_treatment_that_cannot_be_is_refused_and_what_was_typed_stays(alone, wrong, sentence):
    page = people.signed_in(alone).post(NEW, my_session(operator="Myself", **wrong))
    assert page.status_code == 422 and sentence in text_of(page)
    assert held(page)["operator"] == ["Myself"]
    assert not Treatment.objects.exists()


@pytest.mark.parametrize(
    ("condition", "usual"),
    [
        ("melasma", ["dark_patches"]),
        ("pih_history", ["dark_patches"]),
        ("active_acne", ["bumps"]),
        ("rosacea", ["redness"]),
        ("eczema", ["itching", "peeling"]),
        ("psoriasis", ["redness", "peeling"]),
        ("vitiligo", ["light_patches"]),
        ("keloid_history", ["raised_scar"]),
        ("diabetes", []),
    ],
)
def test_the_usual_level_that_a_condition_implies_must_be_answered(alone, condition, usual):
    phone, names = people.signed_in(alone), [f"usual_{word}" for word in usual]
    if usual:
        page = phone.post(NEW, my_session(conditions=[condition]))
        wrong = [link.get("href")[1:] for link in select(page, "a[@href]") if "Answer this as well" in words(link)]
        assert wrong == names and all(select(page, f"fieldset[@id='{name}']") for name in names)
    answered = my_session(conditions=[condition], **dict.fromkeys(names, "0"))  # none is an answer
    assert phone.post(NEW, answered).status_code == 302


def test_radiofrequency_is_asked_by_heat_and_pins(alone):
    assert (
        "Not sure? Did it give heat or tiny electric shocks, or were there two rows of gold pins? Then choose RF."
        in text_of(people.signed_in(alone).get(NEW))
    )


def test_the_same_form_sent_twice_is_one_treatment(alone):
    phone, form = people.signed_in(alone), my_session()
    for _ in range(2):
        assert phone.post(NEW, form).url == reverse("today")
    assert Treatment.objects.count() == 1


def test_an_id_of_somebody_elses_treatment_does_not_exist(alone, clinic):
    foreign = pen(people.ana(clinic))
    assert people.signed_in(alone).post(NEW, my_session(id=str(foreign.id))).status_code == 404
    assert not alone.treatments.exists()


def test_what_one_recorded_oneself_one_mends_and_all_days_are_judged_anew(alone):
    treatment = pen(alone, days_ago=2)
    entry = logged(treatment, 2, redness=2).entry
    edit, phone = reverse("my_treatment", args=[treatment.id]), people.signed_in(alone)
    assert held(phone.get(edit))["needle_depth_mm"] == ["1.50"]
    performed = treatment.performed_at.astimezone(alone.zone).strftime("%Y-%m-%dT%H:%M")
    form = my_session(device="pen", needle_depth_mm="0.25", performed_at=performed, skin_colour="2")
    assert phone.post(edit, form).url == reverse("today")
    assert treatment.revisions.count() == 1 and entry.assessments.count() == 2
    assert phone.post(edit, {**form, "needle_depth_mm": "15"}).status_code == 422


def test_a_patient_reads_what_the_clinic_recorded_and_cannot_change_it(clinic, ana, phone):
    treatment = pen(ana, by=people.dr_noor(clinic))
    edit = reverse("my_treatment", args=[treatment.id])
    assert phone.get(edit).status_code == 200 and phone.post(edit, my_session()).status_code == 422
    assert treatment.revisions.count() == 0


RF_AT_HOME = "RF is not for home use. It can burn deep, scar, and hurt nerves."
LONG_NEEDLES = "Needles deeper than 0.5 mm are not meant for home. They can scar and infect the skin."


@pytest.mark.parametrize(
    ("session", "warning"),
    [
        ({"device": "rf", "needle_depth_mm": ""}, RF_AT_HOME),
        ({"device": "rf", "needle_depth_mm": "6"}, RF_AT_HOME),
        ({"needle_depth_mm": "1", "depth_is_right": "roller home 1"}, LONG_NEEDLES),
        ({"needle_depth_mm": "0.5"}, ""),
        ({"needle_depth_mm": ""}, ""),
        ({"device": "rf", "setting": "clinic"}, ""),
    ],
)
def test_whoever_used_rf_or_long_needles_at_home_is_told_what_they_can_do(alone, session, warning):
    page = people.signed_in(alone).post(NEW, my_session(**session), follow=True)
    heard = [sentence for sentence in (RF_AT_HOME, LONG_NEEDLES) if sentence in text_of(page)]
    assert heard == ([warning] if warning else []) and Treatment.objects.exists()


def test_an_unusual_depth_is_asked_about_and_taken_after_a_tick(alone):
    phone = people.signed_in(alone)
    typed = my_session(setting="clinic", device="pen", needle_depth_mm="4,5", operator="Larkfield")
    page = phone.post(NEW, typed)
    assert page.status_code == 422 and not Treatment.objects.exists()
    assert "4.5 mm is deeper than most pens and rollers go. Is that right?" in text_of(page)
    assert (held(page)["needle_depth_mm"], held(page)["operator"]) == (["4,5"], ["Larkfield"])
    [tick] = select(page, "input[@name='depth_is_right']")
    assert "checked" not in tick.attrib
    assert phone.post(NEW, {**typed, "depth_is_right": tick.get("value")}).url == reverse("today")
    assert str(Treatment.objects.get().needle_depth_mm) == "4.50"
