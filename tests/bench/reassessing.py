"""What judging everything again costs: `manage.py reassess` over 10,000 and then 100,000 stored entries.

Every tenth patient has a day that the protocol of before found on track and the installed one does not: it is stored
again, with its alert and its messages. Where everybody stands is kept as it follows from their days: it is compared.
"""

import io
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import django
from django.core.management import call_command
from django.db import transaction

if __name__ == "__main__":
    django.setup()

from accounts.models import Patient, Practice, User
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Entry
from symptoms.recovery.vocabulary import Symptom
from tests.bench.people import add_days, add_member, add_practice, add_treatments

DAYS, MOST = 20, 40  # days that a patient has logged; seconds for all
SIZES = (10_000, 100_000)
MIDDLE = UUID(int=2**127)  # of all ids: half of the patients come before it
MISSED = {"symptoms": {"pain": 3, "redness": 2}, "asked": sorted(map(str, Symptom)), "signs": ["pus"], "exposures": []}


def rows() -> list[dict]:
    """The rows of the table: seconds by the clock, on two cores, and the most memory at each size."""
    clinic = add_practice("Larkfield Skin Clinic")
    practitioner = add_member(clinic)
    few, many = [_measured(clinic, practitioner, size) for size in SIZES]
    return [
        {
            "what": f"reassess of {SIZES[-1]:,} stored entries, two processes",
            "measured": f"{many[1]:.1f} s",
            "target": f"<= {MOST} s",
            "reached": many[1] <= MOST,
            "figure": round(many[1], 2),
        },
        {
            "what": "most memory of reassess, 100,000 stored entries beside 10,000",
            "measured": f"{many[2]:.0f} MB / {few[2]:.0f} MB = {many[2] / few[2]:.2f}x",
            "target": "<= 1.2x",
            "reached": many[2] <= 1.2 * few[2],
            "figure": round(many[2] / few[2], 2),
        },
    ]


def _measured(clinic: Practice, practitioner: User, size: int) -> tuple[int, float, float]:
    """The size, the seconds that two processes take side by side, and the most megabytes of one of them."""
    _fill(clinic, practitioner, size - Entry.objects.count())
    began = time.monotonic()
    halves = [
        subprocess.Popen([sys.executable, "-m", "tests.bench.reassessing", half, str(MIDDLE)], stdout=subprocess.PIPE)
        for half in ("--until", "--after")
    ]
    memory = [float(half.communicate()[0]) for half in halves]
    seconds = time.monotonic() - began
    if any(half.returncode for half in halves):
        raise RuntimeError("reassess failed")
    return size, seconds, max(memory)


def _fill(clinic: Practice, practitioner: User, entries: int) -> None:
    count = entries // DAYS
    made = Patient.objects.bulk_create(
        [Patient(practice=clinic, name="Ana Marrowby", time_zone="UTC", year_of_birth=1990) for _ in range(count)],
        batch_size=2_000,
    )
    sessions = add_treatments(made, practitioner, DAYS)
    add_days(sessions, DAYS)
    missed = [session.pk for session in sessions[::10]]
    for start in range(0, len(missed), 500):
        Entry.objects.filter(treatment__in=missed[start : start + 500], day=4).update(answers=MISSED)
    with transaction.atomic():
        for patient in made:
            refresh_status(patient)


def _most_memory() -> float:
    """Megabytes that this process ever held; what getrusage says of a child begins with what its parent held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    call_command("reassess", *sys.argv[1:], stdout=io.StringIO())
    print(_most_memory())
