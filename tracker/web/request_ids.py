"""A name for each request, told to whoever asked and to the log: so that an operator finds the line it is about."""

import secrets
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from tracker.logs import request_id

HEADER = "X-Request-Id"


class WithRequestId:
    """Around the application: the answer names the request, and so does each line that is logged meanwhile.

    The name is ours: one that a client or proxy sends is not taken over, so nobody can write into the log by it.
    Middleware would be too far in: Django logs 4xx and 5xx after the last of them.
    """

    def __init__(self, application: WSGIApplication):
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = secrets.token_hex(8)
        # Not reset: an answer that is streamed logs until its end, and the next request of the thread has its own.
        request_id.set(name)

        def start_named(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, name)], *rest)

        return self.application(environ, start_named)
