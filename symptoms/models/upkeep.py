"""What whoever runs Mendline has done for them from time to time: backups, and the drill that puts one back."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy

MOST_SAID = 500  # characters


class Upkeep(models.Model):
    """One row a kind: when it was last done, and, where the last try failed, when that was and why."""

    class Kind(models.TextChoices):
        BACKUP = "backup", gettext_lazy("Backup")
        KEYS = "keys", gettext_lazy("Copy of the keys")
        DRILL = "drill", gettext_lazy("Drill")

    # Rows of their own, which nobody does from time to time: a backup was put back (tracker/backups/after_restore.py),
    # and since when the store of photos has not taken what the worker tried it with.
    RESTORED, STORE = "restored", "store"

    kind = models.CharField(primary_key=True, max_length=10, choices=Kind.choices)
    done_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=MOST_SAID, blank=True)

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def went_well(cls, kind: str, now: datetime) -> None:
        """Write down that it was done."""
        cls.objects.update_or_create(kind=kind, defaults={"done_at": now, "failed_at": None, "said": ""})

    @classmethod
    def failed(cls, kind: str, now: datetime, said: str) -> None:
        """Write down that it was tried, and why it failed; when it was last done stays."""
        cls.objects.update_or_create(kind=kind, defaults={"failed_at": now, "said": said[:MOST_SAID]})
