"""The manager's statistics: volume, times, and what became of what each criterion raised; counts, and nobody's name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, admin_required
from symptoms.alerts.statistics import (
    DARK,
    FEWEST,
    LIGHT,
    PERIODS,
    SKIN_GROUPS,
    UNKNOWN,
    USUAL,
    CriterionTally,
    Statistics,
    Tally,
    statistics_shown,
)
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Device
from symptoms.wording.criteria import condition_in_words
from symptoms.wording.practitioner import concern_title
from symptoms.wording.treatment import DEVICES

SKIN = {LIGHT: gettext_lazy("I to III"), DARK: gettext_lazy("IV to VI"), UNKNOWN: gettext_lazy("not known")}
CRITERIA = {criterion.id: criterion for criterion in PROTOCOL.criteria}


@dataclass(frozen=True)
class Line:
    """A row of a table: what a criterion (or all) is about, its id, what it looks for, and a tally for each column."""

    title: str
    id: str
    looks_for: str
    tally: Tally
    cells: list[Tally]

    @property
    def percent(self) -> int:
        """How many of a hundred were closed as not a concern, for a bar."""
        return round(100 * self.tally.not_a_concern / self.tally.raised) if self.tally.raised else 0


@admin_required
@require_safe
def practice_statistics(request: PracticeRequest) -> HttpResponse:
    """The statistics of 7, 30 or 90 days; an admin who opens no record may read them."""
    practice, now = request.practice, timezone.now()
    days, is_known = _period(request.GET.get("days"))
    made = statistics_shown(practice, days, now)
    devices = sorted(made.by_device, key=lambda device: -made.by_device[device].raised)
    device_names = [DEVICES[Device(device)] for device in devices]
    context = {
        "practice": practice, "statistics": made, "is_known": is_known,
        "rows": [*map(_line, made.criteria)], "periods": [(number, _days(number)) for number in PERIODS],
        "nominated": [*map(_line, made.nominated)], "fewest": FEWEST,
        "by_skin": {"columns": [SKIN[group] for group in SKIN_GROUPS], "rows": _by(made, "by_skin", SKIN_GROUPS)},
        "by_device": {"columns": device_names, "rows": _by(made, "by_device", devices)},
        "tab": "practice", "page": "statistics",
    }  # fmt: skip
    return render(request, "practitioner/statistics.html", context)


def _period(given: str | None) -> tuple[int, bool]:
    """How many days, and whether what was asked for is one of the periods."""
    for days in PERIODS:
        if given == str(days):
            return days, True
    return USUAL, given is None


def _days(number: int) -> str:
    return ngettext("{number} day", "{number} days", number).format(number=number)


def _line(criterion: CriterionTally, cells: Iterable[Tally] = ()) -> Line:
    known = CRITERIA.get(criterion.id)  # None: of an earlier version of the protocol
    looks_for = condition_in_words(known.predicate) if known else ""
    return Line(concern_title(criterion.concern), criterion.id, looks_for, criterion, list(cells))


def _by(made: Statistics, what: str, groups: Iterable[Any]) -> list[Line]:
    """All alerts, then each criterion, with a tally for each group of skin types or device."""
    everything = Line(_("All alerts"), "", "", made.raised, [getattr(made, what)[group] for group in groups])
    rows = [_line(criterion, [getattr(criterion, what)[group] for group in groups]) for criterion in made.criteria]
    return [everything, *rows]
