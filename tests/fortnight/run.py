"""The run: events in the order of time, the worker's looks, and the faults that befall both."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from uuid import UUID, uuid4

import time_machine
from django.db.models import Q
from django.utils import timezone

from accounts.members import LastAdmin, remove_member
from accounts.models import Membership, Patient, User
from symptoms.alerts.handling import acknowledge, read_record, resolve_all
from symptoms.alerts.policy import policy_of
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.entries import EntryRefused, record_entry
from symptoms.journal.joining import leave_practice
from symptoms.management.commands.run_worker import Rota, duties, pass_on
from symptoms.messages.outbox import Outbox
from symptoms.models import Alert, AlertEvent, Delivery, Treatment
from symptoms.recovery.course import Entry as LoggedEntry
from symptoms.recovery.vocabulary import Urgency
from tests.fortnight.channels import Message, Post
from tests.fortnight.world import build

BEGINS = datetime(2026, 3, 20, 6, tzinfo=UTC)  # the clocks change on 29 March in London, on none of the days in India
LOOK = timedelta(minutes=3)  # between two looks of the worker
CHECK = timedelta(minutes=30)
ALL_DUTIES = timedelta(minutes=20)
IN_TIME = timedelta(minutes=8)  # of a living worker, from when a step is due to when it is told
REACTS = {Urgency.CONTACT: 0.35, Urgency.URGENT: 0.55, Urgency.EMERGENCY: 0.7}  # to a message, by whoever gets it
FAULTS = ("mail is down", "mailbox is full", "worker is dead", "worker is killed", "clock jumps", "member leaves",
          "patient leaves", "push is down")  # fmt: skip


@dataclass
class Fortnight:
    """`violations` says in words what was promised and not kept, up to when that was first seen; empty when all was."""

    chance: Random
    days: int
    patients: int
    faults: int
    post: Post = field(default_factory=Post)
    violations: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._number = count()
        self.now = BEGINS
        self._ahead = timedelta(0)  # how far the server's clock is wrong
        self._dead_until = BEGINS
        self._well_since = BEGINS  # worker alive, clock right
        self._kill_is_due = False
        self._kills: Counter[Message] = Counter()
        self._clock = time_machine.travel(BEGINS, tick=False)

    def run(self) -> None:
        """Live through it."""
        self._moved = self._clock.start()
        try:
            with self.post.installed():
                self._live()
        finally:
            self._clock.stop()

    def _live(self) -> None:
        self.world = build(self.chance, BEGINS, self.days, self.patients)
        self._all_duties_at = BEGINS
        self._restart()
        ends = BEGINS + timedelta(days=self.days)
        for at, treatment, entry in self.world.logs:
            self._at(at, partial(self._log, treatment, entry))
        for number in range(self.faults):
            at = BEGINS + (ends - BEGINS) * self.chance.random() * 0.95
            self._at(at, getattr(self, "_" + FAULTS[number % len(FAULTS)].replace(" ", "_")))
        self._every(LOOK, self._look, ends)
        self._every(CHECK, self._check, ends)
        self._work_off(ends)
        if not self.violations:
            self._mend(ends)

    def _mend(self, ends: datetime) -> None:
        """Everything works again, and an hour is left to catch up."""
        self.post.is_down.clear()
        self.post.refused.clear()
        self._dead_until, self._ahead = ends, timedelta(0)
        self._every(LOOK, self._look, ends + timedelta(hours=1))
        self._work_off(ends + timedelta(hours=1))
        self._check()
        self._check_the_whole()

    # --- time

    def _at(self, at: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._number), act))

    def _every(self, pause: timedelta, act: Callable[[], None], until: datetime) -> None:
        def again() -> None:
            act()
            if self.now + pause < until:
                self._at(self.now + pause, again)

        self._at(self.now + pause, again)

    def _work_off(self, ends: datetime) -> None:
        while self._events and self._events[0][0] < ends and not self.violations:
            self.now, _, act = heapq.heappop(self._events)
            self._moved.move_to(self.now + self._ahead)
            act()
        self.now = ends
        self._moved.move_to(self.now + self._ahead)

    # --- what people do

    def _log(self, treatment: Treatment, entry: LoggedEntry) -> None:
        patient = Patient.objects.get(pk=treatment.patient_id)
        document = {
            "symptoms": {str(symptom): entry.symptoms.get(symptom, 0) for symptom in entry.answered},
            "asked": sorted(map(str, entry.answered | entry.signs_answered)),
            "signs": sorted(map(str, entry.signs)),
            "exposures": sorted(map(str, entry.exposures)),
        }
        if entry.temperature_c is not None:
            document["temperature_c"] = entry.temperature_c
        try:
            record_entry(treatment.pk, id=uuid4(), day=entry.day, answers=document, by=patient.user, now=timezone.now())
        except EntryRefused:
            self.happened["logs refused"] += 1
        else:
            self.happened["logs"] += 1

    def _react(self) -> None:
        """Whoever got a message looks, or not, after a while."""
        arrived, self.post.arrived = self.post.arrived, []
        for message in arrived:
            urgency = self._urgency_of(message)
            if urgency and self.chance.random() < REACTS.get(urgency, 0.0):
                pause = timedelta(minutes=self.chance.expovariate(1 / 15))
                self._at(self.now + pause, partial(self._deal_with, message))

    @staticmethod
    def _urgency_of(message: Message) -> Urgency | None:
        kind, _, rest = message.reason.partition(":")
        return Urgency(int(rest.split(":")[1])) if kind in ("entry", "alert") else None

    def _deal_with(self, message: Message) -> None:
        delivery = Delivery.objects.filter(reason=message.reason, recipient=message.recipient).first()
        user = User.objects.get(pk=message.recipient)
        if delivery is None or user.practice_as_practitioner is None:
            return
        patient, now = delivery.patient, timezone.now()
        ours = Alert.objects.open().managed_by(user).filter(treatment__patient=patient)
        if not ours.exists():
            return
        read_record(patient, by=user, now=now)
        for treatment in Treatment.objects.filter(pk__in=ours.values("treatment")):
            acknowledge(treatment, by=user, now=now)
        self.happened["taken"] += 1
        if self.chance.random() < 0.6:
            self._at(
                self.now + timedelta(hours=self.chance.uniform(0.2, 30)), partial(self._close, patient.pk, user.pk)
            )

    def _close(self, patient_id: UUID, user_id: UUID) -> None:
        user = User.objects.get(pk=user_id)
        if user.practice_as_practitioner is None:
            return
        ours = Alert.objects.open().managed_by(user).filter(treatment__patient=patient_id).select_related("treatment")
        resolve_all({alert: alert.urgency for alert in ours}, outcome="seen", by=user, now=timezone.now())
        self.happened["closed"] += 1

    # --- the worker

    def _restart(self) -> None:
        self._outbox = Outbox(may_still_be_told, pass_on)
        self._rota = Rota(duties(self._outbox), clock=lambda: self.now.timestamp())

    def _look(self) -> None:
        """What a living worker does time and again; all of its duties only where something is due, or now and then."""
        if self.now < self._dead_until:
            return
        now = timezone.now()
        has_messages = Delivery.objects.due(now).exists()
        if has_messages and self._kill_is_due:
            self._kill()
        is_due = has_messages or Alert.objects.open().filter(next_step_at__lte=now).exists()
        if is_due or self.now >= self._all_duties_at:
            self._all_duties_at = self.now + ALL_DUTIES
            while self._rota.work() or not self._outbox.is_idle:
                assert not self._rota.has_failed  # time stands still, so that it would never be tried again
                self._outbox.wait(0.02)
        self._react()

    def _is_blind(self, until: datetime) -> None:
        """For as long nobody is told; what is due waits."""
        self._well_since = max(self._well_since, until)

    # --- faults

    def _mail_is_down(self) -> None:
        self._for_a_while(self.post.is_down, "email", 5, 180)

    def _push_is_down(self) -> None:
        self._for_a_while(self.post.is_down, "push", 5, 180)

    def _mailbox_is_full(self) -> None:
        clinic = self.chance.choice(self.world.clinics)
        self._for_a_while(self.post.refused, self.chance.choice(clinic.practitioners).pk, 60, 1500)

    def _for_a_while(self, broken: set, what: object, least: int, most: int) -> None:
        broken.add(what)
        self._at(self.now + timedelta(minutes=self.chance.uniform(least, most)), lambda: broken.discard(what))

    def _worker_is_dead(self) -> None:
        self._dead_until = max(self._dead_until, self.now + timedelta(minutes=self.chance.uniform(3, 360)))
        self._is_blind(self._dead_until)

    def _worker_is_killed(self) -> None:
        self._kill_is_due = True  # as soon as it has something to send

    def _kill(self) -> None:
        """After the channel has accepted what was claimed, before that is marked: it is sent again after the lease."""
        self._kill_is_due = False
        before = self.post.accepted.copy()
        self._outbox.work()
        while not self._outbox.is_idle and not all(attempt.handing_over.done() for attempt in self._outbox._trying):
            self._outbox.wait(0.05)
        self._kills.update((self.post.accepted - before).elements())
        self._restart()
        self._is_blind(self.now + timedelta(minutes=1))

    def _clock_jumps(self) -> None:
        """The server's clock is an hour wrong for a while."""
        self._ahead = timedelta(hours=self.chance.choice((-1, 1)))
        lasts = timedelta(minutes=self.chance.uniform(10, 120))
        self._is_blind(self.now + lasts + timedelta(minutes=2))

        def right() -> None:
            self._ahead = timedelta(0)

        self._at(self.now + lasts, right)

    def _member_leaves(self) -> None:
        """For good; a new colleague comes in their place."""
        clinic = self.chance.choice(self.world.clinics)
        leaver = self.chance.choice(clinic.practitioners)
        try:
            remove_member(leaver.memberships.get(removed_at=None), timezone.now())
        except LastAdmin:
            return
        comes = User.objects.create_user(f"new{next(self._number)}@example.org", name="Dr New")
        Membership.objects.create(user=comes, practice=clinic.practice)
        clinic.practitioners[clinic.practitioners.index(leaver)] = comes

    def _patient_leaves(self) -> None:
        patient = Patient.objects.get(pk=self.chance.choice(self.world.patients).pk)
        if patient.practice_id is not None:
            leave_practice(patient.user, now=timezone.now(), knows_open=True)

    # --- what was promised

    def _check(self) -> None:
        """No step of anything in nobody's hands has been due for long, by a living worker and a clock that is right."""
        if self.now < self._dead_until or self._ahead or self.now - self._well_since < IN_TIME:
            return
        late = Alert.objects.open().filter(next_step_at__lt=self.now - IN_TIME).exclude(practice=None)
        self.violations += [f"{self.now:%d %H:%M} {alert.pk}: a step is late" for alert in late]

    def _check_the_whole(self) -> None:
        for message, times in self.post.accepted.items():
            if times > 1 + self._kills[message]:
                self.violations.append(f"told {times} times: {message}")
        waiting = Delivery.objects.deliverable().filter(sent_at=None)
        self.violations += [f"never sent: {delivery.reason} {delivery.last_error}" for delivery in waiting]
        for alert in Alert.objects.exclude(practice=None).select_related("practice", "treatment__patient"):
            self._check_alert(alert)
        for event in AlertEvent.objects.filter(what=AlertEvent.What.ESCALATED).select_related("alert"):
            self._check_step(event)

    def _check_step(self, event: AlertEvent) -> None:
        """A step that was taken has told somebody: the messages about the session were queued at the same moment."""
        session = event.alert.treatment_id
        about = Q(entry__treatment=session) | Q(alert__treatment=session)
        if not Delivery.objects.filter(about, created_at=event.at).exists():
            self.violations.append(f"a step told nobody: {event.alert_id} {event.detail}")

    def _check_alert(self, alert: Alert) -> None:
        """It was told of; and it is in somebody's hands, closed, waiting for its next step, or past the last."""
        by_entry = Delivery.objects.filter(entry__treatment=alert.treatment, practice=alert.practice)
        # What was opened while the clock was an hour ahead is told of at an earlier time.
        since = min([alert.opened_at, *alert.events.values_list("at", flat=True)])
        told = (by_entry | Delivery.objects.filter(alert=alert)).filter(created_at__gte=since)
        waits = alert.is_open and alert.steps_done == 0 and alert.next_step_at
        if not waits and not told.filter(sent_at__isnull=False).exists() and not alert.events.filter(what="moved"):
            what_happened = ", ".join(f"{event.what} {event.at:%d %H:%M}" for event in alert.events.order_by("at"))
            self.violations.append(f"nobody was told: {alert.pk} {alert} {alert.urgency_slug}; {what_happened}")
        if not alert.is_open or alert.next_step_at is not None:
            return
        steps = policy_of(alert.practice).steps[Urgency(alert.urgency)]
        is_held = alert.acknowledged_by_id is not None
        if not is_held and alert.steps_done < len(steps) and not alert.events.filter(what="kept_open"):
            self.violations.append(f"silent after step {alert.steps_done}: {alert.pk} {alert}")

    def figures(self) -> dict[str, int]:
        """What happened, in numbers."""
        alerts = Alert.objects.exclude(practice=None)
        return {
            **self.happened,
            "faults": self.faults,
            "alerts": alerts.count(),
            "of them taken": alerts.exclude(acknowledged_at=None).count(),
            "steps": AlertEvent.objects.filter(what=AlertEvent.What.ESCALATED).count(),
            "messages": sum(self.post.accepted.values()),
            "copies after a kill": sum(times - 1 for times in self.post.accepted.values()),
            "violations": len(self.violations),
        }
