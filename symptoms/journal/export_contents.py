"""What stands in the file with everything about a patient: a document for programs, a table of days, a page to read."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access import readings_of
from accounts.allergies import in_words
from accounts.models import AuditRecord, Patient
from symptoms.journal.treatments import as_document
from symptoms.journal.verdicts import phone_numbers_for, verdict_about
from symptoms.models import Assessment, Entry, Note, Photo, Screening, Treatment
from symptoms.recovery.vocabulary import Symptom
from symptoms.wording.answers import answers_in_words
from symptoms.wording.phrases import in_a_row, title
from symptoms.wording.treatment import skin_type, usual_levels

# How a cell may begin in which a spreadsheet would see a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MESSAGES = (Note.Kind.TO_PATIENT, Note.Kind.FROM_PATIENT)
SIGN_INS = 200  # the newest


def photo_name(photo: Photo) -> str:
    """The name of a photo's file: its date, its view, and enough of its id to be its own."""
    return f"photos/{photo.date:%Y-%m-%d}-{slugify(photo.view)}-{str(photo.pk)[:8]}.jpg"


def photos_of(patient: Patient) -> list[Photo]:
    """The photos that the patient took; what a clinic took is the clinic's record."""
    return list(Photo.objects.own().filter(treatment__patient=patient).select_related("treatment").by_day())


def document(patient: Patient, now: datetime) -> dict[str, Any]:
    """Everything, as plain JSON: times in ISO 8601 with their offset, answers in the vocabulary's words."""
    screening = Screening.objects.filter(patient=patient).first()
    reminding = getattr(patient, "reminding", None)
    return {
        "made_at": now.isoformat(),
        "about_you": _about(patient),
        "agreed_to": [
            {
                "purpose": consent.purpose, "text_version": consent.version, "clinic": _named(consent.practice),
                "given_at": _at(consent.given_at), "withdrawn_at": _at(consent.withdrawn_at),
            }
            for consent in patient.consents.select_related("practice").order_by("given_at")
        ],
        "treatments": [_treatment(treatment) for treatment in _treatments(patient)],
        "answers_before_a_treatment": screening.document if screening else None,
        "reminders": {"on": reminding.is_on, "at": reminding.at.isoformat("minutes")} if reminding else None,
        "who_opened_your_record": [
            {
                "who": row["user__name"] or row["user__email"], "clinic": row["practice__name"], "what": row["what"],
                "times": row["times"], "last": _at(row["last"]),
            }
            for row in readings_of(patient)
        ],
        "your_sign_ins": list(_sign_ins(patient)),
    }  # fmt: skip


def _about(patient: Patient) -> dict[str, Any]:
    named = ("name", "phone", "year_of_birth", "country", "time_zone", "drug_allergies", "number")
    email = patient.user.email if patient.user else patient.email
    return {**{name: getattr(patient, name) for name in named}, "email": email, "clinic": _named(patient.practice)}


def _treatments(patient: Patient) -> list[Treatment]:
    return list(patient.treatments.select_related("practice").order_by("day_zero", "performed_at", "pk"))


def _treatment(treatment: Treatment) -> dict[str, Any]:
    entries = treatment.entries.order_by("day", "received_at").prefetch_related("assessments")
    notes = treatment.notes.filter(kind__in=MESSAGES).select_related("author", "practice").order_by("written_at")
    photos = Photo.objects.own().filter(treatment=treatment).by_day()
    return {
        "id": str(treatment.pk), "day_zero": treatment.day_zero.isoformat(), "clinic": _named(treatment.practice),
        "recorded_at": _at(treatment.recorded_at), "same_session_as": _text(treatment.same_as_id),
        "facts": as_document(treatment),
        "logs": [_log(entry) for entry in entries],
        "photos": [
            {"file": photo_name(photo), "date": photo.date.isoformat(), "day": photo.day, "view": photo.view,
             "received_at": _at(photo.received_at)}
            for photo in photos
        ],
        "messages": [
            {"from": "you" if note.kind == Note.Kind.FROM_PATIENT else _named(note.practice),
             "written_at": _at(note.written_at), "read_at": _at(note.read_at), "text": note.text}
            for note in notes
        ],
        "open_matters": [
            {"kind": alert.kind, "concern": alert.concern, "urgency": alert.urgency, "opened_at": _at(alert.opened_at),
             "closed_at": _at(alert.resolved_at)}
            for alert in treatment.alerts.order_by("opened_at")
        ],
    }  # fmt: skip


def _log(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.pk), "date": entry.date.isoformat(), "day": entry.day, "answers": entry.answers,
        "note": entry.note, "received_at": _at(entry.received_at), "counts": entry.is_current,
        "judged": [
            {"urgency": judged.urgency_slug, "made_at": _at(judged.made_at), "rules": judged.protocol_version,
             "flags": judged.flags}
            for judged in sorted(entry.assessments.all(), key=lambda row: row.pk)
        ],
    }  # fmt: skip


def _sign_ins(patient: Patient) -> Iterator[dict[str, Any]]:
    if patient.user_id is None:
        return
    kinds = (AuditRecord.Kind.SIGNED_IN, AuditRecord.Kind.FAILED, AuditRecord.Kind.LOCKED_OUT)
    for row in AuditRecord.objects.filter(user=patient.user_id, kind__in=kinds).order_by("-id")[:SIGN_INS]:
        yield {"what": row.what, "at": _at(row.at), "network": row.network}


def table(document: Mapping[str, Any]) -> str:
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
                writer.writerow([_cell(value) for value in _row(treatment, log, levels)])
    return out.getvalue()


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


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def page(patient: Patient, document: Mapping[str, Any], now: datetime) -> str:
    """The same to read, as a page that needs nothing but its photos beside it."""
    numbers = phone_numbers_for(patient, now=now)
    sessions = []
    for treatment, written in zip(_treatments(patient), document["treatments"], strict=True):
        current = treatment.entries.filter(is_current=True).order_by("day")
        judged = {row.entry_id: row for row in Assessment.objects.filter(entry__in=current, is_current=True)}
        days = []
        for entry in current:
            entry.treatment = treatment
            verdict = verdict_about(entry, judged.get(entry.pk), numbers, "c")
            photos = [photo for photo in written["photos"] if photo["day"] == entry.day]
            days.append((entry, verdict, answers_in_words(entry.answers), photos))
        sessions.append((treatment, _skin(treatment), written, days))
    context = {
        "patient": patient, "about": _about_in_words(patient), "sessions": sessions, "document": document, "now": now,
        "zone": patient.zone,
    }  # fmt: skip
    return render_to_string("exported/record.html", context)


def _about_in_words(patient: Patient) -> list[tuple[str, str]]:
    lines = [
        (_("E-mail"), patient.user.email if patient.user else patient.email),
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
        (_("Skin and health"), in_a_row(map(title, treatment.conditions))),
        (_("Medicines"), in_a_row(map(title, treatment.medications))),
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
