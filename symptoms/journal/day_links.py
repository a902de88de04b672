"""The log of one day by the link in a reminder: empty, once, until that day is over, by nobody who is signed in."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.locks import lock_patient
from accounts.models import User, hash_token
from symptoms.alerts.patient_status import newest_treatment
from symptoms.journal.entries import Recorded, record_entry
from symptoms.models import DayLink, Entry, Treatment
from symptoms.recovery.course import LAST_DAY


class Over(Enum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    LOGGED = "logged"  # the day was saved in another way
    PAST = "past"  # it is another day by the patient's clock
    OFF = "off"  # the patient wants no such links any more, or has no account
    STOPPED = "stopped"  # the consent to care was withdrawn
    NO_DAY = "no_day"  # of no treatment that is followed


class LinkOver(Exception):
    """The link opens nothing, and `why`."""

    def __init__(self, why: Over):
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True, slots=True)
class OpenDay:
    """What a link opens: the day of a session, and nothing that was written there."""

    link: DayLink
    treatment: Treatment
    day: int
    user: User


def open_day(token: str, now: datetime, *, saved: str = "") -> OpenDay:
    """The day that the link of this token opens now; to who names the id of the log that was `saved` by it, that day
    again.

    Raises:
        LinkOver: none.
    """
    link = DayLink.objects.filter(token_hash=hash_token(token)).select_related("patient__practice").first()
    if link is None:
        raise LinkOver(Over.UNKNOWN)
    return _opened(link, now, saved)


@transaction.atomic
def save_by_link(token: str, *, id: UUID, answers: dict[str, Any], note: str, now: datetime) -> Recorded:
    """Write down the day that the link opens; it opens nothing afterwards. The same `id` and answers again get the same
    answer, so that whoever loses the connection reads what to do.

    Raises:
        LinkOver; what `record_entry` raises: nothing was written.
    """
    link = DayLink.objects.filter(token_hash=hash_token(token)).first()
    if link is None:
        raise LinkOver(Over.UNKNOWN)
    patient = lock_patient(link.patient_id)
    link.refresh_from_db()  # somebody may have used it while we waited
    link.patient = patient
    opened = _opened(link, now, str(id))
    instead_of = None if link.used_at else ""
    recorded = record_entry(
        opened.treatment.pk, id=id, day=opened.day, answers=answers, note=note, by=opened.user, now=now,
        instead_of=instead_of,
    )  # fmt: skip
    DayLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now, saved_id=id)
    return recorded


def _opened(link: DayLink, now: datetime, saved: str) -> OpenDay:
    patient = link.patient
    user = patient.user
    if user is None or not user.is_active:
        raise LinkOver(Over.OFF)
    if link.used_at is not None:
        if link.saved_id is None or str(link.saved_id) != saved:
            raise LinkOver(Over.USED)
        entry = Entry.objects.select_related("treatment").get(pk=link.saved_id)
        entry.treatment.patient = patient
        return OpenDay(link, entry.treatment, entry.day, user)
    reminding = getattr(patient, "reminding", None)
    if reminding is None or not (reminding.is_on and reminding.gives_link):
        raise LinkOver(Over.OFF)
    if patient.today(now) != link.on:
        raise LinkOver(Over.PAST)
    if not patient.agreed_to("care"):
        raise LinkOver(Over.STOPPED)
    treatment = newest_treatment(Treatment.objects.filter(patient=patient))
    day = treatment.day_of(link.on) if treatment else -1
    if treatment is None or not 0 <= day <= LAST_DAY:
        raise LinkOver(Over.NO_DAY)
    if treatment.entries.current().filter(day=day).exists():
        raise LinkOver(Over.LOGGED)
    treatment.patient = patient
    return OpenDay(link, treatment, day, user)
