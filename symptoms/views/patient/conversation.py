"""What the patient and their clinic write to one another: the page, and what Today shows of it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PatientRequest, patient_required
from accounts.models import Patient, Practice, User
from symptoms.alerts.answering import CareNotAgreed
from symptoms.alerts.conversation import (
    MESSAGES,
    ForeignNoteId,
    NobodyReads,
    SameIdOtherNote,
    can_be_written_to,
    open_treatments,
    write_to_practice,
)
from symptoms.forms.conversation import PatientMessageForm
from symptoms.models import Alert, Note, Treatment, WorkerBeat
from symptoms.views.patient.standing import standing
from symptoms.wording.conversation import not_for_emergencies, not_reached, when_read
from symptoms.wording.patient import PhoneNumbers

SHOWN = 30  # messages


@patient_required
@require_http_methods(["GET", "POST"])
def conversation(request: PatientRequest) -> HttpResponse:
    """The messages of both sides, and writing one; where something urgent is open, the call comes first."""
    patient = request.patient
    treatment = open_treatments(patient).first() if patient.practice_id else None
    form, status = None, 200
    if request.method == "POST":
        form = PatientMessageForm(request.POST)
        status = _send(form, patient, request.user, treatment)
        if status == 200:
            assert patient.practice is not None
            sentences = [_("Sent."), _when_read(patient.practice, patient)]
            messages.success(request, " ".join(filter(None, sentences)))
            return redirect("conversation")
    rows = Note.objects.filter(treatment__patient=patient, kind__in=MESSAGES)
    rows = rows.annotate(is_asked=Exists(_left_with(patient))).select_related("author", "practice", "read_by")
    notes = list(rows.order_by("-written_at", "-id")[:SHOWN])
    context = standing(request) | {
        "tab": "today",
        "patient": patient,
        "notes": notes,
        "has_treatment": treatment is not None,
    }
    context |= writing(patient, notes[0] if notes else None, context["numbers"], form)
    return render(request, "patient/conversation.html", context, status=status)


def _left_with(patient: Patient) -> QuerySet[Alert]:
    """By which a practice that the patient left is still asked to read a note."""
    left = Alert.objects.open().filter(kind=Alert.Kind.LEFT, treatment__patient=patient)
    return left.filter(practice=OuterRef("practice"))


def writing(
    patient: Patient, last: Note | None, numbers: PhoneNumbers, form: PatientMessageForm | None = None
) -> dict[str, Any]:
    """What `patient/message_form.html` takes; `last` is the newest message on the page."""
    practice = patient.practice if can_be_written_to(patient.practice) else None
    if form is None and practice is not None:
        form = PatientMessageForm.blank(practice.pk, last.pk if last else None)
    if form is not None:
        reads_then = _when_read(practice, patient) if practice else ""
        warning = not_for_emergencies("" if numbers.places else numbers.emergency)
        form.fields["text"].help_text = " ".join(filter(None, [reads_then, warning]))
    return {"message_form": form, "can_write": practice is not None, "practice": practice}


def _when_read(practice: Practice, patient: Patient) -> str:
    """When somebody at the practice looks, or that nobody is told at present."""
    now = timezone.now()
    in_words = when_read if WorkerBeat.is_alive(now) else not_reached
    return in_words(practice, patient.zone, now)


def _send(form: PatientMessageForm, patient: Patient, user: User, treatment: Treatment | None) -> int:
    """Send what was written; the status of the answer, whose form says what is wrong where that is not 200."""
    if not form.is_valid():
        return 422
    cleaned = form.cleaned_data
    try:
        if treatment is None:
            raise NobodyReads(None)
        write_to_practice(
            treatment, id=cleaned["id"], text=form.words, by=user, now=timezone.now(),
            practice=cleaned["practice"], seen=cleaned["seen"],
        )  # fmt: skip
    except ForeignNoteId as foreign:
        raise Http404 from foreign
    except CareNotAgreed:
        form.add_error(None, _("You have not agreed that we keep what you write. You can agree under Account."))
        return 422
    except SameIdOtherNote:
        _ask_again(form, _("You sent something else from this page before. Send this as well?"), id=uuid4())
        return 409
    except NobodyReads as refusal:
        if refusal.present is not None and treatment is not None:
            sentence = _("Your clinic is {clinic} now. Send this to them?").format(clinic=refusal.present)
            _ask_again(form, sentence, practice=refusal.present.pk)
        else:
            form.add_error(None, nobody_reads(patient))
        return 409
    return 200


def nobody_reads(patient: Patient) -> str:
    """Why the patient cannot write to a clinic here."""
    if not can_be_written_to(patient.practice):
        return _("This was not sent: no clinic reads your messages here any more. Please call them.")
    return _("This was not sent. You can write to your clinic once your treatment is recorded. Until then, call them.")


def _ask_again(form: PatientMessageForm, sentence: str, **values: object) -> None:
    """Let the form come back with a question, to be sent again as it stands with other `values` in hidden fields."""
    form.add_error(None, sentence)
    form.data = {**dict(form.data.items()), **{name: str(value) for name, value in values.items()}}
