"""Looks at the whole installation and says what is wrong with it, for whoever runs it."""

import json as as_text
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tracker.doctor import State, examine


class Command(BaseCommand):
    help = "Looks at settings, keys, database, mail, time, disk and versions; ends with 1 where something is wrong."
    requires_system_checks: list[Any] = []  # they are among what it says

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *, json: bool, **options: Any) -> None:  # the option's name, as it is typed
        findings = examine(timezone.now())
        if json:
            self.stdout.write(as_text.dumps([asdict(finding) for finding in findings]))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.state:<6} {finding.what}: {finding.text}")
        if any(finding.state is State.WRONG for finding in findings):
            sys.exit(1)
