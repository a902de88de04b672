"""A process whose threads write in one SQLite file through the project's backend, in every way that Django writes.

    python writers.py FOLDER THREADS ROUNDS

SQLite's own waiting is turned off, so that two who write at once fail at once. Prints "writing" at the start,
and at the end how often `counted` was raised.
"""

import os
import sys
import threading
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent.parent


def main(folder: str, threads: str, rounds: str) -> int:
    """Write; 0 when nothing failed."""
    sys.path.insert(0, str(ROOT))
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tracker.settings", "MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": folder}
    import django

    django.setup()
    done: list[int] = []
    makers = [threading.Thread(target=write, args=(done, Random(seed), int(rounds))) for seed in range(int(threads))]
    print("writing", flush=True)
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    print(sum(done))
    return 0 if len(done) == len(makers) else 1


def write(done: list[int], chance: Random, rounds: int) -> None:
    """One thread's share."""
    from django.db import connection, transaction

    # Where others never pause, somebody may wait long for a turn; what is tried here is that no two have it.
    connection.settings_dict["OPTIONS"]["timeout"] = 120
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        cursor.execute("PRAGMA wal_autocheckpoint = 2")  # pages: nearly every commit brings on a checkpoint
    raised = 0
    for _ in range(rounds):
        way = chance.randrange(4)
        with connection.cursor() as cursor:
            if way == 0:
                with transaction.atomic():
                    cursor.execute("SELECT counted FROM numbers")
                    (counted,) = cursor.fetchone()
                    cursor.execute("UPDATE numbers SET counted = %s", [counted + 1])
            elif way == 1:
                cursor.execute("UPDATE numbers SET counted = counted + 1")
            elif way == 2:
                cursor.execute("INSERT INTO lines (number) VALUES (%s) RETURNING id", [raised])
                assert cursor.fetchone()[0] > 0
            else:
                cursor.executemany("INSERT INTO lines (number) VALUES (%s)", [(number,) for number in range(3)])
        raised += way < 2
    done.append(raised)
    connection.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
