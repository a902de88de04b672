"""One patient's page for practitioners, and what they do there: acknowledge, resolve, write a note."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PracticeRequest, practitioner_required
from accounts.members import user_name
from accounts.models import Patient, User
from symptoms.alerts import handling
from symptoms.alerts.changed_since import NeedsConfirmation
from symptoms.alerts.conversation import ForeignNoteId, SameIdOtherNote
from symptoms.alerts.reopening import OpenAgain
from symptoms.alerts.reopening import reopen as reopen_alert
from symptoms.forms.fields import typed_id
from symptoms.forms.handling import NoteForm, ResolveForm, page_seen_in, seen_in
from symptoms.journal.screening import ask_screening
from symptoms.journal.visibility import patients_seen_by
from symptoms.models import Alert, Entry, Treatment
from symptoms.models.alert import AlertQuerySet
from symptoms.models.treatment import TreatmentQuerySet
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.patient_context import patient_seen_by, record_of
from symptoms.views.clinic.queue import next_to_review
from symptoms.views.clinic.queue_asked import kept_list, list_behind
from symptoms.views.clinic.queue_way import IN_TURN, NEXT, step_address

PAGE = "practitioner/patient.html"


@practitioner_required
@require_safe
def patient(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Everything about one patient on one page. Opening it is written down."""
    now = timezone.now()
    context = record_of(request, patient_id, now)
    handling.read_record(context["patient"], by=request.user, now=now)
    return render(request, PAGE, context)


@practitioner_required
@require_safe
def review(request: PracticeRequest, entry_id: UUID) -> HttpResponse:
    """Where the mail about an entry leads: to the page of whoever wrote it, by an address that says nothing."""
    entries = Entry.objects.visible_to(request.user).select_related("treatment")
    entry = get_object_or_404(entries, pk=entry_id)
    return redirect("patient", entry.treatment.patient_id)


@practitioner_required
@require_POST
def acknowledge(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """ "I have this": all that is open of the treatment, with one tap. A second tap changes nothing.

    With `over_from`, the id of the colleague whom the page named, what they have is taken over from them.
    """
    treatment = get_object_or_404(_on_our_desk(request.user), pk=treatment_id)
    if handling.acknowledge(
        treatment, by=request.user, now=timezone.now(), over_from=typed_id(request.POST, "over_from")
    ):
        messages.success(request, _acknowledged(request, treatment))
    else:
        alert = (
            _alerts(request.user)
            .open()
            .filter(treatment=treatment)
            .order_by(F("acknowledged_at").desc(nulls_last=True))
            .first()
        )
        messages.info(request, _already(alert, request.user))
    return to_patient(request, treatment.patient_id)


@practitioner_required
@require_POST
def resolve(request: PracticeRequest, alert_id: UUID) -> HttpResponse:
    """Write down what became of an alert; a form with a mistake, or with something to confirm, comes back."""
    alert = get_object_or_404(_alerts(request.user).select_related("treatment__patient"), pk=alert_id)
    now = timezone.now()
    form = ResolveForm(request.POST, auto_id=f"id_{alert.id}_%s", practice=request.practice, now=now)
    resolved = _resolved(request, form, {alert: seen_in(request.POST).get(alert.pk)}, now)
    if resolved is None:
        return page_again(request, alert.treatment.patient_id, now, resolve_form=(alert.id, form))
    if resolved:
        is_open = _alerts(request.user).open().filter(pk=alert.pk).exists()
        patient = alert.treatment.patient
        messages.success(request, _kept(request, alert, now) if is_open else _closed(request, patient, now))
    elif _alerts(request.user).open().filter(pk=alert.pk).exists():
        messages.warning(request, _("Something new or worse has come in. Read it before you close it."))
    else:
        messages.info(request, _closed_before(request, alert))
    return _back_to(request, alert.treatment.patient_id)


@practitioner_required
@require_POST
def resolve_all(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """One outcome for all that stood on the page; what came or got worse since stays open."""
    patient, urgencies, now = patient_seen_by(request.practice, patient_id), seen_in(request.POST), timezone.now()
    form = ResolveForm(request.POST, auto_id="id_all_%s", practice=request.practice, now=now)
    still_open = _alerts(request.user).open().filter(treatment__patient=patient)
    alerts = still_open.filter(pk__in=urgencies).select_related("treatment__patient")
    resolved = _resolved(request, form, {alert: urgencies[alert.pk] for alert in alerts}, now)
    if resolved is None:
        return page_again(request, patient.pk, now, resolve_form=(None, form))
    ids = [alert.pk for alert in resolved]
    if ids and still_open.filter(pk__in=ids).exists():
        still_open, words = still_open.exclude(pk__in=ids), _("Saved. They stay open.")
        messages.success(request, words if still_open.exists() else _led_on(words, request, patient, now))
    elif ids:
        words = ngettext("Closed {count}.", "Closed {count}.", len(ids)).format(count=len(ids))
        if not still_open.exists():
            words = _led_on(words, request, patient, now)
        messages.success(request, words)
    if still_open.exists():
        messages.warning(request, _("Something new or worse has come in. Read it before you close it."))
    elif not ids:
        messages.info(request, _("Somebody closed these before you."))
    return _back_to(request, patient.pk)


def _resolved(
    request: PracticeRequest, form: ResolveForm, alerts: Mapping[Alert, int | None], now: datetime
) -> list[Alert] | None:
    """The alerts of which the outcome was written down; None where the form comes back."""
    if not form.is_valid():
        return None
    page = page_seen_in(request.POST)
    try:
        return handling.resolve_all(alerts, **form.cleaned_data, by=request.user, now=now, page=page)
    except handling.IncompleteOutcome as incomplete:
        form.add_refusal(incomplete.field, str(incomplete))
    except NeedsConfirmation as unknown:
        form.news, form.known_holders = unknown.sentences, unknown.holders
    return None


@practitioner_required
@require_POST
def reopen(request: PracticeRequest, alert_id: UUID) -> HttpResponse:
    """Open a closed alert again; whoever does so has it."""
    alert = get_object_or_404(_alerts(request.user).select_related("treatment"), pk=alert_id)
    try:
        if reopen_alert(alert, by=request.user, now=timezone.now()):
            messages.success(request, _("It is open again. You are now in charge."))
        else:
            messages.info(request, _("This is open already, or the patient has left."))
    except OpenAgain:
        messages.info(request, _("The same is open again since: it stands below. What was closed stays closed."))
    return to_patient(request, alert.treatment.patient_id)


@practitioner_required
@require_POST
def note(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """Keep a note inside the practice."""
    treatment = get_object_or_404(Treatment.objects.managed_by(request.user), pk=treatment_id)
    form, now, status = NoteForm(request.POST), timezone.now(), 422
    if form.is_valid():
        id, text = form.cleaned_data["id"], form.cleaned_data["text"]
        try:
            handling.write_note(treatment, id=id, text=text, for_patient=False, by=request.user, now=now)
        except ForeignNoteId as foreign:
            raise Http404 from foreign
        except SameIdOtherNote:
            messages.warning(request, _("You wrote something else from this page before. Keep this as well?"))
            form, status = NoteForm.blank(text), 409
        else:
            messages.success(request, _("Note saved. Only the clinic sees it."))
            return to_patient(request, treatment.patient_id)
    return page_again(request, treatment.patient_id, now, status, note_form=form)


@practitioner_required
@require_POST
def ask_before(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Send the questions before a treatment to somebody who has joined: they stand on their Today until answered."""
    patient = get_object_or_404(Patient.objects.of_practice(request.practice).exclude(user=None), pk=patient_id)
    ask_screening(patient, by=request.user, now=timezone.now())
    messages.success(request, _("Sent. {patient} is asked on their Today page.").format(patient=patient))
    return redirect("patient", patient.pk)


def to_patient(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Back to the patient's page, with the list that led there."""
    return redirect(reverse("patient", args=[patient_id]) + kept_list(request))


def _back_to(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """To the patient's page; to the queue where closing the last alert ended what a former practice may read."""
    is_readable = patients_seen_by(request.practice).filter(pk=patient_id).exists()
    return to_patient(request, patient_id) if is_readable else redirect("queue")


def page_again(
    request: PracticeRequest, patient_id: UUID, now: datetime, status: int = 422, **forms: Any
) -> HttpResponse:
    """The page once more, with a form that came back."""
    context = record_of(request, patient_id, now, **forms)
    handling.read_record(context["patient"], by=request.user, now=now)
    return render(request, PAGE, context, status=status)


def _alerts(user: User) -> AlertQuerySet:
    return Alert.objects.managed_by(user)


def _acknowledged(request: PracticeRequest, treatment: Treatment) -> str:
    """That it is theirs now, what the patient reads of it, and to phone where that cannot wait."""
    patient = treatment.patient
    words = [_("You are now in charge.")]
    if patient.user_id is not None and patient.practice_id == request.practice.pk:
        words.append(_("The patient reads “{name} is looking after this”.").format(name=request.user))
    open_alerts = _alerts(request.user).open().filter(treatment=treatment)
    if open_alerts.filter(current_urgency__gte=Urgency.URGENT).exists():
        words.append(_("They are still told not to wait, and to call. Phone them now."))
    return " ".join(words)


def _already(alert: Alert | None, user: User) -> str:
    """Who has it, to somebody who wanted to take it."""
    if alert is None:
        return _("This is closed already.")
    if alert.acknowledged_by == user:
        return _("You already have this.")
    return _("{name} already has this.").format(name=user_name(alert.acknowledged_by))


def _closed_before(request: PracticeRequest, alert: Alert) -> str:
    """Who closed it, and when by the practice's clock."""
    alert.refresh_from_db()
    if alert.resolved_at is None:
        return _("This is closed already.")
    at = date_format(alert.resolved_at.astimezone(request.practice.zone), "TIME_FORMAT")
    return _("{name} closed this at {time}.").format(name=user_name(alert.resolved_by), time=at)


def _kept(request: PracticeRequest, alert: Alert, now: datetime) -> str:
    """That it stays open, and how many beside it have no plan."""
    patient = alert.treatment.patient
    others = _alerts(request.user).open().filter(treatment__patient=patient, comes_back_at=None).exclude(pk=alert.pk)
    count = others.count()
    if not count:
        return _led_on(_("Saved. It stays open."), request, patient, now)
    pattern = ngettext(
        "Saved. It stays open. {count} more is open for {patient}, without a plan.",
        "Saved. It stays open. {count} more are open for {patient}, without a plan.",
        count,
    )
    return pattern.format(count=count, patient=patient)


def _closed(request: PracticeRequest, patient: Patient, now: datetime) -> str:
    """That it is closed, how many are open of the patient beside it, and the way to the most urgent of them."""
    still_open = _alerts(request.user).open().filter(treatment__patient=patient).count()
    if not still_open:
        words = _("Closed. Nothing else is open for {patient}.").format(patient=patient)
        return _led_on(words, request, patient, now)
    pattern = ngettext(
        'Closed. {count} more is open for {patient}. <a href="#open">To the next one</a>',
        'Closed. {count} more are open for {patient}. <a href="#open">To the next one</a>',
        still_open,
    )
    return format_html(pattern, count=still_open, patient=patient)


def _led_on(done: str, request: PracticeRequest, patient: Patient, now: datetime) -> str:
    """What is said of an act after which a patient needs nothing more for now, and where to go, which names nobody.

    On in the list that is worked off; without one, to whoever needs somebody first; to the list where nobody does.
    """
    asked = list_behind(request)
    following = next_to_review(request.practice, request.user, now)
    if asked is not None and asked.show in IN_TURN and asked.at < asked.of:
        pattern, address = (
            _('{done} <a href="{address}">To the next patient</a>'),
            step_address(asked, patient.pk, NEXT),
        )
    elif following is None or (asked is not None and asked.show in IN_TURN):
        pattern = _('{done} <a href="{address}">To the list</a>')
        address = reverse("queue") + (f"?{asked.with_page}" if asked else "")
    else:
        pattern = _('{done} <a href="{address}">To the next patient</a>')
        address = reverse("patient", args=[following])
    return format_html(pattern, done=done, address=address)


def _on_our_desk(user: User) -> TreatmentQuerySet:
    """The practice's patients' treatments, and those whose open alerts stayed with it when the patient left."""
    stayed = Alert.objects.open().managed_by(user).values("treatment")
    visible = Treatment.objects.visible_to(user)
    return visible.filter(Q(pk__in=Treatment.objects.managed_by(user).values("pk")) | Q(pk__in=stayed))
