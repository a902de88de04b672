"""SMTP that ends on time: a server that answers a byte a second would outlive every time-out for a single read."""

import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

SILENCE = 10  # seconds without any answer


class CutOff(Exception):
    """Time was up before the server had taken the message."""


class _Smtp(smtplib.SMTP):
    """Reports its socket as soon as there is one: the greeting is read inside the constructor, and may never end."""

    def __init__(self, *args: Any, connected: Callable[[socket.socket], None], **options: Any) -> None:
        self._connected = connected
        super().__init__(*args, **options)

    def _get_socket(self, host: Any, port: Any, timeout: Any) -> Any:
        # smtplib's own place for exchanging the socket; SMTP_SSL calls it too, before it wraps what it gets.
        wire = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # private, so not in the stubs
        self._connected(wire)
        return wire


class _SmtpOverTls(smtplib.SMTP_SSL, _Smtp):
    """The same over TLS from the first byte."""


class PunctualBackend(EmailBackend):
    """Django's SMTP backend, whose connection is cut when the monotonic clock says `ends`."""

    def __init__(self, *, ends: float, **options: Any) -> None:
        super().__init__(timeout=SILENCE, **options)
        self._ends = ends
        self._wire: socket.socket | None = None
        self._is_cut = False

    @property
    def connection_class(self) -> Any:
        return partial(_SmtpOverTls if self.use_ssl else _Smtp, connected=self._watch)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """As Django's.

        Raises:
            CutOff: time was up before the server had taken them.
        """
        with self._in_time():
            return super().send_messages(email_messages)

    def knock(self) -> None:
        """See whether the server lets us in, and leave; nothing is sent. Raises what `smtplib` raises.

        Raises:
            CutOff: time was up before it had.
        """
        with self._in_time():
            self.open()
            self.close()

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        timer = threading.Timer(max(0.0, self._ends - time.monotonic()), self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (smtplib.SMTPException, OSError) as broken:
            if self._is_cut:
                raise CutOff("it did not finish in time") from broken
            raise
        finally:
            timer.cancel()
            if self._wire is not None:
                self._wire.close()

    def _watch(self, connected: socket.socket) -> None:
        # A handle of our own, because TLS takes the socket object over.
        self._wire = connected.dup()
        if self._is_cut:
            self._cut()

    def _cut(self) -> None:
        self._is_cut = True
        if self._wire is not None:
            try:
                self._wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it broke by itself
