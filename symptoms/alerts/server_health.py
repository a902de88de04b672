"""What only who runs the server can mend: worker, mail server, disk, the key for push, the rules' review."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Q, QuerySet, Subquery
from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.keys import patients, store
from accounts.keys.faults import KeysUnavailable
from accounts.models import AccountMail, Practice
from symptoms.alerts.server_figures import figures, free_on_the_disk
from symptoms.messages.channels.email import RECIPIENT_REFUSED
from symptoms.messages.push_keys import public_key
from symptoms.messages.retries import took_since
from symptoms.messages.standstill import is_standing_still
from symptoms.models import Assessment, Delivery, Upkeep, WorkerBeat
from symptoms.recovery.protocol import REVIEW_BY, VERSION
from symptoms.wording import attention as words
from symptoms.wording.attention import Item, Kind, soonest_first

NEARLY_FULL, FULL = 2_000_000_000, 250_000_000  # bytes that are left
REVIEW_SAID = timedelta(days=14)
COPY_IS_OLD = timedelta(days=2)  # of the keys: whoever came since would lose what they wrote with the disk
TRIED = 2  # one try may have met a server that was just starting again


def questions(practice: Practice, now: datetime) -> dict[str, Any]:
    """What a practice's statement asks along, for `server_items`; of its own mail alone: that of others is not told."""
    own = Delivery.objects.filter(practice=practice, channel=Delivery.EMAIL)
    doubts = {f"server_{name}": Subquery(rows) for name, rows in _doubts(own, "recipient").items()}
    beat = {"server_alive": WorkerBeat.alive(now), "server_beat": Subquery(WorkerBeat.objects.values("at")[:1])}
    return {**beat, **doubts, "server_store": Subquery(_store_away().values("failed_at")[:1])}


def server_items(known: Mapping[str, Any], now: datetime, zone: ZoneInfo, *, with_push: bool) -> Iterator[Item]:
    """What is wrong with the server. `known`: answers to `questions`; `with_push`: whether anybody relies on push."""
    if not known["server_alive"]:
        yield words.silent_worker(known["server_beat"], zone)
    doubted = [at for at in (known["server_not_taken"], known["server_refused"]) if at]
    if doubted and not took_since(Delivery.EMAIL, max(doubted)):
        yield words.dead_mail_server(max(doubted), zone)
    if known["server_store"]:
        yield words.photos_not_taken(known["server_store"], zone)
    yield from _of_the_machine(now, zone, with_push)


def all_server_items(now: datetime, zone: ZoneInfo) -> list[Item]:
    """The same for who runs the server, by the messages of all, the most pressing first."""
    beat = WorkerBeat.objects.values_list("at", flat=True).first()
    known: dict[str, Any] = {"server_alive": WorkerBeat.is_alive(now), "server_beat": beat}
    known["server_store"] = _store_away().values_list("failed_at", flat=True).first()
    messages = _doubts(Delivery.objects.filter(channel=Delivery.EMAIL), "recipient")
    letters = _doubts(AccountMail.objects.all(), "to")
    for name in messages:
        newest = [row[0] for rows in (messages[name], letters[name]) for row in rows]
        known[f"server_{name}"] = max(newest, default=None)
    items = [*server_items(known, now, zone, with_push=True), *_of_the_keys(now, zone), *_of_backups(now, zone)]
    is_explained = any(item.kind in (Kind.WORKER, Kind.MAIL_SERVER) for item in items)
    if not is_explained and is_standing_still(now):
        items.append(words.messages_standing_still())
    return soonest_first(items)


def _of_the_keys(now: datetime, zone: ZoneInfo) -> Iterator[Item]:
    """What is wrong with the patients' keys; asked for whoever runs the server alone, since all patients are read."""
    try:
        if not store.all_is_sealed():
            yield words.not_all_sealed()
        if without := patients.without_key():
            yield words.keys_missing(without)
    except KeysUnavailable as fault:
        yield words.keys_unavailable(str(fault))
    copied = Upkeep.objects.filter(kind=Upkeep.Kind.KEYS).values_list("done_at", flat=True).first()
    if not settings.DEBUG and (copied is None or copied < now - COPY_IS_OLD):
        yield words.old_copy_of_keys(copied, zone)


def _of_backups(now: datetime, zone: ZoneInfo) -> Iterator[Item]:
    """A backup or a drill that is too old, or did not go well."""
    known = {row.kind: row for row in Upkeep.objects.all()}
    backup, drill = (known.get(kind, Upkeep()) for kind in (Upkeep.Kind.BACKUP, Upkeep.Kind.DRILL))
    hours, days = timedelta(hours=settings.BACKUP_WITHIN), timedelta(days=settings.DRILL_WITHIN)
    if hours and (backup.done_at is None or backup.done_at < now - hours):
        yield words.no_backup(backup.done_at, backup.said, zone)
    if days and (drill.done_at is None or drill.done_at < now - days or drill.said):
        yield words.no_drill(drill.done_at, drill.said, zone)


def _store_away() -> QuerySet[Upkeep]:
    """The row that says so, while the worker finds that the store takes no photos: no page asks the store itself."""
    return Upkeep.objects.filter(kind=Upkeep.STORE, failed_at__isnull=False)


def _of_the_machine(now: datetime, zone: ZoneInfo, with_push: bool) -> Iterator[Item]:
    free = free_on_the_disk()
    if free < NEARLY_FULL:
        yield words.full_disk(free, is_full=free < FULL)
    if with_push and not public_key():
        yield words.lost_push_keys()
    today = now.astimezone(zone).date()
    if today >= REVIEW_BY - REVIEW_SAID:
        yield words.protocol_to_review(VERSION, REVIEW_BY, today)


def _doubts(mail: QuerySet[Any], recipient: str) -> dict[str, QuerySet[Any]]:
    """Since when the server is in doubt, one row at most each: it is dead where nothing was taken after that.

    By the newest mail that it did not take although nobody refused it; and, as one full mailbox says nothing of a
    server, by the newest refusal of one recipient before that of another.
    """
    waiting = mail.filter(sent_at=None, failed_at=None)
    about_server = ~Q(last_error="") & ~Q(last_error__startswith=RECIPIENT_REFUSED)
    not_taken = waiting.filter(about_server, refused_at=None, attempts__gte=TRIED).order_by("-created_at")
    refused = waiting.filter(refused_at__isnull=False).order_by().values(recipient)
    by_recipient = refused.annotate(newest=Max("created_at")).order_by("-newest")
    return {
        "not_taken": not_taken.values_list("created_at")[:1],
        "refused": by_recipient.values_list("newest")[1:2],
    }


def server_numbers(now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What there is on the whole site, in words and numbers; nothing of any patient or practice alone."""
    known = figures(now)
    compared = Assessment.objects.order_by("-id").values_list("made_at", flat=True).first()
    return [
        (_("Clinics"), str(known.clinics)),
        (_("Members"), str(known.members)),
        (_("Patients"), str(known.patients)),
        (_("Last log compared"), _at(compared, zone)),
        (_("Logs that could not be compared yet"), str(known.not_compared)),
        (_("Worker last seen"), _at(known.beat, zone)),
        (_("Messages that wait"), str(known.about_patients.number)),
        (_("The oldest of them"), _at(known.about_patients.since, zone)),
        (_("Messages given up in a week"), str(known.about_patients.given_up)),
        (_("E-mails about accounts that wait"), str(known.about_accounts.number)),
        (_("Last backup"), _at(known.done.get(Upkeep.Kind.BACKUP), zone)),
        (_("Last drill that went well"), _at(known.done.get(Upkeep.Kind.DRILL), zone)),
        (_("Free on the disk"), filesizeformat(known.free)),
    ]


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return date_format(moment.astimezone(zone), _("j F, H:i")) if moment else _("none")
