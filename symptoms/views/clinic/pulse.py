"""The line above the queue that says that the practice is reached: the last entry, and since when alerts arrive."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Subquery

from accounts.access import PracticeRequest
from accounts.database_errors import is_transient
from accounts.models import Practice, User
from accounts.web.sessions import BACKGROUND_REQUEST
from symptoms.alerts.digest import OPENED_WITHIN, digests_of, note_opened, unopened_by
from symptoms.models import PatientStatus
from symptoms.wording.times import clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the last entry came in, and when the newest morning's list went out that was opened, by the practice's
    clock; empty: never."""

    last_entry: str
    proven: str
    is_proven: bool  # not longer ago than a list may wait to be opened


def questions_about_the_pulse(practice: Practice, reader: User, now: datetime) -> dict[str, Any]:
    """Parts of one statement about the practice, from which `pulse_in` is made."""
    unopened = unopened_by(reader, practice, now).order_by("-created_at")
    return {**questions_for_all(practice, now), "pulse_unopened_at": Subquery(unopened.values("sent_at")[:1])}


def questions_for_all(practice: Practice, now: datetime) -> dict[str, Any]:
    """The same for whoever reads the line, from which `pulse_for_all` is made."""
    logs = PatientStatus.objects.filter(practice=practice, logged_at__isnull=False).order_by("-logged_at")
    opened = digests_of(practice, now).filter(arrived_at__isnull=False).order_by("-created_at")
    return {
        "pulse_logged_at": Subquery(logs.values("logged_at")[:1]),
        "pulse_proven_at": Subquery(opened.values("sent_at")[:1]),
    }


def pulse_in(known: dict[str, Any], request: PracticeRequest, now: datetime) -> Pulse:
    """What the line says. Whoever opens the queue opens the list of this morning with it, which is noted, once."""
    proven_at, unopened_at = known["pulse_proven_at"], known["pulse_unopened_at"]
    if unopened_at is not None and BACKGROUND_REQUEST not in request.headers:
        _note_opened(request, now)
        proven_at = max(unopened_at, proven_at or unopened_at)
    return pulse_for_all({**known, "pulse_proven_at": proven_at}, request.practice, now)


def pulse_for_all(known: dict[str, Any], practice: Practice, now: datetime) -> Pulse:
    """What the line says to whoever reads it."""
    proven_at = known["pulse_proven_at"]
    is_proven = proven_at is not None and proven_at > now - OPENED_WITHIN
    logged, proven = (clock(at, practice.zone, now) if at else "" for at in (known["pulse_logged_at"], proven_at))
    return Pulse(logged, proven, is_proven)


def _note_opened(request: PracticeRequest, now: datetime) -> None:
    """A database that takes nothing must not keep anybody from reading the queue: it is noted the next time."""
    try:
        note_opened(request.user, request.practice, now)
    except DatabaseError as fault:
        if connection.in_atomic_block or not is_transient(fault):
            raise
        log.warning("that a list was opened is not noted yet: %s", fault)
