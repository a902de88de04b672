"""A patient's own treatments: finding them, and saying in words what was done."""

from django.http import Http404

from accounts.models import Patient
from symptoms.models import Treatment
from symptoms.wording.times import on_both_clocks
from symptoms.wording.treatment import described


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once."""
    treatments = list(patient.treatments.filter(same_as=None).newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return treatments


def chosen(treatments: list[Treatment], id: str) -> Treatment:
    """The session of an id among one's own, the newest when none is named; what is not among them does not exist."""
    if not treatments:
        raise Http404
    if not id:
        return treatments[0]
    for treatment in treatments:
        if str(treatment.id) == id.lower():
            return treatment
    raise Http404


def in_a_line(treatment: Treatment) -> str:
    """What was done: "Pen, 1.5 mm, whole face"."""
    return described(treatment.device, treatment.needle_depth_mm, treatment.areas, treatment.areas_other)


def facts_of(treatment: Treatment) -> list[tuple[str, str]]:
    """What was recorded of a session, for its patient: (what, how it reads)."""
    zone, practice = treatment.patient.zone, treatment.practice
    when = on_both_clocks(treatment.performed_at, zone, practice.zone if practice else zone, "l j F Y, H:i")
    products = ", ".join(product["name"] for product in treatment.products)
    rows = [
        ("Treated", when),
        ("With", in_a_line(treatment)),
        ("Where", treatment.get_setting_display()),
        ("By", treatment.operator or (str(treatment.practitioner) if treatment.practitioner else "")),
        ("On the skin", products),
        ("Filler or PRP that day", "Yes" if treatment.same_day_injection else "No"),
    ]
    return [(what, text) for what, text in rows if text]
