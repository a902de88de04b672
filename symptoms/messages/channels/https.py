"""One POST over HTTPS to an address that was looked at: public, no redirects, cut off on time."""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

SILENCE = 10.0  # seconds without any answer
LONGEST_ANSWER = 4096  # bytes read of it


class NotReached(Exception):
    """Nothing was answered; `str()` says why."""


class Forbidden(Exception):
    """The address is none that we speak to; `str()` says why."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, ends: float, plain: str = "") -> int:
    """Send `body` to `url`; gives the status of the answer. Over when the monotonic clock says `ends`.

    `plain`: an origin to which plain http is spoken, private or not: the stand-in of tests.

    Raises:
        NotReached, Forbidden.
    """
    parts = urlsplit(url)
    is_stand_in = bool(plain) and f"{parts.scheme}://{parts.netloc}" == plain
    if not is_stand_in and (parts.scheme, parts.port or 443) != ("https", 443):
        raise Forbidden("not an https address")
    host, port = parts.hostname or "", parts.port or 443
    try:
        address = _address_of(host, port, is_any_taken=is_stand_in)
        connection = _Connection(host, port, address, is_plain=is_stand_in, ends=ends)
        return connection.post(parts.path + (f"?{parts.query}" if parts.query else ""), body, headers)
    except (OSError, http.client.HTTPException) as fault:
        late = time.monotonic() >= ends
        raise NotReached("it did not finish in time" if late else f"not reached ({type(fault).__name__})") from fault


def _address_of(host: str, port: int, *, is_any_taken: bool) -> str:
    """The address that is connected to: looked up once, so that no second answer leads elsewhere."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(row[4][0]) for row in found]
    if not is_any_taken and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise Forbidden("a private address")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """To one address, whatever the name says; shut when its time is up, however slowly the other side speaks."""

    def __init__(self, host: str, port: int, address: str, *, is_plain: bool, ends: float) -> None:
        super().__init__(host, port, timeout=max(0.1, min(SILENCE, ends - time.monotonic())))
        self.default_port = 80 if is_plain else 443  # not named beside the host
        self._address, self._is_plain, self._ends = address, is_plain, ends
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        self._wire = self.sock.dup()  # a handle of our own, because TLS takes the socket object over
        if not self._is_plain:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; where it leads elsewhere, nobody follows."""
        timer = threading.Timer(max(0.0, self._ends - time.monotonic()), self._cut)
        timer.daemon = True
        timer.start()
        try:
            self.request("POST", path, body, dict(headers))
            answer = self.getresponse()
            answer.read(LONGEST_ANSWER)
            return answer.status
        finally:
            timer.cancel()
            self.close()
            if self._wire is not None:
                self._wire.close()

    def _cut(self) -> None:
        if self._wire is not None:
            try:
                self._wire.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it broke by itself
