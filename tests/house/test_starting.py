"""What is missing at a start is said in one sentence, never as a traceback; and probes see what is missing later."""

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from accounts.keys.master import make_file
from symptoms.recovery.swatches.strip import NAMES, strip
from tests import people
from tests.data_folders import put_database, put_static
from tests.house import tree
from tracker import readiness
from tracker.preflight import PRIVATE
from tracker.static_files import Drawings, RedFlags, Storage

SERVER = ["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "critical", "--bind", "127.0.0.1:0"]


WELL = dict.fromkeys(("database", "migrations", "keys", "static", "storage"), True)


def run(data: Path, *command: str, **environment: str) -> subprocess.CompletedProcess:
    """A fresh process of an operator, without the settings that tests run under."""
    ours = {"MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": str(data)}
    return subprocess.run(
        [sys.executable, *command],
        cwd=tree.ROOT, env=tree.environment(**ours | environment),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def sentence(started: subprocess.CompletedProcess) -> str:
    assert started.returncode != 0
    assert "Traceback" not in started.stderr, started.stderr
    return next(line for line in started.stderr.splitlines() if line.startswith("Mendline does not start: "))


@pytest.mark.parametrize("command", [["manage.py", "run_worker"], SERVER])
def test_without_a_data_folder_a_sentence_says_what_to_do(tmp_path, command):
    assert "no data folder" in sentence(run(tmp_path / "none", *command))
    assert not (tmp_path / "none").exists()
    assert "no database" in sentence(run(tmp_path, *command))


@pytest.mark.parametrize("command", [["manage.py", "run_worker"], SERVER])
def test_a_database_without_tables_or_that_is_none_is_named(tmp_path, command):
    (tmp_path / "mendline.sqlite3").touch()
    assert "Run: manage.py migrate" in sentence(run(tmp_path, *command))
    (tmp_path / "mendline.sqlite3").write_text("this is no database, and it is longer than a header" * 20)
    assert "cannot be used" in sentence(run(tmp_path, *command))


def test_a_folder_that_cannot_be_made_is_a_sentence_too(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be made" in sentence(run(tmp_path / "file" / "data", "manage.py", "migrate"))


@pytest.mark.parametrize("command", [["manage.py", "run_worker"], SERVER])
def test_settings_that_are_unsafe_or_unreadable_are_a_sentence(tmp_path, command):
    assert "MENDLINE_SECRET_KEY" in sentence(run(tmp_path, *command, MENDLINE_DEBUG="0"))
    assert "MENDLINE_DEBUG" in sentence(run(tmp_path, *command, MENDLINE_DEBUG="perhaps"))


def test_migrate_makes_the_data_folder_for_its_own_user_only(tmp_path):
    data = tmp_path / "deep" / "data"
    done = run(data, "manage.py", "migrate", "contenttypes", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    assert data.stat().st_mode & 0o777 == 0o700


def test_without_the_table_of_the_cache_the_command_that_makes_it_is_named(tmp_path):
    put_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / "mendline.sqlite3")) as database:
        database.execute("DROP TABLE cache")
    assert "createcachetable" in sentence(run(tmp_path, "manage.py", "run_worker"))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "[::]", "mendline.example"])
def test_the_demo_listens_to_this_machine_alone(tmp_path, host):
    assert "may not listen at" in sentence(run(tmp_path, *SERVER, HOST=host))


@pytest.mark.django_db
def test_a_probe_reads_503_when_the_database_or_the_folder_is_away(tmp_path, settings, monkeypatch):
    assert Client().get("/readyz").json() == WELL
    settings.DATA_DIR = tmp_path / "gone"
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"storage": False})

    def away(*args):
        raise OperationalError("unable to open database file")

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)


@pytest.mark.django_db
def test_a_probe_reads_503_when_a_migration_has_not_run_or_the_keys_are_away(settings, tmp_path):
    people.patient(people.practice())
    assert Client().get("/readyz").json() == WELL
    newest = MigrationRecorder.Migration.objects.filter(app="symptoms").latest("name")
    newest.delete()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"migrations": False})
    newest.save()
    given = settings.STORAGES
    settings.STORAGES = given | {"keys": given["keys"] | {"OPTIONS": {"location": tmp_path / "not-mounted"}}}
    readiness._keys_open.cache_clear()
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"keys": False})
    settings.STORAGES, settings.MASTER_KEY_FILE = given, tmp_path / "another"
    make_file(settings.MASTER_KEY_FILE)
    readiness._keys_open.cache_clear()
    assert Client().get("/readyz").json() == WELL | {"keys": False}
    readiness._keys_open.cache_clear()


def test_a_site_that_was_put_back_by_hand_without_static_files_is_not_well(production, monkeypatch):
    monkeypatch.setattr(readiness, "staticfiles_storage", Storage(production / "static"))
    assert readiness._static_files_are_there()
    (production / "static").rename(production / "away")
    assert not readiness._static_files_are_there()
    monkeypatch.setattr(readiness, "staticfiles_storage", Storage(production / "static"))
    assert not readiness._static_files_are_there()
    (production / "away").rename(production / "static")


@pytest.mark.django_db
def test_a_probe_reads_503_when_the_disk_is_full(monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.readiness.tempfile.TemporaryFile", full)
    readiness.takes_writes.cache_clear()
    answer = Client().get("/readyz")
    readiness.takes_writes.cache_clear()
    assert (answer.status_code, answer.json()["storage"]) == (503, False)


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "10.0.0.7", "anything.example", ""])
def test_probes_are_answered_by_any_name_and_nothing_else_is(host, settings, caplog):
    settings.ALLOWED_HOSTS = ["mendline.example"]
    by_name = Client(HTTP_HOST=host)
    assert by_name.get("/healthz").status_code == by_name.get("/readyz").status_code == 200
    assert not caplog.records
    assert by_name.post("/healthz").status_code == 405
    for path in ("/", "/help/", "/healthz/", "/readyz/x", "/accounts/login/"):
        assert by_name.get(path).status_code in (400, 404), path


def test_a_process_is_alive_without_asking_the_database():
    assert Client().get("/healthz").content == b"ok"  # this test may not touch the database


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """A data folder as an operator makes it, static files and all."""
    folder = tmp_path_factory.mktemp("production")
    put_database(folder)
    put_static(folder)
    return folder


def starts(folder: Path) -> subprocess.CompletedProcess:
    return run(folder, "-c", "import tracker.wsgi", **tree.SAFE, MENDLINE_DEBUG="0")


def test_what_lies_in_the_data_folder_is_for_mendline_s_user_alone(production):
    database = production / "mendline.sqlite3"
    database.chmod(0o644)
    (production / "photos").mkdir(mode=0o755, exist_ok=True)
    assert starts(production).returncode == 0
    private = [path for pattern in PRIVATE for path in production.glob(pattern)]
    assert {path.name for path in private} >= {"mendline.sqlite3", "photos", "uploads", "access-records.spool"}
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in private} == {path.name: "0o0" for path in private}
    production.chmod(0o755)
    assert "chmod 700" in sentence(starts(production))
    production.chmod(0o700)


def test_the_rules_for_phones_are_collected_under_their_digest_and_made_small(production):
    collected = production / "static"
    name = json.loads((collected / "staticfiles.json").read_text())["paths"]["red-flags/en-gb.json"]
    assert re.fullmatch(r"red-flags/en-gb\.[0-9a-f]{12}\.json", name)
    assert (collected / name).read_text() == RedFlags().make("red-flags/en-gb.json")
    assert (collected / f"{name}.gz").is_file()


def test_production_starts_with_the_static_files_of_this_code_only(production):
    manifest, collected = production / "static" / "staticfiles.json", production / "static"
    assert starts(production).returncode == 0
    was, known = manifest.read_text(), json.loads(manifest.read_text())
    file = collected / known["paths"]["js/log.js"]
    for paths in (
        {name: path for name, path in known["paths"].items() if name != "js/log.js"},
        known["paths"] | {"js/log.js": "js/log.000000000000.js"},
    ):
        manifest.write_text(json.dumps(known | {"paths": paths}))
        assert "js/log.js" in sentence(starts(production))
    manifest.write_text(was)
    text = file.read_text()
    assert re.search(r'from "\./drafts\.[0-9a-f]{12}\.js"', text)  # never an old module beside a new one
    file.write_text(text + "// older")
    assert "js/log.js" in sentence(starts(production))
    file.write_text(text)
    file.rename(file.with_suffix(".gone"))
    assert "collectstatic" in sentence(starts(production))
    file.with_suffix(".gone").rename(file)
    assert starts(production).returncode == 0
    collected.rename(production / "away")
    assert "collectstatic" in sentence(starts(production))
    assert not (production / "drawn").exists()  # the levels, drawn to compare, are no files of production's


def test_a_drawing_for_a_demo_is_whole_or_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Drawings, "folder", tmp_path)
    name = next(iter(NAMES))
    with monkeypatch.context() as fault, pytest.raises(OSError, match="full"):
        fault.setattr(Path, "replace", Mock(side_effect=OSError("full")))
        Drawings().find(name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert Path(Drawings().find(name)).read_text() == strip(*NAMES[name])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_cases_are_judged_without_settings_or_a_database_and_for_as_long_as_somebody_reads(tmp_path):
    judge = [sys.executable, "manage.py", "assess_cases", "tests/cases", "--json"]
    started = {"cwd": tree.ROOT, "env": tree.environment(MENDLINE_DATA_DIR=str(tmp_path / "none")), "text": True}
    done = subprocess.run(judge, **started, capture_output=True, check=True, timeout=60)
    assert len(done.stdout.splitlines()) == len(list((tree.ROOT / "tests/cases").glob("*.json")))
    with subprocess.Popen(judge, **started, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert not (tmp_path / "none").exists()
