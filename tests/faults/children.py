"""Processes forked from a test, with a connection of their own, that write down what they were answered until they end
or are killed."""

import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from traceback import format_exception

from django.conf import settings
from django.db import connection

Say = Callable[..., None]
FAULT = "a fault of the test"


@dataclass
class Child:
    """A process at work; what it says is read to its end."""

    pid: int
    _said: int
    _ends: threading.Timer | None = None

    def __post_init__(self) -> None:
        self._process = os.pidfd_open(self.pid)  # a number may be another process's once this one has ended

    def kill(self) -> None:
        """End it at once, unless it has ended by itself."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)

    def kill_after(self, seconds: float) -> None:
        """End it in a while, whatever this process does meanwhile."""
        self._ends = threading.Timer(seconds, self.kill)
        self._ends.start()

    def said(self) -> list[list]:
        """Each thing that it said before it ended; what it was killed at saying is not among them."""
        with os.fdopen(self._said, encoding="utf-8") as lines:
            whole = [line for line in lines if line.endswith("\n")]
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self._ends is not None:
            self._ends.cancel()
            self._ends.join()
        os.close(self._process)
        words = [json.loads(line) for line in whole]
        assert not [said for said in words if said[0] == FAULT], words[-1][1]
        return words


def forked(work: Callable[[Say], None]) -> Child:
    """Let a process of its own do `work`, which is given what it may say things with."""
    reads, writes = os.pipe()
    leave_the_database()
    pid = os.fork()
    if pid:
        os.close(writes)
        return Child(pid, reads)
    status = 1
    try:
        os.close(reads)
        work(lambda *words: os.write(writes, json.dumps(words).encode() + b"\n"))
        connection.close()
        status = 0
    except Exception as fault:
        os.write(writes, json.dumps([FAULT, "".join(format_exception(fault))]).encode() + b"\n")
    finally:
        os._exit(status)


def leave_the_database() -> None:
    """No connection of this process may be a child's as well."""
    connection.close()
    if settings.ON_POSTGRES:
        connection.close_pool()
