"""Who works at a practice, when they are away, and what reaches them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.practice import Practice


class Reach(models.TextChoices):
    """What a member is told of whom neither e-mail nor push reaches."""

    NOTHING = "nothing"
    EMERGENCIES = "emergencies"  # by calls alone
    URGENT = "urgent"  # by texts


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about who works where."""

    def current(self) -> "MembershipQuerySet":
        return self.filter(removed_at=None, user__is_active=True)

    def practitioners(self) -> "MembershipQuerySet":
        return self.current().filter(is_practitioner=True)

    def admins(self) -> "MembershipQuerySet":
        return self.current().filter(is_admin=True)

    def with_second_factor(self) -> "MembershipQuerySet":
        """With `has_second_factor`: a passkey or an app's codes; recovery codes come with one of them."""
        factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return self.annotate(has_second_factor=Exists(factors))

    def reach(self) -> "dict[uuid.UUID, Reach]":
        """By membership what those who work there are told of whom neither e-mail, which fails or is off, nor push
        reaches; whoever is missing is told of all."""
        kinds, offered = ContactMethod.Kind, kinds_offered()
        rows = self.current().with_what_works().filter(email_fails=True, by_push=False)
        return {
            pk: Reach.URGENT if by_sms and kinds.SMS in offered
            else Reach.EMERGENCIES if by_phone and kinds.PHONE in offered
            else Reach.NOTHING
            for pk, by_sms, by_phone in rows.values_list("pk", "by_sms", "by_phone")
        }  # fmt: skip

    def with_what_works(self) -> "models.QuerySet[Any]":
        """With `email_fails` (or is off), and `by_push`, `by_sms`, `by_phone`: one works, should it be offered."""
        methods = ContactMethod.objects.filter(user=OuterRef("user"))
        others = [kind for kind in ContactMethod.Kind.values if kind != ContactMethod.Kind.EMAIL]
        return self.annotate(
            email_fails=Exists(methods.of_the_address().exclude(is_on=True, failing_since=None)),
            **{f"by_{kind}": Exists(methods.working().filter(kind=kind)) for kind in others},
        )


class Membership(models.Model):
    """That a user works in a practice: as practitioner (reads records), as admin (manages people), or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="memberships")
    is_practitioner = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    second_factor_asked_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="when the days began in which to set up a second factor"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            # One practice at a time keeps every page free of the question "which clinic are you in?".
            models.UniqueConstraint(
                fields=["user"], condition=Q(removed_at=None), name="one_current_practice_per_member"
            ),
            models.CheckConstraint(condition=Q(is_practitioner=True) | Q(is_admin=True), name="a_member_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.practice}"

    def second_factor_due(self) -> datetime | None:
        """When who has no second factor can do nothing but set one up; None where they have one, or need none.

        Takes a row that was read `with_second_factor`.
        """
        if not settings.SECOND_FACTOR_REQUIRED or self.has_second_factor:  # type: ignore[attr-defined]  # annotated
            return None
        since: datetime | None = settings.SECOND_FACTOR_SINCE
        asked_at = max(self.second_factor_asked_at, since) if since else self.second_factor_asked_at
        return asked_at + timedelta(days=settings.SECOND_FACTOR_DAYS)


class Absence(models.Model):
    """Days on which a member is away, and who stands in; what they would be told of, that colleague is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    stands_in = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(null=True, editable=False, help_text="when it was written down or last changed")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="an_absence_does_not_end_before"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


def kinds_offered() -> list[str]:
    """The kinds of contact methods by which people are told; texts and calls where the operator set a service."""
    kinds = ContactMethod.Kind
    return [kinds.EMAIL, kinds.PUSH, *(kind for kind, url in settings.APPRISE_URLS.items() if url)]


class ContactMethodQuerySet(models.QuerySet["ContactMethod"]):
    """Which ways reach somebody."""

    def working(self) -> "ContactMethodQuerySet":
        """Those that are turned on and that nothing speaks against."""
        return self.filter(is_on=True, failing_since=None)

    def of_the_address(self) -> "ContactMethodQuerySet":
        """E-mail to the address that its owner has now: what was known of an earlier one is over."""
        return self.filter(Q(address=F("user__email")) | Q(address=""), kind=ContactMethod.Kind.EMAIL)


class ContactMethod(models.Model):
    """One way by which a member is told: their e-mail, a browser that takes push messages, a number.

    Everybody has e-mail: a row for it is there once something is known of it, that it was tested or comes back.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Push message")
        SMS = "sms", _("Text message")
        PHONE = "phone", _("Phone call")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_methods")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.TextField(blank=True, help_text="a number; of a browser, what its push service takes, as JSON")
    address_hash = models.CharField(max_length=64, help_text="so that the same browser or number is one row")
    label = models.CharField(max_length=80, blank=True, help_text="what its owner knows it by")
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    proven_at = models.DateTimeField(null=True, blank=True, help_text="when something last surely arrived by it")
    failing_since = models.DateTimeField(null=True, blank=True)
    failing_why = models.CharField(max_length=200, blank=True)

    objects = ContactMethodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "address_hash"], name="one_row_for_a_contact_method")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"

    @property
    def is_working(self) -> bool:
        """Whether it is turned on and nothing speaks against it."""
        return self.is_on and self.failing_since is None
