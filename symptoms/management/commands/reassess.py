"""Judges stored days by the protocol that is installed, a page of patients at a time, while people go on logging; and
works out again where in the queue a patient stands."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from symptoms.alerts.patient_status import is_status_kept
from symptoms.journal.reassessing import compare, keep_place, patients_between, reassess
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
        while page := patients_between(after, until):
            for patient in page:
                is_judged_otherwise, is_kept = compare(patient, tally), is_status_kept(patient)
                places += not is_kept
                if is_judged_otherwise and not dry_run:
                    reassess(patient.pk, now=timezone.now())
                elif not is_kept and not dry_run:
                    keep_place(patient.pk)
                after = patient.pk
            patients += len(page)
            days = f"days: {tally.days:,}; different: {tally.changed:,}; places out of date: {places:,}"
            self.stderr.write(f"patients: {patients:,}; {days}; to go on from here: --after {after}")
        self.stdout.write(json.dumps(tally.as_json()) if as_json else tally.as_table())
        done = "nothing was stored" if dry_run else "stored"
        self.stderr.write(f"Judged by protocol {PROTOCOL.version} ({PROTOCOL.hash[:12]}), {done}.")
