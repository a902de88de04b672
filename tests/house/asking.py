"""A request as the server hands it on: the test client reads headers too late and never breaks off."""

import io

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import close_old_connections


def handler() -> WSGIHandler:
    """Django, without what stands around it."""
    made = WSGIHandler()
    made.load_middleware()
    return made


def status_of(application, method: str, path: str, *, query: str = "", body: bytes = b"", **environ: str) -> int:
    """The status of the answer; CONTENT_LENGTH is the body's unless `environ` says another."""
    answered: list[int] = []
    asked = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
    }  # fmt: skip
    request_started.disconnect(close_old_connections)  # as the test client does: the test's transaction is still open
    try:
        b"".join(application(asked | environ, lambda status, headers: answered.append(int(status[:3]))))
    finally:
        request_started.connect(close_old_connections)
    return answered[0]
