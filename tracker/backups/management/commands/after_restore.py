"""Answers the question that a restore leaves: what becomes of messages that waited when the backup was made."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from tracker.backups.after_restore import answer, asked, waiting


class Command(BaseCommand):
    help = "Says what waited to be sent when the backup was made that was put back; --send or --let-go decides."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--send", action="store_true", help="the worker sends it, under the same Message-ID")
        which.add_argument("--let-go", action="store_true", help="nothing of it is sent; open alerts are told on")

    def handle(self, *, send: bool, let_go: bool, **options: Any) -> None:
        made = asked()
        if made is None:
            self.stdout.write("Nothing was put back that nobody has decided about.")
        elif send or let_go:
            with transaction.atomic():
                count = answer(timezone.now(), is_sent=send)
            self.stdout.write(f"{count} are {'sent' if send else 'not sent'}. Start the worker.")
        else:
            self.stdout.write(f"When the backup of {made:%Y-%m-%d %H:%M} UTC was made, {waiting().words}.")
            self.stdout.write("Decide with --send (an alert may arrive twice) or --let-go (one may not arrive).")
