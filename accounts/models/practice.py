"""A clinic, and its wall screens."""

import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.opening_hours import OpeningHours, from_stored
from accounts.zones import known_zones

LONGEST_WALL_LABEL = 60
RETENTION_MONTHS, LEAST_MONTHS, MOST_MONTHS = 24, 14, 240  # a treatment is followed for 400 days: nothing shorter


def validate_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in known_zones():
        raise ValidationError(_("%(name)s is not a time zone we know."), params={"name": name})


class Practice(models.Model):
    """A clinic that uses Mendline."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    week = models.JSONField(default=dict, blank=True, help_text="opening hours by weekday; empty: not said")
    days_off = models.JSONField(default=list, blank=True, help_text="first and last day of each closure")
    answers_within = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="hours in which an answer usually comes while it is open"
    )
    telling = models.JSONField(
        default=dict, blank=True, help_text="who is told when, read by `symptoms.alerts.policy`; empty: the defaults"
    )
    retention_months = models.PositiveSmallIntegerField(
        default=RETENTION_MONTHS, help_text="for how long a record is kept that nobody uses any more"
    )
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, editable=False, help_text="when the operator closed it")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose clock hangs at the practice."""
        return ZoneInfo(self.time_zone)

    @property
    def hours(self) -> OpeningHours:
        """When it is open."""
        return from_stored(self.zone, self.week, self.days_off)


class WallLink(models.Model):
    """A way to a practice's wall screen without signing in: numbers alone, until a manager turns it off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="wall_links")
    label = models.CharField(max_length=LONGEST_WALL_LABEL, help_text="where the screen hangs")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    used_at = models.DateTimeField(null=True, blank=True, help_text="when a screen last showed it, by some minutes")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.label
