"""Joining a practice, being recognised by it, leaving it; and taking back a wrong "yes, this is the same person".

Each verb locks the practice and the patients it decides on first, so that of two at once one is done after the other.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_noop

from accounts import audit, invitations, patients
from accounts.access import record_access
from accounts.consents import give_consent
from accounts.locks import lock_patient_of, lock_patients, lock_practice, lock_user
from accounts.models import Consent, Invitation, Patient, Practice, User
from accounts.web.sessions import end_sessions
from symptoms.alerts.escalation import STEPS, begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.leaving import raise_left
from symptoms.alerts.merging import merge
from symptoms.alerts.patient_status import newest_treatment, refresh_status
from symptoms.alerts.telling import tell
from symptoms.alerts.treatment_access import give_access
from symptoms.journal.judging import judge_all, raise_newest
from symptoms.models import Alert, AlertEvent, Entry, PatientStatus, Treatment, TreatmentAccess

CONFIRMED = gettext_noop("confirmed who it was")  # as kept among the access records


@dataclass(frozen=True)
class Choices:
    """What somebody says when joining: whether the practice sees their photos, and what it sees of what was before.

    Without any of the last three it sees the course that is running, and what is open, without notes and photos.
    """

    photos: bool = False
    earlier: bool = False
    earlier_notes: bool = False
    earlier_photos: bool = False


class CareNotAgreed(Exception):
    """Nobody joins a practice without agreeing that it sees their logs."""


class SomethingOpen(Exception):
    """The present practice still has something open about the patient, who must say that they know."""

    def __init__(self, practice: Practice, alerts: list[Alert]):
        self.practice, self.alerts = practice, alerts
        super().__init__(practice, alerts)


@transaction.atomic
def join(
    token: str,
    user: User,
    *,
    now: datetime,
    agrees: bool = False,
    choices: Choices | None = None,
    knows_open: bool = False,
    session_key: str | None = None,
) -> Invitation | None:
    """Take an invitation; None when it does not work (any more) for `user`.

    A colleague becomes a member. A patient who was mailed the link has joined; one who scanned a code waits until the
    practice confirms it. Whoever is at another practice leaves it. `agrees`: to the care by this practice.
    `knows_open`: they were told what is open where they are. All sessions but `session_key` end once they have joined.

    Raises:
        CannotJoin: this account cannot take it.
        CareNotAgreed, SomethingOpen: nothing was done.
    """
    invitation = invitations.find(token, now)
    if invitation is None:
        return None
    _lock_practices(user, invitation.practice_id)
    lock_user(user.pk)
    if invitation.patient_id is not None and invitations.is_for(invitation, user):
        own_record = lock_patient_of(user)
        if not user.membership and not agrees:
            raise CareNotAgreed
        if not user.membership and own_record is not None and own_record.practice_id != invitation.practice_id:
            _refuse_what_is_open(own_record, knows_open)
    invitation = invitations.accept(token, user, now, asdict(choices or Choices()))
    if invitation is not None and not invitation.is_to_confirm:
        if invitation.patient_id is not None:
            joined = _attach(invitation, user, now)
            _note(gettext_noop("joined a clinic"), joined, invitation.practice_id, by=user, now=now)
        end_sessions(user, except_key=session_key)
    return invitation


@transaction.atomic
def confirm_patient(invitation: Invitation, *, by: User, now: datetime) -> Patient | None:
    """The practice says that whoever took its code is the patient: they join. None when that was settled before.

    Raises:
        PermissionDenied: `by` does not treat patients of that practice.
        CannotJoin: that account works at a practice by now.
    """
    invitation = _locked(invitation, by)
    user = invitation.used_by
    if user is None:  # nobody took it, or their account is gone
        return None
    _lock_practices(user, invitation.practice_id)
    lock_user(user.pk)
    if not invitations.confirm(invitation, now):
        return None
    joined = _attach(invitation, user, now)
    record_access(by, joined, CONFIRMED, now)
    return joined


@transaction.atomic
def refuse_patient(invitation: Invitation, *, by: User, now: datetime) -> bool:
    """The practice says that it was somebody else; False when that was settled before.

    Raises:
        PermissionDenied: `by` does not treat patients of that practice.
    """
    return invitations.refuse(_locked(invitation, by), now)


@transaction.atomic
def leave_practice(
    user: User, *, now: datetime, knows_open: bool = False, session_key: str | None = None
) -> Practice | None:
    """Leave the present practice, which is told what was open; gives it, or None when there is none to leave.

    What is open stays on its desk: nobody else could answer it. All sessions but `session_key` end.

    Raises:
        SomethingOpen: the patient has not been told what is open; nothing was done.
    """
    _lock_practices(user)
    patient = lock_patient_of(user)
    if patient is None or patient.practice is None:
        return None
    _refuse_what_is_open(patient, knows_open)
    now = _after_what_was_logged(patient, now)
    practice = _leave(patient, now, stays_open=True)
    _note(gettext_noop("left a clinic"), patient, practice.pk, by=user, now=now)
    invitations.end_waiting(user, now)
    refresh_status(patient)
    end_sessions(user, except_key=session_key)
    user.look_up_again()
    return practice


def _note(what: str, patient: Patient, practice: UUID, *, by: User, now: datetime) -> None:
    audit.did(what, by=by, patient=patient, now=now)


def open_at(patient: Patient, practice: Practice) -> list[Alert]:
    """What is open about the patient at a practice, the most urgent first; that they went quiet is not for them."""
    ours = Alert.objects.open().filter(treatment__patient=patient, practice=practice)
    ours = ours.exclude(kind__in=[Alert.Kind.LEFT, Alert.Kind.QUIET])
    return list(ours.select_related("treatment", "entry").order_by("-urgency", "opened_at"))


def _lock_practices(user: User, *more: UUID) -> None:
    """Hold the practice that the user is at, which is told when they leave, and others; always in the same order."""
    present = Patient.objects.filter(user=user).exclude(practice=None).values_list("practice", flat=True)
    for id in sorted({*present, *more}):
        lock_practice(id)


def _locked(invitation: Invitation, by: User) -> Invitation:
    """The invitation as it is now, where it is of the practice of `by`."""
    practice = by.practice_as_practitioner
    if practice is None or invitation.practice_id != practice.pk:
        raise PermissionDenied
    return Invitation.objects.select_related("practice", "patient__practice", "used_by").get(pk=invitation.pk)


def _refuse_what_is_open(patient: Patient, knows_open: bool) -> None:
    """Raises SomethingOpen for who leaves their practice without having been told what is open there."""
    still_open = open_at(patient, patient.practice) if patient.practice else []
    if patient.practice and still_open and not knows_open:
        raise SomethingOpen(patient.practice, still_open)


def _attach(invitation: Invitation, user: User, now: datetime) -> Patient:
    """Make the record the practice began the user's own, or part of the one they have, and the practice theirs."""
    practice, choices = invitation.practice, Choices(**invitation.choices)
    own_ids = Patient.objects.filter(user=user).values_list("pk", flat=True)
    locked = lock_patients(filter(None, [invitation.patient_id, *own_ids]))
    invited = next(patient for patient in locked.values() if patient.pk == invitation.patient_id)
    theirs = list(invited.treatments.values_list("pk", flat=True))
    invitation.record_before = _snapshot(invited, theirs)
    for patient in locked.values():
        if patient.pk != invited.pk:
            invitation.record_before["own"] = {name: getattr(patient, name) for name in patients.TAKEN_OVER}
    number = invited.number
    joined = patients.claim(invited, user)
    invitation.record_before["kept"] = str(joined.pk)
    now = _after_what_was_logged(joined, now)
    is_new_here = joined.practice_id != practice.pk
    if is_new_here and joined.practice is not None:
        invitation.record_before["was_at"] = str(joined.practice_id)
        _leave(joined, now, stays_open=False)
    if not is_new_here and joined.pk != invited.pk:
        invitation.record_before["was_here"] = True
    Invitation.objects.filter(pk=invitation.pk).update(record_before=invitation.record_before)
    _join_records(joined, invited, now)
    patients.begin_tie(joined, practice, now, number=number)
    if is_new_here:
        _open_up(joined, practice, choices, now, without=theirs)
    if invitation.choices:  # empty where the code was taken before this was asked: the welcome asks then
        # Consent is given to a practice: what was said to another one ends.
        for purpose in (Consent.Purpose.CARE, *([Consent.Purpose.PHOTOS] if choices.photos else [])):
            give_consent(joined, purpose, invitation.used_at or now)
    _take_over_alerts(joined, practice, now)
    invitations.end_waiting(user, now)
    user.look_up_again()
    return joined


def _after_what_was_logged(patient: Patient, now: datetime) -> datetime:
    """`now`, or when the last entry came, for which this may have waited: the practice that is left has seen it."""
    last = Entry.objects.filter(treatment__patient=patient).aggregate(at=Max("received_at"))["at"]
    return now if last is None else max(now, last)


def _snapshot(invited: Patient, treatments: Iterable[Any]) -> dict[str, Any]:
    """The record as the practice began it, as JSON: what is needed to make it its own again."""
    known = ("name", "email", "phone", "year_of_birth", "number", "drug_allergies", "country", "time_zone")
    return {
        "id": str(invited.pk),
        "patient": {name: getattr(invited, name) for name in known},
        "treatments": [str(id) for id in treatments],
        "data_keys": invited.data_keys,
    }


def _leave(patient: Patient, now: datetime, *, stays_open: bool) -> Practice:
    """End the tie and what the practice sees, which is told what was open there.

    It keeps what it treated, and with `stays_open` also that of which something is open on its desk.
    """
    if patient.practice is not None:
        raise_left(patient, patient.practice, now=now)
    practice = patients.end_tie(patient, now)
    open_here = list(Treatment.objects.filter(patient=patient, open_to=practice))
    left_open = Alert.objects.open().filter(practice=practice, treatment__patient=patient)
    if not stays_open:
        left_open = left_open.filter(kind=Alert.Kind.LEFT)
    keeps = Q(practice=practice) | Q(duplicates__practice=practice) | Q(pk__in=left_open.values("treatment"))
    kept_ids = set(Treatment.objects.filter(keeps, patient=patient).values_list("pk", flat=True))
    limited = TreatmentAccess.objects.present().filter(practice=practice, treatment__in=open_here)
    with_limits = set(limited.values_list("treatment", flat=True))
    limited.filter(treatment__in=kept_ids).update(until=now)
    limited.update(until=now, ended=True)
    TreatmentAccess.objects.bulk_create(
        TreatmentAccess(treatment=treatment, practice=practice, until=now, ended=treatment.pk not in kept_ids)
        for treatment in open_here
        if treatment.pk not in with_limits
    )
    Treatment.objects.filter(patient=patient, open_to=practice).update(open_to=None)
    return practice


def _open_up(patient: Patient, practice: Practice, choices: Choices, now: datetime, *, without: list[Any]) -> None:
    """Let a practice see what the patient shares with it; `without` those that it recorded itself."""
    earlier = Treatment.objects.filter(patient=patient).exclude(pk__in=without)
    running = newest_treatment(earlier)
    moving = Alert.objects.open().filter(treatment__patient=patient).exclude(kind__in=Alert.FOR_ONE_PRACTICE)
    shared = Q(pk__in=moving.values("treatment"))
    if running is not None:
        shared |= Q(pk=running.pk)
    if choices.earlier:
        shared |= Q(same_as=None)
    for treatment in earlier.filter(shared):
        give_access(treatment, practice, now, notes=choices.earlier_notes, photos=choices.earlier_photos)
    Treatment.objects.filter(pk__in=without).update(open_to=practice)


def _join_records(joined: Patient, invited: Patient, now: datetime) -> None:
    """Make the record that a practice began for somebody part of the record they already had."""
    if joined.pk == invited.pk:
        return
    moved_sessions = Treatment.objects.filter(patient=invited).update(patient=joined)
    PatientStatus.objects.filter(patient=invited).delete()
    invited.audit_records.update(patient=joined)
    invited.invitations.update(patient=joined)
    invited.delete()
    if moved_sessions:  # sessions that stood apart are assessed along with one another from now on
        judge_all(joined, now=now)


def _take_over_alerts(patient: Patient, practice: Practice, now: datetime) -> None:
    """Carry what is open along to the practice that the patient joined, and tell it.

    The newest entry raises its own there as well, so that nothing that is known now stays unseen.
    """
    moved_alerts = move_open_alerts(patient, practice, now)
    raise_newest(patient, now=now)
    tell_of_moved(moved_alerts, practice, now)
    refresh_status(patient)


def tell_of_moved(alerts: Iterable[Alert], practice: Practice, now: datetime) -> None:
    """Tell a practice what `move_open_alerts` put on its desk: it is open already, so nothing else would.

    What quiet hours hold back, the worker tells.
    """
    if told_now := [alert for alert in alerts if alert.steps_done]:
        worst = max(told_now, key=lambda alert: (alert.urgency, alert.worsened_at))
        tell(practice, worst.treatment, worst.raised_by, worst.urgency, now=now)


def move_open_alerts(patient: Patient, practice: Practice | None, now: datetime) -> list[Alert]:
    """Put what is open about a patient on the desk of another practice (None: of nobody), where nobody has it yet.

    What stayed with a practice that was left and what the patient reported again since are one matter, the worse.
    """
    open_alerts = Alert.objects.open().filter(treatment__patient=patient).select_related("treatment__patient", "entry")
    # That a patient left, or questions what was recorded, is for the practice that was left.
    one_of_each = merge(open_alerts.exclude(kind__in=Alert.FOR_ONE_PRACTICE))
    moving = [alert for alert in one_of_each if alert.practice_id != (practice.pk if practice else None)]
    for alert in moving:
        begin_steps([alert], practice, now)
    Alert.objects.bulk_update(moving, STEPS)
    Alert.objects.filter(pk__in=[alert.pk for alert in moving]).update(
        practice=practice,
        acknowledged_at=None,
        acknowledged_by=None,
        outcome="",
        reason="",
        kept_open_at=None,
        watched_until=None,
        comes_back_at=None,
    )
    write_events(moving, AlertEvent.What.MOVED, at=now, detail=practice.name if practice else "")
    return moving
