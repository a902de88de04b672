"""When and how a patient wants to be reminded, what they asked to be told once, and the link to one day's log."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.models import Patient, hash_token
from symptoms.models.delivery import Delivery
from symptoms.models.entry import Entry

USUAL_HOUR = time(19, 30)
MORNING = time(9)  # the hour of what comes "the next morning", for whoever has chosen no earlier one
QUIET_FROM, QUIET_UNTIL = time(22), time(7)  # on the patient's clock
CHOSEN_LASTS = timedelta(hours=1)  # from a moment that was chosen inside quiet hours, it is none of them


def is_night(at: datetime, zone: ZoneInfo) -> bool:
    """Whether an aware time lies in quiet hours there."""
    hour = at.astimezone(zone).time()
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def may_come_until(now: datetime, zone: ZoneInfo, chosen: Iterable[datetime]) -> datetime:
    """Until when something may come by the clock of `zone`: in the day until quiet hours begin; in them until an hour
    after one of the `chosen` moments that lie there; `now` where it may not."""
    if not is_night(now, zone):
        return datetime.combine(now.astimezone(zone).date(), QUIET_FROM, zone)
    ends = [at + CHOSEN_LASTS for at in chosen if at <= now and is_night(at, zone)]
    return max([now, *ends])


def quiet_ends(now: datetime, zone: ZoneInfo) -> datetime:
    """The next end of quiet hours after `now`."""
    here = now.astimezone(zone)
    day = here.date() + timedelta(days=here.time() >= QUIET_UNTIL)
    return datetime.combine(day, QUIET_UNTIL, zone)


class Reminding(models.Model):
    """One row a patient who was asked: the answer, and up to where the worker has gone through their hours."""

    patient = models.OneToOneField(Patient, primary_key=True, on_delete=models.CASCADE, related_name="reminding")
    is_on = models.BooleanField(default=False)
    at = models.TimeField(default=USUAL_HOUR, help_text="on the patient's clock")
    by_email = models.BooleanField(default=True)
    by_push = models.BooleanField(default=False)
    once_more = models.BooleanField(default=True, help_text="the next morning, in the first week")
    gives_link = models.BooleanField(default=False, help_text="an e-mail holds a link to the day's empty log")
    zone = models.CharField(max_length=64, blank=True, help_text="the patient's, when `look_at` was worked out")
    look_at = models.DateTimeField(null=True, blank=True, help_text="when the worker looks next; empty while it is off")
    dealt_until = models.DateTimeField(null=True, blank=True, help_text="what fell due until then is dealt with")
    said_on = models.DateField(null=True, blank=True, help_text="the patient's date of the last reminder")
    not_on = models.DateField(null=True, blank=True, help_text="the date of which they said: not today")
    later_at = models.DateTimeField(null=True, blank=True, help_text="when they want to be reminded instead, once")

    class Meta:
        indexes = [models.Index(fields=["look_at"], name="reminders_due", condition=Q(look_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.at} for {self.patient_id}"

    def moments(self, on: date, zone: ZoneInfo) -> list[tuple[datetime, bool]]:
        """When a reminder may fall due on a date, each with whether that is the day's own hour; soonest first.

        The other is the morning, where the hour comes later: of what was left out the day before. What they asked for
        instead stands in the place of both.
        """
        if self.later_at is not None and self.later_at.astimezone(zone).date() == on:
            return [(self.later_at, True)]
        hours = [(MORNING, False), (self.at, True)] if self.at > MORNING else [(self.at, True)]
        # In UTC: an hour that the clocks leave out comes an hour later, and lasts an hour then.
        return [(datetime.combine(on, hour, zone).astimezone(UTC), is_own) for hour, is_own in hours]

    def moments_between(
        self, after: datetime, until: datetime, zone: ZoneInfo
    ) -> Iterator[tuple[datetime, date, bool]]:
        """Those after one aware time and not after another, each with its date and whether it is that date's own."""
        first, last = after.astimezone(zone).date(), until.astimezone(zone).date()
        for on in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            for at, is_own in self.moments(on, zone):
                if after < at <= until:
                    yield at, on, is_own

    def next_moment(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first of them after an aware time."""
        today = after.astimezone(zone).date()
        days = (today + timedelta(days=number) for number in range(3))
        return next(at for day in days for at, _is_own in self.moments(day, zone) if at > after)

    def may_come_until(self, now: datetime, zone: ZoneInfo, *, due_at: datetime | None = None) -> datetime:
        """Until when they may be reminded from now on; `now` where nobody is to be disturbed.

        `due_at`: when what is to be said fell due, perhaps at a moment that they chose once.
        """
        today = now.astimezone(zone).date()
        chosen = [at for day in (today - timedelta(days=1), today) for at, is_own in self.moments(day, zone) if is_own]
        return may_come_until(now, zone, [*chosen, due_at] if due_at else chosen)

    def is_quiet(self, now: datetime, zone: ZoneInfo, *, due_at: datetime | None = None) -> bool:
        """Whether nobody is to be disturbed now (`may_come_until`)."""
        return self.may_come_until(now, zone, due_at=due_at) <= now


class AdviceTimer(models.Model):
    """That a patient wants to be told, once, when what they were advised to do again is due."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="timer")
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="timers_due", condition=Q(told_at=None))]

    def __str__(self) -> str:
        return f"{self.due_at} of {self.entry_id}"


class DayLink(models.Model):
    """A way to one day's empty log without signing in, in the reminder of that day: once, until that day is over.

    The token follows from the row and the site's secret, so that each try to send the same letter holds the same one;
    what is stored is its hash, and opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="day_links")
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="day_link")
    on = models.DateField(help_text="the patient's date")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)
    saved_id = models.UUIDField(null=True, blank=True, help_text="of the log that was saved by it")

    def __str__(self) -> str:
        return f"{self.on} of {self.patient_id}"

    @property
    def token(self) -> str:
        return salted_hmac("symptoms.day-link", str(self.pk), algorithm="sha256").hexdigest()

    @classmethod
    def made(cls, patient: Patient, delivery: Delivery, on: date) -> "DayLink":
        """A link that is not stored yet."""
        link = cls(patient=patient, delivery=delivery, on=on)
        link.token_hash = hash_token(link.token)
        return link
