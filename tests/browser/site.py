"""The whole site as it runs, on a fresh folder: gunicorn, the worker, a mail server and a service for texts."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.browser.shell import Shell
from tests.data_folders import put_database
from tests.house import tree
from tests.messages import mailservers, push

SERVER = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning"]

# Of the tests, where they have any: what lies in the site's database can be opened beside it.
KEYS = {name: os.environ[name] for name in ("MENDLINE_KEYS_DIR", "MENDLINE_MASTER_KEY_FILE") if name in os.environ}
NO_SERVICE = "https://push.invalid"  # takes no push message: what is sent to it waits


@dataclass
class Site:
    """A running site: its address, and what its mail server took."""

    url: str
    environment: dict[str, str]
    letters: mailservers.Letterbox
    shell: Shell

    def python(self, code: str) -> str:
        """Run Python beside the site, on its database: what it printed."""
        return self.shell.run(code)

    def manage(self, *command: str) -> str:
        """Run `manage.py` beside the site, on its database."""
        return tree.manage(self.environment, *command)

    def letter(self, to: str, saying: str, within: float = 60.0) -> str:
        """The newest letter to `to` that says `saying`, waited for: subject and words."""
        ends = time.monotonic() + within
        while time.monotonic() < ends:
            for letter in reversed(self.letters.letters):
                read = message_from_bytes(letter, policy=policy.default)
                text = f"{read['Subject']}\n{read.get_content()}"
                if to in read["To"] and saying in text:
                    return text
            time.sleep(0.1)
        raise AssertionError(f"no letter to {to} says {saying!r}")


def link_in(letter: str) -> str:
    """The first address in a letter."""
    return re.search(r"https?://\S+", letter)[0]


@contextmanager
def served_again(site: Site, **changed: str):
    """Another server of the same site, with some settings changed; gives its address, and stops it at the end."""
    port = mailservers.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**site.environment, "MENDLINE_SITE_URL": url, "PORT": str(port), **changed}
    server = subprocess.Popen(SERVER, cwd=tree.ROOT, env=environment)
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def running(data: Path, log: IO | None = None, **changed: str):
    """Start everything, with the demo's people and some settings changed; stop it when the block ends.

    What it says goes to `log`, or where the test's own words go.
    """
    port = mailservers.free_port()
    url = f"http://127.0.0.1:{port}"
    with mailservers.honest() as (smtp_port, letters), push.letterbox() as (texts, _taken):
        environment = tree.environment(
            MENDLINE_DEBUG="1", MENDLINE_DATA_DIR=str(data), MENDLINE_SITE_URL=url, PORT=str(port),
            MENDLINE_SMTP_HOST="127.0.0.1", MENDLINE_SMTP_PORT=str(smtp_port),
            MENDLINE_SMS_URL=f"json://{texts}/{{number}}", MENDLINE_PUSH_SERVICES=urlsplit(NO_SERVICE).netloc,
            **KEYS, **changed,
        )  # fmt: skip
        site = Site(url, environment, letters, Shell(environment))
        put_database(data)
        site.manage("load_demo")
        parts = [SERVER, [sys.executable, "manage.py", "run_worker"]]
        started = [subprocess.Popen(part, cwd=tree.ROOT, env=environment, stdout=log, stderr=log) for part in parts]
        try:
            _wait_for(url)
            yield site
        finally:
            site.shell.end()
            for part in started:
                part.terminate()
            for part in started:
                part.wait(20)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except OSError:
            assert time.monotonic() < ends, "the site did not start"
            time.sleep(0.1)
