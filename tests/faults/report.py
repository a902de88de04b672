"""The report of `make faults`: of each kind how many there were, and what was lost, doubled or late."""

import json
from pathlib import Path

from tests.faults.kinds import KINDS, ON_ONE

AT_LEAST = 1_000
COLUMNS = ("count", "lost", "doubled", "late")


def sums(file: Path) -> dict[str, dict[str, int]]:
    """The lines of a run, summed by kind."""
    by_kind = {kind: dict.fromkeys((*COLUMNS, "failed"), 0) for kind in KINDS}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        noted = json.loads(line)
        for column in COLUMNS:
            by_kind[noted["kind"]][column] += noted[column]
        by_kind[noted["kind"]]["failed"] += not noted["is_passed"]
    return by_kind


def table(database: str, seed: int, by_kind: dict[str, dict[str, int]]) -> str:
    """The same for people."""
    lines = [f"Faults on {database}, seed {seed}", "", f"| {'kind':54} | count | lost | doubled | late |"]
    lines.append(f"| {'-' * 54} | ----: | ---: | ------: | ---: |")
    for kind, found in by_kind.items():
        if found["count"]:
            lines.append(_line(f"{kind} {KINDS[kind]}", found))
    lines.append(_line("in all", {column: sum(row[column] for row in by_kind.values()) for column in COLUMNS}))
    return "\n".join(lines)


def wrong_with(database: str, by_kind: dict[str, dict[str, int]], *, is_whole: bool) -> list[str]:
    """Why a run is not well, in sentences; one of a part of the tests need not have brought about everything."""
    wrong = [f"{kind}: {row['lost']} lost." for kind, row in by_kind.items() if row["lost"]]
    wrong += [f"{kind}: {row['failed']} tests failed." for kind, row in by_kind.items() if row["failed"]]
    if not is_whole:
        return wrong
    missing = [kind for kind, row in by_kind.items() if not row["count"] and ON_ONE.get(kind, database) == database]
    wrong += [f"None of {', '.join(missing)} was brought about."] if missing else []
    count = sum(row["count"] for row in by_kind.values())
    return wrong + ([f"{count} faults are fewer than {AT_LEAST}."] if count < AT_LEAST else [])


def _line(name: str, row: dict[str, int]) -> str:
    return f"| {name:54} | {row['count']:5} | {row['lost']:4} | {row['doubled']:7} | {row['late']:4} |"
