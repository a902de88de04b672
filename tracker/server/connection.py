"""One client's connection: what has arrived of its request, what it has still to take of the answer, and by when."""

import re
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote
from uuid import UUID

from gunicorn.config import Config
from gunicorn.http import get_parser

from tracker.web.body_limits import longest_body

HEAD_WITHIN = 10.0  # seconds from the connection, or from the first byte of a later request, to the end of its headers
WHOLE_WITHIN = 3600.0  # seconds from the same moment to the end of the request's body, whatever its pace
STALLED_FOR = 30.0  # seconds without progress, of a body that arrives or an answer that is taken
SLOWEST = 4_000  # bytes a second over any STALLED_FOR seconds: a third of a poor mobile line
LINGER_FOR = 5.0  # seconds in which a client may still send after the last answer, so that it reads that answer
LONGEST_HEAD = 64 * 1024  # bytes
IN_MEMORY = 64 * 1024  # bytes of a request; what is longer lies in a file
PIECE = 64 * 1024  # bytes read or written at a time

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
REQUEST_LINE = re.compile(rb"[A-Z]{1,20} ([^ ?]*)[^ ]* HTTP/1\.[01]")


class Pace:
    """By when the next bytes must have moved: a client may pause, and may not be slower than SLOWEST for long."""

    def __init__(self, now: float):
        self.ends = now + STALLED_FOR

    def moved(self, size: int, now: float) -> None:
        """`size` bytes moved at `now` (seconds of a clock that is never set back)."""
        self.ends = min(self.ends + size / SLOWEST, now + STALLED_FOR)


class Head:
    """The request line and the headers, as far as they decide how to go on; gunicorn reads and judges them later."""

    def __init__(self, raw: bytes):
        line, *headers = raw.split(b"\r\n")
        match = REQUEST_LINE.fullmatch(line)
        self.path = unquote(match[1].decode("latin-1")) if match else ""
        named: dict[bytes, list[bytes]] = {}
        for header in headers:
            name, _, value = header.partition(b":")
            named.setdefault(name.strip().lower(), []).append(value.strip())
        length = named.get(b"content-length", [b"0"])
        # What is ambiguous is answered, and nothing after it on this connection is taken for a request.
        self.is_plain = len(length) == 1 and length[0].isdigit() and b"transfer-encoding" not in named
        self.length = int(length[0][:18]) if self.is_plain else 0
        self.waits_to_send = named.get(b"expect", [b""])[0].lower() == b"100-continue"
        # A header that is sent twice is joined as gunicorn joins it, so that Django sees the same.
        self.authorization, self.cookie = (
            b",".join(named.get(name, [])).decode("latin-1") for name in (b"authorization", b"cookie")
        )


@dataclass(frozen=True, slots=True)
class Hold:
    """Until when an answer waits: the sign of a practice is another one. `asker`: whose answers count together."""

    practice: UUID
    sign: str
    asker: str


class Exchange:
    """What gunicorn takes for the socket: gives a request that is here already, and keeps what is not taken yet."""

    def __init__(self, connected: socket.socket, request: BinaryIO):
        self._connected = connected
        self._request = request
        self.unsent = bytearray()
        self.is_broken = False
        self.held: Hold | None = None

    def hold(self, practice: UUID, sign: str, asker: str) -> None:
        """Let the answer that is being made wait until something changed for `practice`, or for a while.

        A view finds this method as `request.META["gunicorn.socket"].hold`; no other server has it.
        """
        self.held = Hold(practice, sign, asker)

    def recv(self, size: int) -> bytes:
        """The next bytes of the request; its end is the end of what the client may say now."""
        return self._request.read(size)

    def sendall(self, data: bytes) -> None:
        """Send what the line takes at once; the rest waits in `unsent`."""
        sent = 0
        if not self.unsent and self.held is None:
            with suppress(BlockingIOError):
                sent = self._connected.send(data)
        self.unsent += memoryview(data)[sent:]

    def send(self, data: bytes) -> int:
        """Nothing: gunicorn asks for the body so ("100 Continue"), which is here already."""
        return len(data)

    def close(self) -> None:
        """gunicorn gave up in the middle of an answer."""
        self.is_broken = True

    def _nothing(self, *arguments: object) -> None:
        """It never blocks and never waits, and the connection ends when the answer is out."""

    shutdown = setblocking = settimeout = gettimeout = _nothing


class Connection:
    """A client's connection. Its methods belong to the loop's thread; only the exchange is lent to another."""

    # What gunicorn asks of a connection: our parser is ready whenever a thread sees it.
    initialized = data_ready = True
    is_http2 = False

    def __init__(
        self, connected: socket.socket, client: Any, server: Any, group: str, folder: Path, now: float
    ) -> None:
        connected.setblocking(False)
        self._connected = connected
        self.client, self.server = client, server
        self.group = group
        self.since = now  # since when it waits for a request
        self.ends = now + HEAD_WITHIN
        self._is_new = True
        self.head: Head | None = None
        self.may_stay = True  # whether another request may follow
        self._raw = bytearray()
        self._folder = folder  # for bodies that are too long for the memory
        self._request: BinaryIO = BytesIO()
        self._missing = 0  # bytes of the body
        self.arrived = 0  # bytes of the body that are kept here
        self._whole_by = 0.0
        self._pace: Pace | None = None
        self.sock: Exchange | socket.socket = connected
        self.parser = None

    def fileno(self) -> int:
        return self._connected.fileno()

    def init(self) -> None:
        """Nothing: gunicorn would begin to read here."""

    @property
    def has_begun(self) -> bool:
        """Whether any byte of the next request is here."""
        return bool(self._raw)

    @property
    def path(self) -> str:
        """The path of the request that is on its way or being answered."""
        return self.head.path if self.head is not None else ""

    @property
    def uploads(self) -> int:
        """Bytes of the body of the request that is on its way or being answered."""
        return self.head.length if self.head is not None else 0

    @property
    def is_arriving(self) -> bool:
        """Whether some of the body has still to come."""
        return self._missing > 0

    @property
    def longest_body(self) -> int:
        """The most bytes that the body of this request may have."""
        assert self.head is not None
        return longest_body(self.head.path, self.head.authorization, self.head.cookie)

    def is_of_sender(self, other: "Connection") -> bool:
        """Whether both requests carry the same credentials."""
        assert self.head is not None and other.head is not None
        return (self.head.authorization, self.head.cookie) == (other.head.authorization, other.head.cookie)

    def read(self) -> bytes | None:
        """What the client sent, b"" at its end, None when there is nothing just now."""
        try:
            return self._connected.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def take_head(self, data: bytes, now: float) -> bool:
        """Take in `data`; whether the headers of a request are whole now. They are found in `head`."""
        if not self._raw and not self._is_new:
            self.ends = now + HEAD_WITHIN
        begins = max(0, len(self._raw) - 3)
        self._raw += data
        end = self._raw.find(b"\r\n\r\n", begins if data else 0)
        if end < 0:
            return False
        self.head = Head(bytes(self._raw[:end]))
        # On the disk it has no name: nothing of it is left when this process dies.
        whole = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(self._folder))  # noqa: SIM115
        self._request = cast(BinaryIO, whole)
        self._request.write(self._raw[: end + 4])
        del self._raw[: end + 4]
        self.may_stay = self.head.is_plain
        return True

    @property
    def is_too_long(self) -> bool:
        """Whether headers go on for longer than any we read."""
        return len(self._raw) > LONGEST_HEAD

    def expect_body(self, now: float) -> None:
        """Let the body come that the headers announce."""
        assert self.head is not None
        self._missing = self.head.length
        self._whole_by = self.ends - HEAD_WITHIN + WHOLE_WITHIN  # `ends` was still that of the headers
        self._pace = Pace(now)
        self.ends = self._pace.ends
        if self.head.waits_to_send and not self._raw:
            with suppress(OSError):  # the client is gone already, which the next read will tell
                self._connected.send(CONTINUE)

    def refuse_body(self) -> None:
        """Leave the body where it is: the headers alone go to the application, and nothing after them is read."""
        self.may_stay = False
        self._missing = 0
        self._raw.clear()

    def take_body(self, data: bytes, now: float) -> bool:
        """Take in `data`; whether the request is whole. Raises OSError when the disk is full."""
        assert self._pace is not None
        self._raw += data
        part = self._raw[: self._missing]
        del self._raw[: len(part)]
        self._request.write(part)
        self._missing -= len(part)
        self.arrived += len(part)
        self._pace.moved(len(part), now)
        self.ends = min(self._pace.ends, self._whole_by)
        return self._missing == 0

    def lend(self, cfg: Config) -> None:
        """Make the request ready for a thread."""
        self._request.seek(0)
        exchange = Exchange(self._connected, self._request)
        self.sock = exchange
        self.parser = get_parser(cfg, exchange, self.client)

    def begin_writing(self, now: float) -> None:
        """The answer is made: forget the request."""
        self._request.close()
        self.arrived = 0
        self._pace, self.head = Pace(now), None
        self.ends = self._pace.ends

    @property
    def unsent(self) -> int:
        """Bytes of the answer that the client has still to take."""
        return len(self.sock.unsent) if isinstance(self.sock, Exchange) else 0

    @property
    def held(self) -> Hold | None:
        """What the answer is to wait for, if it is to wait."""
        return self.sock.held if isinstance(self.sock, Exchange) else None

    @property
    def is_silent(self) -> bool:
        """Whether the client, while its answer waits, has neither gone nor sent more."""
        try:
            self._connected.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            pass
        return False

    def write(self, now: float) -> bool:
        """Send on; whether all is out. Raises OSError when the client is gone."""
        assert isinstance(self.sock, Exchange) and self._pace is not None
        if self.sock.unsent:
            sent = self._connected.send(bytes(self.sock.unsent[:PIECE]))
            del self.sock.unsent[:sent]
            self._pace.moved(sent, now)
            self.ends = self._pace.ends
        return not self.sock.unsent

    def wait_for_next(self, now: float, idle_for: float) -> None:
        """Another request may come, within `idle_for` seconds."""
        self.since, self.ends, self._is_new = now, now + (HEAD_WITHIN if self._raw else idle_for), False

    def end_of_answers(self, now: float) -> None:
        """Say that nothing follows, and let the client read in peace: a close now might take the answer from it."""
        self.ends = now + LINGER_FOR
        self._raw.clear()
        try:
            self._connected.shutdown(socket.SHUT_WR)
        except OSError:
            self.ends = now

    def close(self) -> None:
        self._request.close()
        self.arrived = 0
        self._connected.close()
