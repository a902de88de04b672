"""What a patient answered before a treatment, and when their practice asked."""

from django.db import models

from accounts.models import Patient, Practice
from symptoms.recovery.screening import Answers


class Screening(models.Model):
    """The answers as they stand, one row a patient: what was half filled, too; each change takes the place of the last.

    `document` is `Answers.document`, of `changed_at`; None while nothing is answered. Treatments take from it what they
    record, so its history is theirs. `asked_by` sent the questions last, at `asked_at`.
    """

    patient = models.OneToOneField(Patient, primary_key=True, on_delete=models.CASCADE, related_name="screening")
    document = models.JSONField(default=dict)
    changed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Practice, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"answers of {self.changed_at}"

    @property
    def is_asked(self) -> bool:
        """Whether the questions were sent and the patient has not answered since."""
        return self.asked_at is not None and (self.changed_at is None or self.changed_at < self.asked_at)

    @property
    def answers(self) -> Answers:
        """The document as values; what is not asked any longer is left out."""
        return Answers.of(self.document)
