"""Writing to a patient: looked over before it is sent; and that what they wrote is read."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PracticeRequest, practitioner_required
from symptoms.alerts.conversation import ForeignNoteId, SameIdOtherNote, read_by_practice
from symptoms.alerts.handling import write_note
from symptoms.forms.conversation import PracticeMessageForm
from symptoms.forms.fields import typed_id
from symptoms.models import Treatment
from symptoms.models.treatment import TreatmentQuerySet
from symptoms.views.clinic.messages_context import replies_about, worst_concern
from symptoms.views.clinic.patient import page_again, to_patient
from symptoms.views.clinic.queue_asked import kept_list


@practitioner_required
@require_POST
def message(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """Show a message as the patient will read it; send it, or go on writing, as the `step` of the next request says."""
    treatment = get_object_or_404(_ours(request), pk=treatment_id)
    patient, now, step = treatment.patient, timezone.now(), request.POST.get("step")
    replies = replies_about(worst_concern(patient, request.user))
    form = PracticeMessageForm(request.POST, replies=replies, auto_id="id_message_%s")
    if not form.is_valid():
        return page_again(request, patient.pk, now, message_form=form)
    id, seen, words = form.cleaned_data["id"], form.cleaned_data["seen"], form.words
    if step == "change":
        form = PracticeMessageForm.blank(replies, seen, words)
        return page_again(request, patient.pk, now, status=200, message_form=form)
    context = {
        "patient": patient, "practice": request.practice, "treatment": treatment,
        "id": id, "seen": seen or "", "words": words, "tab": "queue",
        "keeps_search": kept_list(request),
    }  # fmt: skip
    if step != "send":
        return render(request, "practitioner/message_check.html", context)
    try:
        write_note(treatment, id=id, text=words, for_patient=True, by=request.user, now=now, seen=seen)
    except ForeignNoteId as foreign:
        raise Http404 from foreign
    except SameIdOtherNote:
        context |= {"id": uuid4(), "is_second": True}
        return render(request, "practitioner/message_check.html", context, status=409)
    messages.success(request, _("Sent. The patient is told by e-mail."))
    return to_patient(request, patient.pk)


@practitioner_required
@require_POST
def messages_read(request: PracticeRequest, treatment_id: UUID) -> HttpResponse:
    """What the patient wrote, up to the last message that stood on the page, is read."""
    treatment = get_object_or_404(_ours(request), pk=treatment_id)
    seen = typed_id(request.POST, "seen")
    if seen is not None and read_by_practice(treatment.patient_id, seen=seen, by=request.user, now=timezone.now()):
        messages.success(request, _("Read. The patient sees that you read it."))
    else:
        messages.info(request, _("Somebody marked this as read before you."))
    return to_patient(request, treatment.patient_id)


def _ours(request: PracticeRequest) -> TreatmentQuerySet:
    ours = Treatment.objects.managed_by(request.user).filter(patient__practice=request.practice)
    return ours.select_related("patient__practice")
