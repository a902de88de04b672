"""Opens a clinic: makes its record and its first admin, who chooses a password by mail and invites everybody else."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.addresses import canonical_address, validate_address
from accounts.audit import note_role
from accounts.help_numbers import all_numbers
from accounts.models import AccountMail, Membership, Practice, User
from accounts.zones import known_zones


class Command(BaseCommand):
    help = "Opens a clinic with its first admin, who is mailed how to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="of the clinic, as patients know it")
        parser.add_argument("email", help="of its first admin")
        parser.add_argument("--admin", default="", metavar="NAME", help="the admin's own name, as others read it")
        parser.add_argument("--treats", action="store_true", help="the admin is a practitioner too and reads records")
        parser.add_argument("--phone", default="", help="that patients call")
        parser.add_argument("--country", required=True, metavar="CODE", help="where it is, as in GB")
        parser.add_argument("--time-zone", default=settings.TIME_ZONE, help="as in Europe/London")

    @transaction.atomic
    def handle(self, *, email: str, admin: str, treats: bool, **options: Any) -> None:
        email = canonical_address(email)
        self._refuse(email, options["country"], options["time_zone"])
        clinic = {key: options[key] for key in ("name", "phone", "country", "time_zone")}
        practice = Practice.objects.create(**clinic)
        user = User.objects.create_user(email, name=admin)
        # The password is chosen through a mail to this address, which shows that its owner reads it.
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        member = Membership.objects.create(user=user, practice=practice, is_admin=True, is_practitioner=treats)
        note_role(member, by=None)
        url = settings.SITE_URL + reverse("account_reset_password")
        body = render_to_string("accounts/email/clinic_opened.txt", {"url": url})
        AccountMail.objects.create(to=email, subject=_("Your clinic on Mendline is ready"), body=body)
        self.stdout.write(f"{practice} is open. {email} is told how to choose a password: {url}")

    def _refuse(self, email: str, country: str, time_zone: str) -> None:
        try:
            validate_address(email)
        except ValidationError as wrong:
            raise CommandError(f"{email!r} is no address for mail. {wrong.messages[0]}") from wrong
        if country not in all_numbers():
            raise CommandError(f"{country!r} is no country of the table of numbers to call. Write its code, like GB.")
        if time_zone not in known_zones():
            raise CommandError(f"{time_zone!r} is no time zone.")
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"{email} has an account already. Name an address without one.")
