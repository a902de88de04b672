"""What lets a program in: a token of somebody's, kept as its hash, with a name, a scope and an end."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, get_digest_token
from knox.settings import CONSTANTS

from accounts.models.user import User

LONGEST_TOKEN_NAME = 60


class ProgramToken(AbstractAuthToken):  # type: ignore[misc]  # Knox has no types
    """Of the token itself only its first 15 signs and its hash are kept: it is shown once."""

    class Scope(models.TextChoices):
        OWN = "own", _("Read and write my own record")
        PRACTICE_READ = "practice_read", _("Only read what I may read at the clinic")
        PRACTICE_ACT = "practice_act", _("Do what I may do at the clinic")

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )  # may be named in pages and in the audit
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=128, unique=True, editable=False)
    name = models.CharField(max_length=LONGEST_TOKEN_NAME)
    scope = models.CharField(max_length=20, choices=Scope.choices)
    used_at = models.DateTimeField(null=True, editable=False, help_text="the last use, give or take an hour")
    told_at = models.DateTimeField(null=True, editable=False, help_text="when its owner was told that it ends soon")

    objects: models.Manager["ProgramToken"] = models.Manager()  # Knox's would count the days by a clock of its own

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_program_token_of_a_name"),
            models.CheckConstraint(condition=Q(expiry__isnull=False), name="a_program_token_ends"),
            models.CheckConstraint(
                condition=Q(scope__in=["own", "practice_read", "practice_act"]), name="a_program_token_has_a_scope"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def made(cls, user: User, *, expiry: datetime, **fields: Any) -> tuple["ProgramToken", str]:
        """A row that is not written yet, and the token that it is about, which is kept nowhere."""
        digest, token = get_digest_token()
        start = token[: CONSTANTS.TOKEN_KEY_LENGTH]
        return cls(user=user, digest=digest, token_key=start, expiry=expiry, **fields), token

    def has_ended(self, now: datetime) -> bool:
        """Whether it lets nobody in any more."""
        return self.expiry is None or self.expiry <= now
