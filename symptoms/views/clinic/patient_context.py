"""Everything the practitioner's page about a patient shows, found and put together."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from accounts.access import PracticeRequest
from accounts.invitations import undelivered_to
from accounts.models import Invitation, Patient, Practice, User
from symptoms.forms.handling import NoteForm, ResolveForm
from symptoms.journal.loading import treatment_values
from symptoms.journal.visibility import Visibility, patients_shown, visibilities_of
from symptoms.models import Treatment, TreatmentAccess
from symptoms.recovery.ceilings import BANDS, band
from symptoms.views.clinic import notices
from symptoms.views.clinic.course_context import course_context
from symptoms.views.clinic.history import history
from symptoms.views.clinic.notices import Notice
from symptoms.views.clinic.open_alerts import OpenAlert, open_alerts_of
from symptoms.wording import treatment as words
from symptoms.wording.times import on_both_clocks, span

EVENTS_UNFOLDED = 8  # of the history, the newest


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
) -> dict[str, Any]:
    """The page's context. `resolve_form`: the alert's id (None: all) and the answer that came back with a mistake."""
    practice = request.practice
    is_ours = patient.practice_id == practice.pk
    visibilities = _visibilities(request.user, patient)
    visibility, treatments = (
        _chosen(visibilities, request.GET.get("treatment")),
        [each.treatment for each in visibilities],
    )
    if not is_ours:
        patient = patients_shown(practice, [patient])[patient.pk]
    then = max((each.now(now) for each in visibilities), default=now)
    open_alerts = open_alerts_of(patient, visibilities, request.user, practice.zone)
    events = history(patient, visibilities, practice)
    session = _session(request, visibility, patient, open_alerts, now) if visibility else {}
    context = {
        "patient": patient,
        "practice": practice,
        "zone": practice.time_zone,
        "now": now,
        "day_and_age": _day_and_age(session.get("today") if is_ours else None, patient.age(then)),
        "phone_link": re.sub(r"[^0-9+]", "", patient.phone),
        "is_ours": is_ours,
        "may_call": is_ours or bool(open_alerts),  # who left, by the number of then, while something is open here
        "treatments": treatments,
        "treatment": visibility.treatment if visibility else None,
        "notice": _notice(patient, practice, None if is_ours else then, has_open_alerts=bool(open_alerts)),
        "free": _free(treatments, open_alerts),
        "note_form": note_form or NoteForm.blank(),
        "to_undo": _to_undo(patient, practice, now) if is_ours and patient.user_id else None,
        "history_newest": events[:EVENTS_UNFOLDED],
        "history_earlier": events[EVENTS_UNFOLDED:],
        "tab": "queue" if open_alerts else "patients",
    }
    return context | _open(open_alerts, resolve_form, now) | session


def _open(
    open_alerts: list[OpenAlert], resolve_form: tuple[UUID | None, ResolveForm] | None, now: datetime
) -> dict[str, Any]:
    """What is open, each alert with its form, and how long the first has been waiting."""
    came_back = dict([resolve_form]) if resolve_form else {}
    for each in open_alerts:
        each.form = came_back.get(each.alert.id) or ResolveForm(auto_id=f"id_{each.alert.id}_%s")
    return {
        "open_alerts": open_alerts,
        "all_form": came_back.get(None) or ResolveForm(auto_id="id_all_%s"),
        "waits": span(open_alerts[0].alert.worsened_at, now) if open_alerts else "",
    }


def _session(
    request: PracticeRequest, visibility: Visibility, patient: Patient, open_alerts: list[OpenAlert], now: datetime
) -> dict[str, Any]:
    """What the page shows of the chosen session; the alerts learn what its newest day says of them."""
    course = course_context(request, visibility, open_alerts, now)
    for each in open_alerts:
        each.newest = course["newest"]
    done_at = on_both_clocks(visibility.treatment.performed_at, request.practice.zone, patient.zone)
    return {"known": known_of(visibility.treatment), "done": done_in(visibility.treatment), "done_at": done_at} | course


def _day_and_age(day: int | None, age: int | None) -> str:
    """ "day 4 · 35 years", of what is known."""
    return " · ".join(filter(None, ["" if day is None else f"day {day}", f"{age} years" if age else ""]))


def _notice(patient: Patient, practice: Practice, left_at: datetime | None, *, has_open_alerts: bool) -> Notice | None:
    """What stands above the page: that the patient left the practice, or has not joined yet."""
    if left_at is not None:
        return notices.handed_over(patient, practice, left_at, has_open_alerts=has_open_alerts)
    if patient.user_id is None:
        waiting, undelivered = patient.invitations.to_confirm().first(), undelivered_to(patient)
        return notices.not_joined(patient, waiting, undelivered, practice.zone)
    return None


def _to_undo(patient: Patient, practice: Practice, now: datetime) -> Invitation | None:
    """By which the patient joined, while that can still be taken back."""
    return Invitation.objects.to_undo(now).filter(patient=patient.pk, practice=practice).first()


def _free(treatments: list[Treatment], open_alerts: list[OpenAlert]) -> list[Treatment]:
    """The sessions of which something is open that nobody here has.

    That the patient left counts only where nothing else is open: whoever has the rest deals with that as well.
    """
    concerns = [each for each in open_alerts if not each.left] or open_alerts
    free = {each.alert.treatment_id for each in concerns if not each.alert.is_held}
    return [treatment for treatment in treatments if treatment.id in free]


def _visibilities(user: User, patient: Patient) -> list[Visibility]:
    """The patient's sessions as the user may see them, the newest first."""
    visible = Treatment.objects.visible_to(user).filter(patient=patient, same_as=None)
    treatments = list(visible.select_related("practitioner", "recorded_by").newest_first())
    for treatment in treatments:
        treatment.patient = patient
    return visibilities_of(user, treatments)


def _chosen(visibilities: list[Visibility], asked: str | None) -> Visibility | None:
    """The session asked for, else the newest."""
    if not asked:
        return visibilities[0] if visibilities else None
    for visibility in visibilities:
        if str(visibility.treatment.id) == asked.lower():
            return visibility
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
    products = [f"{each['name']} ({each['lot']})" if each.get("lot") else each["name"] for each in treatment.products]
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
