"""The log in production: one line of JSON a record, with its time and request, and nothing about anybody."""

import json
import logging
import re
import smtplib
import sqlite3
import time
from contextlib import closing
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError

from accounts.web.log_filters import redacted
from tests.api.programs import INFECTED, jpeg
from tests.house.production import Browser, running
from tests.people import PASSWORD
from tracker import logs
from tracker.logs import JsonLines, described, reason

NAME, PHONE, NOTE, WORDS, FILE = "Xanthippe", "07700 900417", "vermillion", "ultramarine", "quicksilver"
TOKEN, WRONG = "opensesame-opensesame-opensesame", "not the right password zanzibar"
NURSE, PATIENT, STRANGER = "nurse@obsidian.example", "pat@malachite.example", "new@carnelian.example"
MARKERS = (NAME, "900417", NOTE, WORDS, FILE, TOKEN, "zanzibar", "obsidian", "malachite", "carnelian", PASSWORD)
CAST = f"""
import django; django.setup()
from tests import people; from tests.treatments import pen
clinic = people.practice("Obsidian Clinic")
nurse = people.practitioner(clinic, "Nurse {NAME}", "{NURSE}", admin=True)
print(pen(people.patient(clinic, "{NAME} Quill", "{PATIENT}", phone="{PHONE}"), days_ago=3, by=nurse).pk)
"""
LINE = {"time", "level", "logger", "message", "process"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running(
        tmp_path_factory.mktemp("logged") / "data", "-c", CAST, DJANGO_SETTINGS_MODULE="tracker.settings"
    ) as it:
        yield it


@pytest.fixture(scope="module")
def lived(site):
    """The main story with everything that is ever logged in it: the ids of requests that failed, by status."""
    failed = {}
    _sign_up(site)
    phone, desk = _signed_in(site, PATIENT), _signed_in(site, NURSE)
    treatment = phone.get("/api/v1/treatments/").json()["results"][0]["id"]
    _log_a_day(phone, f"/api/v1/treatments/{treatment}/")
    assert desk.get(f"/practice/?show=all&q={NAME}").body.count(NAME)
    failed[404] = desk.get(f"/no/such/?name={NAME}")
    failed[403] = phone.get(f"/practice/?q={NAME}")
    Browser(site.port).get(f"/join/{TOKEN}/")
    Browser(site.port).get("/api/v1/alerts/", Authorization=f"Token {TOKEN}")
    Browser(site.port).ask(
        "POST", "/accounts/login/", f"login={STRANGER}".encode(), Referer=f"https://x.example/?{NAME}"
    )
    Browser(site.port).get("/", Host=f"{NAME}.example")
    _refuse_rows(site)
    failed[500] = phone.send("POST", f"/api/v1/treatments/{treatment}/messages/", {"id": str(uuid4()), "text": WORDS})
    _wait_for(site, "could not show that it lives")
    return {status: (answer.status, answer.headers["x-request-id"]) for status, answer in failed.items()}


def _sign_up(site) -> None:
    guest = Browser(site.port)
    form = {"name": f"{NAME} New", "email": STRANGER, "password1": PASSWORD, "remember": "own", "country": "GB"}
    assert guest.post("/accounts/signup/", form).status == 302
    link = re.search(r"https://\S+/accounts/confirm-email/\S+", site.letter(STRANGER))[0]
    assert guest.post(link.removeprefix("https://mendline.example"), {}).status == 302


def _signed_in(site, email: str) -> Browser:
    browser = Browser(site.port)
    assert browser.post("/accounts/login/", {"login": email, "password": WRONG}).status in (200, 422)
    assert browser.post("/accounts/login/", {"login": email, "password": PASSWORD, "remember": "own"}).status == 302
    return browser


def _log_a_day(phone: Browser, treatment: str) -> None:
    assert phone.send("PUT", f"{treatment}entries/{uuid4()}/", INFECTED | {"note": NOTE}).status == 201
    assert phone.send("POST", f"{treatment}messages/", {"id": str(uuid4()), "text": WORDS}).status == 201
    for picture, status in ((jpeg(), 201), (b"no picture", 422)):
        head = f'--{TOKEN}\r\nContent-Disposition: form-data; name="photo"; filename="{FILE}.jpg"\r\n\r\n'
        rest = "".join(
            f'\r\n--{TOKEN}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
            for name, value in (("day", "3"), ("view", "front"))
        )
        body = head.encode() + picture + f"{rest}\r\n--{TOKEN}--\r\n".encode()
        kind = f"multipart/form-data; boundary={TOKEN}"
        assert phone.send("PUT", f"{treatment}photos/{uuid4()}/", body, kind).status == status


def _refuse_rows(site) -> None:
    """From now on the database refuses messages and the worker's sign of life, quoting a row as PostgreSQL does."""
    with closing(sqlite3.connect(site.data / "mendline.sqlite3", timeout=30)) as database:
        for number, (what, table) in enumerate((("INSERT", "symptoms_note"), ("UPDATE", "symptoms_workerbeat"))):
            database.execute(
                f"CREATE TRIGGER refuses{number} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'row of {NAME} {PATIENT} {WORDS}'); END"
            )


def _wait_for(site, words: str) -> None:
    ends = time.monotonic() + 60
    while words not in site.written.read_text():
        assert time.monotonic() < ends, f"nothing says {words!r}"
        time.sleep(0.2)


def lines(site) -> list[dict]:
    return [json.loads(line) for line in site.written.read_text(encoding="utf-8").splitlines()]


def test_each_line_is_json_with_its_time_level_and_logger(site, lived):
    for line in lines(site):
        assert line.keys() >= LINE, line
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert {line["logger"].partition(".")[0] for line in lines(site)} >= {"django", "gunicorn", "symptoms"}


def test_nothing_of_anybody_is_in_what_server_and_worker_write(site, lived):
    written = site.written.read_text(encoding="utf-8")
    assert [marker for marker in MARKERS if marker.lower() in written.lower()] == []
    assert "refused: DisallowedHost" in written
    assert "IntegrityError (SQLITE_CONSTRAINT_TRIGGER)" in written  # it was there to be said


@pytest.mark.parametrize("status", [403, 404, 500])
def test_who_names_the_id_of_an_answer_is_found_in_the_log(site, lived, status):
    got, id = lived[status]
    assert got == status
    [*found] = [line for line in lines(site) if line.get("request") == id]
    assert [line["status"] for line in found if "status" in line] == [status]
    assert ("exception" in found[-1]) == (status == 500)
    assert re.fullmatch("[0-9a-f-]{36}", found[-1]["account"])
    if status == 500:
        assert any("/symptoms/" in at for part in found[-1]["exception"] for at in part["at"])


def test_no_answer_has_the_id_of_another_and_none_takes_over_the_client_s(site):
    ids = {
        Browser(site.port).get(path, X_Request_Id=TOKEN).headers["x-request-id"] for path in ["/healthz", "/help/"] * 3
    }
    assert len(ids) == 6 and all(re.fullmatch("[0-9a-f]{16}", id) for id in ids)


def test_of_a_stranger_no_account_is_written(site, lived):
    [line] = [line for line in lines(site) if line["message"].startswith("Not Found: /join/")]
    assert line["status"] == 404 and "account" not in line


def test_trace_is_not_answered(site):
    assert Browser(site.port).ask("TRACE", "/help/").status == 405


def _record(message: object, *args: object, error: BaseException | None = None, name: str = "x") -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    written = JsonLines().format(logging.LogRecord(name, logging.ERROR, __file__, 1, message, args, info))
    assert "\n" not in written
    return json.loads(written)


def test_a_message_cannot_make_a_second_line_or_fill_the_disk():
    line = _record('a\r\n{"level": "INFO"}\x1b[2J %s', "é\u2028x" * 5000)
    assert len(line["message"]) == logs.LONGEST and line["message"].startswith("a\r\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Ana Marrowby"), "ValueError"),
        (IntegrityError("Key (email)=(ana@example.org) exists"), "IntegrityError"),
        (OperationalError("database is locked\nDETAIL: Ana"), "OperationalError: database is locked"),
        (smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"Ana")}), "SMTPRecipientsRefused"),
        (smtplib.SMTPDataError(552, b"Ana Marrowby"), "SMTPDataError 552"),
        (
            FileNotFoundError(2, "No such file or directory", "/data/Ana.jpg"),
            "FileNotFoundError: No such file or directory",
        ),
    ],
)
def test_an_exception_says_its_kind_and_code_and_quotes_no_row(error, said):
    assert reason(error) == said
    assert _record("failed: %s", error)["message"] == f"failed: {said}"
    assert _record(error)["message"] == said
    try:
        try:
            raise error
        except type(error) as fault:
            raise RuntimeError("Ana") from fault
    except RuntimeError as fault:
        assert [part["reason"] for part in described(fault)] == [said, "RuntimeError"]
        assert "Ana" not in json.dumps(_record("x", error=fault))


def test_what_was_refused_is_neither_quoted_nor_shown_as_a_fault_of_the_code():
    line = _record("Invalid host: 'ana'", error=ValueError("x"), name="django.security.DisallowedHost")
    assert line["message"] == "refused: DisallowedHost" and "exception" not in line


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("/practice/?q=Ana+Marrowby", "/practice/?…"),
        ("failed - https://x.example/a/?name=Ana does not match", "failed - https://x.example/a/?… does not match"),
        ("/day/abc123/", "/day/…/"),
        ("/reminders/stop/abc:123/", "/reminders/stop/…/"),
        ("Is it well? Yes", "Is it well? Yes"),
    ],
)  # fmt: skip
def test_addresses_are_written_without_what_was_asked_or_lets_in(address, left):
    assert redacted(address) == left


def test_what_nobody_catches_is_a_line_too(site):
    program = "import django; django.setup(); raise ValueError('Xanthippe')"
    with pytest.raises(AssertionError) as ended:
        site.run("-c", program)
    line = json.loads(str(ended.value).splitlines()[0])
    assert (line["level"], line["exception"][0]["reason"]) == ("CRITICAL", "ValueError")
