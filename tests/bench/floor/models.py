"""A row of twenty columns, as a daily report would be without anything of ours."""

from django.db import models


class Report(models.Model):
    """Fifteen grades and five facts."""

    day = models.PositiveSmallIntegerField()
    redness = models.PositiveSmallIntegerField()
    swelling = models.PositiveSmallIntegerField()
    pain = models.PositiveSmallIntegerField()
    warmth = models.PositiveSmallIntegerField()
    itching = models.PositiveSmallIntegerField()
    peeling = models.PositiveSmallIntegerField()
    bruising = models.PositiveSmallIntegerField()
    bleeding = models.PositiveSmallIntegerField()
    oozing = models.PositiveSmallIntegerField()
    crusting = models.PositiveSmallIntegerField()
    bumps = models.PositiveSmallIntegerField()
    dark_patches = models.PositiveSmallIntegerField()
    light_patches = models.PositiveSmallIntegerField()
    raised_scar = models.PositiveSmallIntegerField()
    pus = models.BooleanField()
    spreading = models.BooleanField()
    temperature = models.FloatField(null=True)
    device = models.CharField(max_length=10)
    note = models.CharField(max_length=2000)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return f"day {self.day}"
