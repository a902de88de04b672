"""What a practice takes along of each of its patients: what it may read, as it may read it, and what its people wrote.

Of who left it that is what was there then (`journal.visibility`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from django.core.exceptions import PermissionDenied
from django.utils.text import slugify
from django.utils.translation import gettext_noop

from accounts.access import record_access
from accounts.models import Departure, Patient, Practice, User
from symptoms.journal.export_contents import (
    Session,
    about,
    add_photo,
    agreed_to,
    as_json,
    by_entry,
    cell,
    email_of,
    table,
    treatment_in,
)
from symptoms.journal.export_page import page
from symptoms.journal.known_events import known_events
from symptoms.journal.visibility import Visibility, patients_seen_by, patients_shown, screening_shown, visibilities_of
from symptoms.models import Alert, AlertEvent, Note, PracticeExport, Treatment

LISTED = ("name", "number", "year_of_birth", "email", "phone")


def sessions_seen(patient: Patient, practice: Practice, by: User) -> list[Session]:
    """The sessions of a patient that `by`, who reads for `practice`, may see, the oldest first."""
    treatments = Treatment.objects.visible_to(by).filter(patient=patient.pk).select_related("patient", "practice")
    visibilities = visibilities_of(by, list(treatments.order_by("day_zero", "performed_at", "pk")))
    return [_session(visibility, practice, by) for visibility in visibilities]


def _session(visibility: Visibility, practice: Practice, by: User) -> Session:
    treatment = visibility.treatment
    assessments = [visibility.shown_assessment(row) for row in visibility.assessments()]
    notes = Note.objects.filter(treatment=treatment.pk, practice=practice).select_related("author", "practice")
    return Session(
        treatment,
        entries=[visibility.shown(entry) for entry in visibility.entries().order_by("day", "received_at")],
        judged=by_entry(assessments),
        photos=list(visibility.photos().by_day()),
        notes=list(notes.order_by("written_at")),
        alerts=list(Alert.objects.managed_by(by).filter(treatment=treatment.pk).order_by("opened_at")),
        events=list(known_events([visibility], practice).select_related("alert", "actor").order_by("at", "id")),
    )


def practice_file(archive: ZipFile, export: PracticeExport, now: datetime) -> Iterator[int]:
    """Write what the practice may read, a folder for each patient; gives, after each piece, how many photos are lost.

    That each record was taken along is written down, and its patient reads it.

    Raises:
        PermissionDenied: who asked may no longer read.
    """
    practice, by, lines = export.practice, export.asked_by, []
    # Ids alone: a query that stays open for as long as a large file takes would hold up SQLite's own housekeeping.
    for id in list(patients_seen_by(practice).order_by("sort_name", "pk").values_list("pk", flat=True)):
        if not may_take(by, practice):
            raise PermissionDenied
        patient = patients_seen_by(practice).select_related("user", "practice").filter(pk=id).first()
        if patient is None:  # erased meanwhile
            continue
        known, sessions = as_known(patient, practice), sessions_seen(patient, practice, by)
        written = practice_document(known, sessions, practice, now)
        folder = f"{slugify(known.sort_name) or 'patient'}-{str(patient.pk)[:8]}/"
        archive.writestr(f"{folder}record.html", page(known, sessions, written, now, clinic=practice))
        archive.writestr(f"{folder}record.json", as_json(written))
        archive.writestr(f"{folder}days.csv", table(written))
        lines.append((folder, written["about"], written["left_at"]))
        record_access(by, patient, gettext_noop("record, taken along in a file"), now)
        yield 0
        for session in sessions:
            for photo in session.photos:
                yield add_photo(archive, photo, folder)
    archive.writestr("patients.csv", _list(lines))
    PracticeExport.objects.filter(pk=export.pk).update(records=len(lines))


def may_take(user: User, practice: Practice) -> bool:
    """Whether somebody may take all records along: who manages the practice and reads its records as well."""
    user.look_up_again()
    return user.practice_as_admin == practice == user.practice_as_practitioner


def _list(lines: Iterable[tuple[str, Mapping[str, Any], str | None]]) -> bytes:
    """Who is in which folder, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["folder", *LISTED, "left_at"])
    for folder, about_them, left_at in lines:
        values = [about_them[name] for name in LISTED]
        writer.writerow([cell("" if value is None else value) for value in (folder, *values, left_at)])
    return out.getvalue().encode("utf-8-sig")


def as_known(patient: Patient, practice: Practice) -> Patient:
    """The patient as the practice knows them: its own as they are, who left as they were then."""
    return patients_shown(practice, [patient])[patient.pk]


def practice_document(patient: Patient, sessions: list[Session], practice: Practice, now: datetime) -> dict[str, Any]:
    """One patient's record for the practice, as plain JSON; `patient` is as the practice knows them."""
    left = Departure.objects.filter(practice=practice, patient=patient.pk).order_by("at").last()
    screening = screening_shown(practice, patient)
    answers = {what: said for what, said in screening.document.items() if what != "ticked"} if screening else None
    return {
        "made_at": now.isoformat(),
        "for_clinic": str(practice),
        "about": about(patient, patient.email if left else email_of(patient)),
        "left_at": left.at.isoformat() if left else None,
        "agreed_to": agreed_to(patient.consents.filter(practice=practice)),
        "treatments": [_treatment(session) for session in sessions],
        "answers_before_a_treatment": answers,
    }  # fmt: skip


def _treatment(session: Session) -> dict[str, Any]:
    written = treatment_in(session)
    for note, line in zip(session.notes, written["messages"], strict=True):
        line |= {
            "from": "patient" if note.kind == Note.Kind.FROM_PATIENT else str(note.author or note.practice),
            "is_inside_the_clinic": note.kind == Note.Kind.INSIDE,
        }
    return {**written, "what_was_done": [_event(event) for event in session.events]}


def _event(event: AlertEvent) -> Mapping[str, Any]:
    return {
        "at": event.at.isoformat(), "who": str(event.actor) if event.actor else None, "what": event.what,
        "detail": event.detail, "concern": event.alert.concern, "kind": event.alert.kind,
    }  # fmt: skip
