"""What is done to the machines, drawn by a seed: each thing killed, paused, cut off from the others, Redis emptied."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import psycopg

from tests.bench.server import wait_for
from tests.many.machines import Program, wait_until
from tests.many.site import Site, signal_all

KINDS = (
    "web server killed", "web server paused", "worker killed", "worker paused", "worker asleep", "beat killed",
    "beat paused", "Redis killed", "Redis paused", "Redis emptied", "Redis cut off", "database killed",
    "database paused", "database cut off", "bucket refuses", "bucket says 503", "bucket slow", "bucket says yes",
    "mail server refuses",
)  # fmt: skip
MOODS = {"refuses": "refuses", "says 503": "503", "slow": "slow", "says yes": "says yes"}
LONGEST_PAUSE = 4.0  # seconds
LEASE, OVERSLEPT = 60.0, (2.0, 20.0)  # seconds of what a worker has claimed, and for how much longer one sleeps


@dataclass(frozen=True)
class Fault:
    """One that was brought about."""

    kind: str
    at: datetime


class Faults:
    """Brings them about, one after the other; `mail` turns the mail server's refusing on and off."""

    def __init__(self, site: Site, mail: Callable[[bool], None], seed: int):
        self._site, self._mail, self._chance = site, mail, Random(f"{seed} faults")
        self.done: list[Fault] = []
        self._sleeper: subprocess.Popen | None = None
        self._wakes = threading.Timer(0, lambda: None)

    def bring_about(self, count: int, only: str = "") -> None:
        """So many, of each kind that begins with `only` as many as of any other, in an order that chance draws."""
        wanted = [kind for kind in KINDS if kind.startswith(only)]
        kinds = [wanted[number % len(wanted)] for number in range(count)]
        self._chance.shuffle(kinds)
        for number, kind in enumerate(kinds, 1):
            self.done.append(Fault(kind, datetime.now(UTC)))
            self._one(kind)
            time.sleep(self._chance.uniform(0, 0.8))
            if number % 20 == 0:
                print(f"{number} of {count} faults", flush=True)
        self._until_all_are_awake()

    def _one(self, kind: str) -> None:
        what, _, how = kind.partition(" ")
        if what == "bucket":
            self._for_a_while(lambda: self._set_mood(MOODS[how]), lambda: self._set_mood("well"))
        elif what == "mail":
            self._for_a_while(lambda: self._mail(True), lambda: self._mail(False))
        elif what == "database":
            self._database(how)
        elif kind == "worker asleep":
            self._fall_asleep()
        elif kind == "Redis emptied":
            self._site.redis.says("FLUSHALL")
        elif kind == "Redis cut off":
            for sort in ("normal", "pubsub"):
                self._site.redis.says("CLIENT", "KILL", "TYPE", sort)
        else:
            self._program(kind)

    def _program(self, kind: str) -> None:
        name = {"web": "web", "worker": "worker", "beat": "beat", "Redis": "Redis"}[kind.split(" ")[0]]
        is_paused = kind.endswith("paused")  # which one that sleeps would be woken from too soon
        program = self._site.redis if name == "Redis" else self._drawn(name, awake=is_paused)
        if kind.endswith("killed"):
            program.kill()
            if program is self._site.redis:
                time.sleep(self._chance.uniform(0, 1.5))
                program.start()
            elif name == "web":  # started again by whoever watches over it, as all but Redis
                time.sleep(1)
                wait_for(int(self._site.environments[int(program.name[-1]) - 1]["PORT"]))
        else:
            pid = program.process.pid
            self._for_a_while(lambda: signal_all(pid, signal.SIGSTOP), lambda: signal_all(pid, signal.SIGCONT))

    def _fall_asleep(self) -> None:
        """A worker stands still until its leases are over and others have what it held, while everything else goes on.

        One at a time: there are two, and somebody has to work.
        """
        self._until_all_are_awake()
        self._sleeper = sleeper = self._drawn("worker").process
        signal_all(sleeper.pid, signal.SIGSTOP)

        def wake() -> None:
            if sleeper.poll() is None:  # else it was killed in its sleep
                signal_all(sleeper.pid, signal.SIGCONT)
            self._sleeper = None

        self._wakes = threading.Timer(LEASE + self._chance.uniform(*OVERSLEPT), wake)
        self._wakes.start()

    def _until_all_are_awake(self) -> None:
        if self._sleeper is not None:
            self._wakes.join()

    def _drawn(self, name: str, *, awake: bool = False) -> Program:
        programs = [program for named, program in sorted(self._site.programs.items()) if named.startswith(name)]
        if awake:
            programs = [program for program in programs if program.process is not self._sleeper]
        program = self._chance.choice(programs)
        wait_until(program.is_running, 60)
        return program

    def _database(self, how: str) -> None:
        database = self._site.database
        if how == "killed":
            database.crash()
            time.sleep(self._chance.uniform(0, 1.5))
            database.start()
        elif how == "paused":
            pid = database.pid
            self._for_a_while(lambda: signal_all(pid, signal.SIGSTOP), lambda: signal_all(pid, signal.SIGCONT))
        else:
            with suppress(psycopg.Error), psycopg.connect(database.url(), autocommit=True) as line:
                line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def _for_a_while(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        begin()
        try:
            time.sleep(self._chance.uniform(0.2, LONGEST_PAUSE))
        finally:
            end()

    def _set_mood(self, mood: str) -> None:
        self._site.bucket.mood = mood
