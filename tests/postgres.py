"""A PostgreSQL server for tests: made in a folder that is thrown away, ended with whoever started it.

    python -m tests.postgres [--durable] COMMAND ...

runs a command with MENDLINE_TEST_DATABASE_URL pointing at such a server; a durable one where what is measured, or what
starts, minds whether the disk is waited for.

PostgreSQL refuses to run as root: then it is run as `postgres` or `nobody`.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "Please install PostgreSQL 15 or newer first: the tests need it (Debian, Ubuntu: apt-get install postgresql)."
# What is tested here is thrown away, so nothing need survive a power cut; the start check has a server of its own.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
SET_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG)


class Server:
    """A server on a socket in a folder of its own."""

    def __init__(self, folder: Path, user: str | None, options: dict[str, str]):
        self._folder, self._user, self._options = folder, user, options
        self._process: subprocess.Popen | None = None
        self._programs = programs()
        self._run("initdb", "-D", "data", "-U", "mendline", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        """The address of a database of the server, for MENDLINE_DATABASE_URL."""
        return f"postgresql://mendline@{str(self._folder).replace('/', '%2F')}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"listen_addresses": "", "unix_socket_directories": str(self._folder), **self._options}
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", "data", *arguments],
            cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self._folder / "log").open("a"),
            start_new_session=True, preexec_fn=_end_with_parent, **self._identity(),
        )  # fmt: skip
        ends = time.monotonic() + 90
        while self._run("pg_isready", "-q", "-h", str(self._folder), check=False):
            if self._process.poll() is not None or time.monotonic() > ends:
                raise SystemExit(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it at once, with every connection; by SIGQUIT as if it had crashed."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)

    @property
    def pid(self) -> int:
        """Its first process."""
        assert self._process is not None
        return self._process.pid

    def crash(self) -> None:
        """End it as a power cut does, without writing anything more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)

    def log(self) -> str:
        """What the server has logged so far."""
        return (self._folder / "log").read_text(encoding="utf-8")

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        command = [self._programs / program, *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, check=False, **self._identity())
        if check and done.returncode:
            raise SystemExit(f"{program} failed: {done.stderr.decode()}")
        return done.returncode

    def _identity(self) -> dict:
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []} if self._user else {}


@contextmanager
def server(**options: str) -> Iterator[Server]:
    """A server with these options; `QUICK` ones for tests of anything but durability."""
    user = _unprivileged() if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mendline-pg-") as name:  # short: it is the path of a socket
        if user:
            shutil.chown(name, user)
        made = Server(Path(name), user, options)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def programs() -> Path:
    """The folder of PostgreSQL's programs, the newest that is installed; Debian keeps them out of the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = str(versions[-1]) if versions else shutil.which("initdb")
    if initdb is None:
        raise SystemExit(MISSING)
    return Path(initdb).resolve().parent


def main(command: list[str]) -> int:
    """Run `command` beside a server; its exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = {} if command[0] == "--durable" else QUICK
    with server(**options) as postgres:
        process = subprocess.Popen(
            command[not options :], env=os.environ | {"MENDLINE_TEST_DATABASE_URL": postgres.url()}
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait() or 1


def _unprivileged() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _end_with_parent() -> None:
    """In the server's process before it begins: a test run that is killed takes its server along."""
    ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
