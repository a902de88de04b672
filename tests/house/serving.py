"""The server as it runs in production, on a fresh database, and clients that talk to it byte by byte."""

import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.data_folders import put_database
from tests.house import tree
from tests.messages.mailservers import free_port

WITHIN = 5.0  # seconds: what "at once" means on a loaded machine
ELSEWHERE = "127.0.0.2"  # another client's address


@dataclass
class Server:
    """A running server: its port, its data folder and the process that leads it."""

    port: int
    data: Path
    environment: dict[str, str]
    leader: subprocess.Popen

    def connect(self, source: str = "127.0.0.1", **options: int) -> socket.socket:
        """A connection from a loopback address; `options` may hold a small `receives` buffer, in bytes."""
        client = socket.socket()
        if "receives" in options:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receives"])
        client.settimeout(90)
        client.bind((source, 0))
        client.connect(("127.0.0.1", self.port))
        return client

    def ask(
        self, path: str = "/help/", source: str = ELSEWHERE, within: float = WITHIN, **headers: str
    ) -> tuple[int, dict, bytes]:
        """Status, headers and body that a new client gets for `path`; it gives up when the server is silent."""
        with self.connect(source) as client:
            client.settimeout(within)
            client.sendall(request(path, Connection="close", **headers))
            return answer(client)

    def manage(self, *command: str) -> str:
        """Run `manage.py` beside the server."""
        return tree.manage(self.environment, *command)

    def processes(self) -> list[int]:
        """The ids of the web processes."""
        children = Path(f"/proc/{self.leader.pid}/task/{self.leader.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


@contextmanager
def serving(data: Path, **environment: str):
    """A server in DEBUG, until the block ends."""
    port = free_port()
    ours = {"MENDLINE_DATA_DIR": str(data), "PORT": str(port), "MENDLINE_SITE_URL": f"http://127.0.0.1:{port}"}
    environment = tree.environment(MENDLINE_DEBUG="1", WEB_PROCESSES="1", **ours) | environment
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "error"]
    server = Server(port, data, environment, None)  # type: ignore[arg-type]
    put_database(data)
    server.leader = subprocess.Popen(command, cwd=tree.ROOT, env=environment)
    try:
        _wait_for(server)
        yield server
    finally:
        server.leader.terminate()
        server.leader.wait(45)


def _wait_for(server: Server) -> None:
    ends = time.monotonic() + 90
    while True:
        try:
            if server.ask("/healthz", "127.0.0.1")[0] == 200:
                return
        except OSError:
            assert server.leader.poll() is None and time.monotonic() < ends, "the server did not start"
            time.sleep(0.1)


def request(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> bytes:
    """A request as it goes over the line."""
    sent = {"Host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode() + (body or b"")


def answer(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the next answer, or of the last. Raises ConnectionError when there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = client.recv(65536)
        if not part:
            raise ConnectionError("closed without an answer")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if "content-length" not in headers:
        return int(status.split()[1]), headers, body + b"".join(iter(lambda: client.recv(65536), b""))
    while len(body) < int(headers["content-length"]):
        part = client.recv(65536)
        if not part:
            raise ConnectionError("closed before the end of the answer")
        body += part
    return int(status.split()[1]), headers, body


@contextmanager
def many(connect, count: int):
    """So many connections, closed when the block ends."""
    with ExitStack() as opened:
        yield [opened.enter_context(connect()) for _ in range(count)]


def is_closed(client: socket.socket, within: float) -> bool:
    """Whether the server closes the connection in time, after whatever it says."""
    client.settimeout(within)
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True
