"""Which day an entry or a photo belongs to: it follows from its calendar date and the treatment's."""

from collections.abc import Iterable
from datetime import date

from symptoms.models import Entry, Photo, Treatment

ASKED_UNTIL = 365  # the last day on which evidence is asked for; a log after it is out of place


def days_outside(treatment: Treatment, day_zero: date) -> tuple[list[date], list[date]]:
    """The dates with a log or a photo that would lie before day 0, and past day 365, if day 0 were `day_zero`.

    Those that lie outside now are left out.
    """
    photos = treatment.photos.filter(is_before=False)  # what was taken before the treatment belongs to no day
    rows = (treatment.entries.values_list("date", flat=True), photos.values_list("date", flat=True))
    dates = sorted({on for dates_of_rows in rows for on in dates_of_rows})
    shift = (day_zero - treatment.day_zero).days
    before = [on for on in dates if treatment.day_of(on) - shift < 0 <= treatment.day_of(on)]
    after = [on for on in dates if treatment.day_of(on) <= ASKED_UNTIL < treatment.day_of(on) - shift]
    return before, after


def renumber(treatment: Treatment) -> None:
    """Give every entry and photo the day that follows from its date; of a day, the entry received last counts.

    A date before day 0 is shown on day 0, so that what it says is still assessed. Nothing is lost by that: the date
    stays, and when the treatment's date is set back, each day is where it was.
    """
    rows = treatment.entries.only("id", "date", "day", "is_current").order_by("-received_at", "-date", "-id")
    counted: dict[int, Entry] = {}
    moved, superseded = [], []
    for entry in rows:
        day = day_on(treatment, entry.date)
        if entry.day != day:
            entry.day = day
            moved.append(entry)
        if counted.setdefault(day, entry) is not entry:
            superseded.append(entry)
    # None of the moved ones counts while the days change: at no moment do two entries claim one day.
    _count([*moved, *superseded], is_current=False)
    Entry.objects.bulk_update(moved, ["day"], batch_size=500)
    _count(counted.values(), is_current=True)
    of_days = treatment.photos.filter(is_before=False)
    photos = [photo for photo in of_days if photo.day != day_on(treatment, photo.date)]
    for photo in photos:
        photo.day = day_on(treatment, photo.date)
    Photo.objects.bulk_update(photos, ["day"], batch_size=500)


def day_on(treatment: Treatment, on: date) -> int:
    """The day of the course to which a date belongs, 0 for dates before it."""
    return max(0, treatment.day_of(on))


def _count(entries: Iterable[Entry], *, is_current: bool) -> None:
    """Write down whether these are what counts for their days, where that changes."""
    changing = [entry for entry in entries if entry.is_current is not is_current]
    for entry in changing:
        entry.is_current = is_current
    Entry.objects.filter(pk__in=[entry.pk for entry in changing]).update(is_current=is_current)
