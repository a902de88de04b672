"""What a practitioner has to look at, what became of it, and what they wrote."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.free_text import FreeText
from accounts.models import Membership, Practice, User
from symptoms.models.entry import Entry
from symptoms.models.treatment import Treatment
from symptoms.recovery.vocabulary import Urgency

OUTCOMES = [
    ("advice", "Advice given"),
    ("seen", "Seen"),
    ("referred", "Referred"),
    ("no_concern", "Not a concern"),
]


class AlertQuerySet(models.QuerySet["Alert"]):
    """Which alerts are open, and on whose desk they lie."""

    def open(self) -> "AlertQuerySet":
        return self.filter(resolved_at=None)

    def with_holder(self) -> "AlertQuerySet":
        """Each with `is_held`: whether somebody took it who is still a practitioner there. Who left holds nothing."""
        here = Membership.objects.practitioners().filter(
            user=OuterRef("acknowledged_by"), practice=OuterRef("practice")
        )
        return self.annotate(is_held=Exists(here))

    def managed_by(self, user: User) -> "AlertQuerySet":
        """Those of the practice in which the user is a practitioner, of treatments that it may still read."""
        practice = user.practice_as_practitioner if user.is_authenticated else None
        if practice is None:
            return self.none()
        read = Q(treatment__patient__practice=practice) | Q(treatment__practice=practice)
        return self.filter(read, practice=practice)


class Alert(models.Model):
    """An open matter of one treatment: one concern, or an entry that could not be judged. It closes by hand only."""

    class Kind(models.TextChoices):
        CONCERN = "concern"
        UNJUDGED = "unjudged"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="alerts")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="alerts", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CONCERN)
    concern = models.CharField(max_length=40, blank=True)
    urgency = models.PositiveSmallIntegerField(help_text="the highest so far; it never falls")
    current_urgency = models.PositiveSmallIntegerField(help_text="what the newest answers raise; 0: nothing any more")
    entry = models.ForeignKey(
        Entry, on_delete=models.CASCADE, related_name="+", db_index=False, help_text="that opened or raised it"
    )
    opened_at = models.DateTimeField()
    worsened_at = models.DateTimeField(help_text="when it opened or last rose: waiting is counted from here")
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
    reason = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "kind", "concern"],
                condition=Q(resolved_at=None),
                name="one_open_alert_per_concern",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | ~Q(outcome=""), name="a_resolved_alert_has_an_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="no_concern") | ~Q(reason=""), name="not_a_concern_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["practice", "resolved_at"], name="alerts_of_a_practice")]

    def __str__(self) -> str:
        return self.concern or self.kind

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def urgency_slug(self) -> str:
        """The peak's word: contact, urgent or emergency."""
        return Urgency(self.urgency).slug


class AlertEvent(models.Model):
    """Who did what to an alert, and when. Only ever added to; `actor` is empty where Mendline did it."""

    class What(models.TextChoices):
        OPENED = "opened"
        ROSE = "rose"
        ACKNOWLEDGED = "acknowledged"
        TAKEN_BACK = "taken_back", "acknowledgement taken back: it got worse"
        ANSWERS_CHANGED = "answers_changed"
        RESOLVED = "resolved"
        MOVED = "moved", "moved to another practice"

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    what = models.CharField(max_length=20, choices=What.choices)
    urgency = models.PositiveSmallIntegerField(null=True, blank=True)
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()
    detail = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.what


class Note(models.Model):
    """What a practitioner wrote: kept inside the practice, or (`for_patient`) a short message the patient reads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the client, so that a repeat is recognised
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="notes")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = FreeText(max_length=1000)
    for_patient = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"by {self.author} at {self.written_at}"
