"""The drill: a backup is made and put back by processes of their own, and a certificate says how it went."""

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.keys.master import make_file
from symptoms.models import Photo, Upkeep
from tests.data_folders import put_database
from tests.house import tree
from tracker.backups import certificate, drilling
from tracker.backups.certificate import Certificate


@pytest.mark.skipif(settings.ON_POSTGRES, reason="`make drill` does the same on a server that keeps its promises")
def test_what_is_put_back_is_a_whole_site_and_the_certificate_says_so(tmp_path, templates):
    data, backups = tmp_path / "data", tmp_path / "backups"
    put_database(data)
    backups.mkdir()
    make_file(tmp_path / "backup-key")
    environment = tree.environment(
        **tree.SAFE, MENDLINE_DATA_DIR=str(data), MENDLINE_BACKUP_DIR=str(backups),
        MENDLINE_BACKUP_KEY_FILE=str(tmp_path / "backup-key"),
    )  # fmt: skip
    run = {"cwd": tree.ROOT, "env": environment, "capture_output": True, "text": True, "check": False}
    seeded = subprocess.run([sys.executable, "-m", "tests.drill.people", "2", "3", "2", "1000"], **run)
    assert seeded.returncode == 0, seeded.stderr
    done = subprocess.run([sys.executable, "manage.py", "drill"], **run)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,), (words,) = ([json.loads(path.read_text()) for path in backups.glob("drill-*.json")],
                          [path.read_text() for path in backups.glob("drill-*.txt")])  # fmt: skip
    assert found["is_well"] and found["wrong"] == [] and found["facts"]["photos"] == 2
    assert words.startswith("Everything that was backed up can be put back.") and done.stdout.strip() in words
    assert not list(tmp_path.rglob(drilling.UNDER_WAY))


WELL = subprocess.CompletedProcess([], 0, json.dumps({"photos": 2, "missing": []}), "")


@pytest.mark.parametrize(
    ("restored", "ready", "spoil", "wrong"),
    [
        (WELL, WELL, False, []),
        (subprocess.CompletedProcess([], 1, "", "Nothing was restored: x."), WELL, False, ["Nothing was restored: x."]),
        (subprocess.CompletedProcess([], 1, '{"missing": ["2 photos."]}', "y"), WELL, False, ["2 photos."]),
        (WELL, subprocess.CompletedProcess([], 1, '{"keys": false}', ""), False, ["that was put back is not well"]),
        (WELL, WELL, True, ["1 photos here are not those of the backup"]),
    ],
)
def test_whatever_is_not_well_stands_in_the_certificate_and_is_said(
    site, session, monkeypatch, restored, ready, spoil, wrong
):
    asked = []

    def run(environment, *command):
        copied = [path.name for path in Path(environment["MENDLINE_KEYS_DIR"]).iterdir()]
        asked.append((environment["MENDLINE_DATA_DIR"], copied))
        if spoil:
            (site.photos / Photo.objects.earliest("day").key).write_bytes(b"changed since")
        return restored if "restore" in command else ready

    monkeypatch.setattr(drilling, "_run", run)
    with pytest.raises(CommandError, match="could not be put back") if wrong else nullcontext():
        call_command("drill")
    (found,) = [json.loads(path.read_text()) for path in site.backups.glob("drill-*.json")]
    assert found["is_well"] == (not wrong) and len(found["wrong"]) == len(wrong)
    assert all(part in sentence for part, sentence in zip(wrong, found["wrong"], strict=True))
    assert Upkeep.objects.get(kind="drill").said == (found["wrong"][0] if wrong else "")
    data, copied = asked[0]
    assert data == str(site.data / drilling.UNDER_WAY) and set(copied) == {path.name for path in site.keys.glob("*.*")}
    assert not list(site.data.parent.rglob(drilling.UNDER_WAY)), "nothing of it is left"


def test_certificates_are_kept_for_some_time_and_name_what_was_wrong(tmp_path):
    found = Certificate(
        "2026-11-29", False, "0.1.0", "sqlite", "x.backup", 3, {"photos": 1}, ["It is cut."], {"all": 1}
    )
    for number in range(certificate.KEPT + 2):
        path = certificate.keep(found, tmp_path, f"{number:03}")
    assert len(list(tmp_path.iterdir())) == 2 * certificate.KEPT and "This backup is not whole.\n" in path.read_text()
    assert "It is cut." in path.read_text()
