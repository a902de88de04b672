"""What a patient answered before a treatment."""

from django.db import models

from accounts.models import Patient
from symptoms.recovery.screening import Answers


class Screening(models.Model):
    """The answers as they stand, one row a patient: what was half filled, too; each change takes the place of the last.

    `document` is `Answers.document`. Treatments take from it what they record, so its history is theirs.
    """

    patient = models.OneToOneField(Patient, primary_key=True, on_delete=models.CASCADE, related_name="screening")
    document = models.JSONField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"answers of {self.changed_at}"

    @property
    def answers(self) -> Answers:
        """The document as values; what is not asked any longer is left out."""
        return Answers.of(self.document)
