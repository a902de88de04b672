"""Access records that the database did not take: kept in a file beside it until it does, so that none is lost.

The file has its full size from the start: on a disk that is full there is room in it still. Records are lines of JSON
from its beginning; the rest is zeros. Whoever reads or writes it holds a lock on it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import AuditRecord, Patient

SIZE = 1 << 20  # bytes; some five thousand records
IDS = ("user_id", "patient_id", "practice_id")


def make_spool() -> None:
    """See to it that the file is there, with room for what it may have to hold. Raises OSError on a full disk."""
    with _locked() as spool:
        os.posix_fallocate(spool, 0, SIZE)


def keep(record: AuditRecord) -> None:
    """Add a record that has not been saved; it is on the disk before this returns.

    Raises:
        OSError: there is no room.
    """
    ids = {name: str(id) if (id := getattr(record, name)) else None for name in IDS}
    # The line before it may be half of one, when its process was killed.
    line = (
        b"\n"
        + json.dumps({**ids, "what": record.what, "network": record.network, "at": record.at.isoformat()}).encode()
    )
    with _locked() as spool:
        end = len(_content(spool))
        if end + len(line) > SIZE:
            raise OSError("the spool of access records is full")
        os.pwrite(spool, line, end)
        os.fsync(spool)


def store_kept() -> int:
    """Write what is kept into the database; gives how many. After a crash in between none is written twice."""
    if not _path().exists():
        return 0
    with _locked() as spool:
        content = _content(spool)
        if not content:
            return 0
        lines = [json.loads(line) for line in content.splitlines() if line.endswith(b"}")]
        with transaction.atomic():
            new = [row for row in _rows(lines) if not AuditRecord.objects.filter(**row).exists()]
            AuditRecord.objects.bulk_create(AuditRecord(**row) for row in new)
        os.pwrite(spool, bytes(len(content)), 0)
        os.fsync(spool)
        return len(lines)


def _path() -> Path:
    return settings.DATA_DIR / "access-records.spool"


@contextmanager
def _locked() -> Iterator[int]:
    descriptor = os.open(_path(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _content(spool: int) -> bytes:
    return os.pread(spool, SIZE, 0).partition(b"\0")[0]


def _rows(lines: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As the database would have kept them: who is gone since is still named by their id."""
    present = set(
        map(str, Patient.objects.filter(pk__in={line["patient_id"] for line in lines}).values_list("pk", flat=True))
    )
    for line in lines:
        subject = line["patient_id"]
        yield {
            **{name: line[name] for name in IDS},
            "patient_id": subject if subject in present else None,
            "subject": subject,
            "what": line["what"],
            "network": line.get("network", ""),  # lines of an earlier release have none
            "at": datetime.fromisoformat(line["at"]),
        }
