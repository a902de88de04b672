"""What must be there before Mendline starts; what is missing is said in one sentence, with what to do about it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

MAKE_THE_FOLDER = {"migrate", "createcachetable", "collectstatic"}
# These serve nobody and open no data: they need no settings of an operator's.
NEED_NO_SETTINGS = {"assess_cases", "makemigrations", "spectacular", "help", "--help", "version", "--version"}
NEED_EVERYTHING = {"runserver", "run_worker", "load_demo", "open_practice"}
APP_LOAD_ERROR = 4  # gunicorn's word for a fault that starting again does not mend


class CannotStart(Exception):
    """Something is missing; `str()` is a sentence for whoever runs Mendline."""


def manage(arguments: list[str]) -> int:
    """Django's command line, with a sentence where a start would end in a traceback; `--traceback` shows it all."""
    from django.core.management import execute_from_command_line

    command = arguments[1] if len(arguments) > 1 else "help"
    if command in NEED_NO_SETTINGS:
        os.environ.setdefault("MENDLINE_DEBUG", "1")
    if "--traceback" in arguments:
        execute_from_command_line(arguments)
        return 0
    return or_sentence(lambda: _prepare(command), lambda: execute_from_command_line(arguments))


def or_sentence(*steps: Callable[[], object], status: int = 1) -> int:
    """Take the steps; 0 when all went well, else `status`, and the reason on stderr."""
    from django.db import OperationalError
    from environs import EnvError

    try:
        from tracker.env import UnsafeSettings
    except EnvError as reason:
        print(f"Mendline does not start: {reason}. See docs/running.md.", file=sys.stderr)  # noqa: T201
        return status
    try:
        for step in steps:
            step()
    except (CannotStart, UnsafeSettings) as reason:
        print(reason, file=sys.stderr)  # noqa: T201
    except BrokenPipeError:  # whoever read along, `head` perhaps, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OperationalError as fault:
        print(f"The database could not be used: {fault}. See docs/running.md.", file=sys.stderr)  # noqa: T201
    else:
        return 0
    return status


def refuse_unready() -> None:
    """See to it that folder and database are there and up to date.

    Raises:
        CannotStart: with the first thing that is missing.
    """
    from django.conf import settings
    from django.db import DatabaseError, connection

    from symptoms.photos.uploads import make_folder

    _check_folder(settings.DATA_DIR)
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if not database.exists():
        raise CannotStart(f"Mendline does not start: there is no database at {database}. Run: manage.py migrate")
    try:
        _check_tables()
    except DatabaseError as fault:
        raise CannotStart(f"Mendline does not start: the database at {database} cannot be used: {fault}.") from fault
    finally:
        connection.close()  # each process and thread opens its own
    make_folder()


def make_data_dir(folder: Path) -> None:
    """Make the data folder, for Mendline's user only; the mode of one that is there is its owner's choice."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CannotStart(
            f"Mendline does not start: the data folder {folder} cannot be made ({fault.strerror}). "
            "Make it for Mendline's user, or name another in MENDLINE_DATA_DIR."
        ) from fault
    _check_folder(folder)


def _prepare(command: str) -> None:
    if command in MAKE_THE_FOLDER:
        from tracker.env import DATA_DIR

        make_data_dir(DATA_DIR)
    elif command in NEED_EVERYTHING:
        import django

        django.setup()
        refuse_unready()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise CannotStart(f"Mendline does not start: there is no data folder at {folder}. Run: manage.py migrate")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CannotStart(
            f"Mendline does not start: its user may not write in the data folder {folder}. "
            "Give the folder to that user, or name another in MENDLINE_DATA_DIR."
        )


def _check_tables() -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotStart("Mendline does not start: the database is not up to date. Run: manage.py migrate")
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        raise CannotStart("Mendline does not start: a table is missing. Run: manage.py createcachetable")
