"""What every page of a practice can say: that nobody is being told, because no worker runs."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from symptoms.models import WorkerBeat


def blindness(request: HttpRequest) -> dict[str, Any]:
    """`is_blind`, asked of the database only by pages that show it."""
    return {"is_blind": lambda: not WorkerBeat.is_alive(timezone.now())}
