"""A patient's own treatments."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from accounts.compiled_queries import CompiledQuery
from accounts.models import Patient
from symptoms.alerts.reminder_ways import lost_phones
from symptoms.journal.erasing import waiting_for
from symptoms.journal.loading import sessions_of
from symptoms.journal.screening import unanswered
from symptoms.models import PatientStatus, Treatment
from symptoms.models.treatment import TreatmentQuerySet


def own_sessions_of(patient_id: UUID) -> TreatmentQuerySet:
    """The patient's sessions, the newest first, each with `agreed`, `asks_before`, `log_due_on`, `phone_is_gone` and
    `erased_on`."""
    sessions = sessions_of(patient_id).filter(same_as=None)
    asked = sessions.annotate(asks_before=Exists(unanswered(patient_id)))  # type: ignore[no-redef]  # on the model
    due_on = PatientStatus.objects.filter(treatment=OuterRef("pk")).values("log_due_on")
    due = asked.annotate(log_due_on=Subquery(due_on))  # type: ignore[no-redef]  # on the model
    gone = Exists(lost_phones(patient_id))
    known = due.annotate(phone_is_gone=gone)  # type: ignore[no-redef]  # on the model
    erased_on = Subquery(waiting_for(patient_id).values("due_at")[:1])
    return known.annotate(erased_on=erased_on).newest_first()  # type: ignore[no-redef]  # on the model


read_own_sessions = CompiledQuery(own_sessions_of)  # read by each of the patient's pages


def own_treatments(patient: Patient) -> list[Treatment]:
    """The patient's sessions, the newest first; one that was recorded twice counts once.

    Each says whether the consent to care stands (`agreed`), and whether the practice's questions before a treatment
    wait for an answer (`asks_before`), and whether reminders reach their phone no longer (`phone_is_gone`), and
    when everything goes, if it does (`erased_on`); the newest, when the next log is due (`log_due_on`, None after the
    last).
    """
    treatments = read_own_sessions(patient.pk)
    for treatment in treatments:
        treatment.patient = patient
    return treatments
