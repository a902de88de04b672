"""Everything the practitioner's page about a patient shows, found and put together."""

import re
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import PracticeRequest
from accounts.invitations import undelivered_to
from accounts.models import Invitation, Patient, Practice, User
from symptoms.alerts.conversation import unread_of
from symptoms.alerts.policy import policy_of
from symptoms.forms.conversation import PracticeMessageForm
from symptoms.forms.handling import NoteForm, ResolveForm
from symptoms.journal.course_days import with_last_logged
from symptoms.journal.erasing import waiting_for
from symptoms.journal.visibility import Visibility, patients_seen_by, patients_shown, visibilities_of
from symptoms.models import Alert, PatientStatus, Screening, Treatment, WorkerBeat
from symptoms.models.values import treatment_values
from symptoms.recovery.ceilings import band
from symptoms.views.addresses import chosen
from symptoms.views.clinic.course_context import course_context
from symptoms.views.clinic.known import age_in_words, known_of
from symptoms.views.clinic.last_time import Closed, last_time
from symptoms.views.clinic.messages_context import messages_with
from symptoms.views.clinic.open_alerts import UNDONE_WITHIN, OpenAlert, closed_last, open_alerts_of
from symptoms.views.clinic.queue_asked import kept_list
from symptoms.views.clinic.queue_way import way_of
from symptoms.views.clinic.revisions import product_in_words
from symptoms.wording import treatment as words
from symptoms.wording.cartridge import cartridge_in_words
from symptoms.wording.depth import depth_in_words
from symptoms.wording.phrases import in_a_row
from symptoms.wording.screening import result_for_practice
from symptoms.wording.times import at, on_both_clocks


def patient_seen_by(practice: Practice, id: UUID) -> Patient:
    """One of them, by id.

    Raises:
        Http404: there is none.
    """
    return get_object_or_404(patients_seen_by(practice).select_related("practice", "user", "screening"), pk=id)


def _asked_at_once(practice: Practice, id: UUID, now: datetime) -> tuple[Patient, dict[str, Any]]:
    """The same, with what the page asks about them and around them that is one fact each, in one statement.

    `to_undo`: the id of the invitation by which somebody joined, while that can be taken back. `last_closed`: what was
    closed last; `is_just_closed`: so short a time ago that it may be opened again beside what is open. `is_silent`: a
    newer log was due before today, the last verdict is then no word about today. `is_blind`: as `views.blindness`.
    `erased_on`: when the whole record goes, if it does; `is_untold`: no letter about that reached the patient.
    """
    joined = Invitation.objects.to_undo(now).filter(patient=OuterRef("pk"), practice=practice)
    closed = Alert.objects.filter(treatment__patient=OuterRef("pk"), practice=practice).exclude(resolved_at=None)
    last = closed.order_by("-resolved_at", "-urgency", "concern").values(told=Closed.document())
    patients = patients_seen_by(practice).with_departure(practice).select_related("practice", "user", "status")
    asked = patients.annotate(
        to_undo=Subquery(joined.values("pk")[:1]),
        closed=Subquery(last[:1]),
        is_alive=WorkerBeat.alive(now),
        erased_on=Subquery(waiting_for(OuterRef("pk")).values("due_at")[:1]),
        is_untold=Exists(waiting_for(OuterRef("pk")).filter(undelivered_at__isnull=False)),
    )
    patient = get_object_or_404(asked, pk=id)
    status: PatientStatus | None = getattr(patient, "status", None)
    if status is not None and status.practice_id != practice.pk:
        status = None
    answers = vars(patient)
    last_closed = Closed.read(answers["closed"])
    return patient, {
        "to_undo": answers["to_undo"] if patient.practice_id == practice.pk and patient.user_id else None,
        "last_closed": last_closed,
        "is_just_closed": status is not None and last_closed is not None and last_closed.at >= now - UNDONE_WITHIN,
        "is_silent": status is not None and not status.is_current(now.astimezone(practice.zone).date()),
        "is_blind": not answers["is_alive"],
        "erased_on": answers["erased_on"],
        "is_untold": answers["is_untold"],
    }


def record_of(
    request: PracticeRequest,
    id: UUID,
    now: datetime,
    *,
    note_form: NoteForm | None = None,
    message_form: PracticeMessageForm | None = None,
    resolve_form: tuple[UUID | None, ResolveForm] | None = None,
) -> dict[str, Any]:
    """The page's context. `resolve_form`: the alert's id (None: all) and the answer that came back with a mistake."""
    practice, session = request.practice, request.GET.get("treatment", "")
    patient, asked = _asked_at_once(practice, id, now)
    is_ours = patient.practice_id == practice.pk
    visibilities = sessions_seen(request.user, patient)
    treatments = [visibility.treatment for visibility in visibilities]
    treatment = chosen(treatments, session) if treatments or session else None
    patient = patients_shown(practice, [patient])[patient.pk]
    left_at = max((visibility.now(now) for visibility in visibilities), default=now)  # where they did; else now
    open_alerts = open_alerts_of(patient, visibilities, request.user)
    context = asked | _around(request, patient, now) | {
        "is_ours": is_ours, "treatments": treatments, "treatment": treatment, "left_at": left_at,
        "free": _free(treatments, open_alerts), "note_form": note_form or NoteForm.blank(),
        "known": known_of(patient, treatment, left_at),
    }  # fmt: skip
    if is_ours:
        context |= _invitations(patient)
        context |= messages_with(patient, practice, open_alerts, now, message_form)
        context |= screening_of(patient, practice, now) if treatment is None else {}  # afterwards it is looked up
    else:
        context["left_unread"] = list(unread_of(patient, practice))
    if treatment is not None:
        context |= _session(request, visibilities[treatments.index(treatment)], patient, open_alerts, now)
    if asked["is_just_closed"] or not open_alerts:
        context["closed_last"] = closed_last(visibilities, request.user, open_alerts, now)
    if not context.get("closed_last"):  # which says the same, and more
        today = left_at.astimezone(practice.zone).date()
        context["known"] += last_time(asked["last_closed"], treatments, treatment, practice.zone, today)
    context |= {"about": _about(context)} | _way_back(request, patient, context, open_alerts)
    return context | _answers(open_alerts, resolve_form, practice, now)


def _around(request: PracticeRequest, patient: Patient, now: datetime) -> dict[str, Any]:
    return {
        "patient": patient,
        "practice": request.practice,
        "zone": request.practice.time_zone,
        "now": now,
        "phone_link": re.sub(r"[^0-9+]", "", patient.phone),
        "keeps_search": kept_list(request),
    }


def _about(context: dict[str, Any]) -> list[str]:
    """What stands beside the name: how old they are, the practice's number for them, the day of the session."""
    number, is_running = context["patient"].number, context["treatment"] is not None and context["is_ours"]
    parts = [
        age_in_words(context["patient"], context["left_at"]),
        _("no. {number}").format(number=number) if number else "",
        _("day {day}").format(day=context["today"]) if is_running else "",
    ]
    return [part for part in parts if part]


def _way_back(
    request: PracticeRequest, patient: Patient, context: dict[str, Any], open_alerts: list[OpenAlert]
) -> dict[str, Any]:
    """The list that led here, and on in it; without one, what stands in the queue, or did until a moment ago, leads
    back there, else to all patients."""
    lately = context["is_just_closed"] or context.get("is_just_read")
    leads_to_queue = bool(open_alerts or context.get("unread_message") or lately)
    way = way_of(request, patient.pk, leads_to_queue=leads_to_queue)
    return way | {"tab": "queue" if leads_to_queue else "patients"}


def _session(
    request: PracticeRequest, visibility: Visibility, patient: Patient, open_alerts: list[OpenAlert], now: datetime
) -> dict[str, Any]:
    """What the page shows of the chosen session; the alerts learn what its newest day says of them."""
    course = course_context(request, visibility, open_alerts, now)
    for open_alert in open_alerts:
        open_alert.newest = course["newest"]
    done_at = on_both_clocks(visibility.treatment.performed_at, request.practice.zone, patient.zone)
    return {"done": done_in(visibility.treatment), "done_at": done_at} | course


def screening_context(screening: Screening | None, reader: ZoneInfo, now: datetime) -> dict[str, Any]:
    """What the patient answered before a treatment, when, and since when they are asked, for `screening.html`."""
    if screening is None:
        return {"screening": None}
    today = now.astimezone(reader).date()
    asked_at = at(screening.asked_at, reader, today) if screening.asked_at and screening.is_asked else ""
    if screening.changed_at is None:
        return {"screening": None, "asked_at": asked_at}
    when = at(screening.changed_at, reader, today)
    return {"screening": result_for_practice(screening.answers), "screening_at": when, "asked_at": asked_at}


def screening_of(patient: Patient, practice: Practice, now: datetime) -> dict[str, Any]:
    """What the practice's own patient answered, and where they do."""
    context = screening_context(getattr(patient, "screening", None), practice.zone, now)
    return {**context, "before_url": settings.SITE_URL + reverse("before")}


def _answers(
    open_alerts: list[OpenAlert], returned: tuple[UUID | None, ResolveForm] | None, practice: Practice, now: datetime
) -> dict[str, Any]:
    """A form for what became of each alert, and one for all; `returned` in the place of the one that came back."""
    forms = dict([returned]) if returned else {}
    blank = partial(ResolveForm, practice=practice, now=now)
    for open_alert in open_alerts:
        id = open_alert.alert.id
        open_alert.form = forms.get(id) or blank(auto_id=f"id_{id}_%s")
    first = open_alerts[0].alert if open_alerts else None
    due = policy_of(practice).in_charge_by(first, practice) if first else None
    return {
        "open_alerts": open_alerts,
        "due": due,
        "is_overdue": due is not None and due < now,
        "all_titles": ", ".join(open_alert.title.lower() for open_alert in open_alerts),
        "all_form": forms.get(None) or blank(auto_id="id_all_%s"),
    }


def _invitations(patient: Patient) -> dict[str, Any]:
    """Until somebody has joined, what became of asking them to."""
    if patient.user_id is not None:
        return {}
    return {"to_confirm": patient.invitations.to_confirm().first(), "undelivered": undelivered_to(patient)}


def _free(treatments: list[Treatment], open_alerts: list[OpenAlert]) -> list[Treatment]:
    """The sessions of which something is open that nobody here has.

    That the patient left counts only where nothing else is open: whoever has the rest deals with that as well.
    """
    concerns = [open_alert for open_alert in open_alerts if not open_alert.left] or open_alerts
    untaken = {open_alert.alert.treatment_id for open_alert in concerns if not open_alert.alert.is_held}
    return [treatment for treatment in treatments if treatment.id in untaken]


def sessions_seen(user: User, patient: Patient) -> list[Visibility]:
    """The patient's sessions as the user may see them, the newest first."""
    visible = Treatment.objects.visible_to(user).filter(patient=patient, same_as=None)
    known = with_last_logged(visible.select_related("practitioner", "recorded_by"))
    treatments = sorted(known, key=attrgetter("sort_key"), reverse=True)  # here: see `open_alerts_of`
    for treatment in treatments:
        treatment.patient = patient
    return visibilities_of(user, treatments)


def done_in(treatment: Treatment) -> list[tuple[str, str]]:
    """What was done, row by row; what is not known is left out."""
    areas = [words.AREAS.get(word, word) for word in treatment.areas]
    device = [treatment.get_device_display(), *filter(None, [treatment.device_model])]
    device += filter(None, [depth_in_words(treatment.device, treatment.setting, treatment.needle_depth_mm)])
    if treatment.passes:
        passes = ngettext("{count} pass", "{count} passes", treatment.passes)
        device.append(passes.format(count=treatment.passes))
    if treatment.energy_mj is not None:
        device.append(_("{energy} mJ").format(energy=f"{treatment.energy_mj.normalize():f}"))
    rows = [
        (_("By"), treatment.operator or str(treatment.practitioner or "")),
        (_("Where"), treatment.get_setting_display()),
        (_("Device"), in_a_row(device)),
        (_("Expected course"), str(words.EXPECTED_COURSE[band(treatment_values(treatment))])),
        (_("Areas"), in_a_row(filter(None, [*areas, treatment.areas_other]))),
        (
            _("Cartridge"),
            cartridge_in_words(treatment.cartridge_lot, treatment.cartridge_expiry, is_expired=treatment.had_expired),
        ),
        (_("Products"), in_a_row(map(product_in_words, treatment.products))),
        (_("Injected"), _("Filler or PRP, the same day") if treatment.same_day_injection else ""),
        (_("New needles"), treatment.get_needles_new_display()),
        (_("Shared"), treatment.get_needles_shared_display()),
    ]
    return [(what, text) for what, text in rows if text]
