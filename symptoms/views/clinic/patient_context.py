"""Everything the practitioner's page about a patient shows, found and put together."""

import re
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.access import PracticeRequest
from accounts.invitations import undelivered_to
from accounts.models import Invitation, Patient, Practice, User
from symptoms.forms.handling import NoteForm, ResolveForm
from symptoms.journal.loading import treatment_values
from symptoms.journal.reach import Reach, patients_as_seen, reaches_of
from symptoms.models import Treatment, TreatmentAccess
from symptoms.recovery.ceilings import BANDS, band
from symptoms.views.clinic.course_context import course_context
from symptoms.views.clinic.history import history
from symptoms.views.clinic.open_alerts import Matter, add_latest, open_matters
from symptoms.wording import treatment as words
from symptoms.wording.times import on_both_clocks, span


def patients_seen_by(practice: Practice) -> QuerySet[Patient]:
    """The practice's patients, and those who left it after it treated them."""
    kept = TreatmentAccess.objects.kept().filter(practice=practice, treatment__patient=OuterRef("pk"))
    return Patient.objects.filter(Q(practice=practice) | Exists(kept))


def record_of(
    request: PracticeRequest,
    patient: Patient,
    now: datetime,
    *,
    note_form: NoteForm | None = None,
    resolve_form: tuple[UUID | None, ResolveForm] | None = None,
) -> dict:
    """The page's context. `resolve_form`: the alert's id (None: all) and the answer that came back with a mistake."""
    practice = request.practice
    is_ours = patient.practice_id == practice.pk
    reaches = _reaches(request.user, patient)
    reach, treatments = _chosen(reaches, request.GET.get("treatment")), [each.treatment for each in reaches]
    if not is_ours:
        patient = patients_as_seen(practice, [patient])[patient.pk]
    then = max((each.now(now) for each in reaches), default=now)
    matters = open_matters(patient, reaches, request.user)
    context = {
        "patient": patient,
        "practice": practice,
        "zone": practice.time_zone,
        "now": now,
        "age": patient.age(then),
        "is_ours": is_ours,
        "left_at": None if is_ours else then,
        "phone_link": re.sub(r"[^0-9+]", "", patient.phone),
        "may_call": is_ours or bool(matters),  # who left, by the number of then, while something is open here
        "treatments": treatments,
        "treatment": reach.treatment if reach else None,
        "free": _free(treatments, matters),
        "note_form": note_form or NoteForm.blank(),
        "history": history(patient, reaches, practice),
        "tab": "queue" if matters else "patients",
        **_of_matters(matters, resolve_form, now),
        **_of_invitation(patient, practice, now, is_ours=is_ours),
    }
    if reach is not None:
        context |= _of_treatment(reach.treatment, patient, practice) | course_context(request, reach, matters, now)
        add_latest(matters, context["newest"])
    return context


def _of_treatment(treatment: Treatment, patient: Patient, practice: Practice) -> dict:
    """What was done, when on both clocks, and what is known of the patient from then."""
    done_at = on_both_clocks(treatment.performed_at, practice.zone, patient.zone)
    return {"known": known_of(treatment), "done": done_in(treatment), "done_at": done_at}


def _of_matters(matters: list[Matter], came_back: tuple[UUID | None, ResolveForm] | None, now: datetime) -> dict:
    """What is open, each with the form that closes it, the form that closes all, and how long the first has waited."""
    forms = dict([came_back]) if came_back else {}
    for matter in matters:
        matter.form = forms.get(matter.alert.id) or ResolveForm(auto_id=f"id_{matter.alert.id}_%s")
    return {
        "matters": matters,
        "all_form": forms.get(None) or ResolveForm(auto_id="id_all_%s"),
        "waits": span(matters[0].alert.worsened_at, now) if matters else "",
    }


def _of_invitation(patient: Patient, practice: Practice, now: datetime, *, is_ours: bool) -> dict:
    """Who took the patient's invitation and is to be confirmed, whether it arrived, whether it can be undone."""
    waits = is_ours and patient.user_id is None
    return {
        "to_confirm": patient.invitations.to_confirm().first() if waits else None,
        "undelivered": undelivered_to(patient) if waits else None,
        "to_undo": _to_undo(patient, practice, now) if is_ours and patient.user_id else None,
    }


def _to_undo(patient: Patient, practice: Practice, now: datetime) -> Invitation | None:
    """By which the patient joined, while that can still be taken back."""
    return Invitation.objects.to_undo(now).filter(patient=patient.pk, practice=practice).first()


def _free(treatments: list[Treatment], matters: list[Matter]) -> list[Treatment]:
    """The sessions of which something is open that nobody here has.

    That the patient left counts only where nothing else is open: whoever has the rest deals with that as well.
    """
    concerns = [matter for matter in matters if not matter.left] or matters
    free = {matter.alert.treatment_id for matter in concerns if not matter.alert.is_held}
    return [treatment for treatment in treatments if treatment.id in free]


def _reaches(user: User, patient: Patient) -> list[Reach]:
    """The patient's sessions as the user may see them, the newest first."""
    seen = Treatment.objects.visible_to(user).filter(patient=patient, same_as=None)
    treatments = list(seen.select_related("practitioner", "recorded_by").newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return reaches_of(user, treatments)


def _chosen(reaches: list[Reach], asked: str | None) -> Reach | None:
    """The session asked for, else the newest."""
    if not asked:
        return reaches[0] if reaches else None
    for reach in reaches:
        if str(reach.treatment.id) == asked.lower():
            return reach
    raise Http404


def known_of(treatment: Treatment) -> list[tuple[str, str]]:
    """What to know before calling: the skin on the day of the session."""
    usual = ", ".join(f"{title} {step}" for title, step in words.usual_levels(treatment.baseline))
    rows = [
        ("Skin", words.skin_type(treatment.fitzpatrick)),
        ("History", ", ".join(words.CONDITIONS.get(word, word) for word in treatment.conditions) or "Nothing known"),
        ("Medicine", ", ".join(words.MEDICATIONS.get(word, word) for word in treatment.medications) or "Nothing known"),
        ("Usual", usual),
    ]
    return [(what, text) for what, text in rows if text]


def done_in(treatment: Treatment) -> list[tuple[str, str]]:
    """What was done, row by row; what is not known is left out."""
    areas = [words.AREAS.get(word, word) for word in treatment.areas]
    device = [treatment.get_device_display()]
    device += [f"{treatment.needle_depth_mm.normalize():f} mm"] if treatment.needle_depth_mm is not None else []
    device += [f"{treatment.passes} pass{'es' if treatment.passes > 1 else ''}"] if treatment.passes else []
    device += [f"{treatment.energy_mj.normalize():f} mJ"] if treatment.energy_mj is not None else []
    products = [f"{one['name']} ({one['lot']})" if one.get("lot") else one["name"] for one in treatment.products]
    rows = [
        ("By", treatment.operator or str(treatment.practitioner or "")),
        ("Where", treatment.get_setting_display()),
        ("Device", ", ".join(device)),
        ("Compared as", BANDS[band(treatment_values(treatment))]),
        ("Areas", ", ".join(filter(None, [*areas, treatment.areas_other]))),
        ("Cartridge", treatment.cartridge_lot),
        ("Products", ", ".join(products)),
        ("Injected", "Filler or PRP, the same day" if treatment.same_day_injection else ""),
    ]
    return [(what, text) for what, text in rows if text]
