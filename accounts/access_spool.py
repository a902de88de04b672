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
from django.db.models import QuerySet

from accounts.models import AccessRecord, Patient, Practice, User

SIZE = 1 << 20  # bytes; some five thousand records


def make_spool() -> None:
    """See to it that the file is there, with room for what it may have to hold. Raises OSError on a full disk."""
    with _locked() as spool:
        os.posix_fallocate(spool, 0, SIZE)


def keep(record: AccessRecord) -> None:
    """Add a record that has not been saved; it is on the disk before this returns.

    Raises:
        OSError: there is no room.
    """
    ids = {name: str(value) if value else None for name, value in _ids(record)}
    # The line before it may be half of one, when its process was killed.
    line = b"\n" + json.dumps({**ids, "what": record.what, "at": record.at.isoformat()}).encode()
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
        records = [_record(json.loads(line)) for line in content.splitlines() if line.endswith(b"}")]
        with transaction.atomic():
            AccessRecord.objects.bulk_create(
                [record for record in _of_who_is_there(records) if not _same(record).exists()]
            )
        os.pwrite(spool, bytes(len(content)), 0)
        os.fsync(spool)
        return len(records)


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


def _ids(record: AccessRecord) -> list[tuple[str, object]]:
    return [(name, getattr(record, name)) for name in ("user_id", "patient_id", "practice_id")]


def _record(kept: dict[str, Any]) -> AccessRecord:
    return AccessRecord(**kept | {"at": datetime.fromisoformat(kept["at"])})


def _of_who_is_there(records: list[AccessRecord]) -> Iterator[AccessRecord]:
    """As the database would have kept them: without a patient there is no record, without a reader it stays."""
    there = {
        name: {
            str(id)
            for id in model.objects.filter(pk__in=[getattr(record, name) for record in records]).values_list(
                "pk", flat=True
            )
        }
        for name, model in (("user_id", User), ("patient_id", Patient), ("practice_id", Practice))
    }
    for record in records:
        for name in ("user_id", "practice_id"):
            if getattr(record, name) not in there[name]:
                setattr(record, name, None)
        if record.patient_id in there["patient_id"]:
            yield record


def _same(record: AccessRecord) -> QuerySet[AccessRecord]:
    return AccessRecord.objects.filter(**dict(_ids(record)), what=record.what, at=record.at)
