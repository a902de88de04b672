"""What there is on the whole site, in numbers: counted here alone, for people and for programs that watch it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet

from accounts.models import AccountMail, Membership, Patient, Practice
from symptoms.models import Delivery, Entry, Upkeep, WorkerBeat

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """Messages of one kind: how many wait, since when the oldest does, how many were given up within a week."""

    number: int
    since: datetime | None
    given_up: int


@dataclass(frozen=True)
class Figures:
    """Nothing of any patient, member or clinic by itself. `done`: when each kind of upkeep last went well."""

    clinics: int
    members: int
    patients: int
    not_compared: int
    about_patients: Waiting
    about_accounts: Waiting
    beat: datetime | None
    done: Mapping[str, datetime | None]
    free: int  # bytes on the disk of the data folder


def figures(now: datetime) -> Figures:
    """The figures of this moment: a few statements, which count by indexes."""
    return Figures(
        clinics=Practice.objects.filter(closed_at=None).count(),
        members=Membership.objects.current().count(),
        patients=Patient.objects.count(),
        not_compared=Entry.objects.unjudged().count(),
        about_patients=_waiting(Delivery.objects.all(), now),
        about_accounts=_waiting(AccountMail.objects.all(), now),
        beat=WorkerBeat.objects.values_list("at", flat=True).first(),
        done=dict(Upkeep.objects.values_list("kind", "done_at")),
        free=free_on_the_disk(),
    )


def free_on_the_disk() -> int:
    """Bytes that are left on the disk of the data folder."""
    return shutil.disk_usage(settings.DATA_DIR).free


def _waiting(messages: QuerySet[Any], now: datetime) -> Waiting:
    waiting = messages.filter(sent_at=None, failed_at=None).aggregate(n=Count("pk"), since=Min("created_at"))
    given_up = messages.filter(sent_at=None, failed_at__gt=now - WEEK).count()
    return Waiting(waiting["n"], waiting["since"], given_up)
