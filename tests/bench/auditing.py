"""What the audit record costs: a million rows sealed, compared with their seals, and one changed byte found."""

import time
from collections.abc import Callable
from random import Random
from uuid import UUID

from django.db import connection

from accounts import audit
from accounts.audit import Kind
from accounts.audit_guards import put_guards, remove_guards

ROWS, AT_A_TIME, MOST = 1_000_000, 20_000, 60  # seconds


def rows() -> list[dict]:
    """The rows of the table: seconds by the clock."""
    chance = Random(2026)
    ids = [UUID(int=chance.getrandbits(128)) for _ in range(1_000)]
    for _ in range(ROWS // AT_A_TIME):
        audit.note_all(
            audit.row(
                Kind.READ, "record", user=chance.choice(ids), practice=chance.choice(ids), thing=chance.choice(ids)
            )
            for _ in range(AT_A_TIME)
        )
    sealing, _ = _timed(audit.seal)
    comparing, found = _timed(audit.verify)
    assert (found.rows, found.wrong) == (ROWS, [])
    remove_guards(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_auditrecord SET what = 'recorc' WHERE id = (SELECT MAX(id) FROM accounts_auditrecord)"
        )
    put_guards()
    finding, found = _timed(audit.verify)
    assert len(found.wrong) == 1
    return [
        _row(f"audit record of {ROWS:,} rows sealed", sealing),
        _row(f"audit record of {ROWS:,} rows compared with its seals", comparing),
        _row(f"one changed byte found in {ROWS:,} rows of the audit record", finding),
    ]


def _timed(act: Callable) -> tuple[float, object]:
    began = time.monotonic()
    got = act()
    return time.monotonic() - began, got


def _row(what: str, seconds: float) -> dict:
    return {
        "what": what,
        "measured": f"{seconds:.1f} s",
        "target": f"<= {MOST} s",
        "reached": seconds <= MOST,
        "figure": round(seconds, 1),
    }
