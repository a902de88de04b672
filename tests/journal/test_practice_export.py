"""All that a clinic may read, in a file: for an admin who reads records, for a day, made in small steps."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.access import readings_of
from accounts.keys import store
from accounts.keys.faults import KeyLost
from accounts.models import AccountMail, AuditRecord
from symptoms.alerts.handling import write_note
from symptoms.journal.erasing import ask_erasure, erase_next
from symptoms.journal.exporting import ask_export
from symptoms.journal.file_making import Maker, path_of, remove_old
from symptoms.journal.practice_exporting import ask_practice_export, hand_out_to, practice_export_of
from symptoms.journal.practice_photos import Shot, attach_practice_photo
from symptoms.models import Export, PracticeExport
from tests import people
from tests.api.programs import jpeg
from tests.made_files import make_next
from tests.moving import leaves
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(clinic, photo_folder, settings, tmp_path):
    """Dr Noor, who manages the clinic too, and Ana, her patient."""
    settings.DATA_DIR = tmp_path
    noor = people.dr_noor(clinic, admin=True)
    _treated(people.ana(clinic), noor)
    return noor


def _treated(patient, noor):
    treatment, now = pen(patient, days_ago=4, by=noor), timezone.now()
    logged(treatment, 3, signs=["pus"], note=f"=1+1 {patient.name}", now=now)
    write_note(treatment, id=uuid4(), text="Between us: Roquefort.", for_patient=False, by=noor, now=now)
    return treatment


@pytest.fixture
def others(head, clinic):
    """A photo of Ana's; Lea, who has left, with one of hers and one of the clinic's; and Cleo, of another clinic."""
    attached(clinic.patients.get().treatments.get(), day=3)
    lea = people.patient(clinic, "Lea Holm", "lea@example.org")
    treatment = _treated(lea, head)
    attached(treatment, day=3)
    attach_practice_photo(treatment, Shot(uuid4(), "front", True, jpeg()), by=head, now=timezone.now())
    leaves(lea)
    logged(treatment, 4, note="Limburger", now=timezone.now())
    lea.user.email = "later@example.org"
    lea.user.save()
    elsewhere = people.dr_okafor()
    logged(pen(people.patient(elsewhere.membership.practice, "Cleo Winter"), days_ago=2, by=elsewhere), 1, note="Brie")


def fetched(head) -> zipfile.ZipFile:
    export = practice_export_of(head.membership.practice, timezone.now())
    data = b"".join(hand_out_to(export, head, timezone.now()))
    assert len(data) == export.size
    return zipfile.ZipFile(io.BytesIO(data))


def test_it_holds_what_the_clinic_may_read_and_nothing_else(head, others, clinic):
    ask_practice_export(clinic, by=head, now=timezone.now())
    assert make_next(timezone.now())
    archive = fetched(head)
    listed = list(csv.DictReader(io.StringIO(archive.read("patients.csv").decode("utf-8-sig"))))
    assert [(row["name"], row["email"], bool(row["left_at"])) for row in listed] == [
        ("Lea Holm", "", True), ("Ana Marrowby", "ana.marrowby@example.org", False),
    ]  # fmt: skip
    ana, lea = (json.loads(archive.read(f"{row['folder']}record.json")) for row in (listed[1], listed[0]))
    ana_s, lea_s = ana["treatments"][0], lea["treatments"][0]
    assert "Roquefort" in ana_s["messages"][0]["text"] and ana_s["messages"][0]["is_inside_the_clinic"]
    assert [event["what"] for event in ana_s["what_was_done"]] == ["opened"]
    assert len(ana_s["photos"]) == 1 and len(lea_s["photos"]) == 1, "of who left, the clinic's own alone"
    for row, document in ((listed[1], ana_s), (listed[0], lea_s)):
        assert archive.read(row["folder"] + document["photos"][0]["file"]).startswith(b"\xff\xd8")
    everything = b"\n".join(archive.read(name) for name in archive.namelist() if not name.endswith(".jpg")).decode()
    for word in ("Limburger", "later@example.org", "Cleo", "Brie"):
        assert word not in everything
    page = archive.read(f"{listed[1]['folder']}record.html").decode()
    assert not re.search(r"\dT\d\d:", page) and "Signs of infection: See today" in page
    assert "Roquefort" in page and "The patient" in page and "About me" not in page
    days = archive.read(f"{listed[1]['folder']}days.csv").decode("utf-8-sig")
    assert "'=1+1" in days
    assert practice_export_of(clinic, timezone.now()).records == 2


def test_patients_and_the_audit_record_say_that_records_were_taken_along(head, clinic):
    export = ask_practice_export(clinic, by=head, now=timezone.now())
    make_next(timezone.now())
    fetched(head)
    ana = clinic.patients.get()
    assert "record, taken along in a file" in [row["what"] for row in readings_of(ana)]
    acts = AuditRecord.objects.filter(thing=export.pk).order_by("id").values_list("kind", "what", "user")
    assert list(acts) == [
        ("did", "asked for all records in a file", head.pk), ("exported", "fetched all records in a file", head.pk),
    ]  # fmt: skip


def test_only_who_manages_and_reads_gets_it_and_only_who_asked(head, clinic):
    price = people.admin(clinic)
    other = people.practitioner(clinic, "Dr Other", admin=True)
    nurse, third = (
        people.practitioner(clinic, "Nurse"),
        people.practitioner(people.practice("Third"), "Dr Third", admin=True),
    )
    for nobody in (price, nurse, third):
        with pytest.raises(PermissionDenied):
            ask_practice_export(clinic, by=nobody, now=timezone.now())
    assert "It takes an admin who is a practitioner" in people.signed_in(price).get(reverse("practice_data")).text
    export = ask_practice_export(clinic, by=head, now=timezone.now())
    told = AccountMail.objects.filter(subject="All records of your clinic were asked for").values_list("to", flat=True)
    assert set(told) == {price.email, other.email}
    make_next(timezone.now())
    file = reverse("practice_file", args=[export.pk])
    asked = {price: 403, other: 403, nurse: 403, third: 404, head: 200}
    assert {who: people.signed_in(who).get(file).status_code for who in asked} == asked
    head.membership.is_practitioner = False
    head.membership.save()
    assert people.signed_in(head).get(file).status_code == 403


def test_who_loses_a_role_while_it_is_made_gets_none(head, clinic):
    ask_practice_export(clinic, by=head, now=timezone.now())
    head.memberships.update(is_practitioner=False)
    make_next(timezone.now())
    assert practice_export_of(clinic, timezone.now()).made_at is None and not list(path_of(uuid4()).parent.iterdir())


def test_both_asking_and_fetching_ask_who_is_there(head, clinic):
    export = ask_practice_export(clinic, by=head, now=timezone.now())
    make_next(timezone.now())
    desk = people.signed_in(head)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        for answer in (
            desk.post(reverse("practice_export")), desk.get(reverse("practice_file", args=[export.pk])),
        ):  # fmt: skip
            assert answer.status_code == 302 and "reauthenticate" in answer.url
    page = people.signed_in(head).get(reverse("practice_data")).text
    assert "Ready: 1 record" in page
    PracticeExport.objects.all().delete()
    assert people.signed_in(head).post(reverse("practice_export")).status_code == 302
    assert "It is being made for Dr Noor" in people.signed_in(head).get(reverse("practice_data")).text


def test_after_a_day_file_and_key_are_gone(head, clinic):
    now = timezone.now()
    export = ask_practice_export(clinic, by=head, now=now)
    make_next(now)
    assert b"Marrowby" not in path_of(export.pk).read_bytes()
    remove_old(now + timedelta(hours=23))
    assert path_of(export.pk).exists() and store.unwrapped(export.key)
    with time_machine.travel(now + timedelta(hours=24)):
        assert people.signed_in(head).get(reverse("practice_file", args=[export.pk])).status_code == 404
    remove_old(now + timedelta(hours=24))
    assert not path_of(export.pk).exists() and not PracticeExport.objects.exists()
    with pytest.raises(KeyLost):
        store.unwrapped(export.key)


def test_a_turn_of_the_worker_makes_a_little_of_it(head, others, clinic):
    """So no message waits for a file of thousands of photos: each turn ends with the step in which its time is over."""
    ask_practice_export(clinic, by=head, now=timezone.now())
    seconds = count()
    maker, turns = Maker(clock=lambda: next(seconds)), 0  # each step takes longer than a turn
    while maker.work(timezone.now()):
        turns += 1
    assert turns == 5, "two records, two photos, the end"
    assert fetched(head).testzip() is None


def test_no_patient_waits_for_the_file_of_a_practice(head, others, clinic):
    now, seconds = timezone.now(), count()
    of_practice, maker = ask_practice_export(clinic, by=head, now=now), Maker(clock=lambda: next(seconds))
    maker.work(now)
    own = ask_export(clinic.patients.get(), now)
    while own.made_at is None:
        assert maker.work(now)
        own.refresh_from_db()
    of_practice.refresh_from_db()
    assert of_practice.made_at is None
    while maker.work(now):
        pass
    assert fetched(head).testzip() is None


def test_who_is_erased_while_a_file_is_made_leaves_no_file(head, clinic, django_capture_on_commit_callbacks):
    ana, now = clinic.patients.get(), timezone.now()
    ask_erasure(ana, by=ana.user, now=now - timedelta(days=8))
    export, seconds = ask_export(ana, now), count()
    maker = Maker(clock=lambda: next(seconds))
    assert maker.work(now)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_next(now)
    while maker.work(now + timedelta(minutes=2)):
        pass
    assert not Export.objects.exists() and not list(path_of(export.pk).parent.iterdir())


def test_a_worker_that_was_overtaken_leaves_the_file_of_the_other_alone(head, clinic):
    now, seconds = timezone.now(), count()
    export = ask_practice_export(clinic, by=head, now=now)
    slow = Maker(clock=lambda: next(seconds))
    slow.work(now)
    later = now + timedelta(minutes=5)
    assert make_next(later)
    whole = path_of(export.pk).read_bytes()
    while slow.work(later):
        pass
    assert path_of(export.pk).read_bytes() == whole and len(list(path_of(export.pk).parent.iterdir())) == 1
    assert fetched(head).testzip() is None
