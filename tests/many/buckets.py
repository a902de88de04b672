"""An S3 on loopback, and somebody between it and us who can make it refuse, fail, be slow or lie."""

import http.client
import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "photos-of-larkfield"
LOGIN = {"AWS_ACCESS_KEY_ID": "of-the-tests", "AWS_SECRET_ACCESS_KEY": "of-the-tests"}
MOODS = ("well", "refuses", "503", "slow", "trickles", "says yes", "forbids")


class Between:
    """Passes questions on to the store, by its `mood`."""

    def __init__(self, store_port: int):
        self.mood, self.asked, self._store_port = "well", 0, store_port
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                between.asked += 1
                between.answer(self)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _any

            def log_message(self, *given) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        if self.mood == "refuses":
            handler.close_connection = True
            return
        if self.mood in ("503", "forbids"):
            self._say(handler, 503 if self.mood == "503" else 403, {}, b"")
            return
        if self.mood == "says yes" and handler.command == "PUT":
            self._say(handler, 200, {"ETag": '"0"'}, b"")
            return
        if self.mood == "slow":
            time.sleep(8)
        self._say(handler, *self._ask(handler, body), trickles=self.mood == "trickles")

    def _ask(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self._store_port, timeout=20)
        line.request(handler.command, handler.path, body, dict(handler.headers))
        answer = line.getresponse()
        said = answer.read()
        line.close()
        return answer.status, {n: v for n, v in answer.getheaders() if n.lower() != "transfer-encoding"}, said

    def _say(self, handler, status: int, headers: dict[str, str], body: bytes, trickles: bool = False) -> None:
        handler.send_response_only(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command == "HEAD":
            return
        try:
            for at in range(0, len(body), 1 if trickles else len(body) or 1):
                handler.wfile.write(body[at : at + 1] if trickles else body)
                handler.wfile.flush()
                time.sleep(0.5 if trickles else 0)
        except OSError:
            handler.close_connection = True


@contextmanager
def a_bucket() -> Iterator[Between]:
    """A bucket, empty, in a store of its own, behind somebody in between."""
    from moto.server import ThreadedMotoServer

    os.environ.update(LOGIN)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    between = Between(server.get_host_and_port()[1])
    make(between.address)
    try:
        yield between
    finally:
        between.server.shutdown()
        server.stop()


def make(endpoint: str) -> None:
    """The bucket itself."""
    import boto3

    keys = {"aws_access_key_id": LOGIN["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": LOGIN["AWS_SECRET_ACCESS_KEY"]}
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(Bucket=NAME)


def stores(endpoint: str) -> dict[str, dict]:
    """What STORAGES says of it, as settings.py writes it."""
    where = {"bucket": NAME, "endpoint": endpoint, "region": "us-east-1"}
    backend = "symptoms.photos.bucket.Bucket"
    return {
        "photos": {"BACKEND": backend, "OPTIONS": {**where, "prefix": "photos"}},
        "exports": {"BACKEND": backend, "OPTIONS": {**where, "prefix": "exports", "longest": 60.0}},
    }
