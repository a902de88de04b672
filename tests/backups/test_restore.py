"""Putting a backup back: all of it or nothing, with what is missing named, and nobody brought back who was erased."""

import json
import shutil
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from celery.utils.dispatch import Signal
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts import audit
from accounts.audit_guards import put_guards, remove_guards
from accounts.keys import sealing, store
from accounts.keys.master import make_file, new_line
from accounts.models import AccountMail, AuditRecord, Patient, User
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import write_note
from symptoms.journal.erasing import ask_erasure, erase_next
from symptoms.journal.photos import remove_photo
from symptoms.models import Alert, Delivery, Entry, Photo
from symptoms.photos import files
from tests import images, people
from tests.backups.conftest import live_in
from tests.backups.places import database
from tests.treatments import attached, logged, pen
from tracker import celery, preflight
from tracker.backups import archive, manifest, pool, proving, restoring, rows
from tracker.backups.faults import Refused
from tracker.backups.making import make_backup
from tracker.backups.restoring import restore

NOW = timezone.now()


@pytest.fixture(autouse=True)
def collected(monkeypatch):
    """Static files are collected where a whole process restores, in production (test_drill.py)."""
    call = proving.call_command
    monkeypatch.setattr(proving, "call_command", lambda name, **given: name == "collectstatic" or call(name, **given))


@contextmanager
def elsewhere(settings, site, tmp_path, name="restored"):
    """An empty place, with the keys as they are now copied beside it."""
    data, keys = tmp_path / name, tmp_path / f"{name}-keys"
    data.mkdir(mode=0o700)
    shutil.copytree(site.keys, keys)
    live_in(settings, data, keys)
    try:
        with database(data, is_empty=True):
            yield data
    finally:
        live_in(settings, site.data, site.keys)


def put_back(path, **given):
    return restore(path, say=lambda line: None, **given)


def test_everything_is_there_again_and_can_be_read(site, session, settings, tmp_path):
    (site.data / "push-keys.json").write_text('{"public": "x"}')
    made, pictures = make_backup(NOW), {photo.pk: files.read(photo) for photo in Photo.objects.all()}
    with elsewhere(settings, site, tmp_path) as data:
        restored = put_back(made.path)
        assert restored.missing == [] and restored.facts["photos"] == 2 and restored.facts["erased_again"] == 0
        there = rows.in_database().tables
        assert there.pop("symptoms_upkeep") != made.manifest.tables["symptoms_upkeep"]  # the question of what is sent
        assert there.items() <= made.manifest.tables.items() and len(there) == len(made.manifest.tables) - 1
        assert {photo.pk: files.read(photo) for photo in Photo.objects.all()} == pictures
        assert Entry.objects.get().note == "zq9-note" and (data / "push-keys.json").read_text() == '{"public": "x"}'
        preflight.refuse_unready()
        modes = {path.stat().st_mode & 0o077 for path in data.rglob("*") if path.is_file()}
        assert modes == {0} and not (data / preflight.RESTORING).exists()


def test_nothing_is_written_over(site, session, settings, tmp_path):
    made = make_backup(NOW)
    with pytest.raises(Refused, match="is not empty"):
        put_back(made.path)
    assert Entry.objects.get().note == "zq9-note"
    with elsewhere(settings, site, tmp_path) as data:
        (data / "photos" / "a").mkdir(parents=True)
        (data / "photos" / "a" / "b.jpg").touch()
        with pytest.raises(Refused, match=r"is not empty \(photos\)"):
            put_back(made.path)
        shutil.rmtree(data / "photos")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE somebody_s (id integer)")
            with pytest.raises(Refused, match="has tables already"):
                put_back(made.path)
        assert list(data.iterdir()) == []


def cut(content: bytes) -> bytes:
    return content[:-100]


def changed(content: bytes) -> bytes:
    return content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]


def refused(path, words: str, data: Path, **given) -> None:
    """It is refused in these words, and nothing was written."""
    with pytest.raises(Refused, match=words):
        put_back(path, **given)
    assert list(data.iterdir()) == []


@pytest.mark.faults("F13")
def test_one_that_is_cut_changed_or_of_another_key_release_or_database_is_refused(site, session, settings, tmp_path):
    made = make_backup(NOW)
    content, key = made.path.read_bytes(), site.backup_key.read_text()
    with elsewhere(settings, site, tmp_path) as data:
        for spoiled in (cut, changed, lambda content: b"", lambda content: b"PK" + content):
            made.path.write_bytes(spoiled(content))
            refused(made.path, f"the backup {made.path.name} cannot be used: it ", data)
        made.path.write_bytes(content)
        site.backup_key.write_text(new_line() + "\n")
        refused(made.path, "was sealed by the backup key [0-9a-f]{16}, and given is", data)
        site.backup_key.write_text(key)
        settings.BACKUP_KEY_FILE = None
        refused(made.path, "there is no backup key", data)
        settings.BACKUP_KEY_FILE = site.backup_key
        for name, value in (("release", "9.0.0"), ("migrations", [["symptoms", "9999_from_tomorrow"]])):
            said = manifest.Manifest(**{**vars(made.manifest), name: value})
            archive.write(made.path, restoring.backup_keys()[0], said, site.backup_key)
            refused(made.path, "made by a newer Mendline", data)
        said = manifest.Manifest(**{**vars(made.manifest), "database": "another"})
        archive.write(made.path, restoring.backup_keys()[0], said, site.backup_key)
        refused(made.path, "records are not moved from one to the other", data)
        refused(site.backups / "none", "there is no backup", data)


def test_photos_that_the_backup_has_lost_are_refused_first_and_named_where_one_goes_on(
    site, session, settings, tmp_path
):
    made = make_backup(NOW)
    name = next(iter(made.manifest.photos))
    place = pool.place_of(site.backups, restoring.backup_keys()[0], name)
    place.write_bytes(changed(place.read_bytes()))
    with elsewhere(settings, site, tmp_path) as data:
        refused(made.path, r"1 of the 2 photos .* --accept-missing", data)
        restored = put_back(made.path, accepts_missing=True)
        photo = str(Photo.objects.get(key=name).pk)
        assert restored.missing == [
            f"1 photos are missing or damaged: {photo}.", "1 photos were missing or changed in the backup.",
        ]  # fmt: skip


FULL = OSError(28, "No space left on device")


@pytest.mark.faults("F13")
@pytest.mark.parametrize("place", ["photo", "rows"])
def test_a_disk_that_fills_is_said_and_nothing_half_restored_is_left(site, session, settings, tmp_path, place):
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path) as data:
        if place == "photo":
            saved, save = [], restoring.store_of_photos().save

            def fill(name, content):
                if saved:
                    raise FULL
                return saved.append(save(name, content))

            broken = patch.object(type(restoring.store_of_photos()), "save", side_effect=fill)
        else:
            broken = patch.object(restoring.archive, "pieces", side_effect=[iter([b"x"]), FULL])
        with broken:
            refused(made.path, r"could not be written \(No space left on device\). Nothing of it was left", data)
        with patch.object(restoring, "disk_usage") as usage:
            usage.return_value.free = 1_000_000
            refused(made.path, "has 1 MB left", data)
        assert put_back(made.path).missing == []


@pytest.mark.faults("F13")
def test_a_restore_that_stopped_half_way_starts_no_server(site, session, settings, tmp_path):
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        with (
            patch.object(restoring, "bring_up_to_date", side_effect=CommandError("no such thing")),
            pytest.raises(Refused, match=r"but then: no such thing. The site does not start so"),
        ):
            put_back(made.path)
        with pytest.raises(preflight.CannotStart, match="did not come to its end"):
            preflight.refuse_unready()
        with pytest.raises(Refused, match="is not empty"):
            put_back(made.path)


def test_rows_that_are_not_those_of_the_backup_are_found(site, session, settings, tmp_path):
    made = make_backup(NOW)
    take = rows.in_database
    with elsewhere(settings, site, tmp_path), patch.object(restoring.rows, "in_database") as found:
        found.side_effect = lambda: (Entry.objects.update(day=2), take())[1]
        with pytest.raises(Refused, match="not those of the backup"):
            put_back(made.path)


def test_what_is_missing_is_named_photos_keys_and_a_changed_audit_record(site, session, settings, tmp_path):
    one = Photo.objects.earliest("day")
    (site.photos / one.key).unlink()
    audit.seal()
    remove_guards(connection)
    AuditRecord.objects.filter(pk=AuditRecord.objects.earliest("pk").pk).update(what="nothing")
    put_guards()
    made = make_backup(NOW)
    assert made.manifest.missing == [str(one.pk)]
    with elsewhere(settings, site, tmp_path):
        for path in settings.KEYS_DIR.glob(f"{session.patient.data_keys[0]}.*"):
            path.unlink()
        restored = put_back(made.path)
        missing = restored.missing
    assert missing[0].startswith("The keys of 1 patients are missing") and str(session.patient.pk) in missing[0]
    assert missing[1] == f"1 photos are missing or damaged: {Photo.objects.latest('day').pk}."
    assert restored.facts["missing_before"] == [str(one.pk)], "that is no fault of the backup"
    assert missing[2].startswith("Seal 1 does not fit records")


def test_without_the_store_of_keys_it_is_said_and_so_it_is_of_another_master_key(site, session, settings, tmp_path):
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        shutil.rmtree(settings.KEYS_DIR)
        assert put_back(made.path).missing[0].startswith("The store of keys is empty")
    with elsewhere(settings, site, tmp_path, "again"):
        settings.MASTER_KEY_FILE = tmp_path / "another"
        make_file(settings.MASTER_KEY_FILE)
        store.forget_unwrapped()
        assert "wrapped by the master key" in put_back(made.path).missing[0]


def test_a_photo_that_was_removed_while_the_backup_was_made_stays_removed(site, session, settings, tmp_path):
    gone = Photo.objects.earliest("day")
    take = rows.take

    def taken(path):
        found = take(path)
        remove_photo(gone.pk, by=session.patient.user)
        return found

    with patch.object(rows, "take", taken):
        made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        restored = put_back(made.path)
        assert restored.facts["removed_again"] == 1 and restored.missing == []
        assert not Photo.objects.filter(pk=gone.pk).exists()


def test_everybody_signs_in_again(site, session, settings, tmp_path):
    browser = people.signed_in(session.patient)
    assert browser.get("/today/").status_code == 200
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        put_back(made.path)
        assert browser.get("/today/").status_code == 302


def of_celery(begins: Signal) -> int:
    """With which status a program of Celery's ends as it begins; of those who are told of it, ours alone is asked."""
    (ours,) = [told for told in begins._live_receivers(None) if told.__module__ == celery.__name__]
    with pytest.raises(SystemExit) as ended:
        ours()
    return ended.value.code


SENDERS = {
    "worker": lambda: preflight.manage(["manage.py", "run_worker", "--once"]),
    "Celery's worker": lambda: of_celery(celery.signals.worker_init),
    "its beat": lambda: of_celery(celery.signals.beat_init),
}


@pytest.mark.parametrize(("option", "due"), [("--send", 1), ("--let-go", 0)])
def test_what_may_have_been_sent_since_the_backup_waits_until_somebody_has_decided(
    site, session, settings, tmp_path, capsys, option, due
):
    logged(session, 3, signs=["pus"])
    AccountMail.objects.create(to="a@example.org", subject="s", body="a link")
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        call_command("restore", made.path)
        said = "1 messages about patients and 1 letters about accounts waited to be sent"
        assert said in capsys.readouterr().err
        preflight.refuse_unready()  # the server starts, and says that nobody is told
        for start in SENDERS.values():
            assert start() == 1 and said in capsys.readouterr().err
            call_command("after_restore")  # which changes nothing
            assert said in capsys.readouterr().out
        call_command("after_restore", option)
        preflight.refuse_unanswered()
        assert [kind.objects.due(timezone.now()).count() for kind in (Delivery, AccountMail)] == [due, due]
        assert Alert.objects.open().exists()
        assert (AccountMail.objects.get().body == "") == (option == "--let-go")
        call_command("after_restore")
        assert "Nothing was put back" in capsys.readouterr().out


def test_the_command_takes_the_newest_lists_them_and_ends_with_a_fault_where_something_is_missing(
    site, session, settings, tmp_path, capsys
):
    make_backup(NOW - timedelta(days=1))
    made = make_backup(NOW)
    with elsewhere(settings, site, tmp_path):
        with pytest.raises(CommandError, match="Nothing was restored: there is no backup"):
            call_command("restore", site.backups / "none")
        call_command("restore", "--list")
        assert made.path.name in capsys.readouterr().out.splitlines()[-1]
        call_command("restore", "--json")
        assert json.loads(capsys.readouterr().out)["photos"] == 2
    with elsewhere(settings, site, tmp_path, "again"):
        shutil.rmtree(settings.KEYS_DIR)
        with pytest.raises(CommandError, match=r"(?s)not all is well:\nThe store of keys is empty.*It would not start"):
            call_command("restore", made.path)


# --- somebody who was erased after the backup was made

WORDS = ("Tilda Quennell", "tilda.quennell@example.org", "020 7946 0777", "zq9-secret", "zq9-clinic", "LOT-ZQ9")


@pytest.fixture
def tilda(noor):
    """With something of hers wherever something can be written in words."""
    who = people.patient(noor.membership.practice, WORDS[0], WORDS[1], phone=WORDS[2])
    made = pen(who, days_ago=4, by=noor, areas_other="zq9-secret place", cartridge_lot="LOT-ZQ9")
    logged(made, 2, note="zq9-secret note", pain=3, signs=["pus"])
    attached(made, day=2, data=images.photo((77, 10, 60)))
    write_to_practice(made, id=uuid4(), text="zq9-secret question", by=who.user, now=NOW)
    write_note(made, id=uuid4(), text="zq9-clinic inside", for_patient=False, by=noor, now=NOW)
    people.signed_in(who).get("/today/")
    return who


def erased(patient: Patient) -> None:
    ask_erasure(patient, by=patient.user, now=NOW - timedelta(days=8))
    while erase_next(NOW):
        pass
    AccountMail.objects.update(sent_at=NOW)
    while erase_next(NOW + timedelta(minutes=1)):
        pass
    assert not User.objects.filter(email=WORDS[1]).exists()


def every_key() -> list[bytes]:
    """Whatever could open anything: the master keys, and each key of the store."""
    store.forget_unwrapped()
    return [*(store.unwrapped(UUID(id)) for id in store.ids()), *(master.secret for master in store.master_keys())]


def opens(sealed: bytes, photo: Photo, keys: list[bytes]) -> bool:
    """Whether any of the keys opens a photo as it lies in a store, for somebody who knows how it was sealed."""
    header, rest = sealed[: sealing.HEADER], sealed[sealing.HEADER :]
    for key in keys:
        with suppress(InvalidTag):
            AESGCM(key).decrypt(rest[: sealing.NONCE], rest[sealing.NONCE :], header + f"photo\0{photo.pk}".encode())
            return True
    return False


def everything_in(data: Path) -> bytes:
    """Each byte of the restored folder; of PostgreSQL each value of each row."""
    found = [path.name.encode() + path.read_bytes() for path in data.rglob("*") if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(repr(cursor.fetchall()).encode())
    return b"\n".join(found)


def test_who_was_erased_after_the_backup_is_in_no_row_no_file_and_no_byte_of_what_was_put_back(
    site, session, tilda, settings, tmp_path
):
    hers = Photo.objects.get(treatment__patient=tilda)
    sealed, key, ids = files.as_stored(hers), list(tilda.data_keys), (str(tilda.pk), str(tilda.user_id))
    assert opens(sealed, hers, every_key())
    made = make_backup(NOW - timedelta(hours=1))
    erased(tilda)
    with elsewhere(settings, site, tmp_path) as data:
        restored = put_back(made.path)
        assert restored.facts["erased_again"] == 1 and restored.missing == []
        assert not Patient.objects.filter(pk=ids[0]).exists() and not User.objects.filter(pk=ids[1]).exists()
        lying = everything_in(data)
        assert [word for word in WORDS if word.encode() in lying] == [] and sealed[:64] not in lying
        for path in (path for path in data.rglob("*") if path.is_file()):
            assert hers.key.encode() not in str(path).encode()
        assert not opens(sealed, hers, every_key()) and key[0] not in store.ids()
        assert b"Ana Marrowby" in lying and Entry.objects.get().note == "zq9-note"
