"""What is done with a backup that was just put back: brought up to date, and each promise of it tried."""

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from accounts import audit
from accounts.keys import store
from accounts.keys.faults import KeysUnavailable
from accounts.models import Patient
from accounts.overwriting import overwrite_what_was_there
from symptoms.journal.erasing import replay
from symptoms.models import Photo
from symptoms.photos.files import PhotoLost, read
from tracker.backups.manifest import Manifest

NAMED_AT_MOST = 20
Say = Callable[[str], object]


def bring_up_to_date(manifest: Manifest, say: Say) -> tuple[dict[str, Any], list[str]]:
    """Run migrations, collect static files, erase again; gives numbers, and what is missing or wrong, in sentences."""
    say("Bringing it up to date: migrations, static files, what was erased since ...")
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    erased = replay()
    removed, _by_model = Photo.objects.filter(pk__in=manifest.removed_meanwhile).delete()
    _end_sessions()
    if erased or removed:
        overwrite_what_was_there(connection.introspection.table_names())
    say("Comparing photos, keys and the audit record ...")
    checked, lost = _photos()
    before = sorted(lost & set(manifest.missing))
    found = audit.verify()
    missing = [*_keys(), *_lost(lost - set(before)), *found.wrong]
    facts = {
        "rows": sum(count for count, _digest in manifest.tables.values()), "photos": checked,
        "missing_before": before, "erased_again": erased, "removed_again": removed,
        "audit_records": found.rows + found.unsealed, "last_seal": f"{found.seals}:{found.digest}",
    }  # fmt: skip
    return facts, missing


def _end_sessions() -> None:
    """Everybody signs in again: a session that was ended since the backup must not go on."""
    UserSession.objects.all().delete()
    Session.objects.all().delete()


def _keys() -> list[str]:
    """What is wrong with the store of keys: the site does not start without them."""
    try:
        is_begun = store.check()
        there = store.ids()
    except KeysUnavailable as fault:
        return [f"{fault}. No note and no photo can be read until then."]
    without = [str(pk) for pk, keys in Patient.objects.values_list("pk", "data_keys") if not set(keys) <= there]
    if without and not is_begun:
        return ["The store of keys is empty: put it back with restore --keys. No note and no photo can be read before."]
    if without:
        return [f"The keys of {len(without)} patients are missing, and what they wrote with them: {_some(without)}."]
    return []


def _photos() -> tuple[int, set[str]]:
    """How many photos could be read, and the ids of those that could not."""
    checked, lost = 0, set()
    for photo in Photo.objects.order_by("id").iterator():
        try:
            read(photo)
            checked += 1
        except PhotoLost:
            lost.add(str(photo.pk))
        except KeysUnavailable:  # that is said of all of them
            return checked, set()
    return checked, lost


def _lost(photos: set[str]) -> list[str]:
    return [f"{len(photos)} photos are missing or damaged: {_some(sorted(photos))}."] if photos else []


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:NAMED_AT_MOST]) + (" and more" if len(ids) > NAMED_AT_MOST else "")
