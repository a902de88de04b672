"""Judges stored days by the protocol that is installed, a page of patients at a time, while people go on logging; and
works out again where in the queue a patient stands."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from symptoms.journal import reassessing
from symptoms.recovery.comparing import Tally
from symptoms.recovery.protocol import PROTOCOL


class Command(BaseCommand):
    help = (
        "Judges every stored day by the installed protocol and stores those that differ; earlier assessments are kept. "
        "Alerts come from the newest day of each session only. Where a patient stands in the queue, and when the next "
        "log is due, is worked out again. May be stopped, and taken up again with --after; "
        "two processes share the work with --until and --after of the same id."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        parser.add_argument("--after", type=UUID, metavar="ID", help="go on after this patient")
        parser.add_argument(
            "--until", type=UUID, metavar="ID", help="end with this patient; another process does the rest"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="what changed as one JSON object")

    def handle(self, *, dry_run: bool, after: UUID | None, until: UUID | None, as_json: bool, **options: Any) -> None:
        tally, patients, places = Tally(), 0, 0
        while (page := self._next_page(after, until, store=not dry_run)).last:
            after = page.last
            tally.add_all(page.tally)
            patients, places = patients + page.patients, places + len(page.out_of_place)
            days = f"days: {tally.days:,}; different: {tally.changed:,}; places out of date: {places:,}"
            self.stderr.write(f"patients: {patients:,}; {days}; to go on from here: --after {after}")
        self.stdout.write(json.dumps(tally.as_json()) if as_json else tally.as_table())
        done = "nothing was stored" if dry_run else "stored"
        self.stderr.write(f"Judged by protocol {PROTOCOL.version} ({PROTOCOL.hash[:12]}), {done}.")

    def _next_page(self, after: UUID | None, until: UUID | None, *, store: bool) -> reassessing.Page:
        return reassessing.judge_page(after, reassessing.PATIENTS_A_PAGE, until=until, store=store, now=timezone.now())
