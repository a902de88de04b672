"""Goes on with an empty store of keys where the old one is lost for good."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.keys import store
from accounts.keys.faults import KeysUnavailable


class Command(BaseCommand):
    help = "Begins an empty store of keys, where the old one is lost: what was sealed by it stays unreadable."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lost", action="store_true", help="say that the old store is lost for good")

    def handle(self, *, lost: bool, **options: Any) -> None:
        try:
            if not store.is_empty():
                raise CommandError("The store of keys is not empty, so nothing was done.")
            if not lost:
                raise CommandError("Say --lost: no note and no photo of before will be readable.")
            store.begin()
        except KeysUnavailable as fault:
            raise CommandError(f"{fault}.") from fault
        self.stdout.write("Begun. Each patient gets a new key with the next thing that is kept of them.")
