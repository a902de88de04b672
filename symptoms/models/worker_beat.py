"""When the worker last showed that it lives: who relies on its messages can be told when it does not."""

from datetime import datetime, timedelta

from django.db import models

from accounts.compiled_queries import A_MOMENT, CompiledQuery

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
        return models.Exists(beats_since(now - BLIND_AFTER))

    @classmethod
    def is_alive(cls, now: datetime) -> bool:
        """Whether a worker has shown itself a short while ago; a beat ahead of `now` counts, clocks are set back."""
        return bool(read_beats(now - BLIND_AFTER))  # asked by each entry that tells somebody


def beats_since(since: datetime) -> models.QuerySet[WorkerBeat]:
    """The beat of the worker, where it is newer than that."""
    return WorkerBeat.objects.filter(at__gt=since)


read_beats = CompiledQuery(beats_since, A_MOMENT)
