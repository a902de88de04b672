"""What only whoever runs the server can mend, for a terminal, a cron job or a program that watches."""

import json
import sys
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from symptoms.alerts.server_health import all_server_items, server_numbers
from symptoms.wording.attention import Due, Item


class Command(BaseCommand):
    help = "Says what needs the operator's attention; ends with 1 where something cannot wait, else with 0."
    requires_system_checks: list[Any] = []  # a cron job asks every minute

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, json: bool, **options: Any) -> None:  # the option's name, as it is typed
        now, zone = timezone.now(), ZoneInfo(settings.TIME_ZONE)
        items = all_server_items(now, zone)
        if json:
            self.stdout.write(_as_json(items))
        else:
            for item in items:
                self.stdout.write(f"{item.due.word.upper()}: {item.title}. {item.text}")
            if not items:
                self.stdout.write("Nothing needs attention.")
            for word, number in server_numbers(now, zone):
                self.stdout.write(f"{word}: {number}")
        if any(item.due is Due.NOW for item in items):
            sys.exit(1)


def _as_json(items: list[Item]) -> str:
    """The things to mend, the most pressing first; the numbers are for people."""
    return json.dumps([{"due": item.due, "kind": item.kind, "title": item.title, "text": item.text} for item in items])
