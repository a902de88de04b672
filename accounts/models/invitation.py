"""A way in to a practice, for a patient or a colleague."""

import secrets
import uuid
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models.member import Membership
from accounts.models.patient import Patient
from accounts.models.practice import Practice

INVITATION_LASTS = timedelta(days=7)
LAPSE_SAID_FOR = timedelta(days=30)  # after that, whoever did not join does not mean to
UNDONE_WITHIN = timedelta(days=30)  # a wrong "yes, this is the same person"


def hash_token(token: str) -> str:
    """What is stored of an invitation's token: its SHA-256, so that the table alone lets nobody in."""
    return sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations can still be used."""

    def open(self, now: datetime) -> "InvitationQuerySet":
        """Those that still let somebody in; to a colleague only while whoever invited manages the practice's people."""
        admins = Membership.objects.admins().filter(user=OuterRef("invited_by"), practice=OuterRef("practice"))
        return self.filter(~Q(patient=None) | Exists(admins), used_at=None, withdrawn_at=None, expires_at__gt=now)

    def unsettled(self) -> "InvitationQuerySet":
        """Neither taken for good nor taken back: what a new invitation replaces."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def fruitless(self, now: datetime) -> "InvitationQuerySet":
        """Those by which nobody came who was to: the letter is refused or was given up, or their time is over, since a
        month at most. Whoever invites again, or takes them back, has seen to it."""
        is_to_join = Q(patient=None) | Q(patient__user=None, patient__practice=F("practice"))
        refused = Q(letter__failed_at__isnull=False) | Q(letter__refused_at__isnull=False)
        is_over = Q(expires_at__lte=now, expires_at__gt=now - LAPSE_SAID_FOR)
        waiting = self.filter(is_to_join, used_at=None, withdrawn_at=None)
        return waiting.filter(is_over | (refused & Q(letter__sent_at=None)))

    def to_confirm(self) -> "InvitationQuerySet":
        """Taken by somebody whom the practice has still to recognise."""
        return self.unsettled().exclude(used_at=None)

    def to_undo(self, now: datetime) -> "InvitationQuerySet":
        """Those by which somebody joined who can still be told apart from the patient again."""
        return self.filter(confirmed_at__gte=now - UNDONE_WITHIN, undone_at=None, record_before__isnull=False)

    def forget_records_before(self, now: datetime) -> int:
        """Delete what was kept for undoing a joining that can no longer be undone; gives how many there were."""
        over = self.filter(confirmed_at__lt=now - UNDONE_WITHIN, record_before__isnull=False)
        return over.update(record_before=None)


class Invitation(models.Model):
    """A one-time way in: bound to an address when mailed; shown as a QR code, unbound and confirmed by the practice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="invitations")
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True)
    is_practitioner = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    choices = models.JSONField(default=dict, help_text="what whoever took it agreed to and shares, see `Joining`")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    record_before = models.JSONField(
        null=True, help_text="the record as the practice had begun it, to undo the joining"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    letter = models.OneToOneField(
        "AccountMail", null=True, blank=True, on_delete=models.SET_NULL, help_text="by which the link was sent"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "expires_at"],
                name="invitations_awaited",
                condition=Q(used_at=None, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.email or 'whoever shows it'} from {self.practice}"

    @property
    def is_bound(self) -> bool:
        """Whether only one address can accept it."""
        return bool(self.email)

    @property
    def is_to_confirm(self) -> bool:
        """Whether somebody took it whom the practice has still to recognise."""
        return self.used_at is not None and self.confirmed_at is None

    @property
    def undelivered_at(self) -> datetime | None:
        """Since when its letter could not be delivered; None while it was, or may well be."""
        return self.letter.undelivered_at if self.letter else None

    @staticmethod
    def new_token() -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(32)
