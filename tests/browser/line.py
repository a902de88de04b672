"""A line to the site that a test can cut: whoever goes by it has no network then, their service worker neither."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Line:
    """Passes on what comes to `url`, unless it `is_cut`; on a cut, what is on its way breaks off as well."""

    def __init__(self, to: str):
        self.to, self.is_cut, self.loses_answers = urlsplit(to).netloc.split(":"), False, False
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for end in list(self._open):
            self._break(end)

    def lose_answers(self) -> None:
        """What is asked still arrives; no answer does."""
        self.loses_answers = True

    def mend(self) -> None:
        self.is_cut = self.loses_answers = False

    def close(self) -> None:
        self.cut()
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._door.accept()
                if self.is_cut:
                    client.close()
                    continue
                site = socket.create_connection((self.to[0], int(self.to[1])))
                self._open |= {client, site}
                for one, other, is_answer in ((client, site, False), (site, client, True)):
                    threading.Thread(target=self._pass, args=(one, other, is_answer), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                if is_answer and self.loses_answers:
                    break
                other.sendall(data)
        for end in (one, other):
            self._break(end)

    def _break(self, end: socket.socket) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
