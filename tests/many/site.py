"""Two machines and what they share, on loopback: two web servers, two Celery workers, a beat; PostgreSQL, Redis, S3."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.house import tree
from tests.many import buckets
from tests.many.machines import Program, Redis, a_redis, beat, worker
from tests.messages.mailservers import free_port

KEYS = "push-keys.json"


@dataclass
class Site:
    """What runs, by name, and what it stands on."""

    folder: Path
    database: postgres.Server
    redis: Redis
    bucket: buckets.Between
    environments: list[dict[str, str]]  # of the two machines

    def __post_init__(self) -> None:
        self.ports = [int(environment["PORT"]) for environment in self.environments]
        self.programs: dict[str, Program] = {}
        for number, environment in enumerate(self.environments, 1):
            log = self.folder / f"machine-{number}.log"
            web = Program(f"web {number}", ["deploy/start.sh", "web"], environment, log)
            self.programs |= {web.name: web, f"worker {number}": worker(environment, log, f"worker-{number}")}
        self.programs["beat"] = beat(self.environments[0], self.folder / "machine-1.log")
        self._over, self.ended = threading.Event(), Counter[str]()
        self._watching = threading.Thread(target=self._start_again, daemon=True)

    def run(self, *command: str, machine: int = 0) -> str:
        """What a command on a machine printed that ended well."""
        done = subprocess.run(
            [sys.executable, *command], cwd=tree.ROOT, env=self.environments[machine], capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(command)[:80]} failed: {done.stderr[-3000:]}")
        return done.stdout

    def set_up(self) -> None:
        """Tables once, static files and the key for push on each machine."""
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "createcachetable")
        self.run("-c", "import django; django.setup(); from symptoms.messages.push_keys import make_keys; make_keys()")
        first, *others = (Path(environment["MENDLINE_DATA_DIR"]) for environment in self.environments)
        for other in others:
            if other != first:
                shutil.copy(first / KEYS, other / KEYS)
        for machine in range(len({environment["MENDLINE_DATA_DIR"] for environment in self.environments})):
            self.run("manage.py", "collectstatic", "--no-input", "--verbosity", "0", machine=machine)

    def start(self) -> None:
        for program in self.programs.values():
            program.start()
        self._watching.start()

    def _start_again(self) -> None:
        """As systemd does: whoever meets no database at a start ends with a sentence, and is started again."""
        while not self._over.wait(0.5):
            for program in self.programs.values():
                if not program.is_running():
                    self.ended[program.name] += 1
                    if not self._over.wait(2):
                        program.start()

    def stop(self) -> None:
        """Asked all at once."""
        self._over.set()
        if self._watching.is_alive():
            self._watching.join()
        for program in self.programs.values():
            if program.is_running():
                program.send(signal.SIGCONT)
                program.process.terminate()
        for program in self.programs.values():
            program.stop()


@contextmanager
def a_site(
    folder: Path, ports: tuple[int, ...] = (), *, is_one_folder: bool = False, **settings: str
) -> Iterator[Site]:
    """A site that is set up and not yet started; `is_one_folder`: for the demo, whose pages show its mail."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres.server())
        redis, bucket = stack.enter_context(a_redis()), stack.enter_context(buckets.a_bucket())
        shared = {
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "MENDLINE_DATABASE_URL": database.url(), "MENDLINE_REDIS_URL": redis.url,
            "MENDLINE_S3_BUCKET": buckets.NAME, "MENDLINE_S3_ENDPOINT": bucket.address,
            "MENDLINE_S3_REGION": "us-east-1", "MENDLINE_KEYS_DIR": str(folder / "keys"), "WEB_PROCESSES": "1",
            **buckets.LOGIN,
        }  # fmt: skip
        environments = []
        for number, port in enumerate(ports or [free_port(), free_port()], 1):
            data = folder / ("data" if is_one_folder else f"data-{number}")
            data.mkdir(mode=0o700, exist_ok=True)
            environments.append(tree.environment(**shared, **settings, MENDLINE_DATA_DIR=str(data), PORT=str(port)))
        site = Site(folder, database, redis, bucket, environments)
        try:
            site.set_up()
            yield site
        finally:
            site.stop()


def everybody(pid: int) -> list[int]:
    """A process and all that it started, and they in turn."""
    found = [pid]
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            found += everybody(int(child))
    return found


def signal_all(pid: int, number: int) -> None:
    for process in everybody(pid):
        with suppress(ProcessLookupError):
            os.kill(process, number)
