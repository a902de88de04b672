"""What several machines share, and processes of theirs, on loopback."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.house import tree
from tests.messages.mailservers import free_port

MISSING = "there is no redis-server here (Debian, Ubuntu: apt-get install redis-server); `make many` installs it"
needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason=MISSING)


class Program:
    """A process that can be killed, paused and started again as it was."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str] | None = None, log: Path | None = None
    ):
        self.name, self._command, self._environment, self._log = name, command, environment, log
        self.process: subprocess.Popen | None = None

    def start(self) -> "Program":
        with self._log.open("ab") if self._log else open(os.devnull, "wb") as out:
            self.process = subprocess.Popen(
                self._command, cwd=tree.ROOT, env=self._environment, stdout=out, stderr=out, start_new_session=True
            )
        return self

    def send(self, number: int) -> None:
        """A signal for it and whatever it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        self.process.wait(30)

    def stop(self, within: float = 45.0) -> None:
        """As systemd does it: asked, and killed in the end."""
        if self.process is None:
            return
        self.send(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self.process.wait(30)


class Redis(Program):
    """A Redis of its own, which keeps nothing on the disk."""

    def __init__(self, folder: Path, *options: str):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", str(folder), *options,
        ]  # fmt: skip
        super().__init__("redis", command)

    def start(self) -> "Redis":
        super().start()
        wait_until(lambda: self.says("PING") is not None, 30)
        return self

    def says(self, command: str, *given: str):
        """What it answers; None where it does not."""
        import redis

        try:
            with redis.Redis(port=self.port, socket_timeout=2, decode_responses=True) as line:
                return line.execute_command(command, *given)
        except redis.exceptions.ConnectionError:
            return None


@contextmanager
def a_redis(*options: str) -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="mendline-redis-") as folder:
        redis = Redis(Path(folder), *options).start()
        try:
            yield redis
        finally:
            redis.stop()


def worker(environment: dict[str, str], log: Path | None = None, name: str = "worker") -> Program:
    """A Celery worker as deploy/start.sh starts it."""
    return Program(name, ["deploy/start.sh", "celery"], environment | {"WORKER_NAME": name}, log)


def beat(environment: dict[str, str], log: Path | None = None, name: str = "beat") -> Program:
    return Program(name, ["deploy/start.sh", "beat"], environment, log)


def wait_until(true, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.05)
