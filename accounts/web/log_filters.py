"""What the log leaves out: the part of an address that lets somebody in."""

import logging
import re

TOKEN = re.compile(r"(/join/|/wall/|/confirm-email/|/password/reset/key/)[^/\s]+")


class WithoutTokens(logging.Filter):
    """Writes addresses of invitations, wall screens, confirmations, resets without what opens them; drops no line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub(r"\1…", arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
