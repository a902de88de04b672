"""Signs somebody, or everybody, out everywhere, as when a device was lost or a hole was found."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import canonical_address
from accounts.members import sign_out_member
from accounts.models import ProgramToken, User


class Command(BaseCommand):
    help = "Ends all sessions and tokens of an account, whose owner is mailed; with --all of every account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="of the account")
        parser.add_argument("--all", action="store_true", help="of every account")

    def handle(self, *, email: str | None, all: bool, **options: Any) -> None:  # the option's name, as it is typed
        if all == bool(email):
            raise CommandError("Name an account, or say --all.")
        if all:
            ids = {id for model in (UserSession, ProgramToken) for id in model.objects.values_list("user", flat=True)}
            found = list(User.objects.filter(pk__in=ids))
        else:
            found = list(User.objects.filter(email=canonical_address(email or "")))
        if email and not found:
            raise CommandError(f"Nobody signs in with {email!r}.")
        for user in found:
            sign_out_member(user, by=None)
        self.stdout.write(f"{len(found)} signed out everywhere, and told by mail.")
