"""An update from the first version loses nothing, on either database."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.migrations import shape
from tests.migrations.first_version import ROWS
from tests.processes import environment
from tests.tries import SEED, tries

KILLS = tries(1, 80)
SCRIPT = Path(__file__).with_name("first_version.py")


@pytest.fixture
def empty_database(tmp_path, django_db_setup, django_db_blocker):
    """The environment of a process with a database of its own, on the server of the tests where there is one.

    And with keys of its own: by those of the tests all is sealed, so that plain words would be refused.
    """
    with django_db_blocker.unblock():
        ours = environment(tmp_path / "data", MENDLINE_KEYS_DIR=str(tmp_path / "keys"))
    if not settings.ON_POSTGRES:
        (tmp_path / "data" / "mendline.sqlite3").unlink()
        return ours
    url = ours["MENDLINE_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS first_version")
        connection.execute("CREATE DATABASE first_version TEMPLATE template0")
    return ours | {"MENDLINE_DATABASE_URL": url.rpartition("/")[0] + "/first_version"}


def shape_of(process: dict[str, str]) -> set[tuple]:
    """What the database of a process in this environment is made of, but for what only the tests or `migrate` made."""
    if settings.ON_POSTGRES:
        return shape.of_postgres(process["MENDLINE_DATABASE_URL"])
    return shape.of_sqlite(Path(process["MENDLINE_DATA_DIR"]) / "mendline.sqlite3")


@pytest.mark.django_db
@pytest.mark.faults("F12")
def test_every_row_and_value_of_the_first_version_is_still_there_however_often_it_was_killed(
    empty_database, tmp_path, noted
):
    kinds = {row["model"] for row in json.loads(ROWS.read_text(encoding="utf-8"))}
    assert {"symptoms.entry", "symptoms.photo", "symptoms.delivery", "symptoms.note", "accounts.invitation"} <= kinds
    command = [sys.executable, SCRIPT, str(KILLS), str(SEED)]
    done = subprocess.run(command, env=empty_database, capture_output=True, text=True, check=False)
    noted(KILLS, lost=len(done.stdout.splitlines()))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert shape_of(empty_database) ^ shape_of(environment(tmp_path / "ours")) == set(), "the tests' own tables differ"
