"""Who read, did, was told and got in: rows that are only ever added, and the seals by which a change is found."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.patient import Patient
from accounts.models.practice import Practice

KINDS = ["read", "did", "exported", "told", "signed_in", "signed_out", "failed", "locked_out", "role"]


class AuditRecordQuerySet(models.QuerySet["AuditRecord"]):
    """The rows of the audit record."""

    def readings(self) -> "AuditRecordQuerySet":
        """That somebody of a practice read something of a patient's record."""
        return self.filter(kind=AuditRecord.Kind.READ)


class AuditRecord(models.Model):
    """That something happened: what, when, by whom, about whose record, from which network. Never words of a record.

    A row says what it said when it was written, whatever becomes of its user, practice or patient: their ids stay.
    `patient` alone may change. It says whose record the row counts to now, which a joining of two records moves; whose
    it was then stays in `subject`. Triggers of the database refuse every other change (`accounts.audit_guards`).
    """

    class Kind(models.TextChoices):
        READ = "read"  # something of a patient's record
        DID = "did"  # changed something
        EXPORTED = "exported"  # fetched a file with everything about a patient
        TOLD = "told"  # a message was handed over to `user`
        SIGNED_IN = "signed_in"
        SIGNED_OUT = "signed_out"
        FAILED = "failed"  # a wrong password; `user` is whose account it was tried for
        LOCKED_OUT = "locked_out"  # too many wrong ones
        ROLE = "role"  # `user` gave, changed or took a role; `thing` is the membership

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.READ)
    what = models.CharField(max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False,
        related_name="+",
    )  # fmt: skip
    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    subject = models.UUIDField(null=True, help_text="the patient whose record it was then")
    patient = models.ForeignKey(
        Patient, null=True, on_delete=models.SET_NULL, db_index=False, related_name="audit_records"
    )
    thing = models.UUIDField(null=True, help_text="the entry, photo, alert, message, membership it is about")
    network = models.CharField(max_length=50, blank=True, help_text="from where; empty for what Mendline did itself")

    objects = AuditRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=KINDS),
                name="kind_of_audit_record_is_known",
            )
        ]
        indexes = [
            models.Index(fields=["patient", "kind", "-at"], name="what_happened_to_a_patient"),
            models.Index(fields=["practice", "-id"], name="what_happened_at_a_practice"),
            models.Index(fields=["user", "-id"], name="what_somebody_did"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.what} at {self.at}"


class AuditSeal(models.Model):
    """The fingerprint of a block of audit records and of the seal before it: what is changed later does not fit it."""

    number = models.PositiveBigIntegerField(primary_key=True, help_text="1, 2, 3 ... without a gap")
    last = models.PositiveBigIntegerField(
        help_text="the id of its last record; it begins after that of the seal before"
    )
    count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256, in hexadecimal digits")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"seal {self.number}"
