"""What judging everything again costs: `manage.py reassess` over a million stored entries, as it is started by hand.

Of every tenth patient the newest day was found on track by the protocol of before, and is not by the installed one: it
is stored again, with its alert and its messages. Where everybody stands is kept as it follows from their days.

Memory is that of the process that was started together with those that it starts. It is flat where the second half of a
run holds no more than the first.
"""

import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from symptoms.journal import reassessing
from symptoms.models import Alert, AlertEvent, Assessment, Delivery, Entry
from symptoms.recovery.protocol import PROTOCOL
from tests.bench import large
from tests.bench.people import add_member, add_practice

ENTRIES = 1_000_000
READ_ONLY, STORED = 90, 180  # seconds for so many
READ_ONLY_EACH, STORED_EACH = 70, 120  # microseconds of the processor for one, of all processes but the database's
QUICKER, GROWTH = 1.7, 1.05
COUNTRY, MACHINES = 100_000_000, 8  # entries, machines of two cores
NEAR_THE_END = UUID(int=int(2**128 * 0.99))
TIMES = 5
OFTEN = 0.2  # seconds between two looks at what processes hold


@dataclass
class Run:
    """What a whole run took: seconds by the clock and of the processor; and what its processes held, in MB."""

    seconds: float = 0.0
    processor: float = 0.0
    parent: float = 0.0  # at most
    child: float = 0.0  # at most, the largest of them
    held: list[float] = field(default_factory=list)  # by all together, in the course of the run

    @property
    def growth(self) -> float:
        """The most that was held in the second half of the run, beside the first."""
        half = len(self.held) // 2
        return max(self.held[half:]) / max(self.held[:half])


def rows(entries: int = ENTRIES) -> list[dict]:
    """The rows of the table: seconds by the clock and of the processor, and memory."""
    clinic = add_practice("Larkfield Skin Clinic")
    _say(f"Making {entries:,} entries ...")
    large.fill(clinic, add_member(clinic), entries // large.DAYS)
    assert Entry.objects.count() == entries
    reading = {workers: _run("--dry-run", workers) for workers in (1, 2)}
    first, last = _page_from(None), _page_from(NEAR_THE_END)
    storing = {}
    for workers in (2, 1):
        storing[workers] = _run("", workers)
        _check_stored(entries)
        _as_before()
    hours = reading[2].seconds / entries * COUNTRY / MACHINES / 3600
    return [
        *_rows_of("read only", reading, entries, READ_ONLY, READ_ONLY_EACH),
        *_rows_of("a tenth of the patients stored", storing, entries, STORED, STORED_EACH),
        _row(f"a page near the end of the patients beside the first ({first:.0f} ms)", last / first, "x", 1.2),
        _row(f"{COUNTRY:,} entries, read only, {MACHINES} such machines, worked out", hours, "h", 1),
    ]


def _rows_of(what: str, of: dict[int, Run], entries: int, most: float, most_each: float) -> list[dict]:
    """The rows of one kind of run: `of` one process and of two."""
    one, two, times = of[1], of[2], of[1].seconds / of[2].seconds
    name, each = f"reassess {entries:,}, {what}", two.processor / entries * 1e6
    shown = f"({two.parent:.0f} MB, {two.child:.0f} MB for each that it starts)"
    return [
        {**_row(f"{name}, one process", one.seconds, "s", 0), "target": "", "reached": True},
        _row(f"{name}, two processes", two.seconds, "s", most * entries / ENTRIES),
        {**_row(f"{name}, two processes beside one", times, "x", QUICKER), "target": f">= {QUICKER}x",
         "reached": times >= QUICKER},
        _row(f"{name}, processor an entry", each, "us", most_each),
        _row(f"{name}, memory in the second half beside the first {shown}", two.growth, "x", GROWTH),
    ]  # fmt: skip


def _run(option: str, workers: int) -> Run:
    """A whole run of the command."""
    _say(f"reassess {option} by {workers} ...")
    of, began, before = Run(), time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "manage.py", "reassess", "--anew", f"--workers={workers}", *option.split()]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    watch = threading.Thread(target=_watch, args=(run, of))
    watch.start()
    said = run.communicate()[1]
    of.seconds, spent = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    of.processor = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
    watch.join()
    if run.returncode:
        raise RuntimeError(f"reassess failed: {said}")
    return of


def _watch(run: subprocess.Popen, of: Run) -> None:
    """Note what the processes hold, for as long as the run lasts."""
    while run.poll() is None:
        try:
            children = [int(pid) for pid in Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()]
            of.held.append(sum(_memory(pid, "VmRSS") for pid in (run.pid, *children)))
            of.parent = max(of.parent, _memory(run.pid, "VmHWM"))
            of.child = max(of.child, *(_memory(pid, "VmHWM") for pid in children), 0)
        except OSError:
            continue  # one has just ended
        time.sleep(OFTEN)


def _memory(pid: int, what: str) -> float:
    """Megabytes that a process holds (VmRSS) or ever held (VmHWM); none of one that has just ended."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def _page_from(after: UUID | None) -> float:
    """Milliseconds of the quickest of some readings of the page that follows an id."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        page = reassessing.judge_page(after, reassessing.PATIENTS_A_PAGE, store=False, now=timezone.now())
        taken.append((time.perf_counter() - began) / page.patients * reassessing.PATIENTS_A_PAGE)
    return min(taken) * 1000


def _check_stored(entries: int) -> None:
    """One more assessment and one alert of each that was judged otherwise."""
    missed = entries // large.DAYS // large.MISSED_EVERY
    assert Assessment.objects.count() == entries + missed, Assessment.objects.count()
    assert Alert.objects.values("treatment").distinct().count() == missed


@transaction.atomic
def _as_before() -> None:
    """Take back what a run has stored, so that another one finds the same work."""
    for model in (Delivery, AlertEvent, Alert):
        model.objects.all()._raw_delete(using="default")
    Assessment.objects.filter(protocol_version=PROTOCOL.version)._raw_delete(using="default")
    Assessment.objects.filter(is_current=False).update(is_current=True)


def _row(what: str, figure: float, unit: str, most: float) -> dict:
    return {
        "what": what,
        "measured": f"{figure:.2f} {unit}",
        "target": f"<= {most:g} {unit}",
        "reached": figure <= most,
        "figure": round(figure, 2),
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
