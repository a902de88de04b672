"""What is known of a patient: drug allergies, number, antiviral, device, cartridge; who writes it, who reads it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Patient
from accounts.patients import NumberTaken, edit_details
from symptoms.alerts.handling import resolve_all
from symptoms.models import Alert, Assessment, Treatment, TreatmentRevision
from symptoms.wording.times import short
from tests import people
from tests.pages.html import held, select, text_of, words
from tests.pages.practitioner.pages import treatment_answers
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
PENICILLIN = [{"drug": "Penicillin", "happened": "rash"}]
ROWS = {"drug_0": "Penicillin", "drug_happened_0": "rash"}


def details(patient) -> str:
    return reverse("patient_details", args=[patient.pk])


def known_rows(answer) -> dict[str, str]:
    """What stands under "Know before you call", by what it is."""
    (card,) = select(answer, "section[@aria-labelledby='know']")
    return dict(zip(map(words, card.iter("dt")), map(words, card.iter("dd")), strict=True))


@pytest.mark.parametrize(
    ("kept", "says", "is_bold"),
    [
        (None, "not asked", False), ([], "none known", False), (PENICILLIN, "Penicillin (rash)", True),
        ([*PENICILLIN, {"drug": "Codeine"}], "Penicillin (rash), Codeine", True),
    ],
)  # fmt: skip
def test_a_drug_allergy_is_bold_and_not_asked_is_no_none(desk, ana, noor, kept, says, is_bold):
    Patient.objects.filter(pk=ana.pk).update(drug_allergies=kept)
    for _ in range(2):  # before a treatment and after one
        page = desk.get(reverse("patient", args=[ana.pk]))
        assert known_rows(page)["Drug allergies"] == says
        assert (says in map(words, select(page, "section[@aria-labelledby='know']//b"))) is is_bold
        pen(ana, days_ago=2, by=noor)


def test_last_time_is_what_was_closed_last_or_what_was_done_before(desk, ana, noor):
    now = timezone.now()

    def shown() -> str | None:
        return known_rows(desk.get(reverse("patient", args=[ana.pk]))).get("Last time")

    before = pen(ana, days_ago=60, by=noor)
    assert shown() is None
    session = pen(ana, days_ago=8, by=noor)
    assert shown() == f"Treated {short(before.day_zero, now.date())}: pen, 1.5 mm, whole face"
    logged(before, 5, signs=["pus"])
    resolve_all({alert: alert.urgency for alert in Alert.objects.open()}, outcome="referred", by=noor, now=now)
    assert shown() is None  # the page says so in a card of its own, where it can be opened again
    Alert.objects.update(resolved_at=now - timedelta(days=3))
    logged(session, 6, signs=["hives"])
    day = short((now - timedelta(days=3)).date(), now.date())
    closed = f"Closed {day}: signs of infection, referred"
    assert shown() == f"{closed} (session of {short(before.day_zero, now.date())})"
    logged(session, 5, signs=["pus"])
    late = Alert.objects.get(treatment=session, concern="infection")
    resolve_all({late: late.urgency}, outcome="seen", by=noor, now=now)
    Alert.objects.filter(pk=late.pk).update(resolved_at=now - timedelta(days=2))
    day = short((now - timedelta(days=2)).date(), now.date())
    assert shown() == f"Closed {day}: signs of infection, seen"


def test_clinic_and_patient_write_drug_allergies_and_neither_undoes_the_other_unseen(desk, ana, phone):
    stale = held(phone.get("/account/"), "/account/")
    desk.post(details(ana), {**held(desk.get(details(ana)), details(ana)), **ROWS})
    ana.refresh_from_db()
    assert ana.drug_allergies == PENICILLIN
    assert "changed drug allergies" in text_of(phone.get("/account/"))
    again = phone.post("/account/", {**stale, "no_drug_allergies": "on"})
    assert again.status_code == 409 and "Penicillin (rash)" in text_of(again)
    ana.refresh_from_db()
    assert ana.drug_allergies == PENICILLIN
    shown = held(phone.get("/account/"), "/account/")
    phone.post("/account/", {**shown, "drug_1": "Codeine"})
    ana.refresh_from_db()
    assert ana.drug_allergies == [*PENICILLIN, {"drug": "Codeine"}]
    for mistake in ({"drug_2": "", "drug_happened_2": "hives"}, {"no_drug_allergies": "on"}):
        assert phone.post("/account/", {**held(phone.get("/account/"), "/account/"), **mistake}).status_code == 422


def test_a_number_is_one_patients_in_a_practice_and_stands_in_title_and_head(desk, ana, noor, clinic):
    pen(ana, days_ago=2, by=noor)
    other = people.patient(clinic, "Ben Hall")
    elsewhere = people.patient(people.practice("Elsewhere"), "Zoe Lane")
    for patient, typed, status in ((ana, " b-\uff11\uff1042 ", 302), (other, "B-1042", 422), (ana, "b-1042", 302)):
        form = held(desk.get(details(patient)), details(patient))
        answer = desk.post(details(patient), {**form, "number": typed})
        assert answer.status_code == status
        assert (b"Another patient has this number." in answer.content) is (status == 422)
    Patient.objects.filter(pk=elsewhere.pk).update(number="B-1042")
    with pytest.raises(NumberTaken):  # two at once: both looked before either wrote
        edit_details(other, by=noor, now=timezone.now(), number="B-1042")
    assert str(ana) in text_of(desk.get(reverse("queue"), {"show": "all", "q": "B 1042"}))
    page = desk.get(reverse("patient", args=[ana.pk]))
    age = timezone.now().year - ana.year_of_birth
    assert words(select(page, "h1")[0]) == f"{ana} {age} years · no. b-1042 · day 2"
    assert words(select(page, "title")[0]).startswith(f"{ana}, {age} years · no. b-1042 · day 2")


def test_a_new_patient_comes_with_number_and_allergies_and_a_taken_number_loses_nothing(desk, ana):
    typed = treatment_answers(name="Kim Low", year_of_birth="1980", number="77", **ROWS)
    Patient.objects.filter(pk=ana.pk).update(number="77")
    answer = desk.post(reverse("practice_treatment_new"), typed)
    assert answer.status_code == 422 and held(answer)["drug_0"] == ["Penicillin"]
    desk.post(reverse("practice_treatment_new"), {**typed, "number": "78"})
    kim = Patient.objects.get(name="Kim Low")
    assert (kim.number, kim.drug_allergies) == ("78", PENICILLIN)


def test_an_expired_cartridge_is_said_beside_the_field_and_kept_when_it_is_right(desk, ana):
    today = timezone.localdate()
    expired = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    address = reverse("practice_treatment_new")
    typed = treatment_answers(
        patient=ana.pk, device_model="SkinPen 4", cartridge_lot="P24", cartridge_expiry=f"{expired:%m/%Y}",
        antiviral="not_needed",
    )  # fmt: skip
    asked = desk.post(address, typed)
    assert asked.status_code == 422 and not Treatment.objects.exists()
    assert "had expired" in words(select(asked, "*[@id='id_cartridge_expiry_error']")[0])
    (box,) = select(asked, "input[@name='expiry_is_right']")
    assert desk.post(address, {**typed, "expiry_is_right": box.get("value")}).status_code == 302
    treatment = Treatment.objects.get()
    facts = (treatment.device_model, treatment.cartridge_expiry, treatment.antiviral)
    assert facts == ("SkinPen 4", expired, "not_needed")
    shown = text_of(desk.get(reverse("patient", args=[ana.pk])))
    assert f"P24, expired {expired:%m/%Y}, before the treatment" in shown and "SkinPen 4" in shown
    edit = reverse("practice_treatment_edit", args=[treatment.pk])
    form = held(desk.get(edit), edit)
    assert form["cartridge_expiry"] == [f"{expired:%Y-%m}"]
    # What was asked once is not asked again; a month that is not over needs no word.
    assert desk.post(edit, {**form, "cartridge_lot": "P25"}).status_code == 302
    assert desk.post(edit, {**held(desk.get(edit), edit), "cartridge_expiry": f"{today:%Y-%m}"}).status_code == 302
    assert f"Cartridge expires was {expired:%m/%Y}, became {today:%m/%Y}" in text_of(desk.get(edit))
    assert TreatmentRevision.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2031-03", date(2031, 3, 1)), ("03/2031", date(2031, 3, 1)), ("3.31", date(2031, 3, 1)), ("", None),
        ("2031-13", 422), ("soon", 422), ("1931-03", 422), ("0/2031", 422), ("2031-03-14", 422),
    ],
)  # fmt: skip
def test_a_month_is_read_as_a_packet_writes_it(desk, ana, typed, kept):
    answers = treatment_answers(patient=ana.pk, cartridge_expiry=typed)
    answer = desk.post(reverse("practice_treatment_new"), answers)
    assert answer.status_code == 422 if kept == 422 else Treatment.objects.get().cartridge_expiry == kept


@pytest.mark.parametrize(
    ("conditions", "antiviral", "says"),
    [
        ([], "", None), (["cold_sores"], "", "not recorded, cold sores known: ask"), (["cold_sores"], "yes", "Yes"),
        ([], "not_needed", "Not needed"),
    ],
)  # fmt: skip
def test_an_antiviral_is_asked_for_where_cold_sores_are_known(desk, ana, noor, conditions, antiviral, says):
    pen(ana, days_ago=2, by=noor, conditions=conditions, antiviral=antiviral)
    assert known_rows(desk.get(reverse("patient", args=[ana.pk]))).get("Antiviral") == says


def test_nothing_that_is_recorded_here_changes_what_is_said_of_a_day(ana, noor):
    flags = []
    for antiviral, expiry, told in (("", None, None), ("no", date(2020, 1, 1), PENICILLIN)):
        Patient.objects.filter(pk=ana.pk).update(drug_allergies=told)
        treatment = pen(ana, days_ago=3, by=noor, conditions=["cold_sores"])
        Treatment.objects.filter(pk=treatment.pk).update(antiviral=antiviral, cartridge_expiry=expiry)
        logged(treatment, 3, signs=["tingling", "blisters"], pain=3)
        flags.append(Assessment.objects.latest("id").flags)
        treatment.delete()
    assert flags[0] == flags[1]
