"""Somebody who logs, one day after the other, until a line comes in; then says how long the slowest took."""

import os
import select
import sys
import time
from uuid import uuid4


def main() -> None:
    """Log, beginning with a patient of one's own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django

    django.setup()
    from tests import people
    from tests.treatments import logged, pen

    clinic = people.practice("Another Clinic")
    noor = people.practitioner(clinic, "Dr Chen", _address())
    session, slowest, count = pen(people.patient(clinic, "Bea", _address()), days_ago=100, by=noor), 0.0, 0
    print("logging", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        if count % 80 == 79:  # a course that never ends would take longer and longer to judge
            session = pen(people.patient(clinic, "Bea", _address()), days_ago=100, by=noor)
        began = time.monotonic()
        logged(session, count % 80)
        slowest, count = max(slowest, time.monotonic() - began), count + 1
        time.sleep(0.05)
    print(f"{slowest:.2f} ({count} entries)")


def _address() -> str:
    return f"{uuid4().hex}@example.org"  # those of the others are numbered


if __name__ == "__main__":
    main()
