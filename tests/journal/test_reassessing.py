"""Stored days are judged by the protocol that is installed: what differs is said, or stored beside what was."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.handling import close
from symptoms.journal import reassessing
from symptoms.models import Alert, Assessment, Delivery, PatientStatus
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
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
    call_command("reassess", *options)
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
    assert "places out of date: 1;" in capsys.readouterr().err and rows.count() == 3
    reassess()
    assert set(rows.values_list("patient", flat=True)) == {row["patient_id"] for row in right}
    with CaptureQueriesContext(connection) as captured:
        reassess()
    assert not [query["sql"] for query in captured if not query["sql"].lstrip().startswith("SELECT")]
    assert [list(model.objects.values()) for model in (Assessment, Alert, Delivery)] == others


def test_it_goes_a_page_at_a_time_and_can_be_taken_up_again(clinic, noor, monkeypatch, capsys):
    monkeypatch.setattr(reassessing, "PATIENTS_A_PAGE", 2)
    entries = [logged(pen(people.patient(clinic), days_ago=5, by=noor), 4, signs=["pus"]).entry for _ in range(5)]
    people.patient(clinic, "Not treated")
    by_an_older_protocol(*entries)
    call_command("reassess", "--dry-run")
    progress = capsys.readouterr().err.splitlines()
    assert [line.split(";")[0] for line in progress[:-1]] == ["patients: 2", "patients: 4", "patients: 5"]
    after = progress[1].split("--after ")[1]
    call_command("reassess", "--after", after)
    assert Assessment.objects.filter(protocol_version=PROTOCOL.version).count() == 1
    call_command("reassess", "--until", after)
    assert Assessment.objects.filter(protocol_version=PROTOCOL.version).count() == 5


def test_patients_log_while_it_runs_and_nothing_they_wrote_is_lost(session, quiet, monkeypatch):
    compare = reassessing.compare

    def logs_meanwhile(patient, tally):
        differs = compare(patient, tally)
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
