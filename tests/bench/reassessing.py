"""What judging everything again costs: `manage.py reassess` over a million stored entries, as it is started by hand.

Of every tenth patient the newest day was found on track by the protocol of before, and is not by the installed one: it
is stored again, with its alert and its messages. Where everybody stands is kept as it follows from their days.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from symptoms.journal import reassessing
from symptoms.models import Alert, Assessment, Entry
from tests.bench import large
from tests.bench.people import add_member, add_practice

ENTRIES = 1_000_000
READ_ONLY, STORED = 90, 180  # seconds for so many
FEW = 10  # times fewer, beside which memory is measured
COUNTRY, MACHINES = 100_000_000, 8  # entries, machines of two cores
NEAR_THE_END = UUID(int=int(2**128 * 0.99))
TIMES = 5


def rows(entries: int = ENTRIES) -> list[dict]:
    """The rows of the table: seconds by the clock, and the most memory that one process held."""
    clinic = add_practice("Larkfield Skin Clinic")
    large.fill(clinic, add_member(clinic), entries // large.DAYS // FEW)
    _, few = _run("--dry-run", "--workers=2")
    large.grow(FEW - 1)
    assert Entry.objects.count() == entries
    alone, _ = _run("--dry-run", "--workers=1")
    reading, many = _run("--dry-run", "--workers=2")
    share = entries / ENTRIES
    first, last = _page_from(None), _page_from(NEAR_THE_END)
    storing, most = _run("--workers=2")
    _check_stored(entries)
    of_all, memory = f"of {entries:,} stored entries, two processes", max(many, most) / few
    hours = reading / entries * COUNTRY / MACHINES / 3600
    return [
        _row(f"reassess {of_all}, read only", reading, "s", READ_ONLY * share),
        _row(f"reassess {of_all}, a tenth stored", storing, "s", STORED * share),
        {**_row("reassess, two processes beside one", alone / reading, "x", 1.7), "target": ">= 1.7x",
         "reached": alone / reading >= 1.7},
        _row(f"reassess, most memory of a process ({max(many, most):.0f} MB) beside a tenth", memory, "x", 1.2),
        _row(f"a page near the end of the patients beside the first ({first:.0f} ms)", last / first, "x", 1.2),
        _row(f"{COUNTRY:,} entries, read only, {MACHINES} such machines, worked out", hours, "h", 1),
    ]  # fmt: skip


def _run(*options: str) -> tuple[float, float]:
    """Seconds that a whole run takes, and the most megabytes that one of its processes held."""
    began = time.monotonic()
    run = subprocess.Popen(
        [sys.executable, "manage.py", "reassess", "--anew", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    held: list[float] = []
    watch = threading.Thread(target=_watch, args=(run, held))
    watch.start()
    said = run.communicate()[1]
    seconds = time.monotonic() - began
    watch.join()
    if run.returncode:
        raise RuntimeError(f"reassess failed: {said}")
    return seconds, max(held)


def _watch(run: subprocess.Popen, held: list[float]) -> None:
    """Note what each process ever held, for as long as the run lasts."""
    while run.poll() is None:
        try:
            children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
            held += [_most_memory(int(pid)) for pid in (run.pid, *children)]
        except (OSError, StopIteration):
            continue  # one has just ended
        time.sleep(0.2)


def _most_memory(pid: int) -> float:
    """Megabytes that a process ever held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


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


def _row(what: str, figure: float, unit: str, most: float) -> dict:
    return {
        "what": what,
        "measured": f"{figure:.2f} {unit}",
        "target": f"<= {most:g} {unit}",
        "reached": figure <= most,
        "figure": round(figure, 2),
    }
