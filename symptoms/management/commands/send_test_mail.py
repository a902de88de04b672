"""Sends one mail through the mail server that is set, now, and says what became of it."""

import time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.addresses import canonical_address, validate_address
from accounts.models import AccountMail
from symptoms.messages.channels.interface import Refused
from symptoms.messages.channels.registry import EMAIL
from symptoms.messages.outbox import LONGEST_TRY


class Command(BaseCommand):
    help = "Sends a test mail to an address, without the worker, and prints what the mail server answered."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        try:
            validate_address(email)
        except ValidationError as wrong:
            raise CommandError(f"{email!r} is no address for mail. {wrong.messages[0]}") from wrong
        body = "This is a test: Mendline can send mail to this address.\n"
        mail = AccountMail(to=canonical_address(email), subject="A test from Mendline", body=body)
        try:
            EMAIL.hand_over(EMAIL.write(mail), ends=time.monotonic() + LONGEST_TRY)
        except Refused as refused:
            raise CommandError(f"It was not taken: {refused}.") from refused
        self.stdout.write(f"The mail server has taken it for {mail.to}. Look whether it arrived, and not as spam.")
