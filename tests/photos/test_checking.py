"""A photo whose file is missing or damaged is noticed before somebody opens it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from symptoms.management.commands import run_worker
from symptoms.photos.files import store_of_photos
from tests.treatments import attached, pen

pytestmark = pytest.mark.django_db


def test_missing_and_damaged_files_are_counted_and_logged(ana, monkeypatch, caplog):
    treatment = pen(ana, days_ago=3)
    photos = [attached(treatment, day=day)[0] for day in range(4)]
    output = StringIO()
    call_command("check_photos", stdout=output)
    assert "4 photos checked, 0 missing" in output.getvalue()
    missing, damaged = photos[1], photos[2]
    Path(store_of_photos().path(missing.key)).unlink()
    Path(store_of_photos().path(damaged.key)).write_bytes(b"\xff\xd8 not what it was")
    with pytest.raises(CommandError):
        call_command("check_photos", stdout=output)
    assert "4 photos checked, 2 missing" in output.getvalue()
    caplog.clear()
    monkeypatch.setattr(run_worker, "PHOTOS_A_TIME", 3)
    check = run_worker.PhotoCheck()
    for _ in range(3):  # three, one, none
        check.some()
    assert sorted(str(photo.pk) in caplog.text for photo in photos) == [False, False, True, True]
    assert len(caplog.records) == 2
    check.some()
    assert len(caplog.records) > 2  # from the beginning again
