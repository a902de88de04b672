"""Which keys are a patient's: one from the start, more only where records were joined, or where one was lost.

New things are sealed by the last. All of them die with the patient.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.keys import sealing, store
from accounts.keys.faults import KeyLost
from accounts.models import Patient

UNOWNED_FOR = timedelta(days=30)  # and looked for once a day: with copies of before, 35 days at most

log = logging.getLogger(__name__)


def new_keys() -> list[str]:
    """What a new patient's `data_keys` begins with; the key is on the disk before its row.

    Raises:
        KeysUnavailable: nothing was made.
    """
    return [str(store.make())]


def seal(patient: Patient, data: bytes, bound: str) -> bytes:
    """Seal bytes of a patient's record. Raises KeysUnavailable."""
    try:
        return sealing.seal(data, _last(patient), bound)
    except (KeyLost, IndexError):
        return sealing.seal(data, _made(patient), bound)


def mark(patient: Patient, digest: str) -> str:
    """The mark of a digest of what is in the patient's record. Raises KeysUnavailable."""
    try:
        return sealing.mark(_last(patient), digest)
    except (KeyLost, IndexError):
        return sealing.mark(_made(patient), digest)


def is_mark(stored: str, patient: Patient, digest: str) -> bool:
    """Whether `stored` is the mark of a digest, by any key of the patient, or the digest itself, as kept at first."""
    if stored == digest:
        return True
    for key in patient.data_keys:
        try:
            if sealing.mark(UUID(key), digest) == stored:
                return True
        except KeyLost:
            continue
    return False


def forget(patient: Patient) -> int:
    """Erase the keys of a patient: what they sealed can never be read again, also in copies of rows and photos of any
    age. Gives how many there were.

    Call it when the erasure can no longer be taken back. Copies of the store of keys end with their own time, 35 days
    at most (docs/running.md).
    """
    return sum(store.forget(UUID(key)) for key in patient.data_keys)


def sweep(now: datetime) -> int:
    """Erase keys that no patient has had for `UNOWNED_FOR`, as of a record that was never finished; gives how many.

    Not at once: where an older copy of the database was put back, the keys of those who came since belong to nobody
    until the newer one is back. Raises KeysUnavailable.
    """
    # Before the rows are read: a key is there before the row that names it.
    stored = store.ids() - {str(store.OF_THE_SITE)}
    owned = {key for keys in Patient.objects.values_list("data_keys", flat=True).iterator() for key in keys}
    noted, swept = store.unowned(), 0
    for key in noted.keys() - (stored - owned):
        store.drop_note(key)
    for key in stored - owned:
        if key not in noted:
            store.note_unowned(key)
        elif noted[key] <= now - UNOWNED_FOR:
            swept += store.forget(UUID(key))
            store.drop_note(key)
    return swept


def without_key() -> int:
    """How many patients' key in use is not in the store: it is an older copy, or a part of it is missing."""
    stored = store.ids()
    used = Patient.objects.exclude(data_keys=[]).values_list("data_keys", flat=True)
    return sum(keys[-1] not in stored for keys in used.iterator())


def _last(patient: Patient) -> UUID:
    return UUID(patient.data_keys[-1])


def _made(patient: Patient) -> UUID:
    """A new key, under the patient's row: at first need, or because the last one is lost.

    A lost key keeps its place: were its file put back one day, what it sealed could be read again.
    """
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).only("data_keys").get(pk=patient.pk)
        try:
            store.unwrapped(_last(stored))  # somebody made it meanwhile
        except (KeyLost, IndexError) as fault:
            if isinstance(fault, KeyLost):
                log.error("the key %s is lost, and a new one takes its place", stored.data_keys[-1])
            stored.data_keys = [*stored.data_keys, *new_keys()]
            Patient.objects.filter(pk=patient.pk).update(data_keys=stored.data_keys)
    patient.data_keys = stored.data_keys
    return _last(patient)
