"""A backup: whole or not there, of one moment, sealed, made while people go on, and gone when its time is over."""

import shutil
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.keys import store
from accounts.keys.master import new_line
from symptoms.journal.photos import remove_photo
from symptoms.models import Entry, Photo, Upkeep
from symptoms.photos.storage import StoreAway
from tests import images, people
from tests.treatments import attached, logged, pen
from tests.tries import tries
from tracker.backups import archive, files, making, pool, rows
from tracker.backups.faults import Refused
from tracker.backups.key_copies import copy_keys, put_keys_back
from tracker.backups.keys import backup_keys
from tracker.backups.making import make_backup
from tracker.backups.retention import that_stay

NOW = timezone.now()
WRITERS = tries(4, 20)  # who log while a backup is made


def manifest(made):
    with archive.opened(made.path, backup_keys()) as found:
        return found.manifest


def rows_of(made, folder):
    """The rows of a backup, from its file alone."""
    with archive.opened(made.path, backup_keys()) as found:
        content = b"".join(archive.pieces(found))
    (folder / "rows").write_bytes(content)
    return folder / "rows"


def listed(path) -> str:
    """Everything that stands in a file of rows, as text."""
    if connection.vendor == "sqlite":
        return path.read_bytes().decode(errors="replace")
    return subprocess.run(["pg_restore", "--file=-", path], capture_output=True, check=True, text=True).stdout


def test_it_holds_rows_and_photos_of_one_moment_and_shows_nobody_who_is_in_it(site, session, tmp_path):
    made = make_backup(NOW)
    found = manifest(made)
    assert set(found.photos) == set(Photo.objects.values_list("key", flat=True)) and made.added == 2
    for name, facts in found.photos.items():
        content = pool.content_of(site.backups, backup_keys()[0], name, facts)
        assert content == (site.photos / name).read_bytes()
    assert found.tables["symptoms_entry"][0] == Entry.objects.count() == 1
    assert found.tables == rows.in_database().tables
    assert "Ana Marrowby" in listed(rows_of(made, tmp_path))
    lying = b"".join(path.name.encode() + path.read_bytes() for path in site.backups.rglob("*") if path.is_file())
    patient = session.patient
    for told in ("Ana Marrowby", str(patient.pk), patient.pk.hex, *found.photos):
        assert told.encode() not in lying
    key = store.unwrapped(UUID(patient.data_keys[-1]))
    assert key not in lying and all(path.read_bytes() not in lying for path in site.keys.glob("*-*"))
    modes = {path.stat().st_mode & 0o077 for path in site.backups.rglob("*") if path.is_file()}
    assert modes == {0} and not (site.data / making.UNDER_WAY).exists()


def test_the_next_one_reads_new_photos_only_mends_what_was_cut_and_has_what_was_lost_here(site, session):
    make_backup(NOW)
    (site.photos / Photo.objects.earliest("day").key).unlink()
    assert len(manifest(make_backup(NOW + timedelta(hours=1))).photos) == 2
    attached(session, day=3, data=images.photo((3, 90, 9)))
    pool.place_of(site.backups, backup_keys()[0], Photo.objects.get(day=2).key).write_bytes(b"cut")
    made = make_backup(NOW + timedelta(days=1))
    assert made.added == 2 and len(manifest(made).photos) == 3
    for name, facts in manifest(made).photos.items():
        assert pool.content_of(site.backups, backup_keys()[0], name, facts)


@contextmanager
def after_the_rows(act):
    """Somebody does something between the moment of the rows and that of the photos."""
    take = rows.take

    def taken(path):
        found = take(path)
        act()
        return found

    with patch.object(rows, "take", taken):
        yield


@pytest.mark.faults("F13")
def test_a_photo_that_somebody_removes_meanwhile_is_named_and_so_is_one_that_was_missing(site, session):
    one, other = Photo.objects.order_by("day")
    (site.photos / other.key).unlink()
    with after_the_rows(lambda: remove_photo(one.pk, by=session.patient.user)):
        found = manifest(make_backup(NOW))
    assert (found.removed_meanwhile, found.missing, found.photos) == ([str(one.pk)], [str(other.pk)], {})


@pytest.mark.faults("F13")
@pytest.mark.parametrize("how", ["gone", "nothing mounted", "unreachable", "breaks off"])
def test_while_the_store_of_photos_is_away_no_backup_is_made_and_the_next_one_has_them(site, session, monkeypatch, how):
    before = make_backup(NOW - timedelta(days=1))
    attached(session, day=3, data=images.photo((3, 90, 9)))
    away, store = site.photos.with_name("away"), type(storages["photos"])
    with monkeypatch.context() as broken:
        if how in ("gone", "nothing mounted"):
            site.photos.rename(away)
        if how == "nothing mounted":
            site.photos.mkdir()
        if how in ("unreachable", "breaks off"):
            kind = ConnectionError if how == "unreachable" else StoreAway
            broken.setattr(store, "_open", lambda *given: raised(kind))
            broken.setattr(store, "listdir", lambda *given: raised(StoreAway))
        with pytest.raises(CommandError, match="No backup was made: the store of photos"):
            call_command("backup")
    assert "the store of photos" in Upkeep.objects.get().said
    assert files.backups_in(site.backups, archive.KIND) == [before.path]
    if away.exists():
        shutil.rmtree(site.photos, ignore_errors=True)
        away.rename(site.photos)
    found = manifest(make_backup(NOW))
    assert len(found.photos) == 3 and not found.missing


def raised(kind: type[Exception]):
    raise kind("away")


@pytest.mark.faults("F13")
@pytest.mark.parametrize("place", ["archive", "pool", "rows"])
def test_one_that_is_cut_short_is_never_taken_for_a_whole_one_and_leaves_the_others(site, session, place):
    before = make_backup(NOW - timedelta(days=60))
    attached(session, day=3, data=images.photo((3, 90, 9)))
    full = OSError(28, "No space left on device")
    broken = {"archive": (archive.manifests, "write"), "pool": (pool, "_put"), "rows": (rows, "take")}[place]
    named_meanwhile = []

    def fail(*_given):
        named_meanwhile.extend(files.backups_in(site.backups, archive.KIND))
        raise full

    with patch.object(*broken, side_effect=fail), pytest.raises(Refused, match="No space left"):
        make_backup(NOW)
    assert named_meanwhile == [before.path]  # killed at that moment, it would have left no more
    assert files.backups_in(site.backups, archive.KIND) == [before.path]
    assert not list(site.backups.rglob("*.part")) and not (site.data / making.UNDER_WAY).exists()
    assert manifest(before).photos.keys() <= manifest(make_backup(NOW)).photos.keys()


def test_what_one_that_was_killed_left_behind_is_no_backup_and_goes(site, session):
    (site.backups / "mendline-20261129T030000.000000Z.backup.part").write_bytes(b"half")
    (site.data / making.UNDER_WAY).mkdir()
    (site.data / making.UNDER_WAY / "rows").write_text("Ana Marrowby")
    made = make_backup(NOW)
    assert files.backups_in(site.backups, archive.KIND) == [made.path]
    assert not list(site.backups.glob("*.part")) and not (site.data / making.UNDER_WAY).exists()


@pytest.mark.faults("F13")
def test_while_people_log_each_backup_has_what_was_acknowledged_before_it_and_nobody_is_refused(site, noor, noted):
    at = noor.membership.practice
    sessions = [pen(people.patient(at, f"P{number}"), days_ago=40, by=noor) for number in range(WRITERS)]
    acknowledged, failed, stop = [], [], threading.Event()

    def write(session) -> None:
        try:
            for day in range(40):
                acknowledged.append(str(logged(session, day).entry.pk))
                if stop.is_set():
                    break
        except Exception as fault:
            failed.append(fault)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[session]) for session in sessions]
    for writer in writers:
        writer.start()
    made = []
    for number in range(tries(2, 10)):
        before = len(acknowledged)
        made.append((before, manifest(make_backup(NOW + timedelta(minutes=number))).tables["symptoms_entry"][0]))
    stop.set()
    for writer in writers:
        writer.join()
    noted(len(made) * WRITERS, lost=sum(held < before for before, held in made))
    assert failed == []
    assert Entry.objects.count() == len(acknowledged)


def test_two_at_once_are_one_and_a_folder_that_is_away_or_a_key_that_is_missing_is_said(site, session, settings):
    with files.alone_in(site.backups, "X"), pytest.raises(Refused, match="another backup or drill is at work"):
        make_backup(NOW)
    settings.BACKUP_DIR = site.backups / "unmounted"
    with pytest.raises(CommandError, match="No backup was made: there is no folder"):
        call_command("backup")
    assert "there is no folder" in Upkeep.objects.get().said
    settings.BACKUP_DIR, settings.BACKUP_KEY_FILE = site.backups, None
    with pytest.raises(CommandError, match="there is no backup key: name its file in MENDLINE_BACKUP_KEY_FILE"):
        call_command("backup")
    settings.BACKUP_KEY_FILE = site.backup_key
    call_command("backup")
    assert Upkeep.objects.get().said == "" and Upkeep.objects.get().done_at
    with patch.object(making.shutil, "disk_usage") as usage, pytest.raises(Refused, match="1 MB left"):
        usage.return_value.free = 1_000_000
        make_backup(NOW)


@given(st.sets(st.integers(0, 24 * 90), min_size=1, max_size=60), st.integers(1, 35), st.integers(0, 5))
def test_what_stays_is_the_newest_of_each_day_and_week_and_nothing_older_than_35_days(hours, days, weeks):
    now = datetime(2026, 11, 29, 3, tzinfo=UTC)
    made = [now - timedelta(hours=ago) for ago in hours]
    stay = that_stay(made, days=days, weeks=weeks, now=now)
    assert max(made) in stay and all(now - moment <= timedelta(36) for moment in stay - {max(made)})
    for moment in made:
        if now.date() - moment.date() < timedelta(days):
            assert max(other for other in made if other.date() == moment.date()) in stay
    by_day = Counter(moment.date() for moment in stay)
    assert set(by_day.values()) <= {1} and len(by_day) <= days + weeks + 1


def test_a_photo_goes_with_the_last_backup_that_names_it_and_stays_while_one_cannot_be_opened(site, session, settings):
    settings.BACKUP_DAYS, settings.BACKUP_WEEKS = 2, 0
    first = make_backup(NOW - timedelta(days=2))
    gone = Photo.objects.earliest("day")
    remove_photo(gone.pk, by=session.patient.user)
    place = pool.place_of(site.backups, backup_keys()[0], gone.key)
    second = make_backup(NOW - timedelta(days=1))
    key = site.backup_key.read_text()
    site.backup_key.write_text(new_line() + "\n")
    third = make_backup(NOW)
    assert third.removed == [first.path] and place.exists()
    site.backup_key.write_text(site.backup_key.read_text() + key)
    shutil.copy(second.path, first.path)
    assert make_backup(NOW + timedelta(minutes=1)).removed == [first.path, third.path] and not place.exists()
    assert len(list((site.backups / "photos").glob("*/*"))) == 2  # of one photo, under each key


def test_the_keys_are_copied_apart_and_can_be_put_back_into_an_empty_store_alone(site, session, settings, tmp_path):
    (site.keys / "erased").mkdir()
    (site.keys / "erased" / "register.jsonl").write_text('{"patient": "x"}\n')
    path, count, over = copy_keys(NOW)
    assert count == len([name for name in site.keys.rglob("*") if name.is_file()]) and over == []
    with pytest.raises(Refused, match="is not empty"):
        put_keys_back(path)
    settings.KEYS_DIR = tmp_path / "new-keys"
    settings.STORAGES = settings.STORAGES | {
        "keys": settings.STORAGES["keys"] | {"OPTIONS": {"location": settings.KEYS_DIR}}
    }
    content = path.read_bytes()
    for wrong in (content[:-40], content[:200] + bytes([content[200] ^ 1]) + content[201:]):
        path.write_bytes(wrong)
        with pytest.raises(Refused, match="cannot be used"):
            put_keys_back(path)
        assert not settings.KEYS_DIR.exists()
    path.write_bytes(content)
    put_keys_back(path)
    both = [{each.name: each.read_bytes() for each in folder.rglob("*") if each.is_file()}
            for folder in (site.keys, settings.KEYS_DIR)]  # fmt: skip
    assert both[0] == both[1]
    store.forget_unwrapped()
    assert store.check() and Entry.objects.get().note == "zq9-note"


def test_an_erased_key_is_in_no_copy_after_its_days(site, session, settings):
    settings.KEYS_BACKUP_DAYS = 7
    first, _count, _over = copy_keys(NOW - timedelta(days=7, minutes=1))
    store.forget(UUID(session.patient.data_keys[0]))
    _path, _count, over = copy_keys(NOW)
    assert over == [first] and not first.exists()


def test_a_key_is_made_once_and_never_written_over(site, settings, tmp_path, capsys):
    settings.BACKUP_KEY_FILE = tmp_path / "made"
    call_command("make_backup_key")
    was = settings.BACKUP_KEY_FILE.read_text()
    with pytest.raises(CommandError, match="stays as it is"):
        call_command("make_backup_key")
    assert settings.BACKUP_KEY_FILE.read_text() == was and settings.BACKUP_KEY_FILE.stat().st_mode & 0o077 == 0


def test_without_postgresql_s_programs_a_sentence_says_which_to_install(site, monkeypatch):
    from tracker.backups import postgres

    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match="pg_dump is not installed here: install its client programs"):
        postgres.dump(connection, "x", site.data / "rows")
