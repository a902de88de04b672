"""The web process's side of decoding: a process for each CPU, started when needed, kept while pictures come."""

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from django.conf import settings

from symptoms.photos.decoding import ANSWER, LONGEST_SIDE, REQUEST
from symptoms.photos.refusals import PhotoRefused, Refusal

PROGRAM = Path(__file__).with_name("decoding.py")
PROCESSES = os.cpu_count() or 1
CPU_SECONDS = 10  # for one picture
WALL_SECONDS = 30.0  # of work on one picture, however little CPU it uses
WAIT_SECONDS = 25.0  # for the pictures before it
IDLE_SECONDS = 30.0  # without a picture, until a process is ended: each holds some 18 MB
Data = bytes | memoryview
LARGEST_ANSWER = 16 << 20  # bytes; 2000 x 2000 pixels at our quality stay far below


class DecodingProcess:
    """One process that reads one picture at a time; one thread at a time may use it."""

    def __init__(self, cpu_seconds: int = CPU_SECONDS, wall_seconds: float = WALL_SECONDS):
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.used_at = 0.0  # by the monotonic clock

    def decode(self, data: Data, max_pixels: int, *, lacks_end: bool = False) -> tuple[bytes, int, int]:
        """The clean JPEG with its width and height in pixels.

        Raises:
            PhotoRefused: the picture cannot be read within the limits.
        """
        try:
            return self._ask(self._running(), data, max_pixels, lacks_end)
        finally:
            self.used_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """The process's id; None before the first picture."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        _close_pipes(process)

    def disown(self) -> None:
        """Let go of a process that belongs to our parent; closing our copies of its pipes leaves the parent's alone."""
        process, self._process = self._process, None
        if process is not None:
            process.returncode = 0  # not our child: nothing to wait for
            _close_pipes(process)

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.close()
            try:
                self._process = _start(self.cpu_seconds)
            except OSError:  # no memory or no process left on this machine: not the picture's fault
                raise PhotoRefused(Refusal.BUSY) from None
        return self._process

    def _ask(
        self, process: "subprocess.Popen[bytes]", data: Data, max_pixels: int, lacks_end: bool
    ) -> tuple[bytes, int, int]:
        assert process.stdin is not None and process.stdout is not None
        # Ending the process is what frees this thread: its read then meets the end of the pipe.
        watchdog = threading.Timer(self.wall_seconds, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            _write(process.stdin, REQUEST.pack(max_pixels, len(data), lacks_end))
            _write(process.stdin, data)
            is_picture, width, height, length = ANSWER.unpack(_read(process.stdout, ANSWER.size))
            if length > LARGEST_ANSWER:
                raise EOFError
            body = _read(process.stdout, length)
        except (OSError, EOFError):
            self.close()
            raise PhotoRefused(Refusal.TOO_COMPLEX) from None
        finally:
            watchdog.cancel()
        if not is_picture:
            reason = body.decode("ascii", "replace")
            raise PhotoRefused(Refusal(reason) if reason in Refusal.values else Refusal.DAMAGED)
        if not _is_clean(body, width, height):
            self.close()
            raise PhotoRefused(Refusal.TOO_COMPLEX)
        return body, width, height


def _start(cpu_seconds: int) -> "subprocess.Popen[bytes]":
    """A process without our environment, files and terminal; `-I` keeps user and working folders off its path."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own program
        [sys.executable, "-I", "-B", str(PROGRAM), str(cpu_seconds), *(["heic"] if settings.PHOTOS_READ_HEIC else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        bufsize=0,
        close_fds=True,
        start_new_session=True,  # Ctrl-C in the terminal is for the server; this one ends with its pipe
    )


def _close_pipes(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _write(pipe: IO[bytes], data: Data) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[pipe.write(rest) :]


def _read(pipe: IO[bytes], length: int) -> bytes:
    """Exactly `length` bytes, or EOFError."""
    parts = []
    while length:
        part = pipe.read(length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _is_clean(body: bytes, width: int, height: int) -> bool:
    """Whether it looks like what our program writes: a decoder that was taken over must not choose what we serve."""
    begins = body.startswith(b"\xff\xd8\xff\xe0") and body[6:11] == b"JFIF\0"
    return begins and body.endswith(b"\xff\xd9") and 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE


class Decoder:
    """Hands each picture to a free process, at most one at a time for each CPU; safe to use from any thread."""

    def __init__(self, processes: int = PROCESSES):
        self.processes = [DecodingProcess() for _ in range(processes)]
        self._free: queue.LifoQueue[DecodingProcess] = queue.LifoQueue()  # the one used last is warm
        for process in self.processes:
            self._free.put(process)
        self._arming = threading.Lock()
        self._timer: threading.Timer | None = None

    def decode(self, data: Data, max_pixels: int, *, lacks_end: bool = False) -> tuple[bytes, int, int]:
        """As DecodingProcess.decode; refused as busy when no process gets free in time."""
        try:
            process = self._free.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise PhotoRefused(Refusal.BUSY) from None
        try:
            return process.decode(data, max_pixels, lacks_end=lacks_end)
        finally:
            self._free.put(process)
            self._end_idle_later()

    def close(self) -> None:
        """End all processes."""
        for process in self.processes:
            process.close()

    def _end_idle_later(self) -> None:
        with self._arming:
            if self._timer is None:
                self._timer = threading.Timer(IDLE_SECONDS, self._end_idle)
                self._timer.daemon = True
                self._timer.start()

    def _end_idle(self) -> None:
        """End the processes that have waited for long; look again later while one is left."""
        with self._arming:
            self._timer = None
        free: list[DecodingProcess] = []
        with contextlib.suppress(queue.Empty):
            while True:  # one that is not free is at work; nobody else uses what is taken out of the line
                free.append(self._free.get_nowait())
        for process in reversed(free):
            if time.monotonic() - process.used_at >= IDLE_SECONDS:
                process.close()
            self._free.put(process)
        if any(process.pid for process in self.processes):
            self._end_idle_later()


_decoder = Decoder()


def decoder() -> Decoder:
    """This web process's decoder."""
    return _decoder


def _forget_after_fork() -> None:
    """A forked web process must not speak into its parent's pipes."""
    global _decoder
    inherited, _decoder = _decoder, Decoder()
    for process in inherited.processes:
        process.disown()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(lambda: _decoder.close())
