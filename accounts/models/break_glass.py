"""That whoever runs the site opened one patient's record, why, and until when."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.patient import Patient

GLASS_LASTS = timedelta(minutes=60)


class BreakGlass(models.Model):
    """One patient's record, open to one person who runs the site. The audit record keeps that it was, for good."""

    class Reason(models.TextChoices):
        HARM = "harm", _("Somebody may come to harm, and the clinic cannot be reached")
        ASKED = "asked", _("The patient or the clinic asked for help with this record")
        FAULT = "fault", _("A fault in this record has to be found")
        LAW = "law", _("A court or an authority demands it by law")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reason} until {self.ends_at}"
