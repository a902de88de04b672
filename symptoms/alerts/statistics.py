"""What became of a practice's alerts, in counts alone: how many, how soon, and by criterion; of no person by name."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.core.cache import caches
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import AuditRecord, Practice
from symptoms.alerts.policy import TOLD_OF
from symptoms.alerts.read_receipts import RECORD
from symptoms.models import Alert, AlertEvent, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.outcomes import CLINIC_CLOSED

PERIODS = (7, 30, 90)  # days
USUAL = 30
FEWEST = 5  # alerts of a criterion, before it is named as one that nobody acts on
# From so many on, what was counted is shown for a while: a million logs take a fifth of a second.
MANY_LOGS, MANY_ALERTS = 20_000, 200
SHOWN_FOR = timedelta(minutes=10)
AT_A_TIME = 1_000  # alerts in memory, each with what was said of its entry
NOT_A_CONCERN = "no_concern"
NO_ACT = frozenset({"", NOT_A_CONCERN, CLINIC_CLOSED, "watching", "not_reached"})
Kind = Alert.Kind
# The others are about the record, or about somebody who left.
ABOUT_SKIN = (Kind.CONCERN, Kind.UNJUDGED, Kind.QUIET)
LIGHT, DARK, UNKNOWN = "light", "dark", "unknown"
SKIN_GROUPS = (LIGHT, DARK, UNKNOWN)


@dataclass
class Tally:
    """How many alerts were raised, and what became of them; the others are open, or nobody wrote down an act."""

    raised: int = 0
    acted_on: int = 0
    not_a_concern: int = 0

    def add(self, outcome: str, *, is_closed: bool) -> None:
        self.raised += 1
        self.acted_on += is_closed and outcome not in NO_ACT
        self.not_a_concern += is_closed and outcome == NOT_A_CONCERN


@dataclass
class CriterionTally(Tally):
    """The same of one criterion and the concern that it raised, by skin type and by device as well."""

    id: str = ""
    concern: str = ""
    by_skin: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_device: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))

    @property
    def is_acted_on_by_nobody(self) -> bool:
        """Whether it was often closed as not a concern, and never with an act; what is still open says nothing."""
        return self.not_a_concern >= FEWEST and not self.acted_on


@dataclass(frozen=True)
class Waits:
    """How long something took: the half, and nine in ten, were no slower. `number`: of how many that is known."""

    number: int
    median: timedelta | None
    nine_in_ten: timedelta | None


@dataclass
class UrgencyTimes:
    """The alerts of one urgency, from raised to opened, to taken and to closed."""

    urgency: int
    raised: int
    opened: Waits
    taken: Waits
    closed: Waits


@dataclass
class Statistics:
    """What became of the alerts that were raised within a period."""

    days: int
    since: datetime
    entries: int
    raised: Tally
    closed: int
    documented: int  # closed with words beside the outcome
    times: list[UrgencyTimes]
    criteria: list[CriterionTally]
    by_skin: dict[str, Tally]
    by_device: dict[str, Tally]

    @property
    def counted_at(self) -> datetime:
        """When they were counted: the end of the period."""
        return self.since + timedelta(days=self.days)

    @property
    def are_many(self) -> bool:
        """Whether there is so much to count that it is not counted each time."""
        return self.entries >= MANY_LOGS or self.raised.raised >= MANY_ALERTS

    @property
    def nominated(self) -> list[CriterionTally]:
        """Criteria whose alerts were looked at often, and nobody acted on."""
        return [criterion for criterion in self.criteria if criterion.is_acted_on_by_nobody]


def statistics_shown(practice: Practice, days: int, now: datetime) -> Statistics:
    """The statistics of the last `days`; of a practice with much to count, as this process counted them last, at most
    SHOWN_FOR ago."""
    counted, key = caches["counted"], f"statistics:{practice.pk}:{days}"
    made: Statistics | None = counted.get(key)
    if made is None or not made.counted_at <= now < made.counted_at + SHOWN_FOR:
        made = statistics_of(practice, days, now)
        if made.are_many:
            counted.set(key, made, SHOWN_FOR.total_seconds())
    return made


def statistics_of(practice: Practice, days: int, now: datetime) -> Statistics:
    """The statistics of the last `days`: two statements, however many alerts there are."""
    since = now - timedelta(days=days)
    entries = Entry.objects.filter(treatment__open_to=practice, received_at__gte=since).count()
    made = Statistics(days, since, entries, Tally(), 0, 0, [], [], defaultdict(Tally), defaultdict(Tally))
    criteria: dict[tuple[str, str], CriterionTally] = {}
    waits: dict[int, dict[str, list[timedelta]]] = defaultdict(lambda: defaultdict(list))
    urgencies: Counter[int] = Counter()
    for row in _alerts(practice, since).iterator(chunk_size=AT_A_TIME):
        urgencies[row["urgency"]] += 1
        _note_waits(waits[row["urgency"]], row)
        _count(made, criteria, row)
    made.times = [_times(urgency, urgencies[urgency], waits[urgency]) for urgency in sorted(TOLD_OF, reverse=True)]
    made.criteria = sorted(criteria.values(), key=lambda criterion: (-criterion.raised, criterion.id))
    return made


def _alerts(practice: Practice, since: datetime) -> QuerySet[Alert, dict[str, Any]]:
    """What is counted of each alert: when it was first opened and taken, and what was said of its entry."""
    opened = AuditRecord.objects.readings().filter(
        patient=OuterRef("treatment__patient"), practice=practice, what=RECORD, at__gte=OuterRef("opened_at")
    )
    taken = AlertEvent.objects.filter(alert=OuterRef("pk"), what=AlertEvent.What.ACKNOWLEDGED)
    raised = Alert.objects.filter(practice=practice, kind__in=ABOUT_SKIN, opened_at__gte=since).order_by()
    with_flags: Any = raised.with_flags()
    rows: QuerySet[Alert, dict[str, Any]] = with_flags.values(
        "concern", "urgency", "opened_at", "resolved_at", "outcome", "reason", "flags", "treatment__fitzpatrick",
        "treatment__device", was_opened_at=Subquery(opened.order_by("at").values("at")[:1]),
        was_taken_at=Subquery(taken.order_by("at").values("at")[:1]),
    )  # fmt: skip
    return rows


def _note_waits(waits: dict[str, list[timedelta]], row: dict[str, Any]) -> None:
    for name, column in (("opened", "was_opened_at"), ("taken", "was_taken_at"), ("closed", "resolved_at")):
        if row[column]:
            waits[name].append(max(row[column] - row["opened_at"], timedelta()))


def _count(made: Statistics, criteria: dict[tuple[str, str], CriterionTally], row: dict[str, Any]) -> None:
    is_closed, outcome = row["resolved_at"] is not None, row["outcome"]
    made.closed += is_closed
    made.documented += is_closed and bool(row["reason"])  # sealed; nothing is kept of spaces
    skin, device = _skin_group(row["treatment__fitzpatrick"]), row["treatment__device"]
    tallies = [made.raised, made.by_skin[skin], made.by_device[device]]
    for id in set(_criteria_of(row["concern"], row["flags"] or [])):
        criterion = criteria.setdefault((id, row["concern"]), CriterionTally(id=id, concern=row["concern"]))
        tallies += [criterion, criterion.by_skin[skin], criterion.by_device[device]]
    for tally in tallies:
        tally.add(outcome, is_closed=is_closed)


def _criteria_of(concern: str, flags: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The criteria that raised an alert about `concern`; what is only to be watched raises none."""
    for flag in flags:
        if flag["concern"] == concern:
            yield from (c["id"] for c in flag["criteria"] if c["urgency"] != Urgency.WATCH.slug)


def _skin_group(fitzpatrick: int | None) -> str:
    if fitzpatrick is None:
        return UNKNOWN
    return LIGHT if fitzpatrick <= 3 else DARK


def _times(urgency: int, raised: int, waits: dict[str, list[timedelta]]) -> UrgencyTimes:
    return UrgencyTimes(urgency, raised, *(_waits(waits[name]) for name in ("opened", "taken", "closed")))


def _waits(taken: Sequence[timedelta]) -> Waits:
    if not taken:
        return Waits(0, None, None)
    seconds = sorted(wait.total_seconds() for wait in taken)
    ninth = seconds[math.ceil(len(seconds) * 0.9) - 1]
    return Waits(len(seconds), timedelta(seconds=median(seconds)), timedelta(seconds=ninth))
