"""What one admin of a practice asks for, and another has to agree to."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.member import Membership

ASK_LASTS = timedelta(days=7)


class SecondYesQuerySet(models.QuerySet["SecondYes"]):
    """Which still wait for an answer."""

    def open(self, now: datetime) -> "SecondYesQuerySet":
        return self.filter(answered_at=None, asked_at__gt=now - ASK_LASTS, member__removed_at=None)


class SecondYes(models.Model):
    """That somebody asked for something about a member, and who answered; rows stay as the record of it.

    What an operator did by a command has nobody who asked and nobody who answered.
    """

    class About(models.TextChoices):
        SIGHT = "sight", _("Opens all records, as a practitioner")
        FACTORS = "factors", _("Lost passkey and codes: is let in again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="second_yeses")
    about = models.CharField(max_length=10, choices=About.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True)
    is_agreed = models.BooleanField(default=False)

    objects = SecondYesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_agreed=False) | Q(asked_by=None) | ~Q(asked_by=F("answered_by")),
                name="nobody_agrees_to_what_they_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} of {self.member_id}"
