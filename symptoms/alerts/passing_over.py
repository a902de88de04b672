"""One patient whose record cannot be worked on holds up no others: they are tried again a while later."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from accounts.database_errors import is_outage

log = logging.getLogger(__name__)

AGAIN_AFTER = 60.0  # seconds

_failed: dict[UUID, float] = {}  # when they are tried again, by the clock that is never set back


def passed_over() -> list[UUID]:
    """The patients who are left out for now."""
    now = time.monotonic()
    for patient_id in [patient_id for patient_id, until in _failed.items() if until <= now]:
        del _failed[patient_id]
    return list(_failed)


@contextmanager
def trying(patient_id: UUID) -> Iterator[None]:
    """Work on the record of one patient; a fault in it is logged, and leaves them out for a while.

    Put it around the transaction. A database that takes nothing is nobody's fault: that is raised.
    """
    try:
        yield
    except Exception as fault:
        if is_outage(fault):
            raise
        log.exception("patient %s is passed over for now", patient_id)
        _failed[patient_id] = time.monotonic() + AGAIN_AFTER
