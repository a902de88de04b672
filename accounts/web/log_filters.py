"""What the log leaves out: the part of an address that lets somebody in, and what was asked of it."""

import logging
import re

TOKEN = re.compile(r"(/join/|/wall/|/day/|/reminders/stop/|/confirm-email/|/password/reset/key/)[^/\s'\"]+")
QUERY = re.compile(r"(/[^\s?'\"]*)\?[^\s'\"]+")  # of an address alone: a sentence has a space before or after its "?"


def redacted(text: str) -> str:
    """The text with addresses that open nothing and name nobody: without tokens, and without queries."""
    return QUERY.sub(r"\1?…", TOKEN.sub(r"\1…", text))


class WithoutTokens(logging.Filter):
    """Writes addresses as `redacted` does; drops no line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(redacted(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
