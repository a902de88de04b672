"""Backups and restores killed at any moment: what has the name of a backup is whole, what is half starts nothing."""

import time
from pathlib import Path

import pytest
from django.utils import timezone

from symptoms.models import Entry
from tests import images
from tests.backups.test_restore import collected, elsewhere, put_back  # noqa: F401  # `collected` holds here too
from tests.processes import killed_after
from tests.treatments import attached
from tests.tries import chance, tries
from tracker import preflight
from tracker.backups import archive, files, pool
from tracker.backups.keys import backup_keys
from tracker.backups.making import make_backup

NOW = timezone.now()
BACKUPS, RESTORES = tries(3, 150), tries(2, 60)


def took(act) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


@pytest.mark.faults("F13")
def test_whenever_a_backup_is_killed_all_that_have_its_name_can_be_put_back(site, session, settings, tmp_path, noted):
    moments, whole = chance("backups killed"), took(lambda: make_backup(NOW))
    for number in range(BACKUPS):
        if number % 5 == 0:
            attached(session, day=1 + number // 5 % 5, data=images.photo((number % 250, 90, 9)))
        killed_after(moments.random() * 1.5 * whole, lambda: make_backup(timezone.now()))
        there = files.backups_in(site.backups, archive.KIND)
        assert there
        for path in there:
            with archive.opened(path, backup_keys()) as found:
                assert sum(map(len, archive.pieces(found))) == found.manifest.size
                for name, facts in found.manifest.photos.items():
                    assert pool.content_of(site.backups, found.key, name, facts)
    made = make_backup(timezone.now())
    assert files.backups_in(site.backups, archive.KIND) == [made.path] and not list(site.backups.rglob("*.part"))
    with elsewhere(settings, site, tmp_path):
        assert put_back(made.path).missing == []
    noted(BACKUPS)


@pytest.mark.faults("F13")
def test_whenever_a_restore_is_killed_nothing_half_is_taken_for_whole(site, session, settings, tmp_path, noted):
    made, moments = make_backup(NOW), chance("restores killed")
    with elsewhere(settings, site, tmp_path, "first"):
        whole = took(lambda: put_back(made.path))
    for number in range(RESTORES):
        with elsewhere(settings, site, tmp_path, str(number)) as data:
            killed_after(moments.random() * 1.2 * whole, lambda: put_back(made.path))
            if starts(data):
                assert Entry.objects.get().note == "zq9-note"
            else:
                assert not Path(data, "mendline.sqlite3").exists() or Path(data, preflight.RESTORING).exists()
    noted(RESTORES)


def starts(data: Path) -> bool:
    """Whether a server would start there."""
    try:
        preflight.refuse_unready()
    except preflight.CannotStart:
        return False
    return True
