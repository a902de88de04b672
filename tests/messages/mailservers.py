"""Real SMTP servers on loopback: an honest one, and ones that refuse, hang, dawdle or drop."""

import asyncio
import logging
import re
import socket
import socketserver
import threading
import time
from contextlib import contextmanager

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every line it hears


class Letterbox:
    """An aiosmtpd handler that keeps what it takes.

    `on_data` may take its time, and turn a letter down by giving an answer; `on_taken` may hold back the good news.
    `refused` says which addresses it refuses, and with which code.
    """

    def __init__(self, on_data=None, on_taken=None, refused=None):
        self.refused: dict[str, int] = refused or {}
        self.offered: list[bytes] = []
        self.letters: list[bytes] = []
        self.recipients: list[str] = []
        self.busy = 0
        self.on_data, self.on_taken = on_data, on_taken

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return f"{self.refused[address]} no"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope):
        self.offered.append(bytes(envelope.content))
        self.busy += 1
        try:
            answer = await self._ask(self.on_data, envelope)
            if answer:
                return answer
            self.letters.append(bytes(envelope.content))
            self.recipients.append(envelope.rcpt_tos[0])
            await self._ask(self.on_taken, envelope)
            return "250 Taken"
        finally:  # aiosmtpd cancels this when the sender has gone
            self.busy -= 1

    async def _ask(self, somebody, envelope):
        return await asyncio.get_running_loop().run_in_executor(None, somebody, envelope) if somebody else None

    @property
    def ids(self) -> list[str]:
        """The Message-ID of each letter it took, in the order of their arrival."""
        return [id_of(letter) for letter in self.letters]


def id_of(letter: bytes) -> str:
    """The Message-ID of a letter as it came over the wire."""
    return re.search(rb"^Message-ID: (\S+)", letter, re.M | re.I)[1].decode()


def free_port() -> int:
    """A port nobody listens on now: aiosmtpd cannot be told to choose one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def honest(on_data=None, on_taken=None, refused=None, port=None):
    """A server that takes everything but what is for the addresses in `refused`; gives (port, letterbox)."""
    box = Letterbox(on_data, on_taken, refused)
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port, box
    finally:
        controller.stop()


@contextmanager
def scripted(script):
    """A server that plays `script(talk)` for each connection; gives its port and when each connection came."""
    seen: list[float] = []
    stopping = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            seen.append(time.monotonic())

            def say(text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def drip(text: str, every: float) -> None:
                for byte in text.encode():
                    if stopping.wait(every):
                        return
                    self.wfile.write(bytes([byte]))

            self.say, self.drip, self.stopping = say, drip, stopping
            self.read = lambda: self.rfile.readline().decode("latin-1").strip()
            try:
                script(self)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

        def handle_error(self, request, client_address):
            return

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_address[1], seen
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()


def until_data(talk) -> None:
    """Be polite up to the word DATA."""
    talk.say("220 ready")
    while not talk.read().upper().startswith("DATA"):
        talk.say("250 fine")


def read_letter(talk) -> None:
    """Take the letter in, to its final dot."""
    talk.say("354 go on")
    while talk.read() != ".":
        continue


def refuses_sender(code: int):
    """Answers MAIL FROM with `code`."""

    def script(talk):
        talk.say("220 ready")
        while line := talk.read():
            talk.say(f"{code} no" if line.upper().startswith("MAIL") else "250 fine")

    return script


def refuses_recipient(code: int):
    """Answers RCPT with `code`."""

    def script(talk):
        talk.say("220 ready")
        while line := talk.read():
            talk.say(f"{code} no" if line.upper().startswith("RCPT") else "250 fine")

    return script


def refuses_letter(code: int):
    """Answers the letter itself with `code`."""

    def script(talk):
        until_data(talk)
        read_letter(talk)
        talk.say(f"{code} no")
        while talk.read():
            talk.say("250 fine")

    return script


def greets_with(code: int):
    """Turns everybody away."""
    return lambda talk: talk.say(f"{code} go away")


def never_greets(talk) -> None:
    """Accepts the connection and says nothing."""
    talk.stopping.wait(60)


def hangs_after_letter(talk) -> None:
    """Takes the letter and never answers."""
    until_data(talk)
    read_letter(talk)
    talk.stopping.wait(60)


def dawdles(talk) -> None:
    """Greets a byte at a time, without end, each in time for any time-out of a single read."""
    talk.drip("220-" + "x" * 400, every=0.2)


def drops_after_letter(talk) -> None:
    """Takes the letter and goes away without an answer."""
    until_data(talk)
    read_letter(talk)
