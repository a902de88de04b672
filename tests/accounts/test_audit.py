"""The audit record is only ever added to, what is changed all the same is found, and it holds no word of health."""

import threading
from datetime import time, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.absences import add_absence, change_absence, remove_absence
from accounts.audit import Kind
from accounts.audit_guards import TABLES, missing_guards, put_guards, remove_guards
from accounts.contact_methods import add_number, mark_proven, remove, turn
from accounts.members import change_member, remove_member
from accounts.models import AuditRecord, AuditSeal, Membership
from symptoms.alerts.handling import acknowledge, resolve_all, write_note
from symptoms.alerts.reminder_wishes import choose, stop
from symptoms.models import Alert
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


def rows(count: int, **fields) -> None:
    """Records, sealed."""
    audit.note_all(audit.row(Kind.READ, "record", user=uuid4(), **fields) for _ in range(count))
    audit.seal()


COLUMNS = [(table, column) for table, columns in TABLES.items() for column in columns.split(", ")]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_the_database_refuses_to_change_a_column(ana, table, column):
    rows(2)
    assert not missing_guards(connection)
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_remove_a_row(table):
    rows(2)
    connection.check_constraints()  # PostgreSQL empties no table of which some are still to be checked
    ways = [f"DELETE FROM {table}", *([f"TRUNCATE {table}"] if connection.vendor == "postgresql" else [])]
    for way in ways:
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(), connection.cursor() as cur:
            cur.execute(way)
    assert AuditRecord.objects.count() == 2


def test_whose_record_it_counts_to_may_change_and_what_is_deleted_leaves_its_ids(ana, noor):
    other = people.patient(ana.practice, "Ana again")
    rows(3, patient=ana)
    ana.audit_records.update(patient=other)
    other_id, noor_id = other.pk, noor.pk
    Membership.objects.all().delete()
    noor.delete()
    other.delete()
    kept = AuditRecord.objects.filter(kind=Kind.READ)
    assert {(row.patient_id, row.subject) for row in kept} == {(None, ana.pk)}
    assert other_id and noor_id and not audit.verify().wrong


def _changed(random: Random) -> str:
    """Something done to the record past its guards, as somebody may who owns the database."""
    target = random.choice(list(AuditRecord.objects.values_list("id", flat=True)))
    seal = random.choice(list(AuditSeal.objects.values_list("number", flat=True)))
    record, sealed = AuditRecord._meta.db_table, AuditSeal._meta.db_table
    return random.choice(
        [
            f"UPDATE {record} SET what = 'recorc' WHERE id = {target}",
            f"UPDATE {record} SET network = '192.0.2.0/24' WHERE id = {target}",
            f"UPDATE {record} SET kind = 'did' WHERE id = {target}",
            f"UPDATE {record} SET user_id = NULL WHERE id = {target}",
            f"UPDATE {record} SET subject = practice_id WHERE id = {target}",
            f"UPDATE {record} SET at = '2026-01-01 00:00:00' WHERE id = {target}",
            f"DELETE FROM {record} WHERE id = {target}",
            f"UPDATE {record} SET id = -1 WHERE id = {target}",
            f"UPDATE {sealed} SET count = count - 1 WHERE number = {seal}",
            f"UPDATE {sealed} SET digest = '{'0' * 64}' WHERE number = {seal}",
            f"UPDATE {sealed} SET last = last - 1 WHERE number = {seal}",
            f"DELETE FROM {sealed} WHERE number = {seal} AND number < (SELECT MAX(number) FROM {sealed})",
        ]
    )


@pytest.mark.parametrize("seed", range(12))
def test_what_is_changed_past_the_guards_is_found(ana, monkeypatch, seed):
    monkeypatch.setattr(audit, "BLOCK", 7)
    rows(50, patient=ana)
    rows(1, patient=ana)
    before = audit.verify()
    assert (before.rows, before.wrong) == (AuditRecord.objects.count(), []) and before.seals >= 8
    remove_guards(connection)
    assert len(audit.verify().wrong) == len(missing_guards(connection)) >= 4
    with connection.cursor() as cursor:
        sql = _changed(Random(seed))
        cursor.execute(sql)
        changed = cursor.rowcount
    put_guards()
    assert bool(audit.verify().wrong) == bool(changed), sql


def test_what_is_cut_off_is_found_by_a_seal_that_was_kept_elsewhere(caplog, capsys):
    with caplog.at_level("INFO", logger="accounts.audit"):
        rows(5)
        rows(5)
    kept = caplog.records[-1].getMessage().rpartition(" ")[2]
    call_command("verify_audit", seal=kept)
    assert f"10 records under 2 seals are as they were written; 0 are not sealed yet. Last seal: {kept}" in (
        capsys.readouterr().out
    )
    remove_guards(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {AuditRecord._meta.db_table} WHERE id > (SELECT last FROM accounts_auditseal LIMIT 1)"
        )
        cursor.execute("DELETE FROM accounts_auditseal WHERE number = 2")
    put_guards()
    call_command("verify_audit")  # of what is left, everything fits
    with pytest.raises(CommandError):
        call_command("verify_audit", seal=kept)
    with pytest.raises(CommandError, match="Name the seal"):
        call_command("verify_audit", seal="2")


@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_written_while_others_are_sealed_is_sealed_later():
    """On PostgreSQL an earlier id may be committed after a later one."""
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            audit.note(Kind.DID, "slow", user=None)
            begun.set()
            go_on.wait(60)
        connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    begun.wait(60)
    threading.Timer(0.3, go_on.set).start()
    audit.note(Kind.DID, "quick", user=None)  # on SQLite it waits its turn
    audit.seal()
    writer.join()
    audit.seal()
    found = audit.verify()
    assert (found.rows, found.unsealed, found.wrong) == (2, 0, [])


def happened(since: int = 0) -> list[tuple]:
    found = AuditRecord.objects.filter(id__gt=since).order_by("id")
    return [(row.kind, row.what, row.user_id, row.subject, row.practice_id) for row in found]


def test_getting_in_and_failing_to_is_written_down_with_the_network(ana, client):
    def tried(password: str, email: str = ana.user.email, by: Client = client, **there) -> None:
        by.post(reverse("account_login"), {"login": email, "password": password}, **there)

    here = {"REMOTE_ADDR": "192.0.2.77"}
    tried("wrong", **here)
    tried("wrong", email="nobody@example.org", **here)
    tried(people.PASSWORD, **here)
    client.post(reverse("account_logout"), **here)
    for _ in range(8):
        tried("wrong", by=Client(), REMOTE_ADDR="198.51.100.9")
    user = ana.user.pk
    got = [(row.kind, row.user_id, row.network) for row in AuditRecord.objects.order_by("id")]
    assert got[-10:] == [
        ("failed", user, "192.0.2.0/24"),
        ("failed", None, "192.0.2.0/24"),
        ("signed_in", user, "192.0.2.0/24"),
        ("signed_out", user, "192.0.2.0/24"),
        *[("failed", user, "198.51.100.0/24")] * 5,
        ("locked_out", user, "198.51.100.0/24"),  # once, however often it is tried
    ]


def test_what_is_done_is_written_down_and_nothing_of_what_was_said(ana, noor, clinic):
    now = timezone.now()
    treatment = pen(ana, days_ago=3, by=noor, now=now)
    logged(treatment, 3, signs=["pus"], note="It smells of Limburger.", now=now)
    logged(treatment, 3, signs=["pus"], note="It smells of Limburger still.", now=now + timedelta(seconds=1))
    acknowledge(treatment, by=noor, now=now)
    write_note(treatment, id=uuid4(), text="Sounds like Limburger.", for_patient=False, by=noor, now=now)
    alerts = dict.fromkeys(Alert.objects.open())
    resolve_all(alerts, outcome="advice", reason="Limburger", by=noor, now=now)
    about = noor.pk, ana.pk, clinic.pk
    by_ana = ana.user_id, ana.pk, clinic.pk
    expected = [
        ("did", "recorded a treatment", *about),
        ("did", "logged a day", *by_ana),
        ("did", "changed a day", *by_ana),
        ("did", "took what was open", *about),
        ("did", "wrote a note", *about),
        ("did", "closed what was open", *about),
    ]
    got = happened()
    assert [row for row in expected if row not in got] == []
    assert "Limburger" not in str(list(AuditRecord.objects.values()))


def test_roles_are_written_down(clinic, noor):
    boss, now = people.admin(clinic), timezone.now()
    member = Membership.objects.get(user=noor)
    change_member(member, is_practitioner=True, is_admin=True, by=boss, now=now)
    change_member(member, is_practitioner=False, is_admin=True, by=boss, now=now)
    remove_member(member, now, by=boss)
    got = list(AuditRecord.objects.filter(kind=Kind.ROLE).order_by("id").values_list("what", "user", "thing"))
    assert got == [
        ("practitioner and admin", boss.pk, member.pk),
        ("admin", boss.pk, member.pk),
        ("removed a member", boss.pk, member.pk),
    ]


@pytest.mark.parametrize("opens_records", [True, False])
def test_a_manager_reads_what_happened_at_the_practice_and_names_go_to_who_may_open_records(
    clinic, ana, noor, opens_records
):
    boss = people.practitioner(clinic, "Dr Boss", admin=True) if opens_records else people.admin(clinic, "Mr Boss")
    elsewhere = people.dr_okafor()
    audit.note(Kind.READ, "record", user=elsewhere, practice=elsewhere.membership.practice)
    treatment = pen(ana, days_ago=3, by=noor)
    logged(treatment, 3, signs=["pus"])
    for _ in range(60):
        audit.note(Kind.READ, "record", user=noor, patient=ana, practice=clinic)
    audit.note(Kind.FAILED, "a wrong password", user=noor)
    desk = people.signed_in(boss)
    page, read = reverse("practice_audit"), Client.get
    first = read(desk, page).content.decode()
    assert "a wrong password" in first and "Okafor" not in first
    assert ("Ana" in first) == opens_records and "Dr Noor" in first
    older = first.partition("before=")[2].partition('"')[0]
    second = read(desk, page, {"before": older}).content.decode()
    assert "logged a day" in second and ("Ana" in second) == opens_records
    only = read(desk, page, {"show": "signing-in"}).content.decode()
    assert "a wrong password" in only and "opened:" not in only
    assert read(desk, page, {"show": "nonsense", "before": "'; --"}).status_code == 200


def test_a_clinic_reads_who_failed_to_sign_in_while_they_worked_there_alone(clinic, noor):
    now = timezone.now()
    noor.memberships.update(joined_at=now - timedelta(days=9), removed_at=now - timedelta(days=3))
    for days_ago, what in ((10, "a wrong code"), (5, "a wrong password"), (1, "too many wrong passwords")):
        audit.note(Kind.FAILED, what, user=noor, now=now - timedelta(days=days_ago))
    read = people.signed_in(people.admin(clinic)).get(reverse("practice_audit"), {"show": "signing-in"}).text
    assert "a wrong password" in read and "a wrong code" not in read and "too many wrong passwords" not in read


def test_ways_to_be_told_absences_and_reminders_are_written_down(ana, noor, clinic):
    price, now = people.admin(clinic), timezone.now()
    number = add_number(noor.membership, "sms", "+447700900300")
    mark_proven(number, now)
    turn(number, is_on=False)
    remove(number)
    member, day = noor.memberships.get(), now.date() + timedelta(days=3)
    away = add_absence(member, first_day=day, last_day=day, stands_in=None, by=price, now=now)
    later = day + timedelta(days=1)
    change_absence(away.pk, first_day=day, last_day=later, stands_in=None, by=price, now=now)
    remove_absence(away, by=price, now=now)
    theirs = AuditRecord.objects.filter(practice=clinic, kind="did", user__in=[noor.pk, price.pk]).order_by("id")
    assert [(row.what, row.user_id) for row in theirs] == [
        ("added a number by which they are told", noor.pk), ("turned on a way in which they are told", noor.pk),
        ("turned off a way in which they are told", noor.pk), ("removed a way in which they are told", noor.pk),
        ("wrote down an absence", price.pk), ("changed an absence", price.pk), ("took an absence back", price.pk),
    ]  # fmt: skip
    choose(ana, is_on=True, at=time(19, 30), now=now)
    stop(ana)
    of_ana = AuditRecord.objects.filter(subject=ana.pk, kind="did").exclude(what__startswith="agreed").order_by("id")
    assert list(of_ana.values_list("what", "practice")) == [
        ("chose how to be reminded", None), ("stopped reminders by the link of a letter", None),
    ]  # fmt: skip
    assert "900300" not in str(list(AuditRecord.objects.values()))
