"""What waits to be handed to a channel, and the mail about signing in."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.waking import SENDING, wake

LONGEST_PAUSE = timedelta(minutes=20)  # no message is ever put off for longer


class SendingQuerySet(models.QuerySet[Any]):
    """What is due to be sent."""

    def due(self, now: datetime) -> Self:
        """Not sent, not given up, and free: never leased, or with a lease that ran out.

        A row that has to wait longer than any pause was put off before the clock was set back: it is due as well.
        """
        is_free = Q(not_before__lte=now) | Q(not_before__gt=now + LONGEST_PAUSE)
        return self.filter(is_free, sent_at=None, failed_at=None)

    def bulk_create(self, objs: Iterable[Any], *given: Any, **more: Any) -> list[Any]:
        """As Django's; a worker hears of them."""
        rows = super().bulk_create(objs, *given, **more)
        wake(SENDING, [row.pk for row in rows])
        return rows

    def deliverable(self) -> Self:
        """Those that were sent or may soon be: neither given up nor refused."""
        return self.filter(failed_at=None, refused_at=None)


class Sending(models.Model):
    """Something to be handed to a channel: leased, sent, marked; told twice rather than never."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)  # also the fencing number of the current lease
    sent_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="since when it is refused, while it may still be tried; empty once sent",
    )
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = SendingQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *given: Any, **more: Any) -> None:
        """As Django's; a worker hears of what is new."""
        is_new = self._state.adding
        super().save(*given, **more)
        if is_new:
            wake(SENDING, [self.pk])

    @property
    def undelivered_at(self) -> datetime | None:
        """Since when it could not be delivered; None where it was sent, or may well be."""
        return self.failed_at or self.refused_at

    @property
    def is_on_its_way(self) -> bool:
        """Whether it waits to be sent, and nothing says that it will not arrive."""
        return self.sent_at is None and self.undelivered_at is None

    @property
    def message_id(self) -> str:
        """The same for every try, so that a copy sent twice shows once."""
        return f"<{self.id}@{settings.SITE_URL.partition('://')[2].partition(':')[0]}>"


class AccountMail(Sending):
    """A mail about signing in or an invitation, queued whole by the page that caused it."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # Erased once sent: the body holds a link that lets somebody in.

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="account_mail_due", condition=Q(sent_at=None, failed_at=None))
        ]
