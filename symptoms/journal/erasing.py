"""The end of everything about somebody, done by the worker, with a receipt: they asked for it a week ago, or their
clinic's retention period is over and they were told (`journal.announcing`). Until then it can be undone.

First the record goes: its rows in one transaction, then its photos, then its keys, without which no copy of notes,
messages and photos can be read. The receipt is mailed; with that letter, or a day later, the account goes as well.
"""

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.durable_files import private_file
from accounts.durations import in_words
from accounts.keys import patients as keys
from accounts.keys.store import forget
from accounts.locks import lock_patient
from accounts.models import AccountMail, Invitation, Patient, User
from accounts.web.sessions import end_sessions
from symptoms.journal.file_making import remove as remove_export
from symptoms.journal.retention import is_over
from symptoms.models import UNDO_WITHIN, Alert, Entry, Erasure, Note, Photo, Reminding, Treatment
from symptoms.photos import files

log = logging.getLogger(__name__)

COPIES_LAST = timedelta(days=35)  # of rows, photos and keys, at most: what docs/running.md asks of an operator
LETTER_WAITS = timedelta(hours=20)  # for the receipt to be sent, before the account goes all the same


def ask_erasure(patient: Patient, *, by: User, now: datetime, session_key: str | None = None) -> Erasure:
    """Everything about `patient` goes in a week. Until then nothing changes, but that reminders stop and all other
    sessions end; asked twice, the first counts.

    Raises:
        PermissionError: `by` is not the patient.
    """
    if patient.user_id != by.pk:
        raise PermissionError
    try:
        with transaction.atomic():
            lock_patient(patient.pk)
            waiting_for(patient.pk).filter(practice_id__isnull=False).delete()  # their own word is sooner
            erasure = Erasure.objects.create(
                patient_id=patient.pk, user_id=by.pk, asked_at=now, due_at=now + UNDO_WITHIN
            )
            Reminding.objects.filter(patient=patient).update(is_on=False, look_at=None)
            audit.did(gettext_noop("asked that everything is erased"), by=by, patient=patient, now=now)
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_erasure_at_a_time":
            raise
        return waiting_for(patient.pk).get()
    tell(by, now, "accounts/email/erasure_asked.txt", _("Your Mendline account will be erased"), erasure=erasure)
    end_sessions(by, except_key=session_key)
    return erasure


def erasure_of(patient: Patient) -> Erasure | None:
    """The one that was asked for or announced, and can still be undone."""
    return waiting_for(patient.pk).first()


def waiting_for(patient_id: UUID | OuterRef) -> QuerySet[Erasure]:
    """The same, as a query: one row at most."""
    return Erasure.objects.filter(patient_id=patient_id, undone_at=None, done_at=None)


def waiting_of(patient_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """By patient, when their record goes: those of whom something was asked for or announced. One statement."""
    rows = Erasure.objects.filter(patient_id__in=list(patient_ids), undone_at=None, done_at=None)
    return dict(rows.values_list("patient_id", "due_at"))


@transaction.atomic
def keep_all(patient: Patient, *, by: User, now: datetime) -> bool:
    """Undo it; False when there is nothing to undo."""
    lock_patient(patient.pk)
    undone = waiting_for(patient.pk).update(undone_at=now) == 1
    if undone:
        _remember(patient, by.pk, is_kept=True)  # an attempt to erase that failed may have written them down
        audit.did(gettext_noop("keeps everything after all"), by=by, patient=patient, now=now)
    return undone


def erase_next(now: datetime) -> bool:
    """Do what is due of one erasure; False when nothing is."""
    waiting = Erasure.objects.filter(undone_at=None, ended_at=None, due_at__lte=now).order_by("due_at")
    for erasure in waiting[:20]:
        if erasure.done_at is None:
            erase(erasure, now)
            return True
        if _may_end(erasure, now):
            _end_account(erasure, now)
            return True
    return False


def erase(erasure: Erasure, now: datetime) -> None:
    """Erase the record. Killed anywhere it is done again: what is gone already is no fault.

    Before the first row goes, the id is written down beside the keys, which a backup of rows does not hold: a copy of
    the rows that is put back is erased again (`replay`). Of a retention period it is looked once more, with the record
    locked, whether it is over: who logged a moment ago stays.
    """
    with transaction.atomic():
        due = Erasure.objects.filter(pk=erasure.pk, undone_at=None, done_at=None, due_at__lte=now)
        if not due.select_for_update().exists():
            return  # it was undone, or put off, a moment ago
        patient = Patient.objects.filter(pk=erasure.patient_id).first()
        if patient is not None:
            patient = lock_patient(patient.pk)
            if let_stay(erasure, patient, now):
                return
            _remember(patient, erasure.user_id)
            receipt = _counts(patient)
            _erase_rows(patient)
            user = _user(erasure.user_id)
            if user is not None:
                stands_at = settings.SITE_URL + reverse("receipt", args=[erasure.pk])
                facts = {"receipt": receipt, "erasure": erasure, "copies_last": in_words(COPIES_LAST)}
                tell(user, now, "accounts/email/erased.txt", _("What we erased"), **facts, receipt_url=stands_at)
            audit.did(gettext_noop("erased a record"), by=None, thing=erasure.pk, now=now)
            Erasure.objects.filter(pk=erasure.pk).update(receipt=receipt, done_at=now)
        else:
            Erasure.objects.filter(pk=erasure.pk).update(done_at=now)


def let_stay(erasure: Erasure, patient: Patient, now: datetime) -> bool:
    """Take back that a record goes by a retention period, where that is not over any more; whether it was taken back.

    Inside a transaction that has locked `patient`.
    """
    if erasure.practice_id is None or (patient.practice_id == erasure.practice_id and is_over(patient, now)):
        return False
    waiting_for(patient.pk).delete()
    what = gettext_noop("a record stays: it is used again, or kept for longer")
    audit.did(what, by=None, patient=patient, thing=erasure.pk, now=now)
    return True


def _erase_rows(patient: Patient) -> None:
    """Rows, and with their commit the files and keys; of who is killed between the two the keys go
    with the account (`_end_account`), photos and exports with what sweeps files without a row."""
    photos = list(Photo.objects.filter(treatment__patient=patient).values_list("key", flat=True))
    exports = list(patient.exports.values_list("pk", flat=True))
    invitations = Invitation.objects.filter(Q(patient=patient) | Q(used_by=patient.user_id, used_by__isnull=False))
    letters = list(invitations.exclude(letter=None).values_list("letter", flat=True))
    invitations.delete()
    AccountMail.objects.filter(pk__in=letters).delete()
    if patient.user_id is None and patient.email and not User.objects.filter(email__iexact=patient.email).exists():
        AccountMail.objects.filter(to__iexact=patient.email).delete()  # who never joined has no account to go with it
    Treatment.objects.filter(patient=patient).update(same_as=None)
    patient.delete()
    transaction.on_commit(lambda: _erase_files(photos, exports, patient))


def _erase_files(photos: list[str], exports: list[UUID], patient: Patient) -> None:
    for key in photos:
        try:
            files.remove(key)
        except OSError as fault:  # the sweep of orphans tries again
            log.error("the photo of an erased record stays for now: %s", fault)
    for id in exports:
        remove_export(id)
    keys.forget(patient)


def _counts(patient: Patient) -> dict[str, int]:
    """What goes, by kind."""
    theirs = {"treatment__patient": patient}
    return {
        "treatments": patient.treatments.count(),
        "logs": Entry.objects.filter(**theirs).count(),
        "photos": Photo.objects.filter(**theirs).count(),
        "messages": Note.objects.filter(**theirs, kind__in=[Note.Kind.TO_PATIENT, Note.Kind.FROM_PATIENT]).count(),
        "notes": Note.objects.filter(**theirs, kind=Note.Kind.INSIDE).count(),
        "alerts": Alert.objects.filter(**theirs).count(),
        "consents": patient.consents.count(),
    }


def tell(person: User | Patient, now: datetime, template: str, subject: str, **facts: Any) -> AccountMail:
    """A letter to whoever it is about: dates and counts, no name and nothing about health."""
    url = settings.SITE_URL + reverse("own_data")
    body = render_to_string(template, {"url": url, "zone": person.zone, **facts})
    return AccountMail.objects.create(to=person.email, subject=subject, body=body, not_before=now)


def _may_end(erasure: Erasure, now: datetime) -> bool:
    """Whether the receipt is on its way, or has had its time."""
    user = _user(erasure.user_id)
    if user is None or erasure.done_at is None or now >= erasure.done_at + LETTER_WAITS:
        return True
    return not AccountMail.objects.filter(to=user.email, sent_at=None, failed_at=None).exists()


@transaction.atomic
def _end_account(erasure: Erasure, now: datetime) -> None:
    """The account goes as well."""
    user = _user(erasure.user_id)
    if user is not None:
        _delete_account(user)
    # Once more: a process that was killed right after the rows went has left the keys.
    for key in _remembered().get(str(erasure.patient_id), {}).get("keys", ()):
        forget(UUID(key))
    Erasure.objects.filter(pk=erasure.pk).update(ended_at=now)


def _user(id: UUID | str | None) -> User | None:
    return User.objects.filter(pk=id).first() if id else None


def _delete_account(user: User) -> None:
    """With every letter to its addresses. One that became a colleague's meanwhile stays."""
    if user.membership is not None or user.is_staff:
        return
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    AccountMail.objects.filter(to__in=addresses).delete()
    end_sessions(user)
    user.delete()


def register() -> Path:
    """Where it is written down who was erased: beside the keys, so that no backup of rows holds it."""
    return Path(settings.KEYS_DIR) / "erased" / "register.jsonl"  # a folder of its own: every other file there is a key


def _remember(patient: Patient, user_id: UUID | None, *, is_kept: bool = False) -> None:
    """Write down, on the disk before this returns, that a record is to be gone for good, or that it stays after all."""
    ids = {"patient": str(patient.pk), "user": str(user_id) if user_id else None, "keys": patient.data_keys}
    register().parent.mkdir(mode=0o700, exist_ok=True)
    with private_file(register(), "ab") as file:
        file.write(json.dumps({**ids, "kept": is_kept}).encode() + b"\n")


def _remembered() -> dict[str, dict[str, Any]]:
    """What was written down last of each patient who is to be gone for good, by their id."""
    path = register()
    lines = path.read_text().splitlines() if path.exists() else ()
    # The last one may be half of one, when its process was killed: nothing went then.
    last = {ids["patient"]: ids for ids in (json.loads(line) for line in lines if line.endswith("}"))}
    return {patient: ids for patient, ids in last.items() if not ids["kept"]}


def replay() -> int:
    """Erase again whatever was erased before, once rows or photos were put back from a copy; gives how many there were.

    Photos without a row go with the sweep of orphans.
    """
    count = 0
    for id, ids in _remembered().items():
        patient, user = Patient.objects.filter(pk=id).first(), _user(ids["user"])
        if patient is not None or user is not None:
            count += 1
            with transaction.atomic():
                if patient is not None:
                    _erase_rows(patient)
                if user is not None:
                    _delete_account(user)
    return count
