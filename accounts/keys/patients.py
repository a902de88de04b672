"""Which keys are a patient's: one from the start, more only where records were joined, or where one was lost.

New things are sealed by the last. All of them die with the patient.
"""

import logging
from uuid import UUID

from django.db import transaction

from accounts.keys import sealing, store
from accounts.keys.faults import KeyLost
from accounts.models import Patient

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
