"""One symptom against its expected band: the places of a drawing, and the sentences that say the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from symptoms.wording.phrases import in_a_row, listed, step, title

ABOVE_LIMIT = 0.35  # the limit is drawn this much above the ceiling, so that a dot on it is seen to be inside
LEAST_WIDE = 14  # days; a course that has just begun is not stretched over the page
BOTTOM = 4.35
GAPS_NAMED = 3  # later on, one logs every few days


@dataclass(frozen=True, slots=True)
class Point:
    """One symptom on one day: `level` 0-4 or None (not answered, or no entry), `limit` the most that is expected."""

    day: int
    level: int | None
    limit: int

    @property
    def is_above(self) -> bool:
        return self.level is not None and self.level > self.limit


@dataclass(frozen=True, slots=True)
class Dot:
    """A reported day, in per cent of the drawing."""

    x: str
    y: str
    is_above: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A day's number below the drawing."""

    x: str
    day: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing `wide` days by 4 steps (0 at the top is very severe): paths for its stretched plane, places in per cent
    for dots and text. `label` says it in a sentence, `heading` in a few words, `gaps` which days were not logged."""

    title: str
    heading: str
    label: str
    gaps: str
    wide: int
    band: str
    limit: str
    grid: str
    actual: str
    above: str
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    now_line: str
    now_x: str


def draw(points: Sequence[Point], word: str, *, today: int) -> Chart:
    """Draw `points` of a symptom (days in order; the first and last bound the drawing) and mark `today` among them."""
    first = points[0].day
    wide = max(1, min(len(points) - 1, max(LEAST_WIDE, today + 2 - first)))
    shown = [point for point in points if point.day <= first + wide]
    edge = " ".join(f"{point.day - first} {_height(point.limit) - ABOVE_LIMIT:.4g}" for point in shown)
    answered = [point for point in shown if point.level is not None]
    name = title(word)
    until = max([today, *(point.day for point in answered)])
    now = today - first if first <= today <= first + wide else None
    return Chart(
        title=name,
        heading=_heading(name, answered),
        label=_sentence(name, [point for point in shown if point.day <= until]),
        gaps=_gaps(shown, today),
        wide=wide,
        band=f"M{edge} {wide} {BOTTOM} 0 {BOTTOM}z",
        limit=f"M{edge}",
        grid="".join(f"M0 {step}H{wide}" for step in range(5)),
        actual=_line(answered, first),
        above="".join(
            f"M{p.day - first} {_height(p.level)}V{_height(p.limit) - ABOVE_LIMIT:.4g}" for p in answered if p.is_above
        ),
        dots=tuple(Dot(_across(p.day - first, wide), f"{25 * _height(p.level)}%", p.is_above) for p in answered),
        ticks=tuple(Tick(_across(at, wide), first + at) for at in range(0, wide + 1, 2 if wide <= 14 else 5)),
        now_line="" if now is None else f"M{now} -.3V{BOTTOM}",
        now_x="" if now is None else _across(now, wide),
    )


def _height(level: int | None) -> int:
    return 4 - (level or 0)


def _across(at: int, wide: int) -> str:
    return f"{100 * at / wide:.4g}%"


def _line(answered: Sequence[Point], first: int) -> str:
    """A line through days that follow each other; a day that was not answered breaks it."""
    days = {point.day for point in answered}
    return "".join(f"{'L' if p.day - 1 in days else 'M'}{p.day - first} {_height(p.level)}" for p in answered)


def _heading(symptom: str, answered: Sequence[Point]) -> str:
    """What the drawing shows: "Redness: back in the usual range since day 8"."""
    if not answered:
        return _("{symptom}: not answered on these days").format(symptom=symptom)
    above = [point.day for point in answered if point.is_above]
    if not above:
        return _("{symptom}: within the usual range").format(symptom=symptom)
    last = answered[-1]
    if above[-1] == last.day:
        return _("{symptom}: above the usual range on day {day}").format(symptom=symptom, day=last.day)
    back = next(point.day for point in answered if point.day > above[-1])
    return _("{symptom}: back in the usual range since day {day}").format(symptom=symptom, day=back)


def _sentence(symptom: str, points: Sequence[Point]) -> str:
    if all(point.level is None for point in points):
        return _("{symptom} by day. Not answered on these days.").format(symptom=symptom)
    runs = [
        _level_on(_("not answered") if level is None else step(level), [point.day for point in run])
        for level, run in groupby(points, key=lambda point: point.level)
    ]
    above = [point.day for point in points if point.is_above]
    if above:
        pattern = ngettext(
            "Above the expected range on day {days}.", "Above the expected range on days {days}.", len(above)
        )
        verdict = pattern.format(days=_listed_days(above))
    else:
        verdict = _("Never above the expected range.")
    sentence = _("{symptom} by day, none to very severe. {levels}. {verdict}")
    return sentence.format(symptom=symptom, levels=capfirst(in_a_row(runs)), verdict=verdict)


def _level_on(level: str, days: Sequence[int]) -> str:
    """ "mild on day 3", "mild on days 4 and 5", "mild on days 0 to 2"."""
    if len(days) == 1:
        pattern = _("{level} on day {day}")
    elif len(days) == 2:
        pattern = _("{level} on days {day} and {last}")
    else:
        pattern = _("{level} on days {day} to {last}")
    return pattern.format(level=level, day=days[0], last=days[-1])


def _listed_days(days: Sequence[int]) -> str:
    """ "2, 4 to 6 and 9"."""
    pattern = _("{first} to {last}")
    runs = (map(str, run) if len(run) <= 2 else (pattern.format(first=run[0], last=run[-1]),) for run in _runs(days))
    return listed(chain.from_iterable(runs))


def _runs(days: Iterable[int]) -> Iterator[list[int]]:
    """Days that follow each other, together."""
    run: list[int] = []
    for day in days:
        if run and day != run[-1] + 1:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _gaps(points: Sequence[Point], today: int) -> str:
    """Which days before today hold no answer between two that do: nothing is assumed for them."""
    answered = [point.day for point in points if point.level is not None]
    if not answered:
        return ""
    missing = [p.day for p in points if p.level is None and answered[0] < p.day < max(answered[-1], today)]
    if not missing:
        return ""
    if len(list(_runs(missing))) > GAPS_NAMED:
        return _("A day without a dot has no answer. We do not guess what is missing.")
    pattern = ngettext(
        "No answer on day {days}. We do not guess what is missing.",
        "No answer on days {days}. We do not guess what is missing.",
        len(missing),
    )
    return pattern.format(days=_listed_days(missing))
