"""The line above the queue that says that the practice is reached: the last entry, and since when alerts arrive."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import PracticeRequest, practitioner_required
from accounts.models import Practice, User
from symptoms.alerts.morning_list import OPENED_WITHIN, PROVES, morning_lists_of, note_opened, unopened_by
from symptoms.models import PatientStatus
from symptoms.wording.times import clock


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the last entry came in, and when the newest morning list went out that was opened, by the practice's
    clock; empty: never."""

    last_entry: str
    proven: str
    is_proven: bool  # not longer ago than a list may wait to be opened
    is_unopened: bool  # whether one that came to the reader by e-mail is not noted as opened yet


@practitioner_required
@require_POST
def morning_list_opened(request: PracticeRequest) -> HttpResponse:
    """The page says that it was opened by its reader, who has the morning list with it: a GET notes nothing."""
    note_opened(request.user, request.practice, timezone.now())
    return redirect("queue")


def questions_about_the_pulse(practice: Practice, now: datetime, reader: User | None) -> dict[str, Any]:
    """Parts of one statement about the practice, from which `pulse_in` is made; `reader`: None for a wall screen."""
    logs = PatientStatus.objects.filter(practice=practice, logged_at__isnull=False).order_by("-logged_at")
    opened = morning_lists_of(practice, now).filter(PROVES).order_by("-created_at")
    own = {"pulse_is_unopened": Exists(unopened_by(reader, practice, now))} if reader else {}
    return {
        "pulse_logged_at": Subquery(logs.values("logged_at")[:1]),
        "pulse_proven_at": Subquery(opened.values("sent_at")[:1]),
        **own,
    }


def pulse_in(known: dict[str, Any], practice: Practice, now: datetime) -> Pulse:
    """What the line says, by the answers to those questions."""
    proven_at = known["pulse_proven_at"]
    is_proven = proven_at is not None and proven_at > now - OPENED_WITHIN
    logged, proven = (clock(at, practice.zone, now) if at else "" for at in (known["pulse_logged_at"], proven_at))
    return Pulse(logged, proven, is_proven, known.get("pulse_is_unopened", False))
