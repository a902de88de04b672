"""Figures of the whole site for Prometheus, behind a token: nothing about any patient, member or clinic by itself.

How long requests take is the proxy's to count: here is what it cannot know.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from symptoms.alerts.server_figures import figures
from symptoms.models import Alert, Upkeep
from symptoms.recovery.vocabulary import Urgency
from tracker.backups.manifest import release

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NEVER = float("inf")  # seconds since something that has not happened


def answer(request: HttpRequest) -> HttpResponse:
    """The figures, to whoever has the token; 404 where none is set, 401 without it."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    sent = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(sent, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(_exposed(timezone.now()), content_type=CONTENT_TYPE)


def measures(now: datetime) -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Name, what it is, labels, value."""
    known = figures(now)
    yield "build_info", "Which release this is.", {"release": release()}, 1
    yield "clinics", "Clinics that are open.", {}, known.clinics
    yield "members", "Members of clinics.", {}, known.members
    yield "patients", "Patients.", {}, known.patients
    yield "logs_not_compared", "Logs that could not be compared yet.", {}, known.not_compared
    yield from _alerts()
    for kind, messages in (("about_patients", known.about_patients), ("about_accounts", known.about_accounts)):
        labels, oldest = {"kind": kind}, _since(messages.since, now) if messages.since else 0
        yield "messages_waiting", "Messages that wait to be sent.", labels, messages.number
        yield "messages_oldest_seconds", "Seconds for which the oldest of them has waited.", labels, oldest
        yield "messages_given_up", "Messages given up within a week.", labels, messages.given_up
    yield "worker_silent_seconds", "Seconds since a worker showed itself.", {}, _since(known.beat, now)
    for kind in Upkeep.Kind:
        said = "Seconds since something of the upkeep was done."
        yield "upkeep_age_seconds", said, {"what": kind.value}, _since(known.done.get(kind), now)
    yield "disk_free_bytes", "Bytes that are left on the disk of the data folder.", {}, known.free


def _alerts() -> Iterator[tuple[str, str, dict[str, str], float]]:
    of_nobody = Count("pk", filter=Q(acknowledged_by=None))
    rows = Alert.objects.open().order_by().values("urgency").annotate(all=Count("pk"), free=of_nobody)
    known = {row["urgency"]: {True: row["free"], False: row["all"] - row["free"]} for row in rows}
    for urgency in Urgency:
        for is_free in (True, False):
            labels = {"urgency": urgency.name.lower(), "taken": "no" if is_free else "yes"}
            yield "alerts_open", "Alerts that are open.", labels, known.get(urgency, {}).get(is_free, 0)


def _since(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else NEVER


def _exposed(now: datetime) -> bytes:
    """In Prometheus' format for text."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # only where it is asked for

    registry, gauges = CollectorRegistry(), {}
    for name, said, labels, value in measures(now):
        if name not in gauges:
            gauges[name] = Gauge(f"mendline_{name}", said, list(labels), registry=registry)
        gauge = gauges[name].labels(**labels) if labels else gauges[name]
        gauge.set(value)
    exposed: bytes = generate_latest(registry)
    return exposed
