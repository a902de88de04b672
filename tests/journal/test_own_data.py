"""Everything in a file, for its owner alone, for a day; everything erased after a week, in a copy put back as well."""

import csv
import io
import json
import re
import shutil
import zipfile
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.keys import store
from accounts.keys.faults import Damaged, KeyLost
from accounts.keys.patients import seal
from accounts.models import AccountMail, AuditRecord, Membership, Patient, User
from symptoms.alerts.handling import write_note
from symptoms.journal import erasing, own_contents
from symptoms.journal.erasing import ask_erasure, erase_next, erasure_of, keep_all, replay
from symptoms.journal.export_contents import FORMULA
from symptoms.journal.exporting import ask_export, export_of, hand_out
from symptoms.journal.file_making import path_of, remove_old
from symptoms.journal.sealed_files import PIECE, SealedWriter, pieces
from symptoms.models import Entry, Erasure, Export, Note, Photo
from symptoms.photos.files import PhotoLost, read, store_of_photos
from tests import people
from tests.made_files import make_next
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
ISO = re.compile(r"\dT\d\d:")  # a time that is written for programs
SECRETS = ("=HYPERLINK(Limburger)", "Gorgonzola", "Ana Marrowby", "ana.marrowby@example.org", "07700 900123")


@pytest.fixture
def record(ana, noor, photo_folder, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    now = timezone.now()
    ana.phone = "07700 900123"
    ana.save(update_fields=["phone"])
    treatment = pen(ana, days_ago=4, by=noor, conditions=["pih_history"], medications=["isotretinoin_6m"])
    logged(treatment, 3, signs=["pus"], note=SECRETS[0], now=now)
    attached(treatment, day=3)
    write_note(treatment, id=uuid4(), text="Gorgonzola?", for_patient=True, by=noor, now=now)
    write_note(treatment, id=uuid4(), text="Between us: Roquefort.", for_patient=False, by=noor, now=now)
    return ana


def fetched(patient: Patient) -> zipfile.ZipFile:
    export = export_of(patient, timezone.now())
    data = b"".join(hand_out(export, timezone.now()))
    assert len(data) == export.size
    return zipfile.ZipFile(io.BytesIO(data))


def test_the_file_holds_everything_and_no_note_inside_the_clinic(record):
    ask_export(record, timezone.now())
    assert make_next(timezone.now()) and not make_next(timezone.now())
    archive = fetched(record)
    page, document = archive.read("record.html").decode(), json.loads(archive.read("record.json"))
    photo = Photo.objects.get()
    name = document["treatments"][0]["photos"][0]["file"]
    assert len(archive.read(name)) == photo.size and name in page
    assert "Dark marks after injuries (PIH)" in page and "Isotretinoin, last 6 months" in page
    assert not ISO.search(page) and "My photos, Larkfield" in page and "United Kingdom" in page
    for told in (page, json.dumps(document, ensure_ascii=False)):
        assert [word for word in SECRETS if word not in told.replace("&#x27;", "'")] == []
        assert "Roquefort" not in told
    rows = list(csv.DictReader(io.StringIO(archive.read("days.csv").decode("utf-8-sig"))))
    assert [(row["day"], row["signs"], row["note"]) for row in rows] == [("3", "pus", f"'{SECRETS[0]}")]
    assert AuditRecord.objects.filter(kind="exported", subject=record.pk).count() == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(record, start):
    logged(record.treatments.get(), 4, note=f"{start}1+1", now=timezone.now())
    ask_export(record, timezone.now())
    make_next(timezone.now())
    rows = csv.reader(io.StringIO(fetched(record).read("days.csv").decode("utf-8-sig"), newline=""))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


def test_it_lies_sealed_and_whoever_changes_or_cuts_it_is_found_out(record):
    export = ask_export(record, timezone.now())
    make_next(timezone.now())
    path = path_of(export.pk)
    whole = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert not [word for word in (*SECRETS, "record.json") if word.encode() in whole]
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Damaged):
        fetched(record)


def test_of_many_pieces_none_can_be_left_out_or_moved(record, tmp_path):
    path, data = tmp_path / "file", bytes(range(256)) * (PIECE // 100)
    with path.open("wb") as file:
        out = SealedWriter(file, partial(seal, record), "name")
        out.write(data)
        out.finish()
    assert b"".join(pieces(path, "name")) == data
    whole = path.read_bytes()
    length = 4 + int.from_bytes(whole[:4])
    first, second, rest = whole[:length], whole[length : 2 * length], whole[2 * length :]
    for wrong in (first, first + second, second + first + rest, first + rest, b"", whole[:-1]):
        path.write_bytes(wrong)
        with pytest.raises(Damaged):
            list(pieces(path, "name"))
    path.write_bytes(whole)
    with pytest.raises(Damaged):
        list(pieces(path, "another"))


def test_asked_twice_it_is_one_and_after_a_day_it_is_gone(record):
    now = timezone.now()
    export = ask_export(record, now)
    assert ask_export(record, now) == export
    make_next(now)
    assert ask_export(record, now + timedelta(hours=1)) == export
    remove_old(now + timedelta(hours=23))
    assert path_of(export.pk).exists()
    over = now + timedelta(hours=24)
    assert export_of(record, over) is None
    with time_machine.travel(over):
        assert people.signed_in(record).get(reverse("own_data_file", args=[export.pk])).status_code == 404
    remove_old(now + timedelta(hours=24))
    assert not path_of(export.pk).exists() and not Export.objects.exists()


def test_a_worker_that_dies_is_followed_by_another_and_three_failures_are_said(record, monkeypatch, phone):
    now = timezone.now()
    ask_export(record, now)

    def dies(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(own_contents, "own_sessions", dies)
        with pytest.raises(KeyboardInterrupt):
            make_next(now)
    assert not make_next(now + timedelta(minutes=1)), "its lease is not over"
    with monkeypatch.context() as broken:
        broken.setattr(own_contents, "own_sessions", lambda *args: 1 / 0)
        for minutes in (5, 10):
            assert make_next(now + timedelta(minutes=minutes))
    assert "could not be made" in phone.get(reverse("own_data")).content.decode()
    ask_export(record, now + timedelta(minutes=11))
    make_next(now + timedelta(minutes=11))
    assert export_of(record, now + timedelta(minutes=12)).made_at


def test_a_photo_without_its_file_keeps_nothing_back_and_is_counted(record, phone):
    store_of_photos().delete(Photo.objects.get().key)
    ask_export(record, timezone.now())
    make_next(timezone.now())
    assert export_of(record, timezone.now()).without == 1
    assert "1 photo could not be read" in phone.get(reverse("own_data")).content.decode()


def test_it_is_handed_to_its_owner_alone_who_showed_the_password_just_now(record, phone, noor):
    export = ask_export(record, timezone.now())
    make_next(timezone.now())
    file = reverse("own_data_file", args=[export.pk])
    other = people.signed_in(people.patient(record.practice, "Ben"))
    assert other.get(file).status_code in (302, 404) and people.signed_in(noor).get(file).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        asked = phone.get(file)
        assert asked.status_code == 302 and "reauthenticate" in asked.url
        phone.post(asked.url, {"password": people.PASSWORD})
        answer = phone.get(file)
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store, private"
    assert zipfile.ZipFile(io.BytesIO(answer.getvalue())).testzip() is None


def everything() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        text = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            text += map(str, cursor.fetchall())
    return "\n".join(text)


def until_nothing_is_due(now) -> None:
    while erase_next(now):
        pass


def test_for_a_week_it_can_be_undone_and_nothing_goes(record, phone):
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=1)):
        asked = phone.post(reverse("own_data_erase"), {"sure": "yes"})
        assert "reauthenticate" in asked.url and not Erasure.objects.exists()
    answer = people.signed_in(record).post(reverse("own_data_erase"))
    assert answer.status_code == 422 and "Nothing was changed" in answer.content.decode()
    erasure = ask_erasure(record, by=record.user, now=now)
    assert ask_erasure(record, by=record.user, now=now) == erasure
    until_nothing_is_due(now + timedelta(days=6, hours=23))
    assert "Keep everything" in people.signed_in(record).get(reverse("own_data")).content.decode()
    assert keep_all(record, by=record.user, now=now) and not keep_all(record, by=record.user, now=now)
    assert phone.get(reverse("receipt", args=[erasure.pk])).status_code == 404
    until_nothing_is_due(now + timedelta(days=8))
    assert Patient.objects.filter(pk=record.pk).exists() and erasure_of(record) is None


def test_after_a_week_rows_files_and_account_are_gone_and_a_receipt_says_what(
    record, client, django_capture_on_commit_callbacks
):
    now, key = timezone.now(), Photo.objects.get().key
    export = ask_export(record, now)
    make_next(now)
    receipt_at = reverse("receipt", args=[ask_erasure(record, by=record.user, now=now).pk])
    assert receipt_at in people.signed_in(record).get(reverse("own_data")).text
    assert "Nothing is erased yet" in client.get(receipt_at).text
    due = now + timedelta(days=7, minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_next(due)
    letter = AccountMail.objects.latest("created_at")
    assert (
        letter.to == record.user.email
        and receipt_at in letter.body
        and "- 1 photo\n" in letter.body
        and "- 1 log\n" in letter.body
    )
    assert not erase_next(due), "the receipt is not sent yet"
    AccountMail.objects.update(sent_at=due)
    until_nothing_is_due(due + timedelta(minutes=1))
    left = everything()
    assert [word for word in SECRETS if word in left] == []
    assert not store_of_photos().exists(key) and not path_of(export.pk).exists()
    assert not User.objects.filter(email=SECRETS[3]).exists()
    kinds = ("treatments", "logs", "photos", "messages", "notes", "alerts")
    assert Erasure.objects.get().receipt == {**dict.fromkeys(kinds, 1), "consents": 2}
    assert AuditRecord.objects.filter(subject=record.pk).exists()
    page = client.get(receipt_at)
    assert "1 photo" in page.text and "Marrowby" not in page.text and "no-store" in page["Cache-Control"]


def test_the_account_waits_for_its_letter_twenty_hours_and_that_of_who_works_here_by_now_stays(record, client, clinic):
    now = timezone.now()
    due = now + timedelta(days=7)
    ask_erasure(record, by=record.user, now=now)
    assert erase_next(due) and not erase_next(due + timedelta(hours=19))
    Membership.objects.create(user=record.user, practice=clinic)
    assert erase_next(due + timedelta(hours=20)) and User.objects.filter(pk=record.user_id).exists()
    of_nobody = Erasure.objects.create(patient_id=uuid4(), asked_at=now, due_at=now, done_at=now)
    assert client.get(reverse("receipt", args=[of_nobody.pk])).status_code == 404


def test_who_asks_that_everything_goes_is_signed_out_elsewhere(record):
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.post(reverse("account_login"), {"login": record.user.email, "password": people.PASSWORD})
    assert elsewhere.get(reverse("own_data")).status_code == 200
    here.post(reverse("own_data_erase"), {"sure": "yes"})
    assert here.get(reverse("own_data")).status_code == 200 and elsewhere.get(reverse("own_data")).status_code == 302


def test_a_copy_that_is_put_back_can_be_read_by_nobody_and_is_erased_again(
    record, photo_folder, tmp_path, django_capture_on_commit_callbacks
):
    now = timezone.now()
    ask_erasure(record, by=record.user, now=now)
    shutil.copytree(photo_folder, tmp_path / "copy")
    before = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_next(now + timedelta(days=7, minutes=1))
    assert not Patient.objects.filter(pk=record.pk).exists() and not list(photo_folder.rglob("*.jpg"))
    transaction.savepoint_rollback(before)  # the rows, and the photos, as a backup has them; keys are not in it
    shutil.copytree(tmp_path / "copy", photo_folder, dirs_exist_ok=True)
    store.forget_unwrapped()
    assert Patient.objects.filter(pk=record.pk).exists() and list(photo_folder.rglob("*.jpg"))
    words = [note.text for note in Note.objects.all()] + [entry.note for entry in Entry.objects.all()]
    assert len(words) == 3 and not [word for word in words for secret in SECRETS if secret in word]
    with pytest.raises(PhotoLost):
        read(Photo.objects.get())
    with django_capture_on_commit_callbacks(execute=True):
        assert replay() == 1
    assert replay() == 0 and [word for word in SECRETS if word in everything()] == []
    assert not list(photo_folder.rglob("*.jpg"))


def test_who_is_killed_between_rows_and_keys_leaves_no_key_for_long(record):
    (key,), now = record.data_keys, timezone.now()
    ask_erasure(record, by=record.user, now=now)
    erase_next(now + timedelta(days=7, minutes=1))  # nothing is done on commit: a test's transaction has none
    assert not Patient.objects.filter(pk=record.pk).exists() and store.unwrapped(UUID(key))
    AccountMail.objects.update(sent_at=now)
    until_nothing_is_due(now + timedelta(days=7, minutes=2))
    with pytest.raises(KeyLost):
        store.unwrapped(UUID(key))
    assert list(store.rotate()) == []  # what is written down of the erased is none of the keys


def test_who_keeps_everything_after_an_erasing_that_failed_is_erased_by_no_copy(record, monkeypatch):
    now = timezone.now()
    ask_erasure(record, by=record.user, now=now)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(erasing, "_counts", lambda patient: 1 / 0)
        erase_next(now + timedelta(days=7, minutes=1))
    assert keep_all(record, by=record.user, now=now + timedelta(days=7, minutes=2))
    assert replay() == 0 and Patient.objects.filter(pk=record.pk).exists()
