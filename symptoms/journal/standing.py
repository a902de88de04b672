"""What stands on top of a patient's pages until somebody has dealt with it, in the words of the day that raised it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Patient
from symptoms.alerts.patient_answers import OpenConcern, on_top, open_concerns
from symptoms.journal.practice_response import tried_at, watched_until
from symptoms.journal.verdicts import titles_of_flags, verdict_as_raised
from symptoms.models import Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.patient import PhoneNumbers, Verdict


@dataclass(frozen=True)
class Standing:
    """What stands on top: the open alert with the patient's answer, and what was said of the day that raised it.

    `others` are the titles of what is open as well and not said by that verdict: an answer is kept with all of them.
    """

    entry: Entry
    verdict: Verdict
    concern: OpenConcern
    others: tuple[str, ...] = ()

    @property
    def tried_at(self) -> datetime | None:
        """When the practice could not reach the patient about it."""
        return tried_at(self.concern.alert)

    @property
    def watched_until(self) -> date | None:
        """The day until which the practice watches it."""
        return watched_until(self.concern.alert)


def standing_on_top(patient: Patient, numbers: PhoneNumbers, unit: str) -> tuple[Standing | None, list[OpenConcern]]:
    """What stands on top of the patient's pages, if anything does, and what is open but was dealt with."""
    concerns = open_concerns(patient.pk)
    first = on_top(concerns)
    settled = [concern for concern in concerns if not concern.is_on_top]
    if first is None:
        return None, settled
    entry = first.alert.raised_by
    verdict = verdict_as_raised(entry, _assessment_of(first, concerns), numbers, unit)
    others = [concern.alert for concern in concerns if concern.is_on_top and concern.alert.entry_id != entry.pk]
    return Standing(entry, verdict, first, titles_of_flags(others)), settled


def _assessment_of(concern: OpenConcern, concerns: Iterable[OpenConcern]) -> Assessment:
    """What is said of the entry that raised it; where corrected answers raise it no more, what was said when it did.

    What the same entry raised and a practice has closed since is said no more: only what is among `concerns`.
    """
    alert, flags = concern.alert, concern.alert.flags or []
    if not any(flag["concern"] == alert.concern for flag in flags):
        earlier = alert.raised_by.assessments.filter(urgency__gte=Urgency.CONTACT).order_by("-made_at")
        flags = next((row.flags for row in earlier if alert.concern in {f["concern"] for f in row.flags}), flags)
    is_open = {other.alert.concern for other in concerns if other.alert.treatment_id == alert.treatment_id}
    flags = [f for f in flags if f["concern"] in is_open or Urgency.of(f["urgency"]) < Urgency.CONTACT]
    if not any(flag["concern"] == alert.concern for flag in flags):  # what stands on top never goes unsaid
        flags = [{"concern": alert.concern, "urgency": alert.urgency_slug, "criteria": []}, *flags]
    urgency = max(Urgency.of(flag["urgency"]) for flag in flags)
    return Assessment(entry=alert.raised_by, urgency=urgency, flags=flags)
