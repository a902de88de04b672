"""A month of reminders: people log or forget, travel, change their minds; the worker dies, the mail server is down."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import time_machine
from django.db.models import Min
from django.utils import timezone

from accounts.models import ContactMethod
from accounts.patients import confirm_place
from symptoms.alerts.reminder_wishes import choose, not_today, remind_later, stop
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.entries import EntryRefused, record_entry
from symptoms.management.commands.run_worker import Rota, duties, pass_on
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery, Reminding
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.fortnight.channels import Post
from tests.month.diaries import DAY, HOURS, ZONES, Diary, Log, facts_of
from tests.treatments import answers, pen

BEGINS = datetime(
    2026, 3, 26, 0, tzinfo=UTC
)  # clocks change in London on 29 March, on Lord Howe and in Auckland on 5 April
MINUTE, IN_TIME = timedelta(minutes=1), timedelta(minutes=5)
# After an outage: a letter is tried again after 288 seconds at most, and this worker looks at whole minutes alone.
CATCHES_UP = IN_TIME + MINUTE
REMINDS = ("remind who wants", "remind travellers", "say that an advised", "send what is due")
LOGGED = 0.6  # of the days
OLD = timedelta(hours=36)  # nobody is told any more of what fell due earlier


@dataclass
class Month:
    """`violations` says in words what was promised and not kept; empty when all was."""

    chance: Random
    days: int
    patients: int
    outages: int
    begins: datetime = BEGINS
    post: Post = field(default_factory=Post)
    violations: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=lambda: Counter({"after a log": 0, "in quiet hours": 0}))

    def __post_init__(self) -> None:
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()
        self.now = self._dead_until = self._mail_until = self.begins
        self._looked_at, self._has_travelled = self.begins - MINUTE, False
        self._ends = self.begins + self.days * DAY
        self._clock = time_machine.travel(self.begins, tick=False)
        self.diaries: dict[UUID, Diary] = {}

    def run(self) -> None:
        """Live through it."""
        self._moved = self._clock.start()
        try:
            with self.post.installed():
                self._build()
                self._work_off()
        finally:
            self._clock.stop()

    # --- the world

    def _build(self) -> None:
        clinic = people.practice()
        noor = people.practitioner(clinic)
        for number in range(self.patients):
            self._patient(clinic if number % 3 == 0 else None, noor, number)
        for number in range(self.outages):
            at = self.begins + (self._ends - self.begins) * self.chance.random() * 0.9
            self._at(at, self._worker_dies if number % 2 == 0 else self._mail_is_down)
        self._outbox = Outbox(may_still_be_told, pass_on)
        named = [duty for duty in duties(self._outbox) if duty.name.startswith(REMINDS)]
        assert len(named) == len(REMINDS)
        self._rota = Rota(named, clock=lambda: self.now.timestamp())

    def _patient(self, clinic, noor, number: int) -> None:
        zone = ZoneInfo(ZONES[number % len(ZONES)])
        done_at = self.begins - timedelta(
            days=self.chance.choice((0, 0, 1, 3, 8, 20, 33, 55)), hours=self.chance.uniform(0, 9)
        )
        facts, days = facts_of(self.chance)
        self._moved.move_to(done_at)
        patient = people.patient(clinic, f"Patient {number}", now=done_at, time_zone=zone.key)
        treatment = pen(patient, now=done_at, by=noor if clinic else patient.user, **facts)
        self._moved.move_to(self.begins)
        diary = Diary(
            patient, treatment, self.chance.choice(HOURS), zone, days, self.chance.random() < 0.7, treatment.recorded_at
        )
        self.diaries[patient.user_id] = diary
        by_push = self.chance.random() < 0.3
        if by_push:
            ContactMethod.objects.create(user=patient.user, kind="push", address="{}", address_hash=uuid4().hex)
        by_email = not by_push or self.chance.random() < 0.5
        choose(
            patient, is_on=True, at=diary.hour, by_email=by_email, by_push=by_push, once_more=diary.once_more,
            now=self.begins,
        )  # fmt: skip
        self._lives(diary)

    def _lives(self, diary: Diary) -> None:
        """What they will do, day by day; and when something may fall due."""
        first = diary.today(self.begins)
        for number in range(-1, self.days + 1):
            on = first + number * DAY
            if self.chance.random() < LOGGED:
                hour = time(self.chance.randrange(7, 24), self.chance.randrange(60), self.chance.randrange(60))
                self._at(datetime.combine(on, hour, diary.zone), partial(self._log, diary))
        self._moments(diary)
        wish = self.chance.random()
        when = self.begins + (self._ends - self.begins) * self.chance.random()
        if wish < 0.15:
            self._at(when, partial(self._travel, diary))
        elif wish < 0.25:
            self._at(when, partial(self._later, diary))
        elif wish < 0.32:
            self._at(when, partial(self._not_today, diary))
        elif wish < 0.36:
            self._at(when, partial(self._stop, diary))

    def _moments(self, diary: Diary) -> None:
        diary.generation += 1
        for number in range(self.days + 3):
            for at in diary.moments(diary.today(self.now) + number * DAY):
                if at > self.now:
                    self._at(at, partial(self._fall_due, diary, at, diary.generation))

    # --- time

    def _at(self, at: datetime, act: Callable[[], None]) -> None:
        if self.begins <= at < self._ends:
            heapq.heappush(self._events, (at.astimezone(UTC), next(self._number), act))

    def _work_off(self) -> None:
        while not self.violations:
            look_at = self._next_look()
            at = self._events[0][0] if self._events else self._ends
            if min(look_at, at) >= self._ends:
                break
            self.now = min(look_at, at)
            self._moved.move_to(self.now)
            if at <= look_at:
                heapq.heappop(self._events)[2]()
            else:
                self._look()
            self._check()

    def _next_look(self) -> datetime:
        """The worker looks every minute; those looks at which nothing is due change nothing, and are left out."""
        look = Reminding.objects.aggregate(at=Min("look_at"))["at"]
        message = Delivery.objects.filter(sent_at=None, failed_at=None).aggregate(at=Min("not_before"))["at"]
        travelled = self.now if self._has_travelled else None
        due = min((at for at in (look, message, travelled) if at is not None), default=self._ends)
        due = max(due, self._dead_until, self.now)
        minutes = -((self.begins - due) // MINUTE)
        whole = self.begins + minutes * MINUTE
        return whole if whole > self._looked_at else whole + MINUTE

    # --- what people do

    def _log(self, diary: Diary) -> None:
        day, chance = diary.day_of(diary.today(self.now)), self.chance.random()
        if day < 0 or not diary.is_on:
            return
        said = {}
        if chance < 0.1:
            said = {"itching": 3}
        elif chance < 0.16:
            said = {"signs": ["feeling_ill"]}
        elif chance < 0.18:
            said = {"signs": ["pus"]}
        try:
            recorded = record_entry(
                diary.treatment.pk,
                id=uuid4(),
                day=day,
                answers=answers(**said),
                by=diary.patient.user,
                now=timezone.now(),
            )
        except EntryRefused:
            return
        self.happened["logs"] += 1
        urgency = Urgency(recorded.assessment.urgency)
        is_urgent = urgency >= Urgency.URGENT
        diary.newest = Log(day, self.now, "itching" in said, urgency is Urgency.WATCH, is_urgent)
        diary.logged_at = self.now
        diary.closes()
        diary.is_open |= urgency is Urgency.CONTACT
        diary.on_track[day] = urgency is Urgency.ON_TRACK
        if is_urgent and diary.has_calmed:
            diary.urgent_at = self.now
        diary.has_calmed = urgency <= Urgency.WATCH or (diary.has_calmed and not is_urgent)

    def _travel(self, diary: Diary) -> None:
        zone = ZoneInfo(self.chance.choice(ZONES))
        confirm_place(diary.patient, zone.key, timezone.now(), country="GB")
        self.happened["journeys"] += zone != diary.zone
        if zone == diary.zone:
            return
        was_due = diary.open_since
        diary.arrives(zone, self.now)
        self.happened["due"] += was_due != diary.open_since
        self._has_travelled = True
        self._moments(diary)

    def _later(self, diary: Diary) -> None:
        at = remind_later(diary.patient, timezone.now())
        is_wanted = diary.is_on and diary.is_asked(diary.today(self.now))
        is_today = diary.today(self.now + timedelta(hours=2)) == diary.today(self.now)
        if (at is not None) != (is_wanted and is_today):
            self._violated(diary, "in two hours was refused, or was not due")
        if at is not None:
            diary.closes()
            diary.later_at, diary.asked_for, diary.not_on, diary.said_on = at, at, None, None
            self.happened["in two hours"] += 1
            self._at(at, partial(self._fall_due, diary, at, diary.generation))

    def _not_today(self, diary: Diary) -> None:
        not_today(diary.patient, timezone.now())
        diary.not_on, diary.later_at = diary.today(self.now), None
        diary.closes()

    def _stop(self, diary: Diary) -> None:
        stop(diary.patient)
        diary.is_on = False
        diary.closes()

    # --- what is due

    def _fall_due(self, diary: Diary, at: datetime, generation: int) -> None:
        if generation == diary.generation and diary.falls_due(at):
            diary.open_since = diary.open_since or at
            self.happened["due"] += 1

    def _look(self) -> None:
        self._looked_at, self._has_travelled = self.now, False
        if self.now >= self._mail_until:
            self.post.is_down.discard("email")
        while self._rota.work() or not self._outbox.is_idle:
            assert not self._rota.has_failed
            self._outbox.wait(0.01)
        arrived, self.post.arrived = self.post.arrived, []
        told: dict[UUID, set[str]] = {}
        for message in arrived:
            if message.reason.startswith("remind:"):
                told.setdefault(message.recipient, set()).add(message.reason)
        for user, reasons in told.items():
            self._told(self.diaries[user], reasons)

    def _told(self, diary: Diary, reasons: set[str]) -> None:
        """A reminder has come, by one way or by two."""
        on = diary.today(self.now)
        if len(reasons) > 1:
            self._violated(diary, "two at once")
        if diary.open_since is None:
            if diary.said_on == on and diary.told and self._is_second_way(diary):
                return
            self._violated(diary, "after a log" if self._has_logged(diary) else "nothing was due")
            return
        if diary.is_night(self.now):
            self._violated(diary, "in quiet hours")
        if self.now - diary.open_since > IN_TIME:
            self.happened["late, once"] += 1
        if diary.later_at is not None and diary.later_at <= self.now:
            diary.later_at = None
        diary.closes()
        diary.said_on = on
        diary.told.append(self.now)
        self.happened["told"] += 1

    def _has_logged(self, diary: Diary) -> bool:
        return diary.logged_at is not None and diary.today(diary.logged_at) == diary.today(self.now)

    def _is_second_way(self, diary: Diary) -> bool:
        """The e-mail of what the phone said already, as the mail server was down."""
        return self.now - diary.told[-1] <= timedelta(hours=6) and self._mail_until > self.begins

    def _check(self) -> None:
        """Whatever is due and may be said was said within five minutes of when it could be."""
        well_since = max(self._dead_until, self._mail_until)
        if self.now < well_since + CATCHES_UP:
            return
        for diary in self.diaries.values():
            if diary.open_since is None or self.now - diary.open_since <= IN_TIME:
                continue
            if self.now - diary.open_since > OLD:
                diary.closes()
                self.happened["too old"] += 1
            elif not diary.is_night(self.now) and not diary.is_night(self.now - CATCHES_UP):
                self._violated(diary, "was not said in time")

    def _violated(self, diary: Diary, what: str) -> None:
        """Say what was not kept, of whom, where and when, by their clock."""
        self.happened[what] += 1
        day = diary.day_of(diary.today(self.now))
        due, told = self._there(diary, diary.open_since), self._there(diary, max(diary.told, default=None))
        self.violations.append(
            f"{what}: {diary.patient} in {diary.zone.key}, {self._there(diary, self.now)} there, day {day}, reminded "
            f"at {diary.hour:%H:%M}, due since {due}, told last {told}, not on {diary.not_on}, newest {diary.newest}"
        )

    @staticmethod
    def _there(diary: Diary, at: datetime | None) -> str:
        return f"{at.astimezone(diary.zone):%d %b %H:%M}" if at else "never"

    # --- faults

    def _worker_dies(self) -> None:
        self._dead_until = max(self._dead_until, self.now + timedelta(hours=6))
        self.happened["worker dead"] += 1

    def _mail_is_down(self) -> None:
        self.post.is_down.add("email")
        self._mail_until = max(self._mail_until, self.now + timedelta(minutes=self.chance.uniform(20, 300)))
        self.happened["mail down"] += 1

    def figures(self) -> dict[str, object]:
        """What happened, in numbers."""
        zones = len({diary.zone.key for diary in self.diaries.values()})
        return {"patients": len(self.diaries), "zones": zones, **self.happened, "violations": len(self.violations)}


def of(day: date) -> datetime:
    """Midnight in UTC."""
    return datetime.combine(day, time(0), UTC)
