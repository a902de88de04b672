"""Tells a worker elsewhere, once it is committed, that there is something for it: a hint, and never more than that.

Rows are the queue. A worker that looks for itself each second needs no hint (`settings.WAKER` is empty then); one of
many machines is told which rows to look at, and what it was not told of it finds a few seconds later.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

# What the worker calls these duties (symptoms/management/commands/run_worker.py).
SENDING = "send what is due"
FILES = "make files that people asked for"
PAGES = "judge stored days again"  # no duty: only where somebody began it, on several machines


def wake(duty: str, rows: Iterable[Any]) -> None:
    """Let a worker do `duty` for these rows, by their ids, once the transaction is committed."""
    ids = [str(row) for row in rows]
    if settings.WAKER and ids:
        transaction.on_commit(partial(import_string(settings.WAKER), duty, ids), robust=True)
