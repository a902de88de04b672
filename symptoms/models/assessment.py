"""What was said about a day, by which protocol, on which evidence: stored, so that it can be shown as it was."""

from django.db import models
from django.db.models import Q

from accounts.quick_json import Stored
from symptoms.models.entry import Entry
from symptoms.recovery.vocabulary import Urgency


class Assessment(models.Model):
    """The judgement of one entry. Judging again adds a row and makes it the current one; none is changed or deleted."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="assessments")
    urgency = models.PositiveSmallIntegerField()
    flags = models.JSONField(encoder=Stored)  # as recovery.assessment.Assessment.as_json()["flags"]
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

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
