"""Whose turn it is to write: one file lock beside the database, for every thread of every process."""

import fcntl
import os
import threading
import time
from functools import lru_cache

LOOK_AGAIN_AFTER = 0.001  # seconds; in each process only the thread that is next in line looks


class WriteLock:
    """The lock on one file. Each `acquire` opens the file anew, so that a lock never outlives or leaves its holder."""

    def __init__(self, path: str):
        self._path = path
        self._next_in_line = threading.Lock()
        self._descriptor = -1

    def acquire(self, wait: float) -> bool:
        """Take the lock; False when it was not free within `wait` seconds.

        Raises:
            OSError: the lock's file cannot be opened.
        """
        ends = time.monotonic() + wait
        if not self._next_in_line.acquire(timeout=wait):
            return False
        try:
            # Opened for reading: a disk that is full or takes no writes must not keep anybody from an existing file.
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CREAT, 0o600)
            while not _is_free(self._descriptor):
                if time.monotonic() >= ends:
                    self.release()
                    return False
                time.sleep(LOOK_AGAIN_AFTER)
        except BaseException:
            self.release()
            raise
        return True

    def release(self) -> None:
        """Give the lock back; by its holder only."""
        if self._descriptor >= 0:
            os.close(self._descriptor)  # which unlocks it
            self._descriptor = -1
        self._next_in_line.release()


def lock_beside(database: str) -> WriteLock:
    """The one lock that this process has for a database file, by whichever path it is opened."""
    return _lock(f"{os.path.realpath(database)}-lock", os.getpid())


@lru_cache
def _lock(path: str, process: int) -> WriteLock:
    return WriteLock(path)


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
