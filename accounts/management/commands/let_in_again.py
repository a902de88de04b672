"""Lets somebody in again who lost passkey, app and recovery codes: what was set up goes, and the password with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.addresses import canonical_address
from accounts.models import SecondYes, User
from accounts.second_factors import let_in_again
from accounts.second_yes import record_operator


class Command(BaseCommand):
    help = "Removes the second factors and the password of an account, whose owner is mailed how to choose another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="of the account; make sure first that it is its owner who asks")

    @transaction.atomic
    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.filter(email=canonical_address(email), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email!r}.")
        let_in_again(user)
        if user.membership is not None:
            record_operator(user.membership, SecondYes.About.FACTORS, timezone.now())
        self.stdout.write(f"{user.email} was signed out everywhere, and is told by mail how to get in again.")
