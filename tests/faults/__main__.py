"""`make faults`: every fault at full count on one database, with a seed, and a report of what came of them.

    python -m tests.faults [what pytest takes, as -k killed]

On SQLite, or on the server of `tests.postgres`. MENDLINE_TEST_SEED is the seed; another one draws other moments.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults import record, report
from tests.house import tree

NO_HANG = ("-o", "faulthandler_timeout=1800", "-o", "faulthandler_exit_on_timeout=true")


def main(part: list[str]) -> int:
    """0 when nothing was lost and every kind was brought about; `part` narrows the tests."""
    seed = int(os.environ.setdefault("MENDLINE_TEST_SEED", "2026"))
    database = "postgresql" if os.environ.get("MENDLINE_TEST_DATABASE_URL") else "sqlite"
    print(f"Faults on {database}, seed {seed}: MENDLINE_TEST_SEED={seed} brings about the same ones.", flush=True)
    with tempfile.TemporaryDirectory(prefix="mendline-faults-") as folder:
        file = Path(folder, "noted")
        status = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "faults", "-q", f"--hypothesis-seed={seed}", *NO_HANG, *part],
            cwd=tree.ROOT, check=False,
            env=os.environ | {"MENDLINE_DEBUG": "1", "MENDLINE_TEST_FAULTS": "all", record.FILE: str(file)},
        ).returncode  # fmt: skip
        by_kind = report.sums(file)
    print(f"\n{report.table(database, seed, by_kind)}\n")
    wrong = report.wrong_with(database, by_kind, is_whole=not part)
    wrong += [f"pytest ended with {status}."] if status else []
    print("\n".join(wrong) or "Nothing that was acknowledged is lost.", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
