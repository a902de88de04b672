"""Says which days gain or lose which flags by the installed protocol; writes nothing."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from symptoms.journal.reassessing import PATIENTS_A_PAGE, judge_page
from symptoms.recovery.cases import InvalidCase, files_in, judge, read_case
from symptoms.recovery.comparing import Tally


class Command(BaseCommand):
    help = (
        "Compares what the installed protocol says with what another one said: of case files, by what "
        "`assess_cases --json` wrote then (BEFORE), or of every stored day (--stored). Writes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("before", nargs="?", type=Path, metavar="BEFORE", help="what assess_cases --json wrote")
        parser.add_argument("--stored", action="store_true", help="compare the stored days instead")
        parser.add_argument(
            "--cases", nargs="+", type=Path, default=[Path("tests/cases")], metavar="PATH", help="the case files"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object instead of a table")

    def handle(self, *, before: Path | None, stored: bool, cases: list[Path], as_json: bool, **options: Any) -> None:
        if (before is None) is not stored:
            raise CommandError("Name what assess_cases --json wrote before, or ask for --stored.")
        tally = Tally()
        if before is None:
            _compare_stored(tally)
        else:
            _compare_cases(tally, _read(before), cases)
        self.stdout.write(json.dumps(tally.as_json()) if as_json else tally.as_table())


def _compare_stored(tally: Tally) -> None:
    after = None
    while (page := judge_page(after, PATIENTS_A_PAGE, store=False, now=timezone.now())).last:
        tally.add_all(page.tally)
        after = page.last


def _compare_cases(tally: Tally, before: dict[str, dict[int, Any]], paths: list[Path]) -> None:
    try:
        for case in map(read_case, files_in(paths)):
            flags = before.get(case.id, {})
            for entry in judge(case).as_json()["entries"]:
                if entry["day"] in flags:
                    tally.add(flags[entry["day"]], entry["flags"], fitzpatrick=case.course.patient.fitzpatrick)
    except InvalidCase as problem:
        raise CommandError(str(problem)) from None


def _read(path: Path) -> dict[str, dict[int, Any]]:
    """The flags of each day by case, as `assess_cases --json` wrote them.

    Raises:
        CommandError: the file cannot be read, or is something else.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {line["id"]: {entry["day"]: entry["flags"] for entry in line["entries"]} for line in lines}
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, KeyError, TypeError):
        raise CommandError(f"{path} is not what assess_cases --json writes.") from None
