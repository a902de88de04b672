"""The backup keys: given as the master keys are, kept apart from them, and from the backups."""

from django.conf import settings

from accounts.keys.faults import KeysUnavailable
from accounts.keys.master import MasterKey, Source, keys_of
from tracker.backups.faults import Refused


def backup_keys() -> tuple[MasterKey, ...]:
    """Those that are given, the current one first; the others still open older backups.

    Raises:
        Refused: there is none, or it cannot be read.
    """
    source = Source("backup key", "MENDLINE_BACKUP_KEY", settings.BACKUP_KEY_FILE, settings.BACKUP_KEY_COMMAND)
    try:
        return keys_of(source)
    except KeysUnavailable as fault:
        raise Refused(str(fault)) from fault
