"""Rejects a request body shorter than its Content-Length: Django would parse the truncated form as if it were whole."""

from collections.abc import Iterable
from typing import BinaryIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class RejectTruncatedBody:
    """Around the application: a body that ends before its length cannot be read, neither as a form nor as JSON.

    Without it the server hands on what had come when the line broke, and Django reads that as a form.
    """

    def __init__(self, application: WSGIApplication):
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdigit():
            environ["wsgi.input"] = _Whole(environ["wsgi.input"], int(length))
        return self.application(environ, start_response)


class _Whole:
    """A stream of so many bytes; an end before them is an error and not an end."""

    def __init__(self, stream: BinaryIO, length: int):
        self._stream = stream
        self._left = length

    def read(self, size: int | None = -1) -> bytes:
        """All of the next `size` bytes, or of what is left of the body."""
        remaining, parts = self._at_most(size), []
        while remaining:
            parts.append(self._counted(self._stream.read(remaining)))
            remaining -= len(parts[-1])
        return b"".join(parts)

    def readline(self, size: int | None = -1) -> bytes:
        """The next line, or `size` bytes of it."""
        remaining = self._at_most(size)
        return self._counted(self._stream.readline(remaining)) if remaining else b""

    def _at_most(self, size: int | None) -> int:
        return self._left if size is None or size < 0 else min(size, self._left)

    def _counted(self, data: bytes) -> bytes:
        if not data:
            raise ConnectionError("the body ended before its length")
        self._left -= len(data)
        return data
