"""Figures of the whole site for Prometheus, behind a token: nothing about any patient, member or clinic by itself.

How long requests take is the proxy's to count: here is what it cannot know.
"""

import hmac
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import AccountMail, Membership, Patient, Practice
from symptoms.models import Alert, Delivery, Entry, Upkeep, WorkerBeat
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


def figures(now: datetime) -> Iterator[tuple[str, str, dict[str, str], float]]:
    """Name, what it is, labels, value: six statements, which count by indexes."""
    yield "build_info", "Which release this is.", {"release": release()}, 1
    yield "clinics", "Clinics that are open.", {}, Practice.objects.filter(closed_at=None).count()
    yield "members", "Members of clinics.", {}, Membership.objects.current().count()
    yield "patients", "Patients.", {}, Patient.objects.count()
    yield "logs_not_compared", "Logs that could not be compared yet.", {}, Entry.objects.unjudged().count()
    yield from _alerts()
    yield from _messages(now)
    beat = WorkerBeat.objects.values_list("at", flat=True).first()
    yield "worker_silent_seconds", "Seconds since a worker showed itself.", {}, _since(beat, now)
    done = dict(Upkeep.objects.values_list("kind", "done_at"))
    for kind in Upkeep.Kind:
        said = "Seconds since something of the upkeep was done."
        yield "upkeep_age_seconds", said, {"what": kind.value}, _since(done.get(kind), now)
    free = shutil.disk_usage(settings.DATA_DIR).free
    yield "disk_free_bytes", "Bytes that are left on the disk of the data folder.", {}, free


def _alerts() -> Iterator[tuple[str, str, dict[str, str], float]]:
    of_nobody = Count("pk", filter=Q(acknowledged_by=None))
    rows = Alert.objects.open().order_by().values("urgency").annotate(all=Count("pk"), free=of_nobody)
    known = {row["urgency"]: {True: row["free"], False: row["all"] - row["free"]} for row in rows}
    for urgency in Urgency:
        for is_free in (True, False):
            labels = {"urgency": urgency.name.lower(), "taken": "no" if is_free else "yes"}
            yield "alerts_open", "Alerts that are open.", labels, known.get(urgency, {}).get(is_free, 0)


def _messages(now: datetime) -> Iterator[tuple[str, str, dict[str, str], float]]:
    week = now - timedelta(days=7)
    for kind, rows in (("about_patients", Delivery.objects), ("about_accounts", AccountMail.objects)):
        waiting = rows.filter(sent_at=None, failed_at=None, created_at__lte=now)
        found = waiting.aggregate(n=Count("pk"), since=Min("created_at"))
        given_up = rows.filter(sent_at=None, failed_at__gt=week).count()
        oldest = _since(found["since"], now) if found["since"] else 0
        yield "messages_waiting", "Messages that wait to be sent.", {"kind": kind}, found["n"]
        yield "messages_oldest_seconds", "Seconds for which the oldest of them has waited.", {"kind": kind}, oldest
        yield "messages_given_up", "Messages given up within a week.", {"kind": kind}, given_up


def _since(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else NEVER


def _exposed(now: datetime) -> bytes:
    """In Prometheus' format for text."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # only where it is asked for

    registry, gauges = CollectorRegistry(), {}
    for name, said, labels, value in figures(now):
        if name not in gauges:
            gauges[name] = Gauge(f"mendline_{name}", said, list(labels), registry=registry)
        gauge = gauges[name].labels(**labels) if labels else gauges[name]
        gauge.set(value)
    exposed: bytes = generate_latest(registry)
    return exposed
