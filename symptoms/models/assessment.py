"""What was said about a day, by which protocol, on which evidence: stored, so that it can be shown as it was."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from symptoms.models.entry import Entry
from symptoms.recovery.vocabulary import Urgency


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Which judgements held, now or at a moment."""

    def made_until(self, until: datetime | None) -> "AssessmentQuerySet":
        """Those that had been made by `until`; None: all."""
        return self if until is None else self.filter(made_at__lte=until)

    def current_at(self, until: datetime | None) -> "AssessmentQuerySet":
        """One an entry, the last made by `until`; None: the current one."""
        if until is None:
            return self.filter(is_current=True)
        return self.made_until(until).filter(~Exists(_later_of_the_entry(until)))

    def with_place(self, until: datetime | None) -> "AssessmentQuerySet":
        """Each with `was_current`: whether it was its entry's current one at `until`; None: now."""
        is_current = F("is_current") if until is None else ~Exists(_later_of_the_entry(until))
        return self.annotate(was_current=is_current)  # type: ignore[no-redef]  # declared on the model


def _later_of_the_entry(until: datetime) -> AssessmentQuerySet:
    return Assessment.objects.filter(entry=OuterRef("entry"), id__gt=OuterRef("id"), made_at__lte=until)


class Assessment(models.Model):
    """The judgement of one entry. Judging again adds a row and makes it the current one; none is changed or deleted."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="assessments")
    urgency = models.PositiveSmallIntegerField()
    flags = models.JSONField()  # as recovery.assessment.Assessment.as_json()["flags"]
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    objects = AssessmentQuerySet.as_manager()

    if TYPE_CHECKING:
        was_current: bool  # annotated by `with_place`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(is_current=True), name="one_current_assessment_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return self.urgency_slug

    @property
    def urgency_slug(self) -> str:
        """The word for the urgency: on_track, watch, contact, urgent or emergency."""
        return Urgency(self.urgency).slug
