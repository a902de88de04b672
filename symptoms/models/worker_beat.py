"""When the worker last showed that it lives: who relies on its messages can be told when it does not."""

from datetime import datetime, timedelta

from django.db import models

BLIND_AFTER = timedelta(seconds=90)  # without a beat, nobody is being told


class WorkerBeat(models.Model):
    """One row; `at` is moved on by whichever worker runs."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at}"

    @classmethod
    def alive(cls, now: datetime) -> models.Exists:
        """`is_alive`, as a question that another statement asks along."""
        return models.Exists(cls._beats(now))

    @classmethod
    def is_alive(cls, now: datetime) -> bool:
        """Whether a worker has shown itself a short while ago; a beat ahead of `now` counts, clocks are set back."""
        return cls._beats(now).exists()

    @classmethod
    def _beats(cls, now: datetime) -> models.QuerySet["WorkerBeat"]:
        return cls.objects.filter(at__gt=now - BLIND_AFTER)
