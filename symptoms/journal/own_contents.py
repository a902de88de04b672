"""What a patient takes along of their own record: everything but what a clinic keeps for itself."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from accounts.access import readings_of
from accounts.models import AuditRecord, Patient
from symptoms.journal.export_contents import (
    Session,
    about,
    add_photo,
    agreed_to,
    as_json,
    by_entry,
    email_of,
    iso,
    table,
    treatment_in,
)
from symptoms.journal.export_page import page
from symptoms.models import Assessment, Note, Photo, Screening, Treatment

MESSAGES = (Note.Kind.TO_PATIENT, Note.Kind.FROM_PATIENT)
SIGN_INS = 200  # the newest


def own_sessions(patient: Patient) -> list[Session]:
    """Everything, for the patient: no note inside a clinic, and no photo that a clinic took, which is its record."""
    treatments = patient.treatments.select_related("practice").order_by("day_zero", "performed_at", "pk")
    return [_own_session(treatment, patient) for treatment in treatments]


def _own_session(treatment: Treatment, patient: Patient) -> Session:
    treatment.patient = patient
    notes = treatment.notes.filter(kind__in=MESSAGES).select_related("author", "practice").order_by("written_at")
    return Session(
        treatment,
        entries=list(treatment.entries.order_by("day", "received_at")),
        judged=by_entry(Assessment.objects.filter(entry__treatment=treatment)),
        photos=list(Photo.objects.own().filter(treatment=treatment).by_day()),
        notes=list(notes),
        alerts=list(treatment.alerts.order_by("opened_at")),
        events=[],
    )


def own_file(archive: ZipFile, patient: Patient, now: datetime) -> Iterator[int]:
    """Write everything about a patient, for them; gives, after each photo, how many are lost: none or one."""
    sessions = own_sessions(patient)
    written = document(patient, sessions, now)
    archive.writestr("record.html", page(patient, sessions, written, now))
    archive.writestr("record.json", as_json(written))
    archive.writestr("days.csv", table(written))
    yield 0
    for session in sessions:
        for photo in session.photos:
            yield add_photo(archive, photo)


def document(patient: Patient, sessions: list[Session], now: datetime) -> dict[str, Any]:
    """Everything about a patient, for them, as plain JSON: times in ISO 8601 with their offset, answers in the
    vocabulary's words."""
    screening = Screening.objects.filter(patient=patient).first()
    reminding = getattr(patient, "reminding", None)
    return {
        "made_at": now.isoformat(),
        "about": about(patient, email_of(patient)),
        "agreed_to": agreed_to(patient.consents.all()),
        "treatments": [treatment_in(session) for session in sessions],
        "answers_before_a_treatment": screening.document if screening else None,
        "reminders": {"on": reminding.is_on, "at": reminding.at.isoformat("minutes")} if reminding else None,
        "who_opened_your_record": [
            {
                "who": row["user__name"] or row["user__email"], "what": row["what"],
                "clinic": None if row["user__is_staff"] else row["practice__name"],
                "times": row["times"], "last": iso(row["last"]),
            }
            for row in readings_of(patient)
        ],
        "your_sign_ins": list(_sign_ins(patient)),
    }  # fmt: skip


def _sign_ins(patient: Patient) -> Iterator[dict[str, Any]]:
    if patient.user_id is None:
        return
    kinds = (AuditRecord.Kind.SIGNED_IN, AuditRecord.Kind.FAILED, AuditRecord.Kind.LOCKED_OUT)
    for row in AuditRecord.objects.filter(user=patient.user_id, kind__in=kinds).order_by("-id")[:SIGN_INS]:
        yield {"what": row.what, "at": iso(row.at), "network": row.network}
