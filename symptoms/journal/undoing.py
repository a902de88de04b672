"""Taking back a wrong "yes, this is the same person": each of the two people gets back what is their own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.access import record_access
from accounts.keys.patients import new_keys
from accounts.locks import lock_patients, lock_practice
from accounts.models import AccountMail, Consent, Departure, Invitation, Patient, Practice, User, keep_words
from accounts.patients import is_number_free
from symptoms.alerts.conversation import MESSAGES
from symptoms.alerts.handling import close
from symptoms.alerts.patient_status import refresh_status
from symptoms.journal.joining import move_open_alerts, tell_of_moved
from symptoms.journal.judging import judge_all
from symptoms.journal.sealing import seal_anew
from symptoms.models import (
    Alert,
    Assessment,
    Delivery,
    Entry,
    Note,
    PatientStatus,
    Photo,
    Screening,
    Treatment,
    TreatmentAccess,
)

UNDONE = gettext_noop("took back that this is its patient")  # as kept among the access records
NOT_OURS = _("Taken back: this was not our patient.")
SUBJECT = _("Something changed in your Mendline account")
# Of the session, not of the person whose skin it was done to.
COPIED = (
    "day_zero", "performed_at", "device", "needle_depth_mm", "passes", "energy_mj", "setting", "areas",
    "same_day_injection", "needles_new", "needles_shared",
)  # fmt: skip


class TooLate(Exception):
    """It was confirmed too long ago, or was taken back before."""


@transaction.atomic
def undo_joining(invitation: Invitation, *, by: User, now: datetime) -> Patient:
    """The practice says that whoever joined was not its patient; gives the record that it had begun, its own again.

    The person keeps their account and every day they logged, and goes back to the practice they had left for this one,
    if they are still here. What they logged for the practice's sessions goes along with a bare copy of the session, and
    is judged again without the other person's skin, conditions and medicines. They are told by mail and on their
    account's page.

    Raises:
        PermissionDenied: `by` does not treat patients of that practice.
        TooLate: nothing was done.
    """
    practice = by.practice_as_practitioner
    if practice is None or invitation.practice_id != practice.pk:
        raise PermissionDenied
    lock_practice(practice.pk)
    settled = Invitation.objects.to_undo(now).select_related("used_by").filter(pk=invitation.pk).first()
    if settled is None or settled.confirmed_at is None:
        raise TooLate
    invitation, before = settled, settled.record_before or {}
    joined = lock_patients([UUID(before["kept"])])[UUID(before["kept"])]
    was_here_before = "was_here" in before
    sessions = _sessions_of_the_practice(invitation, joined, was_here_before)
    person, record = _apart(before, joined, practice)
    copies = [_taken_along(session, person, practice, settled.confirmed_at) for session in sessions]
    Treatment.objects.filter(pk__in=[session.pk for session in sessions]).update(patient=record, open_to=practice)
    TreatmentAccess.objects.filter(treatment__in=sessions).delete()
    if not was_here_before:
        _end_access(invitation, person, record, practice)
        if person.practice_id == practice.pk:
            _go_back(invitation, settled.confirmed_at, person, practice, now)
    Treatment.objects.filter(pk__in=[copy.pk for copy in copies if copy]).update(open_to=person.practice)
    _tell(invitation, person, practice, by, now)
    _finish(invitation, person, record, by, now)
    return record


def _sessions_of_the_practice(invitation: Invitation, joined: Patient, was_here_before: bool) -> list[Treatment]:
    """Those of the record that the practice had begun, and those it recorded since, taking both for one person."""
    of_practice = Q(pk__in=(invitation.record_before or {})["treatments"])
    if not was_here_before:
        of_practice |= Q(practice=invitation.practice_id, recorded_at__gte=invitation.confirmed_at)
    return list(Treatment.objects.filter(of_practice, patient=joined))


def _apart(before: dict[str, Any], joined: Patient, practice: Practice) -> tuple[Patient, Patient]:
    """The person's own record and the one that the practice had begun, as two."""
    if before["id"] != before["kept"]:
        _forget(joined, before, practice)
        known = before["patient"] | {"number": _free_number(practice, before["patient"])}
        keys = before.get("data_keys") or new_keys()  # its own again; what was written since is sealed by them anew
        joined.data_keys = [key for key in joined.data_keys if key not in keys]
        joined.save(update_fields=["data_keys"])
        return joined, Patient.objects.create(id=UUID(before["id"]), practice=practice, data_keys=keys, **known)
    user = joined.user
    if user is None:  # their account is gone: nobody is left whose record it could be
        raise TooLate
    person = Patient.objects.get(pk=joined.pk)
    person.pk, person.user_id, person._state.adding = None, None, True
    person.id, person.number = Patient._meta.pk.get_default(), ""
    person.save(force_insert=True)
    number = joined.number if joined.practice_id != practice.pk else ""  # by which a later practice knows the person
    for name, value in before["patient"].items():
        setattr(joined, name, value)
    joined.number = _free_number(practice, before["patient"], but=joined.pk)
    joined.user_id, joined.practice, joined.emergency_number = None, practice, ""
    joined.zone_confirmed_at = joined.welcomed_at = None
    joined.data_keys = new_keys()  # those of before have sealed what the person wrote, and die with them
    joined.save()
    person.user = user
    # Another practice that made the same mistake later may take it back later: it is about this record then.
    later = Invitation.objects.filter(used_by=user, record_before__kept=str(joined.pk))
    for invitation in later.exclude(record_before__id=str(joined.pk)):
        invitation.record_before = {**(invitation.record_before or {}), "kept": str(person.pk)}
        invitation.save(update_fields=["record_before"])
    person.number = number
    _without_the_others(person, user, before)
    for rows in (joined.consents, joined.departures, joined.audit_records, joined.invitations, joined.treatments):
        rows.update(patient=person)
    keep_words(joined)  # the practices that were left know the other record now
    keep_words(person)
    Screening.objects.filter(patient=joined).update(patient=person)
    PatientStatus.objects.filter(patient=joined).delete()
    return person, joined


def _without_the_others(person: Patient, user: User, before: dict[str, Any]) -> None:
    """What they said about themselves since stays; what the practice had written of the other person goes."""
    unknown = {"name": str(user), "email": user.email, "phone": "", "year_of_birth": None, "drug_allergies": None}
    for name, otherwise in unknown.items():
        if getattr(person, name) == before["patient"].get(name):
            setattr(person, name, otherwise)
    person.save(update_fields=["user", "folded_name", "number", *unknown])


def _forget(joined: Patient, before: dict[str, Any], practice: Practice) -> None:
    """What the person's own record took from the practice's goes out of it again, and the practice's number."""
    own = before.get("own", {})
    for name, was in own.items():
        if getattr(joined, name) == before["patient"].get(name):
            setattr(joined, name, was)
    if joined.drug_allergies and own.get("drug_allergies"):  # perhaps of both, and what was told since
        others = [told for told in before["patient"]["drug_allergies"] or () if told not in own["drug_allergies"]]
        joined.drug_allergies = [told for told in joined.drug_allergies if told not in others]
    taken = before["patient"].get("number", "")
    if joined.practice_id == practice.pk and ("was_here" not in before or joined.number == taken):
        joined.number = ""
    joined.save(update_fields=[*own, "number"])


def _free_number(practice: Practice, known: dict[str, Any], but: UUID | None = None) -> str:
    """The number by which the practice knew its patient; empty where it gave that to somebody else since."""
    number: str = known.get("number", "")
    return number if is_number_free(practice, number, but=but) else ""


def _taken_along(session: Treatment, person: Patient, practice: Practice, since: datetime) -> Treatment | None:
    """Move what the person logged for a session, and what they and the practice wrote to one another `since`, to a bare
    copy of it; None where there is nothing."""
    duplicates = Treatment.objects.filter(same_as=session, patient=person)
    entries, photos = Entry.objects.filter(treatment=session), Photo.objects.filter(treatment=session, practice=None)
    messages = Note.objects.filter(treatment=session, kind__in=MESSAGES, written_at__gte=since)
    if not (entries.exists() or photos.exists() or messages.exists()):
        duplicates.update(same_as=None)
        return None
    copy = Treatment.objects.create(
        patient=person, recorded_by_id=person.user_id, recorded_at=session.recorded_at,
        **{name: getattr(session, name) for name in COPIED},
    )  # fmt: skip
    # Their reasons name what is known of the other person's skin and health.
    Assessment.objects.filter(entry__treatment=session).delete()
    entries.update(treatment=copy, is_judged=False)
    photos.update(treatment=copy)
    messages.update(treatment=copy)
    Alert.objects.filter(treatment=session).update(treatment=copy)
    TreatmentAccess.objects.filter(treatment=session).exclude(practice=practice).update(treatment=copy)
    duplicates.update(same_as=copy)
    return copy


def _end_access(invitation: Invitation, person: Patient, record: Patient, practice: Practice) -> None:
    """The practice sees nothing of the person any more; what it did before about its patient is that record's again."""
    Treatment.objects.filter(patient=person, open_to=practice).update(open_to=None)
    TreatmentAccess.objects.filter(treatment__patient=person, practice=practice).delete()
    Departure.objects.filter(patient=person, practice=practice, at__gte=invitation.confirmed_at).delete()
    person.audit_records.filter(practice=practice, at__lt=invitation.confirmed_at).update(patient=record)
    person.invitations.filter(practice=practice).update(patient=record)


def _go_back(invitation: Invitation, joined_at: datetime, person: Patient, practice: Practice, now: datetime) -> None:
    """The person is again where they were before they joined, with what they had agreed to there."""
    consents_here = person.consents.filter(practice=practice, withdrawn_at=None)
    consents_here.filter(purpose=Consent.Purpose.PHOTOS).update(withdrawn_at=now)
    was_at = (invitation.record_before or {}).get("was_at")
    departures = Departure.objects.filter(patient=person, at=joined_at, practice=was_at)
    departure = departures.filter(practice__closed_at=None).first()  # a closed one answers nothing
    person.practice = departure.practice if departure else None
    person.number = departure.number if departure and is_number_free(departure.practice, departure.number) else ""
    person.save(update_fields=["practice", "number"])
    if departure is None:
        return
    ended = [joined_at, invitation.used_at]
    consents_here.update(withdrawn_at=now)
    person.consents.filter(practice=departure.practice, withdrawn_at__in=ended).update(withdrawn_at=None)
    accesses = TreatmentAccess.objects.filter(treatment__patient=person, practice=departure.practice, until=joined_at)
    Treatment.objects.filter(pk__in=accesses.values("treatment")).update(open_to=departure.practice)
    Treatment.objects.filter(patient=person, recorded_at__gte=joined_at).update(open_to=departure.practice)
    accesses.update(until=None, ended=False)
    departure.delete()


def _tell(invitation: Invitation, person: Patient, practice: Practice, by: User, now: datetime) -> None:
    """Open alerts go back with the person; nobody at the practice is told of what they wrote; they are told."""
    unsent = Delivery.objects.filter(entry__treatment__patient=person, sent_at=None, failed_at=None)
    unsent.filter(recipient__memberships__practice=practice).delete()
    if person.practice_id != practice.pk:
        moved = move_open_alerts(person, person.practice, now)
        if person.practice is not None:
            tell_of_moved(moved, person.practice, now)
    # What is left open here is about somebody whom the practice does not treat, and can no longer read.
    remaining = Alert.objects.open().filter(treatment__patient=person, practice=practice)
    close(dict.fromkeys(remaining.select_related("treatment__patient")), "no_concern", str(NOT_OURS), by, now)
    if invitation.used_by is not None:
        AccountMail.objects.create(
            to=invitation.used_by.email,
            subject=str(SUBJECT),
            body=render_to_string("accounts/email/changed.txt", {"url": f"{settings.SITE_URL}{reverse('profile')}"}),
            not_before=now,
        )


def _finish(invitation: Invitation, person: Patient, record: Patient, by: User, now: datetime) -> None:
    """Judge both anew, and write down who did it."""
    invitation.undone_at, invitation.undone_by, invitation.patient = now, by, record
    invitation.record_before = None
    invitation.save(update_fields=["undone_at", "undone_by", "patient", "record_before"])
    judge_all(person, now=now)
    for patient in (person, record):
        seal_anew(patient)
        refresh_status(patient)
        keep_words(patient)  # a departure that went is no way to find them any more
        record_access(by, patient, UNDONE, now)
