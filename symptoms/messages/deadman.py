"""The dead-man's ping: a service outside hears once a minute that all is well, and calls somebody once it does not.

`/workerz` says it to whoever asks; this one is noticed where nobody asks any more, because the machine or its network
is gone.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.utils import timezone

from symptoms.messages.channels.https import Forbidden, NotReached, post
from symptoms.messages.standstill import is_standing_still

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between two pings, and between two looks whether there is anything to say
LONGEST_TRY = 10.0  # seconds
LOG_EVERY = 3600.0  # seconds between two log lines about pings that fail
TAKEN = range(200, 300)


class DeadMan:
    """Pings `url`, nothing where that is empty; `plain` as `https.post` takes it; `clock` counts seconds."""

    def __init__(self, url: str, plain: str = "", clock: Callable[[], float] = time.monotonic):
        self._url, self._plain, self._clock = url, plain, clock
        self._next = self._may_log_at = clock()
        self._pinging: threading.Thread | None = None

    def all_went_well(self) -> None:
        """Called after each round of duties without a failure: pings, at most once a minute, if messages go out too.

        Returns at once: the ping is another thread's, and uses no database.
        """
        if not self._url or self._clock() < self._next or (self._pinging and self._pinging.is_alive()):
            return
        self._next = self._clock() + EVERY
        try:
            if is_standing_still(timezone.now()):
                return
        except Exception as fault:
            # Whatever keeps us from looking is no reason to stop sending, nor to say that all is well.
            self._failed(f"cannot look at what waits ({type(fault).__name__})")
            return
        self._pinging = threading.Thread(target=self._ping, name="dead man's ping", daemon=True)
        self._pinging.start()

    def wait(self, seconds: float) -> None:
        """Wait until a ping that is on its way has ended, `seconds` at most."""
        if self._pinging:
            self._pinging.join(seconds)

    def _ping(self) -> None:
        try:
            status = post(self._url, b"", {}, ends=time.monotonic() + LONGEST_TRY, plain=self._plain)
        except (NotReached, Forbidden) as fault:
            self._failed(str(fault))
        except Exception as fault:  # the thread's last words would be a traceback with the address, which is a secret
            self._failed(type(fault).__name__)
        else:
            if status not in TAKEN:
                self._failed(str(status))

    def _failed(self, why: str) -> None:
        if self._clock() >= self._may_log_at:
            self._may_log_at = self._clock() + LOG_EVERY
            log.warning("the dead-man's ping was not taken: %s", why)
