"""Patients who change clinics, through the verbs: `leaves(ana)`, `joins(ana, clinic, earlier=True)`."""

from datetime import datetime

from django.utils import timezone

from accounts.invitations import invite_patient
from accounts.models import Patient, Practice, User
from symptoms.journal.joining import Choices, confirm_patient, join, leave_practice
from tests import people


def token_in(text: str) -> str:
    """The token of the invitation whose link stands in a letter or behind a code."""
    return text.partition("/join/")[2].partition("/")[0]


def leaves(patient: Patient, now: datetime | None = None) -> Practice:
    """The patient leaves their clinic, whatever is open there; gives it."""
    practice = leave_practice(patient.user, now=now or timezone.now(), knows_open=True)
    patient.refresh_from_db()
    return practice


def joins(
    patient: Patient,
    practice: Practice,
    *,
    record: Patient | None = None,
    by: User | None = None,
    now: datetime | None = None,
    **choices: bool,
) -> Patient:
    """The patient scans the clinic's code for `record`, or for one that holds nothing, and is confirmed by `by`."""
    scans(User.objects.get(pk=patient.user_id), practice, record, by=by, now=now, name=patient.name, **choices)
    patient.refresh_from_db()
    return patient


def scans(
    user: User, practice: Practice, record: Patient | None = None, *, by: User | None = None,
    now: datetime | None = None, name: str = "", **choices: bool,
) -> None:  # fmt: skip
    """Somebody, with a record of their own or without, scans the code for `record` and is confirmed."""
    now = now or timezone.now()
    member = practice.memberships.practitioners().first()
    by = by or (member.user if member else people.practitioner(practice, "Dr Desk"))
    by.look_up_again()
    record = record or people.patient(practice, name, accepted=False, year_of_birth=None)
    invitation, url = invite_patient(record, by, now=now)
    assert join(token_in(url), user, now=now, agrees=True, choices=Choices(**choices), knows_open=True)
    assert confirm_patient(invitation, by=by, now=now)
