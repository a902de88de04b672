"""What a practitioner has to look at, what became of it, and what they wrote."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.free_text import FreeText
from accounts.models import Membership, Practice, SendingQuerySet, User
from symptoms.models.assessment import Assessment
from symptoms.models.entry import Entry
from symptoms.models.treatment import Treatment, TreatmentAccess
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.outcomes import OUTCOMES

LONGEST_NOTE = 1000  # characters
KEEP_OPEN = frozenset({"watching", "not_reached"})  # nothing has become of it yet
NEEDS_WORDS = frozenset({"treated", "no_concern"})


class AlertQuerySet(models.QuerySet["Alert"]):
    """Which alerts are open, and which practice owns them."""

    def open(self) -> "AlertQuerySet":
        return self.filter(resolved_at=None)

    def with_holder(self) -> "AlertQuerySet":
        """Each with `is_held`: whether somebody took it who is still a practitioner there. Who left holds nothing."""
        here = Membership.objects.practitioners().filter(
            user=OuterRef("acknowledged_by"), practice=OuterRef("practice")
        )
        return self.annotate(is_held=Exists(here))  # type: ignore[no-redef]  # declared on the model

    def told_out(self) -> "AlertQuerySet":
        """Those of which nobody else will be told, whoever has them: see `Alert.is_told_out`."""
        return self.filter(steps_from__isnull=False, next_step_at=None)

    def with_what_was_told(self) -> "AlertQuerySet":
        """Each with `told`: what was open when the patient last left, or what they last said is wrong with what was
        recorded, as the event's detail, with `told_at`; None for others. See `questioned` for the latter's words."""
        about = [AlertEvent.What.LEFT, AlertEvent.What.QUESTIONED]
        telling = AlertEvent.objects.filter(alert=OuterRef("pk"), what__in=about).order_by("-id")
        told, told_at = (Subquery(telling.values(name)[:1]) for name in ("detail", "at"))
        return self.annotate(told=told, told_at=told_at)  # type: ignore[no-redef]  # declared on the model

    def with_flags(self) -> "AlertQuerySet":
        """Each with `flags`: what was said last of its entry, None while it is not judged."""
        current = Assessment.objects.filter(entry=OuterRef("entry"), is_current=True)
        return self.annotate(flags=Subquery(current.values("flags")))  # type: ignore[no-redef]  # declared on the model

    def with_messages(self, *about: SendingQuerySet) -> "AlertQuerySet":
        """Each with `tried` and `reached`: whether a message of one of `about` was queued, and whether one arrives."""
        tried, reached = Q(), Q()
        for messages in about:
            tried, reached = tried | Q(Exists(messages)), reached | Q(Exists(messages.deliverable()))
        return self.annotate(tried=tried, reached=reached)  # type: ignore[no-redef]  # declared on the model

    def managed_by(self, user: User) -> "AlertQuerySet":
        """Those of the practice in which the user is a practitioner, of treatments that it may still read."""
        practice = user.practice_as_practitioner if user.is_authenticated else None
        if practice is None:
            return self.none()
        access = TreatmentAccess.objects.kept_by(practice, OuterRef("treatment"))
        read = Q(treatment__open_to=practice) | Exists(access) | Q(kind=Alert.Kind.LEFT)
        return self.filter(read, practice=practice)


class Alert(models.Model):
    """An open matter of one treatment: one concern, an entry that could not be judged, that the patient left with
    something open, has gone quiet with something open, or says that something recorded is wrong.

    Only a practitioner can close it; without a practice, what the patient says of it.
    """

    class Kind(models.TextChoices):
        CONCERN = "concern"
        UNJUDGED = "unjudged"
        LEFT = "left", "the patient left with something open"
        DETAILS = "details", "the patient says that something recorded is wrong"
        QUIET = "quiet", "the patient has gone quiet with something open"

    FOR_ONE_PRACTICE = (Kind.LEFT, Kind.DETAILS)  # they do not go on to the next one

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="alerts")
    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="alerts", db_index=False,
        help_text="that must answer it; empty where the patient is alone: it stands on their pages, and nobody is told",
    )  # fmt: skip
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CONCERN)
    concern = models.CharField(max_length=40, blank=True)
    urgency = models.PositiveSmallIntegerField(help_text="the highest so far; it never falls")
    current_urgency = models.PositiveSmallIntegerField(help_text="what the newest answers raise; 0: nothing any more")
    entry = models.ForeignKey(
        Entry, null=True, on_delete=models.CASCADE, related_name="+", db_index=False,
        help_text="that opened or raised it; empty where it is about the record",
    )  # fmt: skip
    opened_at = models.DateTimeField()
    worsened_at = models.DateTimeField(help_text="when it opened, last rose or came back: waiting counts from here")
    # The current urgency alone does not tell: one may be well on day 4, need a word on day 5 and relapse on day 6.
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text="since it last worsened, the newest answers did not raise it any more"
    )
    answers_changed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    outcome = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    reason = FreeText(max_length=500, blank=True, bound="reason of an alert")
    kept_open_at = models.DateTimeField(
        null=True, blank=True, help_text="when an outcome that leaves it open was last written down"
    )
    watched_until = models.DateField(null=True, blank=True)
    comes_back_at = models.DateTimeField(null=True, blank=True, help_text="when somebody is asked to look again")
    # See `alerts/escalation.py`.
    steps_from = models.DateTimeField(null=True, help_text="when it opened, last got worse or came back")
    steps_done = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True, help_text="empty: somebody has it, or nobody is left to tell")

    objects = AlertQuerySet.as_manager()

    if TYPE_CHECKING:  # by annotation, and only then
        is_held: bool  # with_holder
        told: str | None  # with_what_was_told
        told_at: datetime | None
        entry_day: int | None  # alerts/raising.py
        flags: list[Flag] | None  # with_flags
        answer: str | None  # alerts/patient_answers.py
        answered_at: datetime | None
        tried: bool  # with_messages
        reached: bool
        first_read_at: datetime | None  # alerts/read_receipts.py
        first_reader: str | None
        title: str  # views/clinic/open_alerts.py

    class Meta:
        constraints = [
            # A practice that was left may still have to answer what the patient, alone by now, reports again.
            models.UniqueConstraint(
                fields=["treatment", "practice", "kind", "concern"],
                condition=Q(resolved_at=None) & ~Q(kind="left"),
                name="one_open_alert_per_concern_and_practice",
            ),
            models.UniqueConstraint(
                fields=["treatment", "kind", "concern"],
                condition=Q(resolved_at=None, practice=None) & ~Q(kind="left"),
                name="one_open_alert_per_concern_alone",
            ),
            # A patient can leave one practice, and then the next, before the first has closed its alert.
            models.UniqueConstraint(
                fields=["treatment", "practice"],
                condition=Q(resolved_at=None, kind="left"),
                name="one_open_alert_of_leaving_per_practice",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | ~Q(outcome="") | Q(practice=None),
                name="a_resolved_alert_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False) | Q(kind__in=["details", "left", "quiet"]),
                name="a_concern_has_an_entry",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="no_concern") | ~Q(reason=""), name="not_a_concern_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="watching") | Q(watched_until__isnull=False), name="what_is_watched_has_a_date"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | ~Q(outcome__in=["not_reached", "watching"]),
                name="what_is_watched_or_not_reached_is_open",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "resolved_at"], name="alerts_of_a_practice"),
            models.Index(fields=["practice", "-opened_at"], name="alerts_newest_first"),
            models.Index(fields=["next_step_at"], name="alerts_to_tell_on", condition=Q(next_step_at__isnull=False)),
            models.Index(
                fields=["comes_back_at"], name="alerts_to_come_back", condition=Q(comes_back_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.concern or self.kind

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def is_told_out(self) -> bool:
        """Whether nobody has it (`with_holder`), and all the steps are taken by which somebody would be told."""
        return self.is_open and not self.is_held and self.steps_from is not None and self.next_step_at is None

    @property
    def raised_by(self) -> Entry:
        """The entry that opened or raised it, of an alert that is about one."""
        assert self.entry is not None
        return self.entry

    @property
    def kept_open(self) -> str:
        """The outcome that left it open ("watching", "not_reached"); empty where it got worse since, or none did."""
        is_current = self.is_open and self.kept_open_at is not None and self.kept_open_at >= self.worsened_at
        return self.outcome if is_current else ""

    @property
    def questioned(self) -> str:
        """What the patient last said is wrong with what was recorded, of one read `with_what_was_told`."""
        return AlertEvent.words_of(AlertEvent.What.QUESTIONED, self.told_at, self.told)

    @property
    def urgency_slug(self) -> str:
        """The peak's word: contact, urgent or emergency."""
        return Urgency(self.urgency).slug

    @property
    def is_worse_since_taken(self) -> bool:
        """Whether it rose or came back after somebody said "I have this"."""
        return self.acknowledged_at is not None and self.acknowledged_at < self.worsened_at


class AppendOnly(Exception):
    """Something tried to change or delete what may only be added to."""


class AlertEventQuerySet(models.QuerySet["AlertEvent"]):
    """Events are read and added. They go only with their alert, when a patient's record is erased."""

    def update(self, **values: Any) -> int:
        raise AppendOnly

    def bulk_update(self, objs: Any, fields: Any, batch_size: Any = None) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly

    def carry_over(self, to: Alert) -> None:
        """File these events under another alert, because both turned out to be about one and the same."""
        super().update(alert=to)

    def seal_anew(self, event: "AlertEvent") -> None:
        """Keep the detail of an event as it is, sealed by the key that its patient has now."""
        field: Any = AlertEvent._meta.get_field("detail")
        models.QuerySet.update(self.filter(pk=event.pk), detail=field.sealed(event, event.detail))


class AlertEvent(models.Model):
    """Who did what to an alert, and when. Only ever added to, by `alerts.events`; without `actor` Mendline did it."""

    class What(models.TextChoices):
        OPENED = "opened"
        ROSE = "rose"
        RELAPSED = "relapsed", "back at its peak after the answers had been well"
        ACKNOWLEDGED = "acknowledged"
        TAKEN_BACK = "taken_back", "acknowledgement taken back, as it was until December 2026 when something got worse"
        ANSWERS_CHANGED = "answers_changed"
        ANSWERED = "answered", 'the patient answered "Were you seen?"; the detail holds the answer and their words'
        RESOLVED = "resolved"  # the detail holds the outcome, as `wording.outcomes` writes it
        KEPT_OPEN = "kept_open", "an outcome that leaves it open; the detail holds it"
        MOVED = "moved", "moved to another practice"
        LEFT = "left", "the patient left; the detail holds what was open"
        QUESTIONED = "questioned", "the patient says what is wrong with the record; the detail holds their words"
        ESCALATED = "escalated", "told on, as nobody had taken it; the detail holds the groups"
        RETURNED = "returned", "the day came on which somebody was to look again"
        REOPENED = "reopened"
        HANDED_OVER = (
            "handed_over",
            "from who works there no more; the detail holds their name and, on a line, whose it is now",
        )

    WITH_WORDS = frozenset({What.ANSWERED, What.RESOLVED, What.KEPT_OPEN, What.QUESTIONED})  # somebody's own

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=20, choices=What.choices)
    urgency = models.PositiveSmallIntegerField(null=True, blank=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()
    # Its key is made by the database, so what says which event it is of is what was done, and when.
    detail = FreeText(
        max_length=500, blank=True, of="alert.treatment.patient", bound="detail of an event", named_by=("what", "at"),
        only=lambda event: event.what in event.WITH_WORDS,
    )  # fmt: skip

    objects = AlertEventQuerySet.as_manager()

    if TYPE_CHECKING:  # by annotation, and only then
        flags: list[Flag] | None  # views/clinic/history.py

    def __str__(self) -> str:
        return self.what

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly

    @classmethod
    def words_of(cls, what: "AlertEvent.What", at: datetime | None, detail: Any) -> str:
        """The detail of an event of which a query gave the stored value alone; empty where it gave none."""
        return cls(what=what, at=at, detail=detail).detail if detail and at else ""


class Note(models.Model):
    """What was written: inside the practice, or a short message from the one side to the other."""

    class Kind(models.TextChoices):
        INSIDE = "inside", "for the practice alone"
        TO_PATIENT = "to_patient", "from the practice to the patient"
        FROM_PATIENT = "from_patient", "from the patient to the practice"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the client, so that a repeat is recognised
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="notes")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = FreeText(max_length=LONGEST_NOTE, bound="text of a note")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.INSIDE)
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    follow_up_at = models.DateTimeField(null=True, help_text="when somebody is told again, while it is not read")
    followed_up = models.PositiveSmallIntegerField(default=0, help_text="how often that was")

    class Meta:
        indexes = [
            models.Index(
                fields=["follow_up_at"],
                name="notes_to_follow_up",
                condition=Q(read_at=None, follow_up_at__isnull=False),
            ),
            models.Index(
                fields=["practice", "written_at"],
                name="messages_not_read",
                condition=Q(read_at=None, followed_up=2, kind="to_patient"),
            ),
        ]

    def __str__(self) -> str:
        return f"by {self.author} at {self.written_at}"

    @property
    def for_patient(self) -> bool:
        """Whether the practice wrote it to the patient."""
        return self.kind == self.Kind.TO_PATIENT
