"""What lies on the disk: nothing that anybody wrote and no picture can be read there without the master key."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.free_text import FreeText, Unreadable
from accounts.keys import patients, store
from accounts.keys.faults import KeyLost, KeysUnavailable
from accounts.keys.master import new_line
from accounts.models import Invitation, Patient
from symptoms.alerts.answering import answer_seen
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import resolve, write_note
from symptoms.alerts.record_questions import open_question, question_record
from symptoms.journal.entries import SameIdOtherAnswers
from symptoms.journal.photos import attach_photo
from symptoms.journal.practice_photos import Shot, attach_practice_photo
from symptoms.journal.sealing import seal_anew, seal_record
from symptoms.journal.undoing import undo_joining
from symptoms.management.commands import seal_records
from symptoms.models import Alert, AlertEvent, Entry, Note, Photo, Treatment
from symptoms.photos import files
from symptoms.wording.seen import SeenAnswer
from tests import images, people
from tests.moving import joins, scans
from tests.pages.html import text_of
from tests.treatments import answers, attached, logged, pen
from tracker import preflight

MARK = "zq9-"  # stands nowhere else
ERASED, DAMAGED = "were erased, or their key is lost", "are damaged and cannot be read"
FIELDS = [(Entry, "note"), (Note, "text"), (Alert, "reason"), (AlertEvent, "detail")]


@pytest.fixture
def kept(tmp_path, settings):
    """A store of keys of the test's own, with a master key file that it may change."""
    location, file = tmp_path / "keys", tmp_path / "master-key"
    file.write_text(new_line())
    file.chmod(0o600)
    settings.STORAGES = settings.STORAGES | {"keys": settings.STORAGES["keys"] | {"OPTIONS": {"location": location}}}
    settings.MASTER_KEY_FILE = file
    store.forget_unwrapped()
    yield SimpleNamespace(location=location, file=file)
    store.forget_unwrapped()


@pytest.fixture
def record(kept, db, photo_folder, noor, clinic):
    """Ana's, after everybody has written whatever they can write."""
    return everything_written(people.ana(clinic), noor)


def everything_written(patient: Patient, noor) -> SimpleNamespace:
    now = timezone.now()
    session = pen(patient, days_ago=3, by=noor)
    entry = logged(session, 3, note=f"{MARK}note", pain=3, signs=["pus"]).entry
    photo, _ = attached(session, day=3)
    before, _ = attach_practice_photo(session, Shot(uuid4(), "left", True, images.photo((9, 90, 9))), by=noor, now=now)
    answer_seen(patient.pk, SeenAnswer.WAIT, f"{MARK}answer", by=patient.user, now=timezone.now())
    write_to_practice(session, id=uuid4(), text=f"{MARK}question", by=patient.user, now=now)
    write_note(session, id=uuid4(), text=f"{MARK}reply", for_patient=True, by=noor, now=now)
    write_note(session, id=uuid4(), text=f"{MARK}inside", for_patient=False, by=noor, now=now)
    question_record(session, f"{MARK}wrong", by=patient.user, now=timezone.now())
    alert = Alert.objects.open().filter(treatment=session, kind="concern").first()
    resolve(alert, outcome="treated", reason=f"{MARK}antibiotics", by=noor, now=timezone.now())
    return SimpleNamespace(patient=patient, session=session, entry=entry, photos=[photo, before])


def rows_of(model, patient: Patient):
    of = "alert__treatment__patient" if model is AlertEvent else "treatment__patient"
    return model.objects.filter(**{of: patient}).order_by("pk")


def words_of(patient: Patient) -> set[str]:
    """All that was written about a patient and can be read, in any field."""
    read = [getattr(row, name) for model, name in FIELDS for row in rows_of(model, patient)]
    return {part for words in read for part in words.replace(":", " ").split() if part.startswith(MARK)}


ALL_WORDS = {f"{MARK}{word}" for word in ["note", "answer", "question", "reply", "inside", "wrong", "antibiotics"]}


def everything_stored() -> bytes:
    """Each value of each row of each table; of SQLite its files too, with what was written over."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows.append(repr(cursor.fetchall()).encode())
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for end in ("", "-wal"):
            with open(name + end, "rb") as file:
                rows.append(file.read())
    return b"\0".join(rows)


@pytest.mark.django_db(transaction=True)
def test_whoever_has_the_disk_and_not_the_master_key_finds_no_word_and_no_picture(kept, photo_folder, clinic, noor):
    record = everything_written(people.ana(clinic), noor)
    assert words_of(record.patient) == ALL_WORDS
    pictures = [files.read(photo) for photo in record.photos]
    disk = everything_stored() + b"".join(path.read_bytes() for path in photo_folder.rglob("*") if path.is_file())
    disk += b"".join(path.read_bytes() for path in kept.location.iterdir())
    assert str(record.entry.pk).replace("-", "").encode() in disk.replace(b"-", b"")  # it is the right database
    assert b"Ana Marrowby" in disk  # names stay readable, as docs/privacy.md says
    assert disk.count(MARK.encode()) == 0
    for jpeg in pictures:
        assert jpeg.startswith(b"\xff\xd8") and not any(jpeg[at : at + 16] in disk for at in range(0, len(jpeg), 64))
    assert store.unwrapped(UUID(record.patient.data_keys[-1])) not in disk


def raw(row, name: str) -> str:
    with connection.cursor() as cursor:
        table, pk = row._meta.db_table, row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"SELECT {name} FROM {table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def put(row, name: str, value: str) -> None:
    """As somebody does who can write to the database, and is not us."""
    with connection.cursor() as cursor:
        table, pk = row._meta.db_table, row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"UPDATE {table} SET {name} = %s WHERE id = %s", [value, pk])


def written_row(model, name: str, patient: Patient):
    return next(row for row in rows_of(model, patient) if MARK in getattr(row, name))


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_what_was_sealed_for_another_row_or_changed_by_a_byte_does_not_open(record, noor, clinic, model, name, caplog):
    other = everything_written(people.patient(clinic, "Bea"), noor)
    mine, theirs = written_row(model, name, record.patient), written_row(model, name, other.patient)
    value = raw(mine, name)
    assert value.startswith("sealed:") and MARK not in value
    put(mine, name, raw(theirs, name))
    assert DAMAGED in getattr(model.objects.get(pk=mine.pk), name)
    for at in (10, len(value) // 2, len(value) - 4):
        put(mine, name, value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :])
        assert isinstance(getattr(model.objects.get(pk=mine.pk), name), Unreadable)
    put(mine, name, value)
    assert MARK in getattr(model.objects.get(pk=mine.pk), name)
    assert MARK not in caplog.text and str(mine.pk) in caplog.text


def test_one_note_of_a_patient_is_not_to_be_put_in_the_place_of_another(record):
    first = logged(record.session, 2, note="fine").entry
    put(first, "note", raw(record.entry, "note"))
    assert DAMAGED in Entry.objects.get(pk=first.pk).note


def test_a_picture_of_another_photo_is_no_picture_and_neither_is_a_changed_one(record, photo_folder):
    one, other = (photo_folder / photo.key for photo in record.photos)
    was = one.read_bytes()
    one.write_bytes(other.read_bytes())
    with pytest.raises(files.PhotoLost):
        files.read(record.photos[0])
    for at in (6, 30, len(was) - 1):
        one.write_bytes(was[:at] + bytes([was[at] ^ 1]) + was[at + 1 :])
        with pytest.raises(files.PhotoLost):
            files.read(record.photos[0])
    one.write_bytes(was)
    assert files.read(record.photos[0])


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_no_query_looks_for_words_or_keeps_them_unsealed(record, model, name):
    for act in (
        lambda: model.objects.filter(**{name: f"{MARK}note"}).exists(),
        lambda: model.objects.filter(**{f"{name}__contains": "note"}).exists(),
        lambda: QuerySet.update(model.objects.all(), **{name: f"{MARK}x"}),
    ):
        with pytest.raises((TypeError, FieldError), match=r"is sealed when its row is saved|Unsupported lookup"):
            act()
    assert not any(field.db_index or field.unique for field in model._meta.fields if isinstance(field, FreeText))


def test_each_field_of_words_is_known_here():
    from django.apps import apps

    fields = [(model, field) for model in apps.get_models() for field in model._meta.fields]
    sealed = {(model, field.name) for model, field in fields if isinstance(field, FreeText)}
    assert sealed == set(FIELDS)
    assert len({field.bound for _, field in fields if isinstance(field, FreeText)}) == len(FIELDS)


def test_the_same_entry_sent_again_is_known_and_its_mark_tells_nobody_a_short_note(record):
    id = uuid4()
    first = logged(record.session, 2, id=id, note="ok")
    assert not logged(record.session, 2, id=id, note="ok").is_new
    with pytest.raises(SameIdOtherAnswers):
        logged(record.session, 2, id=id, note="no")
    from symptoms.journal.entries import digest_of

    assert first.entry.digest != digest_of(2, answers(), "ok")
    put(first.entry, "digest", digest_of(2, answers(), "ok"))  # as it was kept before there were keys
    assert not logged(record.session, 2, id=id, note="ok").is_new


def lose_key(patient: Patient, kept) -> dict[str, bytes]:
    """Its file goes; gives it, as a copy would."""
    gone = {path.name: path.read_bytes() for path in kept.location.glob(f"{patient.data_keys[-1]}.*")}
    for name in gone:
        (kept.location / name).unlink()
    store.forget_unwrapped()
    return gone


def test_without_the_key_of_a_patient_their_pages_say_so_and_new_days_are_kept(record, kept, noor):
    phone, desk = people.signed_in(record.patient), people.signed_in(noor)
    stored = {(model, name): raw(written_row(model, name, record.patient), name) for model, name in FIELDS}
    rows = {model: written_row(model, name, record.patient).pk for model, name in FIELDS}
    gone = lose_key(record.patient, kept)
    pages = [
        (phone, "/today/"), (phone, "/course/"), (phone, "/messages/"), (phone, record.entry.get_absolute_url()),
        (phone, reverse("course_day", args=[3])), (desk, reverse("queue")),
        (desk, reverse("patient", args=[record.patient.pk])),
        (desk, reverse("patient_history", args=[record.patient.pk])),
    ]  # fmt: skip
    texts = []
    for browser, address in pages:
        page = browser.get(address, follow=True)
        assert page.status_code == 200, address
        texts.append(text_of(page))
    assert sum(ERASED in text for text in texts) >= 4 and not any(MARK in text for text in texts)
    assert phone.get(reverse("photo", args=[record.photos[0].pk])).status_code == 404
    # Saved again by somebody who read it, it stays what it was.
    for (model, name), value in stored.items():
        row = model.objects.get(pk=rows[model])
        assert ERASED in getattr(row, name)
        if model is not AlertEvent:
            row.save()
        assert raw(row, name) == value
    later = logged(record.session, 2, note=f"{MARK}later").entry
    record.patient.refresh_from_db()
    assert Entry.objects.get(pk=later.pk).note == f"{MARK}later" and len(record.patient.data_keys) == 2
    for name, content in gone.items():
        (kept.location / name).write_bytes(content)
    assert words_of(record.patient) == ALL_WORDS | {f"{MARK}later"}


def test_an_erased_patient_cannot_be_read_from_an_old_backup_of_rows_and_photos(record, photo_folder, noor, clinic):
    other = everything_written(people.patient(clinic, "Bea"), noor)
    backup = {path: path.read_bytes() for path in photo_folder.rglob("*.jpg")}
    # The backup: rows and files as they stand now. They are put back after the erasure; the keys were never in it.
    assert patients.forget(record.patient) == len(record.patient.data_keys) == 1
    for path, content in backup.items():
        path.write_bytes(content)
    assert words_of(record.patient) == set()
    assert all(ERASED in getattr(written, name) for written, name in unopened(record.patient))
    for photo in record.photos:
        with pytest.raises(files.PhotoLost):
            files.read(photo)
    assert words_of(other.patient) == ALL_WORDS and all(files.read(photo) for photo in other.photos)


def unopened(patient: Patient):
    for model, name in FIELDS:
        rows = rows_of(model, patient).exclude(**{name: ""})
        if model is AlertEvent:
            rows = rows.filter(what__in=AlertEvent.WITH_WORDS)
        yield from ((row, name) for row in rows)


def test_without_the_master_key_everything_is_refused_in_words_and_nothing_is_overwritten(record, kept, caplog):
    phone, right = people.signed_in(record.patient), kept.file.read_text()
    kept.file.write_text(new_line())
    store.forget_unwrapped()
    before, keys = everything_stored(), sorted(path.name for path in kept.location.iterdir())
    page = phone.get(record.entry.get_absolute_url())
    assert page.status_code == 503 and "The fault is ours" in text_of(page) and page["Retry-After"]
    with pytest.raises(KeysUnavailable):
        logged(record.session, 2, note=f"{MARK}late")
    with pytest.raises(KeysUnavailable):
        attach_photo(
            record.session.pk, id=uuid4(), day=2, view="left", data=images.photo(), by=record.patient.user,
            now=timezone.now(),
        )  # fmt: skip
    with pytest.raises(preflight.CannotStart, match="wrapped by the master key"):
        preflight._check_keys()
    if connection.vendor == "sqlite":
        assert everything_stored() == before
    assert sorted(path.name for path in kept.location.iterdir()) == keys
    assert right.strip() not in caplog.text and MARK not in caplog.text
    kept.file.write_text(right)
    store.forget_unwrapped()
    preflight._check_keys()
    assert words_of(record.patient) == ALL_WORDS


def test_a_start_with_an_empty_store_is_refused_while_patients_have_keys(record, kept):
    for path in kept.location.iterdir():
        path.unlink()
    store.forget_unwrapped()
    with pytest.raises(preflight.CannotStart, match=r"is empty, .* begin_keys_anew"):
        preflight._check_keys()
    assert list(kept.location.iterdir()) == []
    call_command("begin_keys_anew", lost=True)
    preflight._check_keys()
    assert words_of(record.patient) == set()


def unseal(record, photo_folder) -> None:
    """As everything was kept before there were keys."""
    for row, name in list(unopened(record.patient)):
        put(row, name, getattr(row, name))
    for photo in record.photos:
        (photo_folder / photo.key).write_bytes(files.read(photo))
    Patient.objects.filter(pk=record.patient.pk).update(data_keys=[])


def test_what_is_older_than_the_keys_reads_as_before_and_is_sealed_by_one_command(record, photo_folder):
    unseal(record, photo_folder)
    pictures = [files.read(Photo.objects.get(pk=photo.pk)) for photo in record.photos]
    assert words_of(record.patient) == ALL_WORDS and MARK.encode() in everything_stored()
    assert seal_record(record.patient.pk, takes_plain=True) == len(list(unopened(record.patient))) + len(pictures)
    record.patient.refresh_from_db()
    assert words_of(record.patient) == ALL_WORDS and len(record.patient.data_keys) == 1
    assert all(raw(row, name).startswith("sealed:") for row, name in unopened(record.patient))
    now = [Photo.objects.get(pk=photo.pk) for photo in record.photos]
    assert [files.read(photo) for photo in now] == pictures
    assert not any((photo_folder / photo.key).read_bytes().startswith(b"\xff\xd8") for photo in now)
    assert seal_record(record.patient.pk, takes_plain=True) == 0


def test_sealing_that_is_killed_half_way_leaves_everything_readable_and_is_taken_up(record, photo_folder, monkeypatch):
    unseal(record, photo_folder)
    really, left = files.store, [1]

    def dies(*args, **kwargs):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return really(*args, **kwargs)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(files, "store", dies)
        seal_record(record.patient.pk, takes_plain=True)
    assert words_of(record.patient) == ALL_WORDS
    assert all(files.read(Photo.objects.get(pk=photo.pk)) for photo in record.photos)
    assert seal_record(record.patient.pk, takes_plain=True) == 1  # the other photo
    assert all(files.read(Photo.objects.get(pk=photo.pk)) for photo in record.photos)


@pytest.fixture
def not_vacuumed(monkeypatch):
    """A test's transaction holds the database."""
    monkeypatch.setattr(seal_records, "overwrite_what_was_there", lambda tables: None)


NOT_OURS = "were not written by Mendline"


def test_once_everything_is_sealed_what_somebody_puts_there_plain_is_refused_and_said(
    record, photo_folder, noor, not_vacuumed, caplog, capsys
):
    unseal(record, photo_folder)
    call_command("seal_records")
    assert store.all_is_sealed() and "nothing that is not sealed is shown" in capsys.readouterr().out
    assert words_of(record.patient) == ALL_WORDS
    sealed = {(model, name): raw(written_row(model, name, record.patient), name) for model, name in FIELDS}
    rows = [(written_row(model, name, record.patient), model, name) for model, name in FIELDS]
    photo = Photo.objects.get(pk=record.photos[0].pk)
    jpeg = files.read(photo)
    (photo_folder / photo.key).write_bytes(jpeg)
    for row, model, name in rows:
        put(row, name, f"{MARK}forged")
        again = model.objects.get(pk=row.pk)
        if model is not AlertEvent:
            again.save()  # unread
        assert NOT_OURS in getattr(again, name) and raw(row, name) == f"{MARK}forged"
    with pytest.raises(files.PhotoLost):
        files.read(photo)
    page = people.signed_in(noor).get(reverse("patient", args=[record.patient.pk]))
    assert f"{MARK}forged" not in page.content.decode() and page.status_code == 200
    assert "is not sealed" in caplog.text and MARK not in caplog.text
    nobodys = AlertEvent.objects.exclude(what__in=AlertEvent.WITH_WORDS).exclude(detail="").first()
    assert nobodys is None or NOT_OURS not in nobodys.detail
    call_command("seal_records")
    assert f"{len(FIELDS)} texts are not sealed" in capsys.readouterr().out
    seal_anew(Patient.objects.get(pk=record.patient.pk))  # as when records are joined
    with pytest.raises(files.PhotoLost):
        files.read(Photo.objects.get(pk=photo.pk))
    assert all(raw(row, name) == f"{MARK}forged" for row, _model, name in rows)
    call_command("seal_records", take_plain=True)
    assert all(raw(row, name) != sealed[model, name] for row, model, name in rows)
    assert all(getattr(model.objects.get(pk=row.pk), name) == f"{MARK}forged" for row, model, name in rows)
    assert files.read(Photo.objects.get(pk=photo.pk)) == jpeg


def test_sealing_all_is_written_down_only_when_it_went_through(
    record, photo_folder, noor, clinic, not_vacuumed, monkeypatch
):
    other = everything_written(people.patient(clinic, "Bea"), noor)
    for each in (record, other):
        unseal(each, photo_folder)
    first, second = sorted([record.patient.pk, other.patient.pk])

    def dies_at_the_second(id, **how):
        if id == second:
            raise KeyboardInterrupt
        return seal_record(id, **how)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(seal_records, "seal_record", dies_at_the_second)
        call_command("seal_records")
    assert not store.all_is_sealed() and words_of(record.patient) == words_of(other.patient) == ALL_WORDS
    call_command("seal_records", after=first)
    assert not store.all_is_sealed()
    call_command("seal_records")
    assert store.all_is_sealed() and words_of(record.patient) == words_of(other.patient) == ALL_WORDS


def test_a_site_that_begins_takes_nothing_plain_and_one_of_before_is_asked_to_seal_first(kept, db, clinic):
    for patients_first in (False, True):
        (kept.location / store.ALL_SEALED).unlink(missing_ok=True)
        store.forget_unwrapped()
        if patients_first:
            people.ana(clinic)
        preflight._check_keys()
        assert store.all_is_sealed() is not patients_first


def test_keys_that_no_patient_has_go_after_a_month_and_no_other(kept, db, clinic, ana):
    lost, back = str(store.make()), str(store.make())
    store.of_the_site()
    now = timezone.now()
    assert patients.sweep(now) == 0 and patients.sweep(now + timedelta(days=29)) == 0
    bea = people.patient(clinic, "Bea", data_keys=[back])  # an older copy of the database was put back, and the newer
    assert patients.sweep(now + timedelta(days=29)) == 0
    assert patients.sweep(now + timedelta(days=31)) >= 1 and store.ids() == {
        back,
        *ana.data_keys,
        str(store.OF_THE_SITE),
    }
    assert patients.UNOWNED_FOR + timedelta(days=1) <= timedelta(days=35)
    with pytest.raises(KeyLost):
        store.unwrapped(UUID(lost))
    for key in (back, *ana.data_keys, str(store.OF_THE_SITE)):
        store.forget_unwrapped()
        assert store.unwrapped(UUID(key))
    assert store.unowned() == {} and store.check()
    assert patients.without_key() == 0
    store.forget(UUID(bea.data_keys[-1]))
    assert patients.without_key() == 1


def of_the_clinic(patient: Patient) -> set[str]:
    return words_of(patient) & {f"{MARK}begun", f"{MARK}since"}


@pytest.mark.parametrize("has_own", [True, False])
def test_keys_follow_a_record_that_is_joined_and_told_apart_again(kept, db, photo_folder, clinic, noor, has_own):
    begun = people.patient(clinic, "Mary Brook", accepted=False)
    session = pen(begun, days_ago=3, by=noor)
    write_note(session, id=uuid4(), text=f"{MARK}begun", for_patient=False, by=noor, now=timezone.now())
    now = timezone.now()
    taken, _ = attach_practice_photo(session, Shot(uuid4(), "left", True, images.photo()), by=noor, now=now)
    if has_own:
        eve = people.patient(None, "Eve Stone")
        logged(pen(eve, days_ago=20), 1, note=f"{MARK}own")
        user = eve.user
        joins(eve, clinic, record=begun, by=noor)
    else:
        user = people.user("Eve Stone", "eve@example.org")
        scans(user, clinic, begun, by=noor)
    eve = Patient.objects.get(user=user)
    session = Treatment.objects.get(pk=session.pk)
    logged(session, 3, note=f"{MARK}eve")
    attached(session, day=3)
    write_note(session, id=uuid4(), text=f"{MARK}since", for_patient=False, by=noor, now=timezone.now())
    assert of_the_clinic(eve) == {f"{MARK}begun", f"{MARK}since"} and f"{MARK}eve" in words_of(eve)
    assert files.read(Photo.objects.get(pk=taken.pk))

    invitation = Invitation.objects.exclude(record_before=None).get(used_by=user)
    record = Patient.objects.get(pk=undo_joining(invitation, by=noor, now=timezone.now()).pk)
    eve = Patient.objects.get(user=user)
    assert not set(eve.data_keys) & set(record.data_keys)
    hers = {f"{MARK}eve"} | ({f"{MARK}own"} if has_own else set())
    assert (words_of(eve), words_of(record)) == (hers, {f"{MARK}begun", f"{MARK}since"})
    (photo,) = Photo.objects.filter(treatment__patient=eve)
    assert files.read(photo) and files.read(Photo.objects.get(pk=taken.pk))
    patients.forget(eve)  # each dies with its own
    assert (words_of(eve), words_of(record)) == (set(), {f"{MARK}begun", f"{MARK}since"})
    with pytest.raises(files.PhotoLost):
        files.read(photo)
    assert files.read(Photo.objects.get(pk=taken.pk))


def test_joined_records_die_together(kept, db, photo_folder, clinic, noor):
    begun = people.patient(clinic, "Mary Brook", accepted=False)
    session = pen(begun, days_ago=3, by=noor)
    write_note(session, id=uuid4(), text=f"{MARK}begun", for_patient=False, by=noor, now=timezone.now())
    eve = people.patient(None, "Eve Stone", data_keys=[])
    joins(eve, clinic, record=begun, by=noor)
    eve.refresh_from_db()
    logged(Treatment.objects.get(pk=session.pk), 3, note=f"{MARK}eve")
    assert words_of(eve) == {f"{MARK}begun", f"{MARK}eve"} and len(eve.data_keys) == 2
    assert patients.forget(eve) == 2 and words_of(eve) == set()


def test_what_a_practice_asks_of_a_record_is_read_from_its_event(record):
    assert open_question(record.session) == f"{MARK}wrong"
