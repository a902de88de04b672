"""The server's side of decoding: a few decoding processes, started once, kept warm, replaced when they die."""

import atexit
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from symptoms.photos.decoding import ANSWER, REQUEST
from symptoms.photos.refusals import BUSY, DAMAGED, TOO_COMPLEX, PhotoRefused

SCRIPT = Path(__file__).parent / "decoding.py"
PROCESSES = min(2, os.cpu_count() or 1)
LONGEST = 20.0  # seconds on the clock for one picture; its CPU time is limited by the process itself
PATIENCE = 20.0  # seconds to wait for a free process


class DecodingProcess:
    """One process that decodes one picture at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def decode(self, kind: str, data: bytes) -> tuple[bytes, int, int]:
        """(JPEG, width, height) of a picture. Raises PhotoRefused: damaged, or too much work to read."""
        process = self._running()
        overdue = threading.Timer(LONGEST, process.kill)
        overdue.start()
        try:
            process.stdin.write(REQUEST.pack(kind.encode(), len(data)) + data)
            process.stdin.flush()
            decoded, width, height, length = ANSWER.unpack(process.stdout.read(ANSWER.size))
            jpeg = process.stdout.read(length)
        except Exception as died:
            # Killed for its memory or time, or by anything else: this picture goes, the next gets a new process.
            self.stop()
            raise PhotoRefused(TOO_COMPLEX) from died
        finally:
            overdue.cancel()
        if not decoded:
            raise PhotoRefused(DAMAGED)
        return jpeg, width, height

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", str(SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                close_fds=True,
            )
        return self._process


class Decoder:
    """Hands each picture to a free process; at most one at a time for each CPU."""

    def __init__(self, processes: int = PROCESSES):
        self._free: queue.Queue[DecodingProcess] = queue.Queue()
        self._all = [DecodingProcess() for _ in range(processes)]
        for process in self._all:
            self._free.put(process)

    def decode(self, kind: str, data: bytes) -> tuple[bytes, int, int]:
        """As DecodingProcess.decode; PhotoRefused with `is_ours` when none gets free in time."""
        try:
            process = self._free.get(timeout=PATIENCE)
        except queue.Empty:
            raise PhotoRefused(BUSY) from None
        try:
            return process.decode(kind, data)
        finally:
            self._free.put(process)

    def stop(self) -> None:
        """End all processes."""
        for process in self._all:
            process.stop()


_decoders: dict[int, Decoder] = {}
_starting = threading.Lock()


def decoder() -> Decoder:
    """This process's decoder: a forked server process must not share its parent's pipes."""
    with _starting:
        if os.getpid() not in _decoders:
            _decoders[os.getpid()] = Decoder()
            atexit.register(_decoders[os.getpid()].stop)
        return _decoders[os.getpid()]
