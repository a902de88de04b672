"""Judges case files and says, case by case, whether what must be said was said. Needs no database."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from symptoms.recovery.cases import CaseResult, InvalidCase, files_in, judge, read_case
from symptoms.recovery.protocol import PROTOCOL


class Command(BaseCommand):
    help = "Judges case files (or folders of them) by the recovery protocol. Exit status 1 if any fails."
    requires_system_checks: list[Any] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a case file, or a folder of them")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object a line, no table")

    def handle(self, *, paths: list[Path], as_json: bool, **options: Any) -> None:
        results, invalid = _judge(paths)
        if as_json:
            for result in results:
                self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            self._print_table(results)
        for problem in invalid:
            self.stderr.write(f"Not a case: {problem}")
        failed = sum(bool(result.problems) for result in results)
        if failed or invalid:
            raise CommandError(f"{failed} of {len(results)} cases failed, {len(invalid)} could not be read.")

    def _print_table(self, results: list[CaseResult]) -> None:
        self.stdout.write(f"{'result':<8}{'case':<51}entries  highest urgency")
        for result in results:
            highest = max((assessment.urgency for assessment in result.assessments), default=None)
            word = "-" if highest is None else highest.slug
            state = "FAILED" if result.problems else "passed"
            self.stdout.write(f"{state:<8}{result.case.id:<51}{len(result.assessments):>7}  {word}")
            for problem in result.problems:
                self.stdout.write(f"        {problem}")
        passed = sum(not result.problems for result in results)
        self.stdout.write(f"{passed} of {len(results)} passed, by protocol {PROTOCOL.version} ({PROTOCOL.hash[:12]}).")


def _judge(paths: list[Path]) -> tuple[list[CaseResult], list[str]]:
    """The result of each readable case, and a line for each file that is none."""
    results: list[CaseResult] = []
    invalid: list[str] = []
    for path in paths:
        try:
            files = list(files_in([path]))
        except InvalidCase as problem:
            invalid.append(str(problem))
            continue
        for file in files:
            try:
                results.append(judge(read_case(file)))
            except InvalidCase as problem:
                invalid.append(str(problem))
    return results, invalid
