"""Who did what and when, for the patient's page: logs, alerts, notes, changes, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.members import user_name
from accounts.models import AuditRecord, Departure, Invitation, Patient, Practice
from accounts.patients import CHANGED
from accounts.templatetags.readings import in_words
from symptoms.journal.known_events import BY_THE_PRACTICE, known_events, within
from symptoms.journal.visibility import Visibility
from symptoms.models import AlertEvent, Assessment, Entry, Note, TreatmentRevision
from symptoms.wording.practitioner import alert_title, event_in_words

SHOWN = 40
What = AlertEvent.What
_FLAGS_BEHIND = Subquery(
    Assessment.objects.filter(entry=OuterRef("alert__entry"), is_current=True).values("flags")[:1]
)  # what the entry that opened or raised an event's alert says


@dataclass(frozen=True)
class Event:
    """One line of the history; `words` are what was written, `urgency` the slug of what was said of a log."""

    at: datetime
    who: str
    what: str
    words: str = ""
    urgency: str = ""


def history(patient: Patient, visibilities: list[Visibility], practice: Practice) -> list[Event]:
    """The newest events of these treatments, as far as the reader's practice may know them: six statements."""
    events = [
        *_logged(patient, visibilities),
        *_alerts(patient, visibilities, practice),
        *_notes(visibilities, practice),
        *_changes(visibilities),
        *_joined(patient, practice),
        *_details(patient, practice),
    ]
    return sorted(events, key=attrgetter("at"), reverse=True)[:SHOWN]


def _logged(patient: Patient, visibilities: list[Visibility]) -> Iterator[Event]:
    same_day = Entry.objects.filter(treatment=OuterRef("treatment"), date=OuterRef("date"))
    is_change = Exists(same_day.filter(received_at__lt=OuterRef("received_at")))
    # Of those that are shown alone it is asked whether they are changes: a long course costs no more than a short one.
    shown = Entry.objects.filter(within(visibilities, "received_at")).order_by("-received_at")[:SHOWN]
    entries = Entry.objects.filter(pk__in=shown.values("pk"))
    entries = entries.annotate(is_change=is_change)  # type: ignore[no-redef]  # declared on the model
    by_treatment = {visibility.treatment.pk: visibility for visibility in visibilities}
    newest = list(entries.order_by("-received_at"))
    assessments = _assessments(newest, by_treatment)
    for entry in newest:
        visibility = by_treatment[entry.treatment_id]
        visibility.shown(entry)
        assessment = assessments.get(entry.id) if entry.is_judged or visibility.until else None
        what = (_("Changed day {day}") if entry.is_change else _("Logged day {day}")).format(day=entry.day)
        urgency = assessment.urgency_slug if assessment else "unjudged"
        yield Event(entry.received_at, str(patient), what, urgency=urgency)


def _assessments(entries: Sequence[Entry], by_treatment: dict[UUID, Visibility]) -> dict[UUID, Assessment]:
    """The last judgement of each entry that its reader may know, by the entry's id."""
    by_entry = {}
    rows = Assessment.objects.filter(entry__in=[entry.id for entry in entries]).select_related("entry").order_by("id")
    for assessment in rows:
        until = by_treatment[assessment.entry.treatment_id].until
        if assessment.is_current if until is None else assessment.made_at <= until:
            by_entry[assessment.entry_id] = assessment
    return by_entry


def _alerts(patient: Patient, visibilities: list[Visibility], practice: Practice) -> Iterator[Event]:
    """What happened to alerts while they lay on the practice's desk: not what another did about them.

    Of the patient's answers about an alert only the newest: however many there are, they push nothing else out.
    """
    known = known_events(visibilities, practice)
    newer_answer = known.filter(alert=OuterRef("alert"), what=What.ANSWERED, id__gt=OuterRef("id"))
    events = known.exclude(Exists(newer_answer), what=What.ANSWERED).select_related("alert", "actor")
    events = events.annotate(flags=_FLAGS_BEHIND)  # type: ignore[no-redef]  # declared on the model
    is_left = {visibility.treatment.pk: visibility.until is not None for visibility in visibilities}
    for (at, what, _detail), together in groupby(events.order_by("-at", "-id")[:SHOWN], key=_act):
        act = list(together)
        worst = min(act, key=lambda event: (-(event.urgency or 0), event.alert.concern))
        who = "Mendline"
        if what in BY_THE_PRACTICE:
            who = user_name(worst.actor)
        elif what in (What.ANSWERED, What.QUESTIONED):
            who = str(patient)
        # A practice that was left may know neither what came later nor what was made of it since.
        flags = None if is_left[worst.alert.treatment_id] else worst.flags
        title = alert_title(worst.alert.kind, worst.alert.concern, flags)
        more = len(act) - 1
        words = event_in_words(what, title, worst.urgency, worst.detail, zone=practice.zone, more=more)
        yield Event(at, who, words)


def _act(event: AlertEvent) -> tuple[Any, ...]:
    """What was done with one tap is one line: "I have this" takes all that is open, and all can be closed together.

    So is an answer of the patient, which is kept with all that is open.
    """
    is_one_tap = event.what == What.ANSWERED or event.what in BY_THE_PRACTICE
    return event.at, event.what, event.detail if is_one_tap else event.pk


def _notes(visibilities: list[Visibility], practice: Practice) -> Iterator[Event]:
    by_treatment = {visibility.treatment.pk: visibility for visibility in visibilities}
    notes = Note.objects.filter(treatment__in=list(by_treatment), practice=practice).select_related("author")
    for note in notes.order_by("-written_at")[:SHOWN]:
        what = _("Note for the clinic")
        if note.for_patient:
            until = by_treatment[note.treatment_id].until
            is_read = note.read_at is not None and (until is None or note.read_at <= until)
            what = _("Message to the patient, read") if is_read else _("Message to the patient, not read yet")
        elif note.kind == Note.Kind.FROM_PATIENT:
            what = _("Message from the patient, read") if note.read_at else _("Message from the patient, not read yet")
        yield Event(note.written_at, user_name(note.author), what, words=note.text)


def _changes(visibilities: list[Visibility]) -> Iterator[Event]:
    for treatment in (visibility.treatment for visibility in visibilities):
        what = _("Recorded the treatment: {device} on {date}").format(
            device=treatment.get_device_display(), date=date_format(treatment.day_zero, _("j M Y"))
        )
        yield Event(treatment.recorded_at, user_name(treatment.recorded_by), what)
    changed = TreatmentRevision.objects.filter(within(visibilities, "changed_at")).select_related("changed_by")
    for revision in changed.order_by("-changed_at")[:SHOWN]:
        yield Event(revision.changed_at, user_name(revision.changed_by), _("Changed the treatment"))


def _joined(patient: Patient, practice: Practice) -> Iterator[Event]:
    invitations = Invitation.objects.filter(patient=patient.pk, practice=practice, used_at__isnull=False)
    for invitation in invitations.select_related("undone_by"):
        if invitation.confirmed_at is not None:
            how = _("Joined by a link") if invitation.is_bound else _("Joined by code")
            if invitation.undone_at is None:
                yield Event(invitation.confirmed_at, str(patient), how)
            else:
                yield Event(invitation.confirmed_at, _("Somebody else"), how)
                what = _("Took it back: it was somebody else")
                yield Event(invitation.undone_at, user_name(invitation.undone_by), what)
    if patient.left_at is None:
        return
    for departure in Departure.objects.filter(patient=patient.pk, practice=practice):
        yield Event(departure.at, departure.name, _("Left the clinic: the record was handed over"))


def _details(patient: Patient, practice: Practice) -> Iterator[Event]:
    changed = AuditRecord.objects.readings().filter(patient=patient.pk, practice=practice, what__startswith=CHANGED)
    for record in changed.select_related("user").order_by("-at")[:SHOWN]:
        yield Event(record.at, user_name(record.user), capfirst(in_words(record.what)))
