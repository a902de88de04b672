"""Answers that wait until something changed: open pages ask for news, and no thread waits with them.

A view that has nothing new to say makes its answer all the same, and names the sign that it compared
(`symptoms.alerts.changes`). The loop keeps the answer back until the sign is another one, or for `HELD_FOR` seconds.
Whoever is beyond a bound is answered at once, and asks again after a pause.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

from gunicorn.glogging import Logger

from tracker.server.connection import Connection, Hold

HELD_FOR = 45.0  # seconds; proxies wait for at least 50
LOOKS_EVERY = 1.0  # seconds between two looks at the database, of each process that keeps an answer back
MOST_HELD = 200  # in each process: half of its connections
MOST_OF_ADDRESS = 32  # of one IPv4 address or IPv6 /64, in each process: half of its connections
MOST_OF_ASKER = 2  # of one reader, in each process: a browser has six connections, and needs some for pages

Signs = dict[UUID, str]


class HeldAnswers:
    """The answers that wait. All its methods belong to the loop's thread; looking is done in one of its own."""

    def __init__(self, defer: Callable[..., None], release: Callable[[Connection], None], log: Logger):
        """`defer` calls something in the loop's thread; `release` sends an answer that waits no longer."""
        self._defer, self._release, self._log = defer, release, log
        self._waiting: dict[Connection, tuple[Hold, float]] = {}  # and until when; who waits longest first
        self._looker = ThreadPoolExecutor(max_workers=1)
        self._looking = False
        self._looked_at = 0.0
        self._is_blind = False

    def __contains__(self, conn: Connection) -> bool:
        return conn in self._waiting

    def take(self, conn: Connection, now: float) -> bool:
        """Keep the answer of `conn` back, if it is to wait and there is room; else it goes at once."""
        if conn.held is None or not self._has_room(conn, conn.held):
            return False
        self._waiting[conn] = conn.held, now + HELD_FOR
        return True

    def _has_room(self, conn: Connection, hold: Hold) -> bool:
        others = self._waiting.items()
        of_asker = sum(other.asker == hold.asker for _, (other, _) in others)
        of_address = sum(other.group == conn.group for other, _ in others) if conn.group else 0
        return len(others) < MOST_HELD and of_asker < MOST_OF_ASKER and of_address < MOST_OF_ADDRESS

    def leave(self, conn: Connection) -> None:
        """The client is gone, or its answer goes out."""
        self._waiting.pop(conn, None)

    def look(self, now: float, *, is_over: bool) -> None:
        """Let go what has waited for long enough, all of it when the process stops (`is_over`), and look for news."""
        for conn, (_, until) in list(self._waiting.items()):
            if is_over or now >= until:
                self._release(conn)
        if self._waiting and not self._looking and now >= self._looked_at + LOOKS_EVERY:
            self._looking, self._looked_at = True, now
            practices = {hold.practice for hold, _ in self._waiting.values()}
            looked = self._looker.submit(_signs, practices)
            looked.add_done_callback(lambda looked: self._defer(self._compare, looked))

    def _compare(self, looked: "Future[Signs]") -> None:
        self._looking = False
        fault = looked.exception()
        if fault is not None:
            if not self._is_blind:  # said once; whoever waits asks again soon, and is told by the page that they get
                self._log.error("open pages are told of nothing for now: %s", fault)
            self._is_blind = True
            return
        self._is_blind = False
        current = looked.result()
        for conn, (hold, _) in list(self._waiting.items()):
            if current.get(hold.practice, hold.sign) != hold.sign:
                self._release(conn)

    def close(self) -> None:
        self._looker.shutdown(wait=False)


def _signs(practices: Iterable[UUID]) -> Signs:
    """In the looker's thread: as a request does, with a connection to the database that is given back."""
    from django.db import close_old_connections
    from django.utils import timezone

    from symptoms.alerts.changes import signs

    close_old_connections()
    try:
        return signs(practices, timezone.now())
    finally:
        close_old_connections()
