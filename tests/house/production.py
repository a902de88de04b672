"""Mendline as an operator runs it, behind a proxy that ends TLS: server, worker, what both write, and a browser."""

import http.client
import json
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlencode

from tests.data_folders import put_database, put_static
from tests.house import tree
from tests.messages import mailservers

HOST = tree.SAFE["MENDLINE_ALLOWED_HOSTS"]
CSRF, HIDDEN = "__Host-csrf", re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self):
        return json.loads(self.body)


@dataclass
class Browser:
    """Asks as somebody's browser would, through the proxy; keeps cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        sent |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, body, {name: value for name, value in sent.items() if value})
            answer = line.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self.cookies.update([value.partition(";")[0].split("=", 1)])
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, said, answer.read().decode(errors="replace"))
        finally:
            line.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, form: dict[str, str], page: str = "") -> Answer:
        """A form of a page, sent with the guard that stands on it."""
        guard = HIDDEN.search(self.get(page or path).body)
        form = {"csrfmiddlewaretoken": guard[1] if guard else "", **form}
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(form).encode(), Content_Type=kind, Origin=f"https://{HOST}")

    def send(self, method: str, path: str, body: bytes | dict, kind: str = "application/json") -> Answer:
        """A call of the API by a page."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content_Type": kind, "Origin": f"https://{HOST}", "X_CSRFToken": self.cookies.get(CSRF, "")}
        return self.ask(method, path, data, **headers)


@dataclass
class Running:
    """A running site: where, with which settings, what was mailed, and where its log goes."""

    port: int
    data: Path
    environment: dict[str, str]
    letters: mailservers.Letterbox
    written: Path

    def run(self, *command: str) -> str:
        """A process of the operator's beside it; what it printed."""
        return run(self.environment, *command)

    def letter(self, to: str, within: float = 30.0) -> str:
        """The newest letter to somebody, waited for: its words."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            for letter in reversed(self.letters.letters):
                read = message_from_bytes(letter, policy=policy.default)
                if to in str(read["To"]):
                    return read.get_content()
            time.sleep(0.1)
        raise AssertionError(f"no letter to {to}")


def run(environment: dict[str, str], *command: str) -> str:
    """What a fresh process printed that ended well."""
    done = subprocess.run(
        [sys.executable, *command], cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def running(data: Path, *seed: str, **settings: str):
    """Server and worker in production, after a process of `seed` made who is there; all they write is kept."""
    put_database(data)
    put_static(data)
    port, written = mailservers.free_port(), data.parent / "written.log"
    with mailservers.honest() as (smtp_port, letters), written.open("wb") as log:
        environment = tree.environment(
            **tree.SAFE | {"MENDLINE_SMTP_HOST": "127.0.0.1", "MENDLINE_SMTP_SECURITY": "none"},
            MENDLINE_SMTP_PORT=str(smtp_port), PORT=str(port),
            MENDLINE_DATA_DIR=str(data), MENDLINE_TRUST_PROXY="1", WEB_PROCESSES="1", **settings,
        )  # fmt: skip
        if seed:
            run(environment, *seed)
        commands = (["-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"], ["manage.py", "run_worker"])
        parts = [
            subprocess.Popen([sys.executable, *command], cwd=tree.ROOT, env=environment, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            _wait_for(port, parts, written)
            yield Running(port, data, environment, letters, written)
        finally:
            for part in parts:
                part.terminate()
            for part in parts:
                part.wait(45)


def _wait_for(port: int, parts: list[subprocess.Popen], written: Path) -> None:
    ends = time.monotonic() + 90
    while True:
        try:
            if Browser(port).get("/healthz").status == 200:
                return
        except OSError:
            stopped = any(part.poll() is not None for part in parts)
            assert not stopped and time.monotonic() < ends, written.read_text()
            time.sleep(0.1)
