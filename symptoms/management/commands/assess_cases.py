"""Judges case files and says, case by case, whether what must be said was said. Needs no database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from symptoms.recovery.cases import InvalidCase, Verdict, files_in, judge, read_case
from symptoms.recovery.protocol import PROTOCOL


class Command(BaseCommand):
    help = "Judges case files (or folders of them) by the recovery protocol. Exit status 1 if any fails."
    requires_system_checks: list = []
    requires_migrations_checks = False

    def add_arguments(self, parser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a case file, or a folder of them")
        parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")

    def handle(self, *, paths: list[Path], json: bool, **options: Any) -> None:
        verdicts, invalid = _judge(paths)
        if json:
            self._print_json(verdicts)
        else:
            self._print_table(verdicts)
        for problem in invalid:
            self.stderr.write(f"Not a case: {problem}")
        failed = sum(bool(verdict.problems) for verdict in verdicts)
        if failed or invalid:
            raise CommandError(f"{failed} of {len(verdicts)} cases failed, {len(invalid)} could not be read.")

    def _print_json(self, verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False))

    def _print_table(self, verdicts: list[Verdict]) -> None:
        self.stdout.write(f"{'result':<8}{'case':<51}entries  highest urgency")
        for verdict in verdicts:
            highest = max((said.urgency for said in verdict.assessments), default=None)
            word = "-" if highest is None else highest.slug
            state = "FAILED" if verdict.problems else "passed"
            self.stdout.write(f"{state:<8}{verdict.case.id:<51}{len(verdict.assessments):>7}  {word}")
            for problem in verdict.problems:
                self.stdout.write(f"        {problem}")
        passed = sum(not verdict.problems for verdict in verdicts)
        self.stdout.write(f"{passed} of {len(verdicts)} passed, by protocol {PROTOCOL.version} ({PROTOCOL.hash[:12]}).")


def _judge(paths: list[Path]) -> tuple[list[Verdict], list[str]]:
    """The verdict of each readable case, and a line for each file that is none."""
    verdicts: list[Verdict] = []
    invalid: list[str] = []
    for path in paths:
        try:
            files = list(files_in([path]))
        except InvalidCase as problem:
            invalid.append(str(problem))
            continue
        for file in files:
            try:
                verdicts.append(judge(read_case(file)))
            except InvalidCase as problem:
                invalid.append(str(problem))
    return verdicts, invalid
