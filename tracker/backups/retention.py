"""Which backups stay: the newest of each of the last days and weeks; and what goes with the others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from accounts.keys.master import MasterKey
from tracker.backups import pool
from tracker.backups.archive import KIND, opened
from tracker.backups.faults import Refused
from tracker.backups.files import backups_in, made_at


def that_stay(made: Sequence[datetime], *, days: int, weeks: int, now: datetime) -> set[datetime]:
    """Of backups made then, those that are kept: by day, by week, and the newest of all in any case."""
    newest_of_day = {moment.date(): moment for moment in sorted(made) if moment.date() > now.date() - timedelta(days)}
    this_week = _monday(now)
    newest_of_week = {_monday(moment): moment for moment in sorted(made)}
    weekly = {moment for week, moment in newest_of_week.items() if week > this_week - timedelta(weeks=weeks)}
    return {*newest_of_day.values(), *weekly, *sorted(made)[-1:]}


def remove_old(
    folder: Path, keys: Sequence[MasterKey], *, days: int, weeks: int, now: datetime
) -> tuple[list[Path], int]:
    """Remove the backups whose time is over, and photos that only they had; gives which went, and how many photos.

    Photos are kept while there is a backup that cannot be opened: it may need any of them.
    """
    there = backups_in(folder, KIND)
    stay = that_stay([made_at(path) for path in there], days=days, weeks=weeks, now=now)
    over = [path for path in there if made_at(path) not in stay]
    for path in over:
        path.unlink()
    try:
        used = {place for path in there if path not in over for place in _photos_of(folder, path, keys)}
    except Refused:
        return over, 0
    return over, pool.remove_others(folder, used)


def _photos_of(folder: Path, path: Path, keys: Sequence[MasterKey]) -> list[Path]:
    with opened(path, keys) as archive:
        return [pool.place_of(folder, archive.key, name) for name in archive.manifest.photos]


def _monday(moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
