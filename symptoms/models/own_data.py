"""What becomes of somebody's data: a file with everything, and an end of all of it."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.models import AccountMail, Patient, Practice, User

EXPORT_LASTS = timedelta(hours=24)  # from when it is ready
UNDO_WITHIN = timedelta(days=7)


class MadeFile(models.Model):
    """A file that was asked for and that the worker makes; it lies sealed in its folder, for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes of the file as it is handed out")
    without = models.PositiveIntegerField(default=0, help_text="photos whose files are missing or damaged")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"asked for at {self.asked_at}"

    @property
    def ends_at(self) -> datetime | None:
        """Until when it can be fetched; None while it is not ready."""
        return self.made_at + EXPORT_LASTS if self.made_at else None

    def is_ready(self, now: datetime) -> bool:
        """Whether it can be fetched."""
        return self.ends_at is not None and now < self.ends_at


class Export(MadeFile):
    """A file with everything about a patient, asked for by them, sealed by their key."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="exports")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(made_at=None, failed_at=None), name="one_export_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="exports_to_make", condition=Q(made_at=None, failed_at=None))]


class PracticeExport(MadeFile):
    """A file with all that a practice may read, asked for by one of its people; sealed by a key that ends with it."""

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(help_text="the key that seals the file, in the store of keys")
    records = models.PositiveIntegerField(default=0, help_text="how many patients are in it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice"], condition=Q(made_at=None, failed_at=None), name="one_practice_export_at_a_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], name="practice_exports_to_make", condition=Q(made_at=None, failed_at=None)
            ),
        ]  # fmt: skip


class Erasure(models.Model):
    """That everything about somebody goes: they asked, or their clinic's retention period is over (`practice_id`).

    It outlives the record: it holds ids, times and counts, and no name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient_id = models.UUIDField()
    user_id = models.UUIDField(null=True)
    practice_id = models.UUIDField(null=True, help_text="whose retention period is over; empty: the patient asked")
    asked_at = models.DateTimeField(help_text="when it was asked for, or the patient was told")
    told_again_at = models.DateTimeField(null=True, blank=True, help_text="when the second letter was written")
    letter = models.ForeignKey(
        AccountMail, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the last that told the patient"
    )
    undelivered_at = models.DateTimeField(null=True, help_text="since when it is known that no letter reaches them")
    due_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, help_text="rows of the record, its photos and keys are gone")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="the account and the receipt's letter as well")
    receipt = models.JSONField(default=dict, help_text="what went, by kind: counts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id"], condition=Q(undone_at=None, done_at=None), name="one_erasure_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="erasures_due", condition=Q(undone_at=None, ended_at=None)),
            models.Index(
                fields=["practice_id", "due_at"], name="erasures_by_retention",
                condition=Q(practice_id__isnull=False, undone_at=None, done_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"due at {self.due_at}"
