"""Gunicorn's threaded worker, with clients kept away from its threads.

One loop receives each request whole, bodies into a file, and sends what a client does not take at once; threads are for
the work in between. So clients who are slow, silent or gone hold a connection for a while, never a thread. What would
have to wait for too long is told so at once.
"""

import errno
import selectors
import time
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from gunicorn.errors import ConfigError
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from accounts.networks import network_of
from tracker.server.connection import Connection
from tracker.server.held import HeldAnswers
from tracker.web.body_limits import ORDINARY
from tracker.web.probes import PATHS as PROBES
from tracker.web.request_ids import HEADER

MOST_PER_ADDRESS = 64  # connections of one IPv4 address or IPv6 /64, in each process
SPARE = 16  # connections of a process that are always free for somebody new
UPLOADS_AT_ONCE = 2  # of one sender, in each process; who sends is checked again where photos are taken in
UPLOADS_DECODED = 2  # in each process
MOST_ARRIVING = 1 << 30  # bytes of bodies that have arrived and are kept in one process; half of them for one address
MOST_UNSENT = 48 << 20  # bytes of answers that clients have still to take
TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Lane:
    """Threads for one kind of request, and a line before them that is neither long nor slow."""

    def __init__(self, threads: int, most_waiting: int, longest_wait: float):
        self._pool = ThreadPoolExecutor(max_workers=threads)
        self._most = threads + most_waiting
        self._longest_wait = longest_wait
        self._since: dict[Future[bool], float] = {}  # whose turn comes first, first

    @property
    def is_full(self) -> bool:
        return len(self._since) >= self._most

    def submit(self, work: Callable[[Connection], bool], conn: Connection) -> Future[bool]:
        """Put `work` in line."""
        future = self._pool.submit(work, conn)
        self._since[future] = time.monotonic()
        return future

    def leave(self, future: Future[bool]) -> None:
        """It is done, or was called off."""
        self._since.pop(future, None)

    def call_off(self, now: float) -> None:
        """Cancel whatever has waited for too long and has not begun."""
        for future in [future for future, since in self._since.items() if now >= since + self._longest_wait]:
            future.cancel()

    def close(self) -> None:
        self._pool.shutdown(wait=False)


class Worker(ThreadWorker):
    """See the module. All but `handle` and what it calls runs in the loop's thread."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise ConfigError("Mendline's server speaks plain HTTP: let a proxy end TLS (docs/running.md).")

    def init_process(self) -> None:
        # Uploads and probes have threads of their own: photos are slow to decode, and a probe asks when all is busy.
        self._pages = Lane(self.cfg.threads, most_waiting=64, longest_wait=2.5)
        self._uploads = Lane(UPLOADS_DECODED, most_waiting=16, longest_wait=20.0)
        self._aside = Lane(2, most_waiting=128, longest_wait=10.0)
        self._all: set[Connection] = set()
        self._watched: set[Connection] = set()
        self._waiting: dict[Connection, None] = {}  # for headers; who has waited longest first
        self._per_group: Counter[str] = Counter()
        self._held = HeldAnswers(self.method_queue.defer, self._release, self.log)
        self._looked_at = 0.0
        super().init_process()

    # --- connections come and go

    def accept(self, listener: Any) -> None:
        try:
            connected, client = listener.accept()
        except OSError as fault:
            if fault.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif fault.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        group = self._group_of(client)
        is_crowded = bool(group) and self._per_group[group] >= MOST_PER_ADDRESS
        if is_crowded and not self._make_room(group):
            connected.close()
            return
        if self.nr_conns >= self.worker_connections - SPARE:
            self._make_room()
        conn = Connection(connected, client, listener.getsockname(), group, self._folder, time.monotonic())
        self.nr_conns += 1
        self._all.add(conn)
        self._per_group[group] += 1
        self._wait_for_head(conn)
        self._read_head(conn)

    def _group_of(self, client: Any) -> str:
        """Whose connections are counted together; nobody's are when they come from our own proxy."""
        if not isinstance(client, tuple) or (self._trusts_proxy and client[0] in self.cfg.forwarded_allow_ips):
            return ""
        return network_of(client[0], v4_bits=32)

    @cached_property
    def _trusts_proxy(self) -> bool:
        from tracker.env import TRUST_PROXY  # not before the settings have been checked, and refused in a sentence

        return TRUST_PROXY

    def _make_room(self, group: str | None = None) -> bool:
        """Close whoever, of a group or of all, has been waiting longest without asking anything."""
        oldest = next((conn for conn in self._waiting if group in (None, conn.group)), None)
        if oldest is not None:
            self._drop(oldest)
        return oldest is not None

    def _drop(self, conn: Connection) -> None:
        self._unwatch(conn)
        self._held.leave(conn)
        self._all.discard(conn)
        self._per_group[conn.group] -= 1
        if not self._per_group[conn.group]:
            del self._per_group[conn.group]
        self.nr_conns -= 1
        conn.close()

    def _watch(self, conn: Connection, event: int, callback: Callable[[Connection], None]) -> None:
        self._unwatch(conn)
        self._watched.add(conn)

        def if_still_watched(conn: Connection) -> None:
            # An earlier event of the same look may have closed it.
            if conn in self._watched:
                callback(conn)

        self.poller.register(conn, event, if_still_watched)

    def _unwatch(self, conn: Connection) -> None:
        self._waiting.pop(conn, None)
        if conn in self._watched:
            self._watched.remove(conn)
            self.poller.unregister(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close whoever's time is over; gunicorn calls this at each turn of the loop."""
        now = time.monotonic()
        if now < self._looked_at + 1 and not force:
            return
        self._looked_at = now
        self._held.look(now, is_over=not self.alive)
        for conn in [conn for conn in self._watched if conn not in self._held or force]:
            is_idle = conn in self._waiting and not conn.has_begun
            stops = not self.alive and is_idle and now >= conn.since + STOP_KEEPALIVE_LINGER
            if force or stops or now >= conn.ends:
                self._drop(conn)
        for lane in (self._pages, self._uploads, self._aside):
            lane.close() if force else lane.call_off(now)
        if force:
            self._held.close()

    def murder_pending(self) -> None:
        """Nothing: there is one list of connections."""

    # --- a request arrives

    def _wait_for_head(self, conn: Connection) -> None:
        self._watch(conn, selectors.EVENT_READ, self._read_head)
        self._waiting[conn] = None

    def _read_head(self, conn: Connection) -> None:
        data = conn.read()
        if data:
            self._take_head(conn, data)
        elif data is not None:
            self._drop(conn)

    def _take_head(self, conn: Connection, data: bytes) -> None:
        now = time.monotonic()
        if not conn.take_head(data, now):
            if conn.is_too_long:
                self._answer(conn, TOO_LONG)
            return
        if not conn.uploads:
            self._hand_over(conn)
        elif conn.uploads > conn.longest_body:
            conn.refuse_body()
            self._hand_over(conn)  # the application says why
        elif conn.uploads > ORDINARY and not self._may_upload(conn):
            self._turn_away(conn)
        else:
            conn.expect_body(now)
            self._watch(conn, selectors.EVENT_READ, self._read_body)
            self._take_body(conn, b"")

    def _may_upload(self, conn: Connection) -> bool:
        others = (other for other in self._all if other is not conn and other.uploads > ORDINARY)
        return sum(other.is_of_sender(conn) for other in others) < UPLOADS_AT_ONCE

    @cached_property
    def _folder(self) -> Path:
        from django.conf import settings

        return settings.UPLOAD_ROOT

    def _read_body(self, conn: Connection) -> None:
        data = conn.read()
        if data:
            self._take_body(conn, data)
        elif data is not None:
            self._drop(conn)

    def _take_body(self, conn: Connection, data: bytes) -> None:
        try:
            is_whole = conn.take_body(data, time.monotonic())
        except OSError as fault:  # the disk is full
            self.log.error("an upload could not be stored: %s", fault)
            self._turn_away(conn)
            return
        if is_whole:
            self._hand_over(conn)
        self._bound_arriving(self._all, MOST_ARRIVING)
        if conn.group:
            self._bound_arriving([other for other in self._all if other.group == conn.group], MOST_ARRIVING // 2)

    def _bound_arriving(self, conns: Collection[Connection], most: int) -> None:
        """Beyond `most` bytes on the disk, whoever has sent most of a body that is not whole yet is turned away.

        What counts is what has arrived: announcing a long body takes nothing from anybody, and a photo outlasts
        whatever is larger.
        """
        while sum(conn.arrived for conn in conns) > most:
            arriving = [conn for conn in conns if conn.is_arriving]
            if not arriving:
                return  # the others are whole, and being worked on
            self._turn_away(max(arriving, key=lambda conn: conn.arrived))

    # --- a thread works

    def _hand_over(self, conn: Connection) -> None:
        self._unwatch(conn)
        lane = self._lane_of(conn)
        if lane.is_full:
            self._refuse(conn)
        else:
            self._submit(conn, lane, self.handle)

    def _refuse(self, conn: Connection) -> None:
        """Have the application say that it is too busy, which keeps what was typed."""
        if self._aside.is_full:
            self._turn_away(conn)
        else:
            self._submit(conn, self._aside, self._handle_refusing)

    def _submit(self, conn: Connection, lane: Lane, work: Callable[[Connection], bool]) -> None:
        conn.lend(self.cfg)
        future = lane.submit(work, conn)
        future.add_done_callback(lambda future: self.method_queue.defer(self._finished, conn, lane, future))

    def _lane_of(self, conn: Connection) -> Lane:
        if conn.path in PROBES:
            return self._aside
        return self._uploads if conn.arrived > ORDINARY else self._pages

    def _handle_refusing(self, conn: Connection) -> bool:
        from accounts.web.unavailable import refusing

        with refusing():
            return self.handle(conn)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        if not conn.may_stay:
            req.force_close()  # and the answer says so
        return super().handle_request(req, conn)

    def _finished(self, conn: Connection, lane: Lane, future: Future[bool]) -> None:
        lane.leave(future)
        if future.cancelled():
            self._refuse(conn)
            return
        stays = future.exception() is None and future.result()
        conn.may_stay = bool(conn.may_stay and stays and self.alive)
        if self.alive and self._held.take(conn, time.monotonic()):
            self._watch(conn, selectors.EVENT_READ, self._read_held)
        else:
            self._send(conn)

    # --- an answer waits

    def _read_held(self, conn: Connection) -> None:
        """Whoever waits has gone, or sends another request: either way there is nothing to wait for."""
        if not conn.is_silent:
            self._release(conn)

    def _release(self, conn: Connection) -> None:
        self._held.leave(conn)
        conn.may_stay = conn.may_stay and self.alive
        self._send(conn)

    # --- an answer goes out

    def _send(self, conn: Connection) -> None:
        conn.begin_writing(time.monotonic())
        if conn.unsent:
            self._watch(conn, selectors.EVENT_WRITE, self._write)
            self._bound_unsent()
        else:
            self._is_sent(conn)

    def _write(self, conn: Connection) -> None:
        try:
            is_sent = conn.write(time.monotonic())
        except BlockingIOError:
            return
        except OSError:
            self._drop(conn)
            return
        if is_sent:
            self._is_sent(conn)

    def _is_sent(self, conn: Connection) -> None:
        now = time.monotonic()
        if conn.may_stay:
            conn.wait_for_next(now, self.cfg.keepalive)
            self._wait_for_head(conn)
            if conn.has_begun:  # it was sent along with the one before
                self._take_head(conn, b"")
        else:
            conn.end_of_answers(now)
            self._watch(conn, selectors.EVENT_READ, self._read_rest)

    def _read_rest(self, conn: Connection) -> None:
        if conn.read() == b"":
            self._drop(conn)

    def _bound_unsent(self) -> None:
        """What slow readers have still to take lies in memory: beyond its bound, who holds most of it is cut off."""
        holding = [conn for conn in self._watched if conn.unsent]
        while sum(conn.unsent for conn in holding) > MOST_UNSENT:
            most = max(holding, key=lambda conn: conn.unsent)
            holding.remove(most)
            self._drop(most)

    def _turn_away(self, conn: Connection) -> None:
        """Answer without a thread; the body is not here, so there is nothing to keep."""
        is_program = conn.path.startswith("/api/")
        self._answer(conn, self._busy_answers[is_program])

    @cached_property
    def _busy_answers(self) -> dict[bool, bytes]:
        """What the application says on a page and in the API when it is too busy, as it goes over the line."""
        from accounts.web.unavailable import refusing

        with refusing():
            return {False: self._answer_at("/help/"), True: self._answer_at("/api/v1/treatments/")}

    def _answer_at(self, path: str) -> bytes:
        from django.conf import settings

        head = []
        scheme, host = settings.SITE_URL.partition(":")[0], settings.ALLOWED_HOSTS[0].lstrip(".")
        environ = {"PATH_INFO": path, "wsgi.url_scheme": scheme, "HTTP_HOST": host}
        setup_testing_defaults(environ)
        body = b"".join(self.wsgi(environ, lambda status, headers: head.extend([status, *headers])))
        status, *headers = head
        # Kept for many: it is no request's answer.
        kept = [f"{name}: {value}" for name, value in headers if name != HEADER]
        lines = [f"HTTP/1.1 {status}", *kept, "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1") + body

    def _answer(self, conn: Connection, answer: bytes) -> None:
        self._unwatch(conn)
        conn.refuse_body()
        conn.lend(self.cfg)
        try:
            conn.sock.sendall(answer)
        except OSError:  # the client is gone
            self._drop(conn)
        else:
            self._send(conn)
