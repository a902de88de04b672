"""What the patient's pages share: their treatments, the thermometer's unit, how the clinic received an entry."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest

from accounts.models import Patient
from symptoms.journal.clinic_response import Reception, Told, reception_of
from symptoms.models import Assessment, Entry, Treatment
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.session import described
from symptoms.wording.temperature import unit_of
from symptoms.wording.times import at, on_both_clocks

UNIT = "temperature_unit"  # in the session: the unit used last


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once."""
    found = list(patient.treatments.filter(same_as=None).newest_first())
    for treatment in found:
        treatment.patient = patient
    return found


def chosen(treatments: list[Treatment], id: str) -> Treatment:
    """The session of an id among one's own, the newest when none is named; what is not among them does not exist."""
    if not treatments:
        raise Http404
    if not id:
        return treatments[0]
    return next((treatment for treatment in treatments if str(treatment.id) == id.lower()), None) or _nothing()


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


def unit_for(request: HttpRequest, patient: Patient) -> str:
    """The thermometer's unit used last ("c" or "f"), before that the country's."""
    return request.session.get(UNIT) or unit_of(patient.country)


def received(entry: Entry, said: Assessment | None, patient: Patient, now: datetime) -> dict[str, Any] | None:
    """What `patient/received.html` takes: how the clinic received the entry; None when there was nothing to tell."""
    reception = reception_of(entry, said, now=now)
    is_answered = reception.closed_at is not None  # and stays so when the patient leaves
    if reception.told is Told.NOT_NEEDED or (patient.practice is None and not is_answered):
        return None
    today, zone = patient.today(now), patient.zone
    return {
        "state": reception.told.name.lower(),
        "told": _at(reception.told_at, zone, today),
        "read": _at(reception.read_at, zone, today),
        "read_by": reception.read_by,
        "taken": _at(reception.taken_at, zone, today),
        "taken_by": reception.taken_by,
        "is_worse_since": reception.is_worse_since,
        "is_unread": reception.read_at is None and (reception.taken_at is None or reception.is_worse_since),
        "closed": _closed(reception),
        "closed_by": reception.closed_by,
        "closed_at": _at(reception.closed_at, zone, today),
        "is_urgent": said is not None and said.urgency >= Urgency.URGENT,
        "practice": patient.practice,
    }


CLOSED = {
    "advice": "Your clinic gave you advice",
    "seen": "You were seen",
    "referred": "You were referred",
}
LOOKED_AT = "Your clinic looked at this"


def _closed(reception: Reception) -> str:
    return CLOSED.get(reception.outcome, LOOKED_AT) if reception.closed_at else ""


def _at(moment: datetime | None, zone: ZoneInfo, today: date) -> str:
    return at(moment, zone, today) if moment else ""


def _nothing():
    raise Http404
