"""A server of the bench's own: gunicorn as in production, and what a request costs its process."""

import http.client
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.house import tree


class Server:
    """One gunicorn process with its worker; `cpu` is what the worker has used so far."""

    def __init__(self, port: int, master: int, worker: int):
        self.port = port
        self.master = master
        self.worker = worker
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def cpu(self) -> float:
        """Seconds of processor time of all threads of the worker, children not counted."""
        tasks = Path(f"/proc/{self.worker}/task")
        return sum(map(_seconds, tasks.iterdir()))

    def cpu_with_database(self) -> float:
        """The same with what a PostgreSQL server beside it spends on its connections; SQLite is in the worker."""
        return self.cpu() + sum(_seconds(Path(f"/proc/{pid}")) for pid in _backends())

    def reconnect(self) -> None:
        """Over a new line from now on: what was not used for a while is closed by the server."""
        self._line.close()

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes]:
        """One request over the connection that is kept."""
        sent = {"Host": "mendline.example", "X-Forwarded-Proto": "https"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self._line.request(method, path, body, sent)
        answer = self._line.getresponse()
        return answer.status, answer.read()


def _seconds(task: Path) -> float:
    return int((task / "schedstat").read_text().split()[0]) / 1e9


def _backends() -> list[int]:
    """The processes of the database's server that answer others than this process."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(environment: dict[str, str], processes: int = 1):
    """Serve the settings that `environment` names until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "error"]
    process = subprocess.Popen(command, env=environment | {"PORT": str(port), "WEB_PROCESSES": str(processes)})
    try:
        wait_for(port)
        yield Server(port, process.pid, _child_of(process.pid))
    finally:
        process.terminate()
        process.wait(15)


def wait_for(port: int) -> None:
    """Until a server there answers."""
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            line.request("GET", "/healthz", headers={"Host": "mendline.example"})
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            line.close()
    raise SystemExit("the bench's server did not start")


def _child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def environment(data: str) -> dict[str, str]:
    """Production's settings over a folder that is thrown away, with the data in a part of it: keys lie beside them."""
    Path(data, "data").mkdir(mode=0o700, exist_ok=True)
    return tree.environment(
        DJANGO_SETTINGS_MODULE="tests.bench.settings",
        MENDLINE_DEBUG="0",
        MENDLINE_DATA_DIR=f"{data}/data",
        MENDLINE_MASTER_KEY_FILE=str(tree.MASTER_KEY),
        MENDLINE_DATABASE_URL=os.environ.get("MENDLINE_TEST_DATABASE_URL", ""),
        MENDLINE_SECRET_KEY="only-for-the-bench-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        MENDLINE_ALLOWED_HOSTS="mendline.example,127.0.0.1",
        MENDLINE_SITE_URL="https://mendline.example",
        MENDLINE_SMTP_HOST="mail.example",
        MENDLINE_SMTP_SECURITY="starttls",
        MENDLINE_TRUST_PROXY="1",
        MENDLINE_API_RATE="1000000/min",
        MALLOC_ARENA_MAX="1",  # as deploy/start.sh says it
    )
