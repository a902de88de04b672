"""Each reminder that is due comes once, in time, not after a log nor at night: three days here, 31 in `make month`."""

import os
import random
from datetime import date, datetime
from random import Random

import pytest

from symptoms.alerts import diary, reminder_sending, reminding
from symptoms.models import Reminding
from tests.month.run import Month, of
from tests.tries import EVERYTHING, tries

pytestmark = [pytest.mark.django_db, pytest.mark.chance]
SEED = int(os.environ.get("MENDLINE_TEST_SEED", "2026"))


def lived(days: int, patients: int, outages: int, begins: datetime | None = None, seed: int = SEED) -> Month:
    random.seed(seed)  # of the pauses between two tries
    month = Month(Random(seed), days, patients, outages, begins or of(date(2026, 3, 27)))
    month.run()
    print(month.figures(), *month.violations, sep="\n")
    return month


def test_each_reminder_that_is_due_comes_once_in_time_and_none_after_a_log_or_at_night():
    first = date(2026, 3, 7) if EVERYTHING else date(2026, 3, 28)  # New York, London, then Auckland change their clocks
    month = lived(days=tries(3, 31), patients=tries(24, 600), outages=tries(2, 16), begins=of(first))
    figures = month.figures()
    assert month.violations == []
    assert min(figures[what] for what in ("due", "told", "late, once", "logs", "worker dead", "mail down")) > 0


@pytest.mark.parametrize("fault", ["after a log", "at night", "twice", "not at all"])
def test_a_site_that_reminds_wrongly_is_found_out(monkeypatch, fault):
    if fault == "after a log":
        monkeypatch.setattr(diary.Diary, "wants_log", lambda self, on: self.status is not None)
    elif fault == "at night":
        monkeypatch.setattr(Reminding, "is_quiet", lambda self, now, zone, due_at=None: False)
    elif fault == "twice":
        monkeypatch.setattr(reminding, "is_due", lambda known, course, at, on, is_own: course.wants_log(on))
    else:
        monkeypatch.setattr(reminder_sending, "_is_out_of_date", lambda delivery, now: True)
    assert lived(days=2, patients=16, outages=6 if fault == "at night" else 0, seed=2026).violations != []
