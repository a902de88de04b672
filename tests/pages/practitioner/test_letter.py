"""The letter about a patient to a doctor elsewhere: what stands in it, what never does, and that reading is kept."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord, Patient
from symptoms.alerts.handling import write_note
from symptoms.alerts.read_receipts import LETTER
from symptoms.journal.treatments import change_treatment
from tests import people
from tests.moving import leaves
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(clinic, noor):
    patient = people.ana(clinic, phone="020 7946 0188", year_of_birth=1990)
    Patient.objects.filter(pk=patient.pk).update(number="1042", drug_allergies=[{"drug": "Penicillin"}])
    patient.refresh_from_db()
    recorded = pen(
        patient, days_ago=6, by=noor, device_model="Pen Six", cartridge_lot="P24-07B",
        cartridge_expiry=date(2030, 3, 1), antiviral="yes", conditions=["cold_sores"], medications=["blood_thinner"],
    )  # fmt: skip
    logged(recorded, 2, redness=1)
    logged(recorded, 4, pain=3, redness=1, signs=["pus"], temperature_c=38.4, note="It throbs.")
    return recorded


def letter(desk, session):
    return desk.get(reverse("patient_letter", args=[session.patient_id]))


def test_a_letter_holds_what_a_doctor_elsewhere_needs_and_reading_it_is_kept(desk, session, noor, clinic):
    write_note(session, id=session.pk, text="Difficult.", for_patient=False, by=noor, now=timezone.now())
    shown = text_of(letter(desk, session))
    for part in (
        "Ana", "born 1990", "Patient number 1042", "020 7946 0188", str(clinic), clinic.phone,
        "Signs of infection (See today)", "on day 6 after microneedling", "Pus on day 4", "38.4 °C",
        "Penicillin", "Cold sores", "Blood thinner", "Antiviral Yes",
        "Pen, Pen Six, 1.5 mm", "P24-07B, expires 03/2030",
        "Be seen today", "It throbs.", "Please tell us what you found and gave. With kind regards, Dr Noor",
        "It is not a diagnosis. No doctor has checked the rules", "It is kept nowhere",
    ):  # fmt: skip
        assert part in shown, part
    assert "Difficult." not in shown  # a note inside the clinic stays there
    assert AuditRecord.objects.filter(user=noor, patient=session.patient, what=LETTER).count() == 1


def test_its_course_has_a_column_a_day_and_marks_what_is_above(desk, session):
    answer = letter(desk, session)
    rows = {words(row[0]): [(words(cell), cell.get("class")) for cell in row[1:]] for row in select(answer, "tbody/tr")}
    assert rows["Pain"] == [("none", None), ("severe", "out"), ("up to mild", None)]
    assert rows["Redness"] == [("mild", None), ("mild", None), ("up to medium", None)]
    assert rows["Temperature"] == [("–", None), ("38.4 °C", None), ("", None)]
    assert rows["Signs"] == [("none", None), ("pus", "out"), ("", None)]
    assert "Itching" not in rows  # of which there was none


def test_nothing_that_is_typed_into_it_can_be_sent(desk, session):
    answer = letter(desk, session)
    assert len(select(answer, "*[@contenteditable]")) == 2
    assert not select(answer, "article//form|article//input|article//textarea")


def test_a_letter_of_who_left_says_what_was_known_then(desk, session, noor):
    leaves(session.patient)
    Patient.objects.filter(pk=session.patient_id).update(drug_allergies=[{"drug": "Codeine"}])
    shown = text_of(letter(desk, session))
    assert "Penicillin" in shown and "Codeine" not in shown


def test_without_a_finding_it_names_the_day_and_without_a_treatment_there_is_none(desk, clinic, noor):
    calm = pen(people.patient(clinic, "Berta"), days_ago=3, by=noor)
    change_treatment(calm, by=noor, now=timezone.now(), passes=3)
    assert "Day 3 after microneedling." in text_of(letter(desk, calm))
    nobody = people.patient(clinic, "Cleo")
    assert desk.get(reverse("patient_letter", args=[nobody.pk])).status_code == 404
