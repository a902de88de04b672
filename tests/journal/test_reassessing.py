"""Stored days are judged by the protocol that is installed: what differs is said, or stored beside what was."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import close
from symptoms.journal import reassessing, reassessing_pool, reassessing_run
from symptoms.models import Alert, Assessment, Delivery, PatientStatus, Reassessment, ReassessmentPage
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Urgency
from tests import people, processes
from tests.processes import killed_after
from tests.treatments import logged, pen
from tests.tries import tries

pytestmark = pytest.mark.django_db
NOW = timezone.now()
OLD = {"protocol_version": "2025.9", "protocol_hash": "old"}


def by_an_older_protocol(*entries, urgency=0, flags=()):
    """As if a protocol that raised only this had judged the entries, and nobody had been alerted."""
    Assessment.objects.filter(entry__in=entries).update(urgency=urgency, flags=list(flags), **OLD)


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=6, by=noor)


@pytest.fixture
def quiet(session):
    """Days 3 and 4 with pus, which an older protocol found on track."""
    entries = [logged(session, day, pain=1, signs=["pus"]).entry for day in (3, 4)]
    Alert.objects.all().delete()
    Delivery.objects.all().delete()
    by_an_older_protocol(*entries)
    return entries


def reassess(*options, capsys=None) -> str:
    call_command("reassess", "--workers=1", *options)
    return capsys.readouterr().out if capsys else ""


def test_days_are_judged_again_what_was_said_is_kept_and_the_newest_alone_alerts(quiet, noor):
    reassess()
    for entry in quiet:
        earlier, current = entry.assessments.order_by("is_current")
        assert (earlier.urgency, earlier.protocol_version, earlier.is_current) == (0, "2025.9", False)
        assert (current.urgency, current.protocol_version) == (Urgency.URGENT, PROTOCOL.version)
    assert set(Alert.objects.open().values_list("concern", "entry")) == {("infection", quiet[-1].pk)}
    assert Delivery.objects.filter(entry=quiet[-1]).exists() and not Delivery.objects.filter(entry=quiet[0]).exists()
    reassess()
    assert Assessment.objects.count() == 4 and Alert.objects.count() == 1


def test_an_open_alert_that_no_longer_holds_stays_and_nobody_is_said_to_have_changed_answers(session, noor):
    entry = logged(session, 4, pain=1, signs=["pus"]).entry
    alert = Alert.objects.get()
    flag = {"concern": "burn", "urgency": "urgent", "criteria": []}
    Alert.objects.filter(pk=alert.pk).update(concern="burn")
    by_an_older_protocol(entry, urgency=Urgency.URGENT, flags=[flag])
    reassess()
    alert.refresh_from_db()
    assert alert.resolved_at is None and alert.answers_changed_at is None
    assert set(Alert.objects.open().values_list("concern", flat=True)) == {"burn", "infection"}


def test_what_a_practitioner_closed_is_not_opened_for_a_day_that_says_the_same(session, noor):
    entry = logged(session, 4, pain=1, signs=["pus"]).entry
    close({Alert.objects.get(): None}, "seen", "Swab taken.", noor, timezone.now())
    Assessment.objects.filter(entry=entry).update(**OLD)
    reassess()
    assert not Alert.objects.open().exists() and Assessment.objects.count() == 1


def test_a_dry_run_and_a_comparison_say_what_would_change_and_write_nothing(quiet, capsys):
    before = list(Assessment.objects.values()), list(Alert.objects.values())
    report = json.loads(reassess("--dry-run", "--json", capsys=capsys))
    assert (report["days"], report["changed"]) == (2, 2)
    assert {"concern": "infection", "before": "on_track", "after": "urgent", "days": 2} in report["urgencies"]
    assert {"criterion": "INF-7", "change": "gained", "days": 2} in report["criteria"]
    assert report["skin_types"] == [{"fitzpatrick": "2", "change": "higher", "days": 2}]
    call_command("compare_assessments", "--stored", "--json")
    assert json.loads(capsys.readouterr().out) == report
    assert (list(Assessment.objects.values()), list(Alert.objects.values())) == before


def test_where_patients_stand_is_worked_out_again_where_no_day_is_judged_otherwise(clinic, noor, capsys):
    """As a version leaves it that asks for logs on other days, or counts otherwise whose turn it is."""
    now = timezone.now()
    sessions = [pen(people.patient(clinic, name), days_ago=4, by=noor) for name in ("Ana", "Bea", "Cleo", "Dora")]
    for session in sessions[:3]:
        logged(session, 4, now=now, signs=["feeling_ill"], temperature_c=37.5)
    write_to_practice(sessions[1], id=uuid4(), text="Hello?", by=sessions[1].patient.user, now=now)
    people.patient(clinic, "Not treated")
    rows = PatientStatus.objects.order_by("patient")
    right, others = list(rows.values()), [list(model.objects.values()) for model in (Assessment, Alert, Delivery)]
    wrong = {
        "log_due_on": now.date(), "current_until": now.date(), "quiet_at": now, "waits_until": now, "is_free": False,
        "is_raised": False, "is_over": True, "has_left": True, "logs_until": None, "message_since": None, "urgency": 0,
        "alert_urgency": 4, "waiting_since": now,
    }  # fmt: skip
    for name, value in wrong.items():
        rows.update(**{name: value})
        reassess("--dry-run")
        reassess()
        assert list(rows.values()) == right, name
    rows.filter(patient=sessions[0].patient).delete()
    reassess("--dry-run")
    assert "places out of date: 1\n" in capsys.readouterr().err and rows.count() == 3
    reassess()
    assert set(rows.values_list("patient", flat=True)) == {row["patient_id"] for row in right}
    with CaptureQueriesContext(connection) as captured:
        reassess()
    written = [query["sql"] for query in captured if query["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert not [sql for sql in written if "symptoms_reassessment" not in sql]  # but how far it is
    assert [list(model.objects.values()) for model in (Assessment, Alert, Delivery)] == others


@pytest.fixture
def five(clinic, noor, monkeypatch):
    """Sessions of five patients, a day of pus each, by an older protocol; two patients a page."""
    monkeypatch.setattr(reassessing, "PATIENTS_A_PAGE", 2)
    sessions = [pen(people.patient(clinic), days_ago=5, by=noor) for _ in range(5)]
    by_an_older_protocol(*(logged(session, 4, signs=["pus"]).entry for session in sessions))
    people.patient(clinic, "Not treated")
    return sessions


def judged_anew() -> int:
    return Assessment.objects.filter(protocol_version=PROTOCOL.version).count()


def test_stopped_it_goes_on_where_it_was(five, monkeypatch, capsys):
    judged, whole = [], reassessing_pool.judge

    def stopped_at_the_third(task):
        judged.append(task.page)
        if len(judged) == 3:
            raise KeyboardInterrupt
        return whole(task)

    monkeypatch.setattr(reassessing_pool, "judge", stopped_at_the_third)
    with pytest.raises(CommandError, match="goes on where it was"):
        reassess()
    assert judged_anew() == 4 and ReassessmentPage.objects.left().count() == 1
    reassess("--dry-run")  # a run of its own
    reassess()
    assert judged_anew() == 5 and len(judged) == 3 + 3 + 1 and judged[2] == judged[-1]
    said = capsys.readouterr().err
    assert "Goes on: 2 of 3 pages were done." in said and "pages: 3 of 3; patients: 5; days: 5; different: 5;" in said
    assert not ReassessmentPage.objects.exists() and set(Reassessment.objects.values_list("stores", flat=True)) == {
        True, False
    }  # fmt: skip
    assert json.loads(reassess("--json", capsys=capsys))["changed"] == 0


def test_a_page_is_a_task_for_any_machine_done_twice_it_counts_once(five):
    run = reassessing_run.begin(store=True, now=NOW)
    first, *others = reassessing_run.free_pages(run, now=NOW)
    assert reassessing_run.begin(store=True, now=NOW) == run
    taken = reassessing_run.take_page(run, now=NOW)
    assert taken.pk == first and reassessing_run.free_pages(run, now=NOW) == others
    assert not reassessing_run.do_page(first, now=NOW)  # somebody is at it
    later = NOW + reassessing_run.LEASE  # and was ended
    new = pen(people.patient(five[0].practice), days_ago=5)  # whoever is new is judged along, wherever their id falls
    by_an_older_protocol(logged(new, 4, signs=["pus"]).entry)
    assert reassessing_run.do_page(first, now=later) and not reassessing_run.do_page(first, now=later)
    page = reassessing.judge_between(taken.after, taken.until, store=True, now=later)
    reassessing_run.finish_page(taken, page, now=later + timedelta(days=1))  # it had only been slow
    assert ReassessmentPage.objects.get(pk=first).done_at == later
    assert all(reassessing_run.do_page(page, now=later) for page in others) and judged_anew() == 6
    found = reassessing_run.found_so_far(run)
    assert (found.patients, found.tally.days, found.tally.changed) == (6, 6, 6)
    assert not ReassessmentPage.objects.exists()


def test_a_run_of_another_protocol_is_given_up_unless_somebody_is_at_it(five):
    run = reassessing_run.begin(store=True, now=NOW)
    Reassessment.objects.update(protocol_hash="newer")
    page = reassessing_run.take_page(run, now=timezone.now())
    with pytest.raises(CommandError, match="Another process judges by protocol"):
        reassess()
    reassessing_run.give_back([page])
    assert not reassessing_run.do_page(page.pk, now=NOW)  # a worker of another release leaves it alone
    reassess()
    assert judged_anew() == 5 and not Reassessment.objects.filter(pk=run.pk).exists()


def test_a_page_of_many_patients_takes_as_many_statements_as_one_of_few(five):
    with CaptureQueriesContext(connection) as few:
        reassessing.judge_page(None, 1, store=False, now=NOW)
    with CaptureQueriesContext(connection) as many:
        page = reassessing.judge_page(None, 5, store=False, now=NOW)
    assert len(many) == len(few) <= 8 and page.patients == 5


@pytest.mark.chance
@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_nothing_is_lost_and_nothing_stored_twice(five, monkeypatch):
    """Days are found on track as by an older protocol, time and again, and it is killed at any moment."""
    monkeypatch.setattr(reassessing_run, "LEASE", timedelta(0))
    reassess()
    chance, truth = Random(2026), dict(Assessment.objects.filter(is_current=True).values_list("entry", "flags"))
    began = time.monotonic()
    reassess("--anew")
    whole, blanked = time.monotonic() - began, Counter()
    for _ in range(tries(5, 150)):
        now = dict(Assessment.objects.filter(is_current=True).values_list("entry", "flags"))
        standing = [entry for entry in truth if now[entry] == truth[entry]]
        for entry in chance.sample(standing, k=min(1, len(standing))):
            by_an_older_protocol(entry)
            blanked[entry] += 1
        options = chance.choice([["--anew"], []])  # from the beginning, or on from where it was
        killed_after(chance.random() * 3 * whole, lambda options=options: reassess(*options))
    reassess("--anew")
    assert dict(Assessment.objects.filter(is_current=True).values_list("entry", "flags")) == truth
    kept = Counter(Assessment.objects.values_list("entry", flat=True))
    assert kept == {entry: 2 + blanked[entry] for entry in truth}
    assert Alert.objects.open().count() == len(five) and not ReassessmentPage.objects.exists()


def judging_for(pid: int) -> list[int]:
    """The processes that judge for another one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def waited_for(look):
    """What `look` gives once it gives something."""
    ends = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return found


@pytest.mark.chance
@pytest.mark.django_db(transaction=True)
def test_a_pool_whose_process_or_parent_is_killed_ends_and_the_next_goes_on(five, tmp_path):
    ours = processes.environment(tmp_path)
    for number in range(tries(2, 12)):  # the parent, then one of its processes
        by_an_older_protocol(*(session.entries.get() for session in five))
        reassessing_run.begin(store=True, now=NOW, anew=True)
        ReassessmentPage.objects.update(leased_until=None)
        begun = subprocess.Popen(
            [sys.executable, "manage.py", "reassess", "--workers=2"],
            env=ours, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        judging = waited_for(lambda begun=begun: len(found := judging_for(begun.pid)) == 2 and found)
        os.kill([begun.pid, *judging][number % 3], signal.SIGKILL)
        said = begun.communicate(timeout=90)[1]
        assert begun.returncode == (-signal.SIGKILL if number % 3 == 0 else 1), said
        waited_for(lambda judging=judging: not any(map(runs, judging)))
        ReassessmentPage.objects.update(leased_until=None)  # as after a minute
        reassess()
        assert not ReassessmentPage.objects.exists()
        assert not Assessment.objects.filter(is_current=True, urgency=0).exists()


def test_patients_log_while_it_runs_and_nothing_they_wrote_is_lost(session, quiet, monkeypatch):
    compare = reassessing.compare

    def logs_meanwhile(record, tally):
        differs = compare(record, tally)
        logged(session, 5, pain=1, now=timezone.now() + timedelta(seconds=1))
        return differs

    monkeypatch.setattr(reassessing, "compare", logs_meanwhile)
    reassess()
    newest = session.entries.current().order_by("-day").first()
    assert newest.day == 5 and newest.assessments.get().is_current
    assert Assessment.objects.filter(is_current=True).count() == 3


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (None, "No such file or directory"),
        ("not json", "is not what assess_cases --json writes"),
        ('{"id": "x"}', "is not what assess_cases --json writes"),
    ],
)
def test_a_file_that_is_no_comparison_is_named(tmp_path, written, complaint):
    path = tmp_path / "before.json"
    if written is not None:
        path.write_text(written)
    with pytest.raises(CommandError, match=complaint):
        call_command("compare_assessments", path)
    with pytest.raises(CommandError, match="--stored"):
        call_command("compare_assessments")


def test_case_files_are_compared_with_what_was_said_of_them_before(tmp_path, capsys):
    call_command("assess_cases", "tests/cases", "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    path = tmp_path / "before.json"
    path.write_text("\n".join(map(json.dumps, lines)))
    call_command("compare_assessments", path, "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["days"], report["changed"]) == (sum(len(line["entries"]) for line in lines), 0)
    lines[0]["entries"][0]["flags"] = []
    path.write_text("\n".join(map(json.dumps, lines)))
    call_command("compare_assessments", path)
    assert capsys.readouterr().out.startswith(f"{report['days']:,} days compared, 1 changed.")
