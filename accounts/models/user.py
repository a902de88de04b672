"""Somebody who signs in."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.addresses import canonical_address
from accounts.hashers import spellings_of
from accounts.models.member import Membership
from accounts.models.patient import Patient
from accounts.models.practice import Practice


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=canonical_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Somebody who can sign in. What they may see follows from being a patient or a member, not from this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # Django's own way to drop a field
    first_name = None  # type: ignore[assignment]  # likewise
    last_name = None  # type: ignore[assignment]  # likewise
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[assignment, misc]  # it makes users without a username

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of the password's one spelling: an accent is one letter or two, as the keyboard has it."""
        super().set_password(raw_password and spellings_of(raw_password)[0])

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password, however its accents are spelled here or were when it was chosen."""
        return any(super(User, self).check_password(spelling) for spelling in spellings_of(raw_password or ""))

    @cached_property
    def membership(self) -> "Membership | None":
        """Where the user works now, if anywhere."""
        if self.__dict__.get("as_patient") is not None:  # known to be a patient: nobody is both
            return None
        return self.memberships.current().with_second_factor().select_related("practice").first()

    @cached_property
    def is_kept_out(self) -> bool:
        """Whether the user works somewhere and has not set up the second factor in time that is required there."""
        due = self.membership.second_factor_due() if self.membership else None
        return due is not None and due <= timezone.now()  # no caller has a better now: it is asked on the way in

    @property
    def active_membership(self) -> "Membership | None":
        """Where the user works now, and may do something."""
        return None if self.membership is None or self.is_kept_out else self.membership

    @property
    def practice_as_practitioner(self) -> "Practice | None":
        """The practice whose records the user may read: being its admin alone is not enough."""
        member = self.active_membership
        return member.practice if member and member.is_practitioner else None

    @property
    def practice_as_admin(self) -> "Practice | None":
        """The practice whose people the user manages."""
        member = self.active_membership
        return member.practice if member and member.is_admin else None

    @cached_property
    def as_patient(self) -> "Patient | None":
        """The patient this user is, if any."""
        return Patient.objects.filter(user=self).select_related("practice").first()

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock the user reads: a patient's own, a member's practice's, else the server's."""
        if self.as_patient is not None:
            return self.as_patient.zone
        return self.membership.practice.zone if self.membership else ZoneInfo(settings.TIME_ZONE)

    def look_up_again(self) -> None:
        """Where the user works or which patient they are has just changed: forget what was found before."""
        for name in ("membership", "as_patient", "is_kept_out"):
            self.__dict__.pop(name, None)
