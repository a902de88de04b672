"""F2 and F15: workers are killed at every moment and race each other; nothing is lost and nothing sent twice for it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import AccountMail
from symptoms.messages.outbox import AT_ONCE
from symptoms.models import Delivery, Entry
from tests.messages import mailservers
from tests.messages.told import a_treatment, an_entry, tell, to
from tests.processes import environment
from tests.treatments import on_day
from tests.tries import EVERYTHING, chance, tries

pytestmark = pytest.mark.django_db(transaction=True)

KILLS, PAUSES = tries(5, 200), tries(1, 30)
RACERS = [2, 8] if EVERYTHING else [3]
RACED_FOR = tries(150, 1_000)
MOMENTS = ["before it looks", "while it connects", "during DATA", "after it was taken", "whenever"]


class Workers:
    """Starts workers on the test's own database."""

    def __init__(self, folder: Path, port: int):
        self._launcher = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("launch_workers.py"))], env=mailing(folder, port),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, arguments: str = "") -> int:
        self._launcher.stdin.write(arguments + "\n")
        self._launcher.stdin.flush()
        return int(self._launcher.stdout.readline())

    def close(self) -> None:
        self._launcher.stdin.close()
        self._launcher.wait(60)
        self._launcher.stdout.close()


def mailing(folder: Path, port: int) -> dict[str, str]:
    return environment(folder, MENDLINE_SMTP_HOST="127.0.0.1", MENDLINE_SMTP_PORT=str(port))


@contextmanager
def workers(folder: Path, port: int):
    started = Workers(folder, port)
    try:
        yield started
    finally:
        started.close()


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true, seconds: float = 90.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.01)


def until_gone(pid: int) -> None:
    wait_until(lambda: not is_alive(pid))


@pytest.mark.faults("F2")
def test_a_worker_killed_at_any_moment_loses_nothing_and_doubles_at_most_what_it_held(tmp_path, noted):
    moments = chance("workers killed")
    treatment = a_treatment()
    moment = ""
    offered, may_go_on = threading.Event(), threading.Event()

    def on_data(envelope):
        if moment == "during DATA":
            offered.set()
            may_go_on.wait(60)
            return "451 the sender has died"
        return None

    def on_taken(envelope):
        if moment == "after it was taken":
            offered.set()
            may_go_on.wait(60)

    held: Counter = Counter()  # taken by the server, not marked by the worker that died
    with mailservers.honest(on_data, on_taken) as (port, box), workers(tmp_path / "worker", port) as of_ours:
        for number in range(KILLS):
            moment = MOMENTS[number % len(MOMENTS)]
            offered.clear()
            may_go_on.clear()
            tell(an_entry(treatment))
            before = len(box.letters)
            pid = of_ours.start()
            if moment == "while it connects":
                wait_until(Delivery.objects.filter(sent_at=None, not_before__gt=timezone.now()).exists)
            elif moment in ("during DATA", "after it was taken"):
                wait_until(offered.is_set)
            elif moment == "whenever":
                time.sleep(moments.uniform(0, 0.4))
            kill(pid)
            may_go_on.set()
            wait_until(lambda: box.busy == 0)
            moment = ""
            unmarked = {delivery.message_id for delivery in Delivery.objects.filter(sent_at=None)}
            held.update(unmarked.intersection(box.ids[before:]))
            Delivery.objects.filter(sent_at=None).update(not_before=timezone.now())  # the lease runs out
        last = of_ours.start("--once")
        wait_until(lambda: not is_alive(last))
    copies = Counter(box.ids)
    lost = Delivery.objects.filter(sent_at=None).count() + sum(
        not copies[row.message_id] for row in Delivery.objects.all()
    )
    noted(KILLS, lost=lost, doubled=sum(copies.values()) - len(copies))
    assert set(copies) == {delivery.message_id for delivery in Delivery.objects.all()}
    assert held, "no worker was killed while it held a letter that had been taken"
    assert all(count <= 1 + held[message_id] for message_id, count in copies.items())


def fall_asleep(worker: int) -> None:
    """Pause it until its lease has run out; not where it would keep everybody from writing meanwhile."""
    while True:
        os.kill(worker, signal.SIGSTOP)
        try:
            Delivery.objects.filter(sent_at=None).update(not_before=timezone.now())
            return
        except OperationalError:
            os.kill(worker, signal.SIGCONT)


@pytest.mark.faults("F17")
def test_a_worker_that_slept_beyond_its_lease_leaves_what_another_has_sent(tmp_path, noted):
    """It may end what it had begun to send, under the same Message-ID; it begins nothing and marks nothing."""
    treatment, sleeps, asleep, may_go_on = a_treatment(), [], threading.Event(), threading.Event()

    def on_data(envelope):
        if sleeps:
            sleeps.clear()
            asleep.set()
            may_go_on.wait(30)

    with mailservers.honest(on_data) as (port, box), workers(tmp_path / "worker", port) as of_ours:
        slept = 0
        for number in range(PAUSES):
            delivery, begun = tell(an_entry(treatment)), Delivery.objects.filter(sent_at=None, attempts=1)
            in_data = number % 2 == 0
            sleeps[:] = [in_data] * in_data
            asleep.clear(), may_go_on.clear()
            sleeper = of_ours.start()
            wait_until(asleep.is_set if in_data else begun.exists)
            fall_asleep(sleeper)
            other = of_ours.start("--once")
            until_gone(other)
            marked = Delivery.objects.get(pk=delivery.pk)
            slept += marked.sent_at is not None  # else it sleeps with rows in its hands, and whoever comes waits
            os.kill(sleeper, signal.SIGCONT)
            may_go_on.set()
            wait_until(lambda: box.busy == 0)
            os.kill(sleeper, signal.SIGTERM)
            until_gone(sleeper)
            assert marked.sent_at in (None, Delivery.objects.get(pk=delivery.pk).sent_at)
            assert marked.sent_at is None or 1 <= box.ids.count(delivery.message_id) <= 2
    noted(slept, doubled=len(box.ids) - len(set(box.ids)))


@pytest.mark.faults("F15")
@pytest.mark.parametrize("racers", RACERS)
def test_workers_that_race_send_each_once_and_the_oldest_urgent_first(racers, tmp_path, noted):
    treatment = a_treatment()
    entry = an_entry(treatment)
    urgencies = chance(f"{racers} workers race")
    entries = Entry.objects.bulk_create(
        Entry(**on_day(treatment, day), answers=entry.answers, digest="", received_at=timezone.now())
        for day in range(1, RACED_FOR + 1)
    )
    Entry.objects.update(is_judged=True)
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            **to(treatment.practitioner, row, urgencies.choice([2, 3, 4])), why="treated", created_at=timezone.now()
        )
        for row in entries
    )
    AccountMail.objects.bulk_create(AccountMail(to=f"{n}@example.org", subject="s", body="b") for n in range(20))
    with mailservers.honest() as (port, box), workers(tmp_path / "worker", port) as of_ours:
        started = [of_ours.start("--once") for _ in range(racers)]
        wait_until(lambda: not any(map(is_alive, started)), seconds=120)
    assert Counter(box.ids) == Counter(row.message_id for row in [*deliveries, *AccountMail.objects.all()])
    assert not Delivery.objects.filter(sent_at=None).exists()
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}
    queue = sorted(deliveries, key=lambda delivery: (-delivery.urgency, delivery.created_at))
    in_line = {delivery.message_id: place for place, delivery in enumerate(queue)}
    arrived = [in_line[message_id] for message_id in box.ids if message_id in in_line]
    # What a worker holds comes when a busy machine lets it go on, however many went past meanwhile.
    ahead = sorted(abs(place - turn) for turn, place in enumerate(arrived))[: -racers * AT_ONCE]
    assert ahead[-1] <= racers * 8, "somebody waited while many who came later went first"
    noted(racers)


@pytest.mark.faults("F21")
def test_the_worker_stops_when_told_and_what_was_on_its_way_arrives(tmp_path):
    delivery = tell(an_entry())
    reached = threading.Event()

    def slowly(envelope):
        reached.set()
        time.sleep(0.5)

    with mailservers.honest(slowly) as (port, box), workers(tmp_path / "worker", port) as of_ours:
        worker = of_ours.start()
        wait_until(reached.is_set)
        os.kill(worker, signal.SIGTERM)
        wait_until(lambda: not is_alive(worker), seconds=10)
    delivery.refresh_from_db()
    assert delivery.sent_at is not None and box.ids == [delivery.message_id]
