"""Gives a clinic an admin again, where the last one is gone: a member there, or a new account that is mailed."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.addresses import canonical_address, validate_address
from accounts.audit import note_role
from accounts.locks import lock_practice
from accounts.management.practice_by_id import practice_by_id
from accounts.members import LastAdmin, change_member, remove_member
from accounts.models import AccountMail, Membership, Practice, User
from accounts.role_mail import tell_colleagues


class Command(BaseCommand):
    help = "Makes somebody the admin of a clinic, and nobody else, who is mailed how to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", help="its id, as list_practices prints it")
        parser.add_argument("email", help="of a member there, or of somebody without an account")
        parser.add_argument("--keep-others", action="store_true", help="those who are admins now stay that")

    @transaction.atomic
    def handle(self, *, practice: str, email: str, keep_others: bool, **options: Any) -> None:
        found = lock_practice(practice_by_id(practice).pk)
        member = self._member(found, canonical_address(email))
        now = timezone.now()
        change_member(member, is_practitioner=member.is_practitioner, is_admin=True, now=now)
        others = Membership.objects.admins().filter(practice=found).exclude(pk=member.pk).select_related("user")
        for other in others.none() if keep_others else others:
            self._end(other, now)
        url = settings.SITE_URL + reverse("account_reset_password")
        body = render_to_string("accounts/email/clinic_opened.txt", {"url": url})
        AccountMail.objects.create(to=member.user.email, subject=_("You manage a clinic on Mendline"), body=body)
        self.stdout.write(f"{member.user.email} manages {found}, and is told how to choose a password: {url}")

    def _member(self, practice: Practice, email: str) -> Membership:
        """The member of this address, or a new one.

        Raises:
            CommandError: the address is of somebody who works elsewhere or is a patient.
        """
        known = User.objects.filter(email__iexact=email).first()
        if known is not None:
            member = Membership.objects.current().filter(user=known, practice=practice).select_related("user").first()
            if member is None:
                raise CommandError(f"{email} has an account and does not work at {practice}. Name another address.")
            return member
        try:
            validate_address(email)
        except ValidationError as wrong:
            raise CommandError(f"{email!r} is no address for mail. {wrong.messages[0]}") from wrong
        user = User.objects.create_user(email)
        # The password is chosen through a mail to this address, which shows that its owner reads it.
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        member = Membership.objects.create(user=user, practice=practice, is_admin=True, is_practitioner=False)
        note_role(member, by=None)
        tell_colleagues(member, {"is_practitioner": False, "is_admin": True}, None)
        return member

    @staticmethod
    def _end(other: Membership, now: datetime) -> None:
        """Take the role from an admin; who had no other works there no more."""
        try:
            if other.is_practitioner:
                change_member(other, is_practitioner=True, is_admin=False, now=now)
            else:
                remove_member(other, now)
        except LastAdmin as last:  # the new one is an admin already
            raise CommandError("The clinic would be left without an admin.") from last
