"""How far judging all stored days again has got: one row a run, and one for each page of patients until it is over."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q


class Reassessment(models.Model):
    """One run over all patients by one protocol. `found` is what came of it, once it is over."""

    id = models.BigAutoField(primary_key=True)
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=64)
    stores = models.BooleanField(help_text="what differs is stored; else it is counted alone")
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    found = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stores"], condition=Q(done_at=None), name="one_reassessment_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"by {self.protocol_version}, begun {self.begun_at}"


class ReassessmentPageQuerySet(models.QuerySet["ReassessmentPage"]):
    """Which pages are left."""

    def left(self) -> "ReassessmentPageQuerySet":
        """Those that are not done."""
        return self.filter(done_at=None)

    def free(self, now: datetime) -> "ReassessmentPageQuerySet":
        """Those of them that nobody is at: a lease that has run out is that of somebody who was ended."""
        return self.left().filter(Q(leased_until=None) | Q(leased_until__lte=now))


class ReassessmentPage(models.Model):
    """The patients whose ids come after `after` and not after `until`; None: from the first, to the last."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Reassessment, on_delete=models.CASCADE, related_name="pages", db_index=False)
    after = models.UUIDField(null=True)
    until = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    found: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    objects = ReassessmentPageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["run"], name="pages_of_a_reassessment"),
            models.Index(fields=["run", "id"], name="pages_to_reassess", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"after {self.after}"
