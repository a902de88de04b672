"""Fills a site for a drill: patients, so many entries with sealed notes, so many photos as large as a phone's.

    python -m tests.drill.people PATIENTS ENTRIES PHOTOS [BYTES]

works on the site that the environment names.
"""

import os
import sys
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

LARGE = 400_000  # bytes, as our own JPEG of 2,000 x 2,000 has them


def make_people(patients: int, entries: int, photos: int, size: int) -> None:
    """Entries and photos are spread over the patients; pictures are noise, read and compared like any other."""
    from django.utils import timezone

    from symptoms.models import Entry, Photo
    from symptoms.photos import files
    from tests import people
    from tests.treatments import on_day, pen

    clinic = people.practice()
    noor = people.dr_noor(clinic)
    sessions = [pen(people.patient(clinic, f"Patient {n}"), days_ago=200, by=noor) for n in range(patients)]
    now, answers = timezone.now(), {"symptoms": {"redness": 1}, "asked": ["redness"], "signs": [], "exposures": []}
    for n in range(entries):
        Entry(
            **on_day(sessions[n % patients], n // patients % 180), answers=answers, note=f"Less red today. {n}",
            digest="0" * 64, received_at=now - timedelta(minutes=n), is_judged=True, is_current=n < patients * 180,
        ).save(force_insert=True)  # fmt: skip
    for n in range(photos):
        session, id = sessions[n % patients], uuid4()
        picture = b"\xff\xd8" + os.urandom(size)
        Photo.objects.create(
            **on_day(session, 1), id=id, view="front", width=2000, height=2000, size=len(picture), digest="0" * 64,
            received_at=now, sha256=sha256(picture).hexdigest(), uploaded_by=session.patient.user,
            key=files.store(picture, patient=session.patient, photo_id=id),
        )  # fmt: skip


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django

    django.setup()
    from django.db import transaction

    given = [int(number) for number in sys.argv[1:]]
    os.fsync = lambda descriptor: None  # nobody relies on any of it, and it is thousands of files
    with transaction.atomic():
        make_people(*given[:3], given[3] if len(given) > 3 else LARGE)
