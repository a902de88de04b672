"""Everything that must be right on a machine that runs Mendline, looked at in one go: what is well, what to look at,
what is wrong and what mends it. Nothing is sent, and no record is read."""

import platform
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import django
from django.conf import settings
from django.core import checks
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from symptoms.alerts.server_health import all_server_items
from symptoms.messages.smtp import CutOff, PunctualBackend
from symptoms.models import Entry, WorkerBeat
from symptoms.photos.files import store_of_photos
from symptoms.wording.attention import Due
from tracker.backups.manifest import release
from tracker.databases import direct_connection, in_one_line
from tracker.preflight import CannotStart, reasons_not_to_start, refuse_without_static_files

PATIENCE = 10  # seconds for the mail server
AHEAD = timedelta(seconds=60)  # more, and times in the database are not to be believed
APART = timedelta(seconds=2)  # between this machine's clock and the database's


class State(StrEnum):
    WELL = "well"
    LOOK = "look"  # it runs, and somebody should look
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, in a word or two, how it stands, and why, with what to do."""

    what: str
    state: State
    text: str


def examine(now: datetime) -> list[Finding]:
    """All findings, in the order in which one would mend them: each part is looked at, whatever is wrong before it."""
    found = [_versions(), *_configuration(), *_start(), _static_files()]
    try:
        with direct_connection() as connection:
            found += [_database(connection), *_time(connection, now)]
        found += _attention(now)
    except DatabaseError as fault:
        found.append(Finding("database", State.WRONG, f"It could not be used: {in_one_line(fault)}."))
    return [*found, *_shared(), _mail()]


def _versions() -> Finding:
    parts = (
        f"Mendline {release()}",
        f"Python {platform.python_version()}",
        f"Django {django.__version__}",
    )
    return Finding("versions", State.WELL, ", ".join(parts))


def _configuration() -> Iterator[Finding]:
    """Django's own checks and ours, those of a deployment too; the demo is none."""
    if settings.DEBUG:
        yield Finding("settings", State.LOOK, "MENDLINE_DEBUG is on: this is the demo, which shows everybody's mail.")
    run = checks.run_checks(include_deployment_checks=not settings.DEBUG)
    said = [message for message in run if not message.is_silenced()]
    for message in said:
        state = State.WRONG if message.level >= checks.ERROR else State.LOOK
        yield Finding("settings", state, " ".join(filter(None, [str(message.msg), message.hint, f"({message.id})"])))
    if not said and not settings.DEBUG:
        yield Finding("settings", State.WELL, "Every check passes.")


def _start() -> Iterator[Finding]:
    """Data folder, database, migrations, keys, numbers to call: what each start asks for."""
    try:
        reasons = reasons_not_to_start()
    except DatabaseError as fault:
        reasons = [f"the database cannot be used: {in_one_line(fault)}."]
    for reason in reasons:
        yield Finding("start", State.WRONG, f"It would not start: {reason}")
    if not reasons:
        yield Finding("start", State.WELL, "Data folder, tables, keys and numbers to call are as they should be.")


def _static_files() -> Finding:
    try:
        refuse_without_static_files()
    except CannotStart as reason:
        return Finding("static files", State.WRONG, str(reason))
    return Finding("static files", State.WELL, "They were collected since the last update.")


def _database(connection: BaseDatabaseWrapper) -> Finding:
    version = ".".join(str(part) for part in connection.get_database_version())
    return Finding("database", State.WELL, f"{connection.display_name} {version}")


def _time(connection: BaseDatabaseWrapper, now: datetime) -> Iterator[Finding]:
    """Days, reminders and second factors go by the clock."""
    newest = max(filter(None, (_newest_entry(), _newest_beat())), default=None)
    if newest is not None and newest > now + AHEAD:
        yield Finding(
            "time", State.WRONG, f"The database holds what happened at {newest:%Y-%m-%d %H:%M} UTC: this clock is late."
        )
    if (apart := _apart(connection, now)) > APART:
        yield Finding(
            "time", State.WRONG, f"The database's clock is {apart.total_seconds():.0f} seconds away from this one."
        )
    if not _is_set_by_the_network():
        yield Finding("time", State.LOOK, "Nothing says that this clock is set by the network (timedatectl).")
    else:
        yield Finding("time", State.WELL, "The clock is set by the network.")


def _newest_entry() -> datetime | None:
    return Entry.objects.order_by("-received_at").values_list("received_at", flat=True).first()


def _newest_beat() -> datetime | None:
    return WorkerBeat.objects.values_list("at", flat=True).first()


def _apart(connection: BaseDatabaseWrapper, now: datetime) -> timedelta:
    """Between the clocks of this machine and of the database, which SQLite shares."""
    if connection.vendor != "postgresql":
        return timedelta()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    return abs(theirs - timezone.now())


def _is_set_by_the_network() -> bool:
    if (program := shutil.which("timedatectl")) is None:
        return False
    said = subprocess.run([program, "show", "-p", "NTPSynchronized"], capture_output=True, text=True, check=False)  # noqa: S603
    return said.stdout.strip() == "NTPSynchronized=yes"


def _attention(now: datetime) -> Iterator[Finding]:
    """What `manage.py attention` says: worker, messages, disk, backup, rules."""
    items = all_server_items(now, ZoneInfo(settings.TIME_ZONE))
    for item in items:
        state = State.WRONG if item.due is Due.NOW else State.LOOK
        yield Finding("attention", state, f"{item.title}. {item.text}")
    if not items:
        yield Finding("attention", State.WELL, "Nothing needs attention: worker, messages, disk and the rest are well.")


def _shared() -> Iterator[Finding]:
    """What several machines share, where it is set."""
    if settings.REDIS_URL:
        from tracker.celery import releases  # with the extra [celery] alone
        from tracker.shared_redis import what_is_wrong

        fault = what_is_wrong()
        yield Finding("redis", State.LOOK if fault else State.WELL, fault or "It answers, and is this site's alone.")
        workers = releases()
        said = ", ".join(f"{host} is Mendline {theirs}" for host, theirs in sorted(workers.items()))
        state = State.WELL if set(workers.values()) == {release()} else State.LOOK
        yield Finding("workers", state, f"{said}." if said else "No worker answers within a second.")
    if try_out := getattr(store_of_photos(), "try_out", None):
        try:
            try_out()
        except OSError as fault:
            yield Finding("bucket", State.WRONG, f"Photos are not taken: {in_one_line(fault)}.")
        else:
            yield Finding("bucket", State.WELL, "It takes a file, gives it back and lets it go.")


def _mail() -> Finding:
    """Whether the mail server lets us in; nothing is sent."""
    if not settings.EMAIL_HOST:
        return Finding("mail", State.LOOK, f"No mail server is set: mail lies in {settings.MAIL_FOLDER}.")
    try:
        PunctualBackend(ends=time.monotonic() + PATIENCE).knock()
    except (smtplib.SMTPException, OSError, CutOff) as fault:
        return Finding("mail", State.WRONG, f"{settings.EMAIL_HOST} does not let us in: {in_one_line(fault)}.")
    return Finding("mail", State.WELL, f"{settings.EMAIL_HOST} lets us in. To see one arrive: send_test_mail EMAIL.")
