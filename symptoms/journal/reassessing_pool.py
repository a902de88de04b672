"""Processes that judge pages side by side. They end with whoever started them, however that ends.

Nothing of Django is imported here before it is needed: a new process reads this file before it is set up.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from symptoms.journal.reassessing import Page

PATIENCE = 10  # seconds for a process to end by itself


@dataclass(frozen=True)
class Task:
    """A page to be judged, by the id of its row; the rest as `judge_between` takes it."""

    page: int
    after: UUID | None
    until: UUID | None
    store: bool
    now: datetime


class ProcessLost(Exception):
    """A process that judged has ended: what it was at is not done."""


class Pool:
    """So many processes, for as long as the block lasts; with one, pages are judged in this one."""

    def __init__(self, processes: int):
        self._lines: list[Connection] = []
        self._processes: list[Any] = []
        anew = multiprocessing.get_context("spawn")  # a copy of this one would share its connections
        for _ in range(processes if processes > 1 else 0):
            ours, theirs = anew.Pipe()
            process = anew.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()  # theirs alone: so each side hears when the other one is gone
            self._lines.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self._lines:
            line.close()
        for process in self._processes:
            process.join(PATIENCE)
            process.kill()

    def judged(self, take: Callable[[], Task | None]) -> Iterator[tuple[Task, Page]]:
        """Have what `take` gives judged until it gives None; what came of each as soon as it is known.

        Raises:
            ProcessLost: a process has ended.
        """
        if not self._lines:
            while (task := take()) is not None:
                yield task, judge(task)
            return
        at_work: dict[Connection, Task] = {}
        for line in self._lines:
            _hand_out(take, line, at_work)
        while at_work:
            ready: list[Any] = wait(list(at_work))
            for line in ready:
                task = at_work.pop(line)
                try:
                    page = line.recv()
                except (EOFError, OSError) as gone:
                    raise ProcessLost("A process that judged has ended.") from gone
                _hand_out(take, line, at_work)
                yield task, page


def judge(task: Task) -> Page:
    """Do one in this process."""
    from symptoms.journal.reassessing import judge_between

    return judge_between(task.after, task.until, store=task.store, now=task.now)


def _hand_out(take: Callable[[], Task | None], line: Connection, at_work: dict[Connection, Task]) -> None:
    """Give the next one to a process before anything else is done, so that it does not wait for that."""
    if (task := take()) is not None:
        line.send(task)
        at_work[line] = task


def _work(line: Connection) -> None:
    """What each process does: judge what it is sent, until nobody is there any more to send it."""
    import django

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it sees to the end
    django.setup()
    while True:
        try:
            line.send(judge(line.recv()))
        except (EOFError, OSError):
            return
