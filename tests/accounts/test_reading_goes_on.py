"""A database that takes nothing for now keeps nobody from reading; that they read is written down when it does."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import access_spool
from accounts.access import record_access
from accounts.access_spool import make_spool, store_kept
from accounts.models import AuditRecord
from tests import people
from tests.treatments import logged, pen
from tracker.sqlite.lock import WriteLock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_spool(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@contextmanager
def nothing_is_taken(monkeypatch):
    """Somebody else holds the database, or its server says that its disk is full."""
    if connection.vendor == "sqlite":
        lock = WriteLock(f"{connection.settings_dict['NAME']}-lock")
        assert lock.acquire(60)
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        try:
            yield
        finally:
            lock.release()
    else:
        with monkeypatch.context() as full:
            fault = OperationalError("could not extend file: No space left on device")
            fault.__cause__ = type("DiskFull", (Exception,), {"sqlstate": "53100"})()

            def write(*args, **kwargs):
                raise fault

            full.setattr(QuerySet, "bulk_create", write)
            yield


def test_a_record_is_read_while_the_database_takes_nothing_and_leaves_its_trace_later(ana, noor, desk, monkeypatch):
    logged(pen(ana, days_ago=3, by=noor), 3)
    page = reverse("patient", args=[ana.pk])
    make_spool()
    before = AuditRecord.objects.count()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):  # its use of the session is due to be noted, too
        with nothing_is_taken(monkeypatch):
            assert desk.get(page).status_code == 200
            assert desk.get(page).status_code == 200
        read_at = timezone.now()
    assert AuditRecord.objects.count() == before
    assert store_kept() == 2 and store_kept() == 0
    records = AuditRecord.objects.order_by("-id")[:2]
    for record in records:
        assert (record.user, record.patient, record.practice) == (noor, ana, ana.practice)
        assert abs(record.at - read_at) < timedelta(minutes=1)


def test_a_crash_between_the_database_and_the_file_writes_nothing_twice(ana, noor, monkeypatch):
    with nothing_is_taken(monkeypatch):
        record_access(noor, ana, "record")
    with monkeypatch.context() as crash:
        crash.setattr(access_spool.os, "pwrite", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store_kept()
    assert AuditRecord.objects.readings().count() == 1
    store_kept()
    assert AuditRecord.objects.readings().count() == 1


def test_half_a_line_of_a_killed_process_costs_no_other(ana, noor, monkeypatch):
    with nothing_is_taken(monkeypatch):
        record_access(noor, ana, "record")
        path = settings.DATA_DIR / "access-records.spool"
        path.write_bytes(path.read_bytes().rstrip(b"\0") + b'\n{"user_id": "0')
        record_access(noor, ana, "photo")
    assert store_kept() == 2
    assert sorted(AuditRecord.objects.readings().values_list("what", flat=True)) == ["photo", "record"]


def test_who_is_gone_meanwhile_is_still_named_by_an_id(ana, noor, clinic, monkeypatch):
    ben, dr_lee = people.patient(clinic, "Ben"), people.practitioner(clinic, "Dr Lee")
    with nothing_is_taken(monkeypatch):
        record_access(noor, ben, "record")
        record_access(dr_lee, ana, "record")
    ben_s_id, dr_lee_s_id = ben.pk, dr_lee.pk
    ben.delete()
    dr_lee.memberships.all().delete()
    dr_lee.delete()
    assert store_kept() == 2
    kept = set(AuditRecord.objects.readings().values_list("patient", "subject", "user"))
    assert kept == {(None, ben_s_id, noor.pk), (ana.pk, ana.pk, dr_lee_s_id)}


def test_as_part_of_a_change_it_is_written_with_the_change_or_not_at_all(ana, noor, monkeypatch):
    def full(*args, **kwargs):
        fault = OperationalError("disk")
        fault.__cause__ = type("DiskFull", (Exception,), {"sqlstate": "53100"})()
        raise fault

    monkeypatch.setattr(QuerySet, "bulk_create", full)
    with pytest.raises(OperationalError), transaction.atomic():
        record_access(noor, ana, "record")
    assert store_kept() == 0


def test_a_full_file_keeps_the_page_closed_rather_than_losing_the_trace(ana, noor, monkeypatch):
    monkeypatch.setattr(access_spool, "SIZE", 100)
    with nothing_is_taken(monkeypatch), pytest.raises(OperationalError):
        record_access(noor, ana, "record")
    assert (settings.DATA_DIR / "access-records.spool").stat().st_mode & 0o777 == 0o600
