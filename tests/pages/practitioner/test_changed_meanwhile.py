"""Two who change one treatment: the second is told what the first changed, and keeps what they typed."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.journal.treatments import change_treatment
from tests import people
from tests.pages.html import held, text_of
from tests.treatments import pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatment(ana, noor):
    return pen(ana, days_ago=3, by=noor, needle_depth_mm="1.0", cartridge_lot="MN-1")


@pytest.fixture
def edit(treatment):
    return reverse("practice_treatment_edit", args=[treatment.pk])


@pytest.fixture
def chens(clinic):
    return people.signed_in(people.practitioner(clinic, "Wei Chen", "chen@larkfield.example"))


def test_the_second_is_told_and_what_both_changed_is_kept(desk, chens, treatment, edit):
    noors, chens_form = held(desk.get(edit), edit), held(chens.get(edit), edit)
    assert chens.post(edit, {**chens_form, "needle_depth_mm": "2.0"}).status_code == 302
    answer = desk.post(edit, {**noors, "cartridge_lot": "MN-2"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by Wei Chen" in text_of(answer)
    assert "Depth in mm was 1.00, became 2.00" in text_of(answer)
    treatment.refresh_from_db()
    assert (str(treatment.needle_depth_mm), treatment.cartridge_lot) == ("2.00", "MN-1")  # nothing half saved
    again = held(answer, edit)
    assert (again["needle_depth_mm"], again["cartridge_lot"]) == (["2.00"], ["MN-2"])
    assert desk.post(edit, again).status_code == 302
    treatment.refresh_from_db()
    assert (str(treatment.needle_depth_mm), treatment.cartridge_lot) == ("2.00", "MN-2")


def test_where_both_changed_one_field_the_second_decides_knowing_it(desk, chens, treatment, edit):
    noors, chens_form = held(desk.get(edit), edit), held(chens.get(edit), edit)
    chens.post(edit, {**chens_form, "needle_depth_mm": "2.0"})
    answer = desk.post(edit, {**noors, "needle_depth_mm": "1.5"})
    assert "Depth in mm was 1.00, became 2.00; you wrote 1.50" in text_of(answer)
    again = held(answer, edit)
    assert again["needle_depth_mm"] == ["1.5"]
    assert desk.post(edit, again).status_code == 302
    treatment.refresh_from_db()
    assert str(treatment.needle_depth_mm) == "1.50"


def test_the_order_in_which_areas_were_ticked_is_no_change(desk, chens, ana, noor):
    session = pen(ana, days_ago=3, by=noor, areas=["neck", "face"], medications=["nsaid", "blood_thinner"])
    edit = reverse("practice_treatment_edit", args=[session.pk])
    noors = held(desk.get(edit), edit)
    assert chens.post(edit, held(chens.get(edit), edit)).status_code == 302
    session.refresh_from_db()
    assert session.areas == ["face", "neck"]  # as the form writes them
    assert desk.post(edit, {**noors, "passes": "3"}).status_code == 302
    assert "Saved, nothing changed." in text_of(desk.get(edit))


def test_a_third_change_in_between_is_told_as_well(desk, chens, treatment, edit):
    noors = held(desk.get(edit), edit)
    chens.post(edit, {**held(chens.get(edit), edit), "needle_depth_mm": "2.0"})
    again = held(desk.post(edit, {**noors, "cartridge_lot": "MN-2"}), edit)
    chens.post(edit, {**held(chens.get(edit), edit), "passes": "3"})
    answer = desk.post(edit, again)
    assert answer.status_code == 409
    news, _, _ = text_of(answer).partition("Changes")  # what follows is every change ever made
    assert "Passes was nothing, became 3" in news and "Depth in mm was" not in news
    assert desk.post(edit, held(answer, edit)).status_code == 302
    treatment.refresh_from_db()
    assert (str(treatment.needle_depth_mm), treatment.passes, treatment.cartridge_lot) == ("2.00", 3, "MN-2")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("device", "roller", "Device was Pen, became Roller"),
        ("areas", ["neck"], "Areas was Whole face, became Neck"),
        ("product_name_0", "Hyaluronic gel", "Products was nothing, became Hyaluronic gel"),
        ("operator", "Lee", "Done by somebody else was nothing, became Lee"),
        ("fitzpatrick", "5", "Skin type was II, became V"),
        ("conditions", ["cold_sores"], "Conditions was nothing, became Cold sores"),
        ("usual_redness", "2", "Usual levels was nothing, became Redness medium"),
        ("same_day_injection", "yes", "Same day injection was no, became yes"),
        ("practitioner", None, "Treated by was Dr Noor, became Wei Chen"),
    ],
)
def test_each_field_is_told_and_taken_over(desk, chens, treatment, edit, field, value, sentence):
    value = value or str(people.User.objects.get(name="Wei Chen").pk)
    noors = held(desk.get(edit), edit)
    chens.post(edit, {**held(chens.get(edit), edit), field: value})
    answer = desk.post(edit, {**noors, "cartridge_lot": "MN-2"})
    assert answer.status_code == 409 and sentence in text_of(answer)
    shown = held(answer, edit)[field]
    assert shown == (value if isinstance(value, list) else [value])


def test_a_time_is_compared_to_the_minute_that_forms_know(desk, chens, treatment, edit):
    earlier = treatment.performed_at.replace(second=37) - timedelta(minutes=5)
    change_treatment(treatment, by=treatment.recorded_by, now=timezone.now(), performed_at=earlier)
    noors = held(desk.get(edit), edit)
    assert desk.post(edit, {**noors, "passes": "2"}).status_code == 302
    treatment.refresh_from_db()
    assert treatment.performed_at == earlier  # untouched, with its seconds
    noors, moved = held(desk.get(edit), edit), earlier - timedelta(hours=1)
    change_treatment(treatment, by=treatment.recorded_by, now=timezone.now(), performed_at=moved)
    answer = desk.post(edit, {**noors, "passes": "3"})
    assert answer.status_code == 409 and "you wrote" not in text_of(answer)
    desk.post(edit, held(answer, edit))
    treatment.refresh_from_db()
    assert (treatment.performed_at, treatment.passes) == (moved, 3)


def test_a_mistake_put_right_does_not_forget_what_was_read_first(desk, chens, treatment, edit):
    noors = held(desk.get(edit), edit)
    chens.post(edit, {**held(chens.get(edit), edit), "needle_depth_mm": "2.0"})
    wrong = desk.post(edit, {**noors, "passes": "99"})
    assert wrong.status_code == 422
    right = {**noors, "reading": held(wrong, edit)["reading"], "passes": "9"}
    assert desk.post(edit, right).status_code == 409


def test_a_form_without_a_reading_or_with_nonsense_for_one_is_saved(desk, treatment, edit):
    for nonsense in (None, "", "x", "[]", '{"values": {}, "at": "2026-01-01"}', "[" * 9999, "é:x:y"):
        typed = {**held(desk.get(edit), edit), "cartridge_lot": f"MN {len(nonsense or '')}"}
        typed.pop("reading")
        assert desk.post(edit, typed | ({} if nonsense is None else {"reading": nonsense})).status_code == 302


def test_hostile_text_that_was_read_is_shown_as_text(desk, chens, noor, treatment, edit):
    change_treatment(treatment, by=noor, now=timezone.now(), cartridge_lot="<b>x</b>")
    noors = held(desk.get(edit), edit)
    chens.post(edit, {**held(chens.get(edit), edit), "cartridge_lot": "MN-2"})
    answer = desk.post(edit, {**noors, "passes": "2"})
    assert answer.status_code == 409 and "<b>x</b>" not in answer.content.decode()
    assert "was <b>x</b>, became MN-2" in text_of(answer)


@pytest.mark.parametrize(
    "values",
    [
        {"performed_at": "x"}, {"practitioner": "x"}, {"skin_colour": "x"}, {"day_zero": 1}, {"products": [{}]},
        {"areas": 5}, {"practitioner": "okafor"},
    ],
)  # fmt: skip
def test_a_reading_that_no_page_of_ours_held_is_none(ana, phone, values):
    session, okafor = pen(ana, days_ago=3), people.dr_okafor()
    edit = reverse("my_treatment", args=[session.pk])
    document = json.dumps({"values": values, "at": "2026-11-01T00:00:00+00:00"})
    document = document.replace("okafor", str(okafor.pk))
    genuine = held(phone.get(edit), edit)
    signature = genuine["reading"][0].partition(":")[2]
    encoded = urlsafe_b64encode(document.encode()).decode().rstrip("=")
    for forged in (document, f"{encoded}:{signature}"):
        answer = phone.post(edit, {**genuine, "skin_colour": "2", "skin_burning": "2", "reading": forged}, follow=True)
        assert answer.status_code == 200 and "Okafor" not in answer.content.decode()


def test_a_patient_is_told_what_their_clinic_corrected_in_their_own_record(ana, desk, phone, noor):
    own = pen(ana, days_ago=5)
    edit = reverse("my_treatment", args=[own.pk])
    typed = held(phone.get(edit), edit)
    clinics = reverse("practice_treatment_edit", args=[own.pk])
    desk.post(clinics, {**held(desk.get(clinics), clinics), "needle_depth_mm": "0.5"})
    answer = phone.post(edit, {**typed, "operator": "Rosa"})
    assert answer.status_code == 409
    assert "This was changed while you had it open by Dr Noor" in text_of(answer)
    assert phone.post(edit, held(answer, edit)).status_code == 302
    own.refresh_from_db()
    assert (str(own.needle_depth_mm), own.operator) == ("0.50", "Rosa")
