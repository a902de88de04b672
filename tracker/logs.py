"""The log as machines read it: one JSON object a line, with the time and the request, and nothing of anybody's record.

In the demo lines stay plain. What a line may hold is listed in docs/logs.md.
"""

import json
import logging
import logging.config
import smtplib
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.db.models import Model

from accounts.web.log_filters import redacted

LONGEST = 2_000  # characters of a message: what a stranger sends must not fill the disk in a few lines
MOST_FRAMES = 40
request_id: ContextVar[str] = ContextVar("request_id", default="")

log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(said(record))[:LONGEST],
            "process": record.process,
        }
        if id := request_id.get():
            line["request"] = id
        if isinstance(status := getattr(record, "status_code", None), int):
            line["status"] = status
        if account := account_of(record):
            line["account"] = account
        # Where in the code something was refused helps nobody, and fills the log as fast as somebody asks for it.
        if record.exc_info and record.exc_info[1] and record.levelno >= logging.ERROR and not is_refusal(record):
            line["exception"] = described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def account_of(record: logging.LogRecord) -> str:
    """The id of who asked, which is random; empty where nobody was signed in, or nobody has looked yet."""
    known = getattr(getattr(record, "request", None), "__dict__", {})
    # What the session or a token said; `request.user` itself would ask the database for the sake of the log.
    user = known.get("_cached_user") or known.get("user")
    return str(user.pk) if isinstance(user, Model) and user.pk else ""


def is_refusal(record: logging.LogRecord) -> bool:
    """Whether Django refused what a client sent, which it logs like a fault of ours."""
    return record.name.startswith("django.security")


def said(record: logging.LogRecord) -> str:
    """The message of a record; an exception in it says what it may (`reason`), a refusal only its kind."""
    if is_refusal(record):  # its message quotes the header or the field
        return f"refused: {record.name.rpartition('.')[2]}"
    args = record.args
    if isinstance(args, tuple):
        args = tuple(reason(arg) if isinstance(arg, BaseException) else arg for arg in args)
    message = reason(record.msg) if isinstance(record.msg, BaseException) else str(record.msg)
    return message % args if args else message


def reason(error: BaseException) -> str:
    """What an exception says of itself without a value of a row: its type, and the codes of database, system or mail.

    The text of most of them quotes what somebody typed, or the row that a constraint refused. A database that is away,
    locked or full says only that.
    """
    from django.db import OperationalError  # gunicorn's first process logs before there is a Django

    name = type(error).__name__
    if isinstance(error, OperationalError):
        return f"{name}: {str(error).strip().partition(chr(10))[0]}"
    if isinstance(error, smtplib.SMTPException):  # its text names the recipient
        return f"{name} {getattr(error, 'smtp_code', '')}".strip()
    if isinstance(error, OSError) and isinstance(error.strerror, str):
        return f"{name}: {error.strerror}"  # without the name of the file
    code = getattr(error.__cause__, "sqlite_errorname", None) or getattr(error.__cause__, "sqlstate", None)
    return f"{name} ({code})" if code else name


def described(error: BaseException) -> list[dict[str, Any]]:
    """An exception and what it came from, first cause first: the reason, and where in the code."""
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = traceback.extract_tb(at.__traceback__)[-MOST_FRAMES:]
        chain.append(
            {
                "reason": redacted(reason(at))[:LONGEST],
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain[::-1]


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. Where lines are JSON, an exception that nobody catches is one too."""
    logging.config.dictConfig(config)
    if "json" in config.get("formatters", {}):
        logging.captureWarnings(True)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("stopped by a fault", exc_info=(kind, error, trace))


def _uncaught_in_thread(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value is not None and fault.exc_type is not SystemExit:
        log.critical("a thread stopped by a fault", exc_info=(fault.exc_type, fault.exc_value, fault.exc_traceback))
