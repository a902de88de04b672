"""What stands in a file about a patient: a document for programs, a table of days.

What of it a patient takes along is in `own_contents`, what a practice does in `practice_contents`; the page in
`export_page`.
"""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile

from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.models import Consent, Patient
from symptoms.journal.treatments import as_document
from symptoms.models import Alert, AlertEvent, Assessment, Entry, Note, Photo, Treatment
from symptoms.photos.files import PhotoAway, PhotoLost, read
from symptoms.recovery.vocabulary import Symptom

# How a cell may begin in which a spreadsheet would see a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def photo_name(photo: Photo) -> str:
    """The name of a photo's file: its date, its view, and enough of its id to be its own."""
    return f"photos/{photo.date:%Y-%m-%d}-{slugify(photo.view)}-{str(photo.pk)[:8]}.jpg"


@dataclass(frozen=True)
class Session:
    """What of one session goes into a file: what its reader may see. `judged`: by entry, the oldest judgement first."""

    treatment: Treatment
    entries: list[Entry]
    judged: dict[UUID, list[Assessment]]
    photos: list[Photo]
    notes: list[Note]
    alerts: list[Alert]
    events: list[AlertEvent]  # what was done about alerts: of a practice alone

    def current(self) -> Iterator[tuple[Entry, Assessment | None]]:
        """One entry a day with its judgement."""
        for entry in self.entries:
            if entry.is_current:
                judged = [row for row in self.judged.get(entry.pk, ()) if row.is_current]
                yield entry, judged[-1] if judged else None


def by_entry(assessments: Iterable[Assessment]) -> dict[UUID, list[Assessment]]:
    """Judgements by the entry's id, the oldest first."""
    judged: dict[UUID, list[Assessment]] = defaultdict(list)
    for assessment in sorted(assessments, key=lambda row: row.pk):
        judged[assessment.entry_id].append(assessment)
    return judged


def add_photo(archive: ZipFile, photo: Photo, folder: str = "") -> int:
    """Write a photo; 1 where its file is missing or damaged, and nothing is written."""
    try:
        archive.writestr(folder + photo_name(photo), read(photo), compress_type=ZIP_STORED)
    except PhotoAway:
        raise  # the file is made again later
    except PhotoLost:
        return 1
    return 0


def as_json(document: Mapping[str, Any]) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=1)


def about(patient: Patient, email: str) -> dict[str, Any]:
    """Who the patient is, as plain JSON; `email` as its reader knows it."""
    named = ("name", "phone", "year_of_birth", "country", "time_zone", "drug_allergies", "number")
    return {**{name: getattr(patient, name) for name in named}, "email": email, "clinic": _named(patient.practice)}


def agreed_to(consents: QuerySet[Consent]) -> list[dict[str, Any]]:
    """What a patient agreed to, the oldest first, as plain JSON."""
    return [
        {
            "purpose": consent.purpose, "text_version": consent.version, "clinic": _named(consent.practice),
            "given_at": iso(consent.given_at), "withdrawn_at": iso(consent.withdrawn_at),
        }
        for consent in consents.select_related("practice").order_by("given_at")
    ]  # fmt: skip


def treatment_in(session: Session) -> dict[str, Any]:
    """A session as plain JSON."""
    treatment = session.treatment
    return {
        "id": str(treatment.pk), "day_zero": treatment.day_zero.isoformat(), "clinic": _named(treatment.practice),
        "recorded_at": iso(treatment.recorded_at), "same_session_as": _text(treatment.same_as_id),
        "facts": as_document(treatment),
        "logs": [_log(entry, session.judged.get(entry.pk, [])) for entry in session.entries],
        "photos": [
            {"file": photo_name(photo), "date": photo.date.isoformat(), "day": photo.day, "view": photo.view,
             "received_at": iso(photo.received_at)}
            for photo in session.photos
        ],
        "messages": [
            {"from": "you" if note.kind == Note.Kind.FROM_PATIENT else _named(note.practice),
             "written_at": iso(note.written_at), "read_at": iso(note.read_at), "text": note.text}
            for note in session.notes
        ],
        "open_matters": [
            {"kind": alert.kind, "concern": alert.concern, "urgency": alert.urgency, "opened_at": iso(alert.opened_at),
             "closed_at": iso(alert.resolved_at)}
            for alert in session.alerts
        ],
    }  # fmt: skip


def _log(entry: Entry, judged: list[Assessment]) -> dict[str, Any]:
    return {
        "id": str(entry.pk), "date": entry.date.isoformat(), "day": entry.day, "answers": entry.answers,
        "note": entry.note, "received_at": iso(entry.received_at), "counts": entry.is_current,
        "judged": [
            {"urgency": row.urgency_slug, "made_at": iso(row.made_at), "rules": row.protocol_version,
             "flags": row.flags}
            for row in judged
        ],
    }  # fmt: skip


def table(document: Mapping[str, Any]) -> bytes:
    """The days that count, a row each, as CSV (RFC 4180) for a spreadsheet, which is to find no formula in it."""
    out = io.StringIO()
    writer = csv.writer(out)
    levels = [str(symptom) for symptom in Symptom]
    writer.writerow(
        ["treatment", "date", "day", "verdict", *levels, "signs", "temperature_c", "since_last_log", "note"]
    )
    for treatment in document["treatments"]:
        for log in treatment["logs"]:
            if log["counts"]:
                writer.writerow([cell(value) for value in _row(treatment, log, levels)])
    return out.getvalue().encode("utf-8-sig")  # by its mark spreadsheets know UTF-8


def _row(treatment: Mapping[str, Any], log: Mapping[str, Any], levels: Iterable[str]) -> Iterator[Any]:
    answers = log["answers"]
    yield from (treatment["id"], log["date"], log["day"], log["judged"][-1]["urgency"] if log["judged"] else "")
    answered = {*answers.get("asked", ()), *answers.get("symptoms", ())}
    for word in levels:
        yield answers.get("symptoms", {}).get(word, 0) if word in answered else ""
    yield " ".join(answers.get("signs", ()))
    yield answers.get("temperature_c", "")
    yield " ".join(answers.get("exposures", ()))
    yield log["note"]


def cell(value: Any) -> Any:
    """A value as a spreadsheet may read it, which takes it for no formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def email_of(patient: Patient) -> str:
    """The address of the account, else where they were invited."""
    return patient.user.email if patient.user else patient.email


def _named(row: Any) -> str | None:
    return str(row) if row else None


def _text(value: Any) -> str | None:
    return str(value) if value else None


def iso(moment: datetime | None) -> str | None:
    """A moment as programs read it."""
    return moment.isoformat() if moment else None
