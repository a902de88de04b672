"""A stand-in for a browser and its push service: real keys, a real server, messages decrypted as by a browser."""

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from uuid import uuid4

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.messages.loopback import Answering, served

SECRET = b"sixteen bytes --"
SERVICE = "https://fcm.googleapis.com"


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def subscription(name: str = "", service: str = SERVICE) -> dict:
    """What a browser says of its push service."""
    point = _key().public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return {
        "endpoint": f"{service}/send/{name or uuid4().hex}",
        "expirationTime": None,
        "keys": {"p256dh": text_of(point), "auth": text_of(SECRET)},
    }


def text_of(raw: bytes) -> str:
    """In base64url, as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Endpoint:
    """What came to a stand-in, by the last part of its path; `answers` says with which status it answers whom."""

    origin: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    messages: dict[str, list[dict]] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def endpoint(**answers: int):
    """A push service of its own on loopback."""
    seen = Endpoint(answers=answers)

    class Handler(Answering):
        def do_POST(self):
            name = self.path.rpartition("/")[2]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            clear = http_ece.decrypt(body, private_key=_key(), auth_secret=SECRET, version="aes128gcm")
            seen.headers[name] = dict(self.headers)
            seen.messages.setdefault(name, []).append(json.loads(clear))
            if name in seen.hang:
                seen.is_over.wait(60)
            self.answer(seen.answers.get(name, 201), Location=f"{seen.origin}/send/elsewhere")

    with served(Handler) as host:
        seen.origin = f"http://{host}"
        try:
            yield seen
        finally:
            seen.is_over.set()


@contextmanager
def letterbox():
    """A service for texts on loopback; gives where it is, and what it was given: (path, document)."""
    taken: list[tuple[str, dict]] = []

    class Handler(Answering):
        def do_POST(self):
            taken.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.answer(200)

    with served(Handler) as host:
        yield host, taken
