"""What stands in a file about a patient: a document for programs, a table of days, a page to read.

For the patient it is everything; what a practice takes along is in `practice_contents`.
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

from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access import readings_of
from accounts.allergies import in_words
from accounts.models import AuditRecord, Patient
from symptoms.journal.treatments import as_document
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models import Alert, AlertEvent, Assessment, Entry, Note, Photo, Screening, Treatment
from symptoms.photos.files import PhotoLost, read
from symptoms.recovery.vocabulary import Condition, Medication, Symptom
from symptoms.wording.answers import answers_in_words
from symptoms.wording.phrases import in_a_row
from symptoms.wording.treatment import CONDITIONS, MEDICATIONS, skin_type, usual_levels

# How a cell may begin in which a spreadsheet would see a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MESSAGES = (Note.Kind.TO_PATIENT, Note.Kind.FROM_PATIENT)
SIGN_INS = 200  # the newest


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


def add_photo(archive: ZipFile, photo: Photo, folder: str = "") -> int:
    """Write a photo; 1 where its file is missing or damaged, and nothing is written."""
    try:
        archive.writestr(folder + photo_name(photo), read(photo), compress_type=ZIP_STORED)
    except PhotoLost:
        return 1
    return 0


def as_json(document: Mapping[str, Any]) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=1)


def document(patient: Patient, sessions: list[Session], now: datetime) -> dict[str, Any]:
    """Everything about a patient, for them, as plain JSON: times in ISO 8601 with their offset, answers in the
    vocabulary's words."""
    screening = Screening.objects.filter(patient=patient).first()
    reminding = getattr(patient, "reminding", None)
    return {
        "made_at": now.isoformat(),
        "about": about(patient, email_of(patient)),
        "agreed_to": [
            {
                "purpose": consent.purpose, "text_version": consent.version, "clinic": _named(consent.practice),
                "given_at": _at(consent.given_at), "withdrawn_at": _at(consent.withdrawn_at),
            }
            for consent in patient.consents.select_related("practice").order_by("given_at")
        ],
        "treatments": [treatment_in(session) for session in sessions],
        "answers_before_a_treatment": screening.document if screening else None,
        "reminders": {"on": reminding.is_on, "at": reminding.at.isoformat("minutes")} if reminding else None,
        "who_opened_your_record": [
            {
                "who": row["user__name"] or row["user__email"], "what": row["what"],
                "clinic": None if row["user__is_staff"] else row["practice__name"],
                "times": row["times"], "last": _at(row["last"]),
            }
            for row in readings_of(patient)
        ],
        "your_sign_ins": list(_sign_ins(patient)),
    }  # fmt: skip


def about(patient: Patient, email: str) -> dict[str, Any]:
    """Who the patient is, as plain JSON; `email` as its reader knows it."""
    named = ("name", "phone", "year_of_birth", "country", "time_zone", "drug_allergies", "number")
    return {**{name: getattr(patient, name) for name in named}, "email": email, "clinic": _named(patient.practice)}


def treatment_in(session: Session) -> dict[str, Any]:
    """A session as plain JSON."""
    treatment = session.treatment
    return {
        "id": str(treatment.pk), "day_zero": treatment.day_zero.isoformat(), "clinic": _named(treatment.practice),
        "recorded_at": _at(treatment.recorded_at), "same_session_as": _text(treatment.same_as_id),
        "facts": as_document(treatment),
        "logs": [_log(entry, session.judged.get(entry.pk, [])) for entry in session.entries],
        "photos": [
            {"file": photo_name(photo), "date": photo.date.isoformat(), "day": photo.day, "view": photo.view,
             "received_at": _at(photo.received_at)}
            for photo in session.photos
        ],
        "messages": [
            {"from": "you" if note.kind == Note.Kind.FROM_PATIENT else _named(note.practice),
             "written_at": _at(note.written_at), "read_at": _at(note.read_at), "text": note.text}
            for note in session.notes
        ],
        "open_matters": [
            {"kind": alert.kind, "concern": alert.concern, "urgency": alert.urgency, "opened_at": _at(alert.opened_at),
             "closed_at": _at(alert.resolved_at)}
            for alert in session.alerts
        ],
    }  # fmt: skip


def _log(entry: Entry, judged: list[Assessment]) -> dict[str, Any]:
    return {
        "id": str(entry.pk), "date": entry.date.isoformat(), "day": entry.day, "answers": entry.answers,
        "note": entry.note, "received_at": _at(entry.received_at), "counts": entry.is_current,
        "judged": [
            {"urgency": row.urgency_slug, "made_at": _at(row.made_at), "rules": row.protocol_version,
             "flags": row.flags}
            for row in judged
        ],
    }  # fmt: skip


def _sign_ins(patient: Patient) -> Iterator[dict[str, Any]]:
    if patient.user_id is None:
        return
    kinds = (AuditRecord.Kind.SIGNED_IN, AuditRecord.Kind.FAILED, AuditRecord.Kind.LOCKED_OUT)
    for row in AuditRecord.objects.filter(user=patient.user_id, kind__in=kinds).order_by("-id")[:SIGN_INS]:
        yield {"what": row.what, "at": _at(row.at), "network": row.network}


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


def page(patient: Patient, sessions: list[Session], document: Mapping[str, Any], now: datetime, **more: Any) -> str:
    """The same to read, as a page that needs nothing but its photos beside it. `more`: what else the page takes."""
    return render_to_string("exported/record.html", {**page_context(patient, sessions, document, now), **more})


def page_context(
    patient: Patient, sessions: list[Session], document: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What `exported/record.html` takes."""
    numbers = phone_numbers_for(patient, now=now)
    shown = []
    for session, written in zip(sessions, document["treatments"], strict=True):
        days = []
        for entry, judged in session.current():
            entry.treatment = session.treatment
            verdict = verdict_about(entry, judged, numbers, "c")
            photos = [photo for photo in written["photos"] if photo["day"] == entry.day]
            days.append((entry, verdict, answers_in_words(entry.answers), photos))
        logged = {entry.day for entry, *_more in days}
        others = [photo for photo in written["photos"] if photo["day"] not in logged]
        shown.append((session.treatment, _skin(session.treatment), written, days, others))
    about_them = about_in_words(patient, document["about"]["email"])
    return {
        "patient": patient, "about": about_them, "sessions": shown, "document": document, "now": now,
        "zone": patient.zone,
    }  # fmt: skip


def email_of(patient: Patient) -> str:
    """The address of the account, else where they were invited."""
    return patient.user.email if patient.user else patient.email


def about_in_words(patient: Patient, email: str) -> list[tuple[str, str]]:
    """Who the patient is, in rows of what and words."""
    lines = [
        (_("E-mail"), email),
        (_("Phone"), patient.phone),
        (_("Year of birth"), str(patient.year_of_birth or "")),
        (_("Country"), patient.country),
        (_("Time zone"), patient.time_zone),
        (_("Drug allergies"), in_words(patient.drug_allergies)),
        (_("Clinic"), _named(patient.practice) or ""),
        (_("Its number for me"), patient.number),
    ]
    return [(what, words) for what, words in lines if words]


def _skin(treatment: Treatment) -> list[tuple[str, str]]:
    lines = [
        (_("Skin type"), skin_type(treatment.fitzpatrick)),
        (_("Skin and health"), in_a_row(str(CONDITIONS[Condition(word)]) for word in treatment.conditions)),
        (_("Medicines"), in_a_row(str(MEDICATIONS[Medication(word)]) for word in treatment.medications)),
        (_("As usual for me"), usual_levels(treatment.baseline)),
        (_("Cartridge lot"), treatment.cartridge_lot),
    ]
    return [(what, words) for what, words in lines if words]


def _named(row: Any) -> str | None:
    return str(row) if row else None


def _text(value: Any) -> str | None:
    return str(value) if value else None


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
