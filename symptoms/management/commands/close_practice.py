"""Closes a clinic that uses Mendline no more: its patients go on alone, and are told."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.management.practice_by_id import practice_by_id
from symptoms.journal.closing import StillOpen, close_practice


class Command(BaseCommand):
    help = "Closes a clinic: patients go on alone and are told, members are signed out and work there no more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", help="its id, as list_practices prints it")
        parser.add_argument("--even-with-open", action="store_true", help="although patients wait for an answer")

    def handle(self, *, practice: str, even_with_open: bool, **options: Any) -> None:
        found = practice_by_id(practice)
        try:
            patients = close_practice(found, now=timezone.now(), even_with_open=even_with_open)
        except StillOpen as waiting:
            raise CommandError(
                f"Patients of {found} with something open: {waiting.count} (a message that nobody has read counts). "
                "Let somebody answer it first, or close it all the same with --even-with-open: it then stands on their "
                "own pages, and nobody else is told."
            ) from waiting
        self.stdout.write(f"{found} is closed. Patients who go on alone: {patients}.")
