"""The worker: a list of duties, done one after the other for as long as it runs."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.access_spool import store_kept
from accounts.database_errors import is_outage
from accounts.keys import patients as keys
from accounts.models import Invitation
from accounts.program_tokens import tell_of_ends
from accounts.waking import FILES, SENDING
from symptoms.alerts.advice_timers import tell_next_timer
from symptoms.alerts.asking_seen import ask_next
from symptoms.alerts.coming_back import return_next
from symptoms.alerts.conversation import follow_up_next
from symptoms.alerts.escalation import escalate_next, resume_dropped
from symptoms.alerts.morning_list import send_morning_lists
from symptoms.alerts.quiet import date_the_undated, raise_next_quiet
from symptoms.alerts.reminding import follow_travellers, remind_next
from symptoms.alerts.telling import may_still_be_told, tell_someone_else
from symptoms.alerts.unreachable import name_unreachable
from symptoms.journal.announcing import Rounds
from symptoms.journal.erasing import erase_next
from symptoms.journal.file_making import Maker, remove_old
from symptoms.journal.judging import JUDGE_AGAIN_AFTER, judge_again, leave_unjudged
from symptoms.messages.deadman import DeadMan
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery, Entry, Photo, Upkeep, WorkerBeat
from symptoms.photos import files, uploads
from symptoms.photos.files import PhotoLost

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between looks when nothing is due
RETRY_AFTER = (1, 2, 4, 8, 15)  # seconds until a duty that failed is tried again, longer each time in a row
LOG_EVERY = 60  # seconds between two log lines about the same duty
ALWAYS = timedelta(0)
PHOTOS_A_TIME = 200  # read in an hour, some seconds of work
REMINDERS_A_TIME = 4  # as many letters as go out at once: at the usual hour it is the turn of thousands
ORPHAN_AFTER = timedelta(days=1)  # longer than any upload takes between its file and its row


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the worker does.

    `run` does a piece of it, at each look or once in `every`, and returns whether more may be waiting (None: no). What
    is `of_machine` is about a folder of this machine's own, and nobody elsewhere can do it.
    """

    name: str
    run: Callable[[], bool | None]
    every: timedelta = ALWAYS
    of_machine: bool = False


def duties(outbox: Outbox) -> list[Duty]:
    """Everything the worker does, in the order in which it does it."""
    hourly = timedelta(hours=1)
    return [
        Duty("write down who read while the database took nothing", store_access_records, of_machine=True),
        Duty("show that it lives", beat, timedelta(seconds=15)),
        Duty("judge again what could not be judged", judge_one),
        Duty("bring back what was left open until now", bring_back),
        Duty("notice who has gone quiet", notice_quiet),
        Duty("work out when logs are due", date_logs, timedelta(minutes=1)),
        Duty("ask who was to be seen", ask_seen, timedelta(minutes=1)),
        Duty("tell on what nobody has taken", escalate),
        Duty("remind who wants to be reminded", remind),
        Duty("say that an advised time is over", tell_timers),
        Duty("remind travellers by the clock they are at", travel, timedelta(minutes=1)),
        Duty("tell on what somebody took who has left", resume, timedelta(minutes=1)),
        Duty("follow up messages that nobody has read", follow_up),
        Duty("name members whom nothing reaches", name_members, timedelta(seconds=30)),
        Duty("send the morning's lists", write_morning_lists, timedelta(minutes=1)),
        Duty(SENDING, outbox.work),
        Duty(FILES, make_files()),
        Duty("tell whose record goes", look_through_records(), timedelta(minutes=1)),
        Duty("erase what is to be erased", erase_due, timedelta(minutes=1)),
        Duty("remove files whose day is over", remove_exports, hourly),
        Duty("seal the audit record", seal_audit, timedelta(minutes=1)),
        Duty("see whether photos can be kept", try_store, timedelta(minutes=1)),
        Duty("remove photo files without a row", sweep_photos, hourly),
        Duty("remove what uploads left behind", sweep_uploads, hourly, of_machine=True),
        Duty("check some photo files", PhotoCheck().some, hourly),
        Duty("forget limits that are over", forget_limits, hourly),
        Duty("forget sessions that are over", forget_sessions, timedelta(days=1)),
        Duty("tell whose tokens end soon", tell_of_tokens, hourly),
        Duty("remove keys that no patient has", sweep_keys, timedelta(days=1)),
        Duty("forget what was kept for taking back a joining", forget_records_before, hourly),
    ]


class Command(BaseCommand):
    help = "Judges the unjudged and sends what is due, until it is told to stop."
    requires_system_checks: list[Any] = []  # the web process makes them, and a worker serves no addresses

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then stop")

    def handle(self, *, once: bool, **options: Any) -> None:
        if settings.REDIS_URL and not once:
            raise CommandError("With MENDLINE_REDIS_URL the worker is Celery's: deploy/start.sh celery, and beat.")
        stop = threading.Event()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        log.info("Worker started.")
        outbox = Outbox(may_still_be_told, pass_on)
        rota, dead_man = Rota(duties(outbox)), DeadMan(settings.DEADMAN_URL, settings.DEADMAN_STAND_IN)
        while not stop.is_set():
            close_old_connections()
            worked = rota.work()
            if not rota.has_failed:
                dead_man.all_went_well()
            if once and not worked and (outbox.is_idle or rota.has_failed):
                break
            if rota.has_failed:
                stop.wait(PAUSE)  # the outbox would not wait while it holds something it cannot mark as sent
            elif not worked:
                outbox.wait(PAUSE)
        try:
            outbox.close()
        except DatabaseError as fault:
            log.error("stopped without marking what was sent, so it will be sent again: %s", fault)
        log.info("Worker stopped.")


class Rota:
    """Whose turn it is: each duty as often as it asks for, and one that fails less and less often.

    A full disk or a long lock fails the same way many times a second, and passes; no fault of one duty holds up the
    others. `clock` counts seconds and is never set back.
    """

    def __init__(self, duties: list[Duty], clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._duties = duties
        self._due_at = dict.fromkeys((duty.name for duty in duties), clock())
        self._failures: dict[str, int] = {}
        self._logged_at: dict[str, float] = {}

    @property
    def has_failed(self) -> bool:
        """Whether the last try of any duty failed."""
        return bool(self._failures)

    def work(self) -> bool:
        """Do each duty whose turn it is; False when none found anything to do."""
        due = [duty for duty in self._duties if self._clock() >= self._due_at[duty.name]]
        return sum(self._do(duty) for duty in due) > 0  # every one of them has its turn

    def _do(self, duty: Duty) -> bool:
        try:
            has_more = bool(duty.run())
        except Exception as fault:
            self._note_failure(duty, fault)
            return False
        self._failures.pop(duty.name, None)
        self._due_at[duty.name] = self._clock() + duty.every.total_seconds()
        return has_more

    def _note_failure(self, duty: Duty, fault: Exception) -> None:
        failures = self._failures[duty.name] = self._failures.get(duty.name, 0) + 1
        now = self._clock()
        self._due_at[duty.name] = now + RETRY_AFTER[min(failures, len(RETRY_AFTER)) - 1]
        if now >= self._logged_at.get(duty.name, now - LOG_EVERY) + LOG_EVERY:
            self._logged_at[duty.name] = now
            # What the database says is clear in one line; anything else is a fault of ours.
            trace = None if isinstance(fault, OperationalError) else fault
            log.error("could not %s, trying again: %s", duty.name, fault, exc_info=trace)


def pass_on(unreached: Delivery) -> None:
    """Tell the next person in place of one who cannot be told."""
    tell_someone_else(unreached, now=timezone.now())


def judge_one() -> bool:
    """Judge the longest-waiting entry that is due to be judged again; False when there is none."""
    now = timezone.now()
    # Nothing waits for longer than the longest pause, unless the clock was set back meanwhile.
    is_due = Q(judge_again_at__lte=now) | Q(judge_again_at__gt=now + max(JUDGE_AGAIN_AFTER))
    due = Entry.objects.unjudged().filter(is_due).order_by("judge_again_at").first()
    if due is None:
        return False
    try:
        judge_again(due.id, now=now)
    except Exception as fault:
        if is_outage(fault):
            raise
        # One entry that cannot be judged at all must not hold up everybody's messages: it goes to the end of the line.
        log.exception("entry %s could not be judged again", due.id)
        leave_unjudged(due, now=now)
    return True


def beat() -> None:
    """Show that a worker runs, for those who rely on its messages."""
    WorkerBeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})


def escalate() -> bool:
    """Take the step that is due of what is open about one patient; False when nothing is."""
    return escalate_next(timezone.now())


def follow_up() -> bool:
    """Follow up the message that is due to be and that nobody has read; False when there is none."""
    return follow_up_next(timezone.now())


def bring_back() -> bool:
    """Bring back what one patient's practice wanted to look at again by now; False when nothing is due."""
    return return_next(timezone.now())


def name_members() -> None:
    """Tell whoever manages a practice that a member cannot be reached."""
    name_unreachable(timezone.now())


def write_morning_lists() -> None:
    """Write to those who are there what is open this morning, where the practice asked for it."""
    send_morning_lists(timezone.now())


def notice_quiet() -> bool:
    """Raise an alert about one patient who has gone quiet with something open; False when there is none."""
    return raise_next_quiet(timezone.now())


def date_logs() -> None:
    """Work out when logs are due where an older version has not."""
    date_the_undated(timezone.now())


def ask_seen() -> None:
    """Ask those who were told to be seen four hours ago, and have said nothing since."""
    while ask_next(timezone.now()):
        pass


def remind() -> bool:
    """Remind some patients whose hour has come, if a log is due; False when it is nobody's hour any more."""
    return all(remind_next(timezone.now()) for _ in range(REMINDERS_A_TIME))


def tell_timers() -> bool:
    """Tell one patient that the time is over which their advice named; False when there is none."""
    return tell_next_timer(timezone.now())


def travel() -> None:
    """Go by the clock of where patients are now."""
    follow_travellers(timezone.now())


def resume() -> None:
    """Let the steps begin again of what somebody took who has left since."""
    resume_dropped(timezone.now())


def store_access_records() -> None:
    """Write down the access records that wait in their file."""
    store_kept()


def make_files() -> Callable[[], bool]:
    """What goes on a little with a file at each call: False when nobody waits for one."""
    maker = Maker()
    return lambda: maker.work(timezone.now())


def look_through_records() -> Callable[[], None]:
    """What looks at some records more at each call: who has not used theirs for as long as it is kept is told so."""
    rounds = Rounds()
    return lambda: rounds.some(timezone.now())


def erase_due() -> bool:
    """Erase one record, or end one account; False when none is due."""
    return erase_next(timezone.now())


def remove_exports() -> None:
    """Remove the files that patients may fetch no more."""
    remove_old(timezone.now())


def seal_audit() -> None:
    """Seal what the audit record says of the last minute."""
    audit.seal()


def sweep_photos() -> None:
    """Delete pictures without a row: an upload that was cut between its file and its row."""
    files.sweep_orphans(ORPHAN_AFTER, timezone.now())


def sweep_uploads() -> None:
    """Delete what lies in the folder for uploads although none of them takes so long."""
    uploads.sweep(uploads.LEFT_OVER_AFTER)


def try_store() -> None:
    """Write down whether the bucket takes photos, for *Needs attention*; a folder is looked at by `/readyz`."""
    now, away = timezone.now(), Upkeep.objects.filter(kind=Upkeep.STORE, failed_at__isnull=False)
    try:
        if try_out := getattr(files.store_of_photos(), "try_out", None):
            try_out()
    except OSError as fault:
        if not away.exists():  # since when stays
            Upkeep.failed(Upkeep.STORE, now, str(fault))
    else:
        away.update(done_at=now, failed_at=None, said="")


class PhotoCheck:
    """Goes through all photos, some at a time: a missing or damaged file is logged long before somebody needs it."""

    def __init__(self) -> None:
        self._checked: UUID | None = None

    def some(self) -> None:
        """Read the next PHOTOS_A_TIME; after the last one, from the beginning again."""
        photos = Photo.objects.order_by("id")
        batch = list((photos.filter(id__gt=self._checked) if self._checked else photos)[:PHOTOS_A_TIME])
        for photo in batch:
            with suppress(PhotoLost):  # the log has said which and why
                files.read(photo)
        self._checked = batch[-1].pk if batch else None


def forget_records_before() -> None:
    """Delete what was kept of records so that a joining could be undone, once it no longer can be."""
    Invitation.objects.forget_records_before(timezone.now())


def forget_sessions() -> None:
    """Delete sessions that ended by themselves: nobody else does, and they hold who was signed in."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def tell_of_tokens() -> None:
    """Tell owners of tokens for programs a week before these end."""
    tell_of_ends(timezone.now())


def sweep_keys() -> None:
    """Erase keys that nobody has had for a month."""
    keys.sweep(timezone.now())


def forget_limits() -> None:
    """Delete the counts of tries whose time is over: Django would do so only once their table is full."""
    limits = connection.ops.quote_name(settings.LIMITS_TABLE)
    with connection.cursor() as cursor:
        over = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute(f"DELETE FROM {limits} WHERE expires < %s", [over])  # noqa: S608 - the name is a setting's
