"""What stands on top of a patient's pages until somebody has dealt with it, in the words of the day that raised it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from accounts.models import Patient
from symptoms.alerts.patient_answers import OpenConcern, on_top, open_concerns
from symptoms.journal.practice_response import tried_at, watched_until
from symptoms.journal.verdicts import verdict_about
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.patient import Lines, Verdict

ON_TRACK_SETTLES = 2  # logs, of somebody without a clinic: nobody else could close it
LOOKED_BACK = 60  # logs


@dataclass(frozen=True)
class Standing:
    """What stands on top: the day that raised it, and what was said of it.

    `concern` is the open alert with the patient's answer; None for somebody alone, whom nobody could answer.
    """

    entry: Entry
    verdict: Verdict
    concern: OpenConcern | None = None

    @property
    def tried_at(self) -> datetime | None:
        """When the practice could not reach the patient about it."""
        return tried_at(self.concern.alert) if self.concern else None

    @property
    def watched_until(self) -> date | None:
        """The day until which the practice watches it."""
        return watched_until(self.concern.alert) if self.concern else None


def standing_on_top(patient: Patient, lines: Lines, unit: str) -> tuple[Standing | None, list[OpenConcern]]:
    """What stands on top of the patient's pages, if anything does, and what is open but was dealt with."""
    concerns = open_concerns(patient.pk)
    first = on_top(concerns)
    settled = [concern for concern in concerns if not concern.is_on_top]
    entry = first.alert.entry if first else None
    if patient.practice_id is None and not concerns:
        entry = _unsettled_entry(patient)
    if entry is None:
        return None, settled
    assessment = _said_of(first) if first else entry.assessments.filter(is_current=True).first()
    if assessment is None or assessment.urgency < Urgency.CONTACT:
        # Corrected answers raise it no more: it is told as it was when it was raised.
        assessment = entry.assessments.filter(urgency__gte=Urgency.CONTACT).order_by("-made_at").first()
    if assessment is None:
        return None, settled
    return Standing(entry, verdict_about(entry, assessment, lines, unit), first), settled


def _said_of(concern: OpenConcern) -> Assessment:
    """What is said of the entry that raised it, as it was read along with the alert."""
    flags = concern.alert.flags or []
    urgency = max((Urgency.of(flag["urgency"]) for flag in flags), default=Urgency.ON_TRACK)
    return Assessment(entry=concern.alert.entry, urgency=urgency, flags=flags)


def unsettled(urgencies: Sequence[int | None]) -> int | None:
    """The place of the log that still stands, among these urgencies of logs, newest first; None when none does.

    A log at `contact` or above stands until two later ones are on track. None: not judged, which settles nothing.
    """
    on_track = 0
    for place, urgency in enumerate(urgencies):
        if urgency is not None and urgency >= Urgency.CONTACT:
            return place
        on_track += urgency == Urgency.ON_TRACK
        if on_track == ON_TRACK_SETTLES:
            return None
    return None


def _unsettled_entry(patient: Patient) -> Entry | None:
    judged = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    logs = (
        Entry.objects.current()
        .filter(treatment__patient=patient, treatment__same_as=None)
        .annotate(judged_urgency=Subquery(judged))  # type: ignore[no-redef]  # declared on the model
        .select_related("treatment")
        .order_by("-date", "-received_at")[:LOOKED_BACK]
    )
    place = unsettled([entry.judged_urgency for entry in logs])
    return None if place is None else logs[place]
