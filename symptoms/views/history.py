"""Who did what and when, for the patient's page: logs, alerts, notes, changes, newest first."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, OuterRef, Subquery
from django.utils.formats import date_format

from accounts.members import user_name
from accounts.models import AccessRecord, Patient, Practice
from accounts.patients import CHANGED
from symptoms.models import AlertEvent, Assessment, Entry, Note, Treatment, TreatmentRevision
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.practitioner import alert_title, event_in_words

SHOWN = 40


@dataclass(frozen=True)
class Event:
    """One line of the history; `words` are what was written, `urgency` the slug of what was said of a log."""

    at: datetime
    who: str
    what: str
    words: str = ""
    urgency: str = ""


def history(patient: Patient, treatments: list[Treatment], practice: Practice) -> list[Event]:
    """The newest events of these treatments: six statements. Notes and alerts: those of the reader's practice only."""
    events = [
        *_logged(patient, treatments),
        *_alerts(treatments, practice),
        *_notes(treatments, practice),
        *_changes(treatments),
        *_joined(patient),
        *_details(patient, practice),
    ]
    return sorted(events, key=attrgetter("at"), reverse=True)[:SHOWN]


def _logged(patient: Patient, treatments: list[Treatment]):
    same_day = Entry.objects.filter(treatment=OuterRef("treatment"), day=OuterRef("day"))
    said = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")
    entries = Entry.objects.filter(treatment__in=treatments).annotate(
        verdict=Subquery(said), is_change=Exists(same_day.filter(received_at__lt=OuterRef("received_at")))
    )
    for entry in entries.order_by("-received_at")[:SHOWN]:
        judged = entry.is_judged and entry.verdict is not None
        urgency = Urgency(entry.verdict).slug if judged else "unjudged"
        what = f"{'Changed' if entry.is_change else 'Logged'} day {entry.day}"
        yield Event(entry.received_at, str(patient), what, urgency=urgency)


def _alerts(treatments: list[Treatment], practice: Practice):
    ours = AlertEvent.objects.filter(alert__treatment__in=treatments, alert__practice=practice)
    events = ours.select_related("alert", "actor")
    for (at, what, _), together in groupby(events.order_by("-at", "-id")[:SHOWN], key=_one_act):
        first, *more = together
        who = user_name(first.actor) if what in ("acknowledged", "resolved") else "Mendline"
        title = alert_title(first.alert.kind, first.alert.concern)
        yield Event(at, who, event_in_words(what, title, first.urgency, first.detail, more=len(more)))


def _one_act(event: AlertEvent) -> tuple:
    """What was done with one tap is one line: "I have this" takes all that is open, and all can be closed together."""
    return event.at, event.what, event.detail if event.what in ("acknowledged", "resolved") else event.pk


def _notes(treatments: list[Treatment], practice: Practice):
    notes = Note.objects.filter(treatment__in=treatments, practice=practice).select_related("author")
    for note in notes.order_by("-written_at")[:SHOWN]:
        what = "Note for the clinic"
        if note.for_patient:
            what = "Message to the patient, read" if note.read_at else "Message to the patient, not read yet"
        yield Event(note.written_at, user_name(note.author), what, words=note.text)


def _changes(treatments: list[Treatment]):
    for treatment in treatments:
        what = f"{treatment.get_device_display()} on {date_format(treatment.day_zero, 'j M Y')}"
        yield Event(treatment.recorded_at, user_name(treatment.recorded_by), f"Recorded the treatment: {what}")
    changed = TreatmentRevision.objects.filter(treatment__in=treatments).select_related("changed_by")
    for revision in changed.order_by("-changed_at")[:SHOWN]:
        yield Event(revision.changed_at, user_name(revision.changed_by), "Changed the treatment")


def _joined(patient: Patient):
    for invitation in patient.invitations.exclude(confirmed_at=None).exclude(used_at=None):
        how = "Joined by a link" if invitation.is_bound else "Joined by code"
        yield Event(invitation.confirmed_at, str(patient), how)


def _details(patient: Patient, practice: Practice):
    changed = AccessRecord.objects.filter(patient=patient, practice=practice, what__startswith=CHANGED)
    for record in changed.select_related("user").order_by("-at")[:SHOWN]:
        yield Event(record.at, user_name(record.user), record.what.capitalize())
