"""`manage.py doctor` names what is wrong on a machine, each thing whatever else is wrong, and ends with 1."""

import json
import time
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from unittest.mock import Mock, patch

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from symptoms.alerts import server_figures
from symptoms.models import WorkerBeat
from tests.messages import mailservers
from tracker import doctor, preflight
from tracker.databases import WrongDatabase
from tracker.preflight import RESTORING

pytestmark = pytest.mark.django_db


@contextmanager
def a_restore_that_was_cut_short():
    mark = settings.DATA_DIR / RESTORING
    mark.touch()
    yield
    mark.unlink()


def a_server_that_promises_little():
    return patch.object(preflight, "check_promises", Mock(side_effect=WrongDatabase("PostgreSQL has fsync off")))


@contextmanager
def a_beat(later: timedelta):
    WorkerBeat.objects.update_or_create(defaults={"at": timezone.now() + later})
    yield


def mail_server(port: int):
    return override_settings(
        EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, EMAIL_HOST_USER=""
    )


WRONG = {
    "master key": (
        lambda: override_settings(MASTER_KEY_FILE=settings.DATA_DIR / "none", MASTER_KEY_COMMAND=""),
        "start", "master key",
    ),
    "promises": (a_server_that_promises_little, "start", "fsync off"),
    "restore": (a_restore_that_was_cut_short, "start", "did not come to its end"),
    "static files": (
        lambda: patch.object(preflight, "staticfiles_storage", SimpleNamespace(out_of_date=lambda: "css/base.css")),
        "static files", "css/base.css is not collected",
    ),
    "mail": (lambda: mail_server(mailservers.free_port()), "mail", "127.0.0.1 does not let us in"),
    "clock": (lambda: a_beat(timedelta(hours=1)), "time", "this clock is late"),
    "worker": (lambda: a_beat(-timedelta(hours=1)), "attention", "Alerts are not going out"),
    "disk": (
        lambda: patch.object(server_figures.shutil, "disk_usage", lambda path: SimpleNamespace(free=1)),
        "attention", "disk",
    ),
}  # fmt: skip


def examined() -> tuple[list[dict], int]:
    """What the command says, and how it ends."""
    out = StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except SystemExit as end:
        return json.loads(out.getvalue()), int(end.code or 0)
    return json.loads(out.getvalue()), 0


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_what_mends_it_whatever_else_there_is(name, clinic, no_worker):
    inject, what, words = WRONG[name]
    with a_beat(timedelta()):
        assert examined()[1] == 0
        with inject():
            found, status = examined()
        wrong = [finding for finding in found if finding["state"] == "wrong"]
        assert status == 1 and [finding["what"] for finding in wrong] == [what]
        assert words in wrong[0]["text"]
        assert {"versions", "database", "settings", "time", "mail"} <= {finding["what"] for finding in found}


def test_all_that_keeps_it_from_starting_is_named_at_once(clinic):
    with a_beat(timedelta()), a_restore_that_was_cut_short(), WRONG["master key"][0](), a_server_that_promises_little():
        found, status = examined()
    reasons = [finding["text"] for finding in found if finding["what"] == "start"]
    assert status == 1 and len(reasons) == 3
    for words in ("did not come to its end", "fsync off", "master key"):
        assert any(words in reason for reason in reasons)


def test_what_the_settings_silence_is_not_said(clinic):
    """Preloading HSTS is for the operator to choose, under a name of ours: Django's own is none that they can set."""
    for silenced in ([], ["security.W021"]):
        with override_settings(
            DEBUG=False, SECURE_HSTS_SECONDS=60, SECURE_HSTS_PRELOAD=False, SILENCED_SYSTEM_CHECKS=silenced
        ):
            is_said = any("security.W021" in finding["text"] for finding in examined()[0])
        assert is_said is not bool(silenced)


def test_a_mail_server_that_answers_a_byte_at_a_time_holds_nobody_up(clinic, monkeypatch):
    monkeypatch.setattr(doctor, "PATIENCE", 0.5)
    with mailservers.scripted(mailservers.dawdles) as (port, _), mail_server(port):
        began = time.monotonic()
        found, status = examined()
    wrong = [finding for finding in found if finding["what"] == "mail"]
    assert status == 1 and "does not let us in: it did not finish in time" in wrong[0]["text"]
    assert time.monotonic() - began < 30  # seconds; the greeting alone would take 80


def test_a_mail_server_that_lets_us_in_is_well_and_is_sent_nothing(clinic):
    with mailservers.honest() as (port, letters), mail_server(port):
        found, _ = examined()
    assert [finding["state"] for finding in found if finding["what"] == "mail"] == ["well"]
    assert not letters.letters
