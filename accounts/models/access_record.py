"""Who read whose record."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.patient import Patient
from accounts.models.practice import Practice


class AccessRecord(models.Model):
    """That somebody read a patient's record: who, whose, what, when. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="access_records")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="who_read_a_patient")]

    def __str__(self) -> str:
        return f"{self.what} at {self.at}"
