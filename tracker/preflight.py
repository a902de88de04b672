"""What must be there before Mendline starts; what is missing is said in one sentence, with what to do about it."""

import os
import stat
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from environs import EnvError

from tracker.databases import WrongDatabase, check_promises, direct_connection, in_one_line

MAKE_THE_FOLDER = {"migrate", "createcachetable", "collectstatic", "restore"}
USE_THE_DATABASE = {"migrate", "createcachetable", "restore"}
# These serve nobody and open no data: they need no settings of an operator's.
NEED_NO_SETTINGS = {"assess_cases", "makemigrations", "spectacular", "help", "--help", "version", "--version"}
NEED_EVERYTHING = {
    "runserver", "run_worker", "load_demo", "open_practice", "check_photos", "seal_records", "after_restore"
}  # fmt: skip
# Of the data folder; photos and uploads are made private one by one, below folders that are.
PRIVATE = ("mendline.sqlite3*", "access-records.spool", "push-keys.json", "photos", "files", "uploads", "mail")
RESTORING = "restore-under-way"  # in the data folder, from the first file that a restore writes to its end
APP_LOAD_ERROR = 4  # gunicorn's word for a fault that starting again does not mend


class CannotStart(Exception):
    """Something is missing; `str()` says what, and what whoever runs Mendline can do about it."""


def manage(arguments: list[str]) -> int:
    """Django's command line, with a sentence where a start would end in a traceback; `--traceback` shows it all."""
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in NEED_NO_SETTINGS:
        os.environ.setdefault("MENDLINE_DEBUG", "1")
    if "--traceback" in arguments:
        execute_from_command_line(arguments)
        return 0
    return or_sentence(lambda: _prepare(command), lambda: execute_from_command_line(arguments))


def or_sentence(*steps: Callable[[], object], status: int = 1) -> int:
    """Take the steps; 0 when all went well, else `status`, and the reason on stderr."""
    try:
        for step in steps:
            step()
        return 0
    except CannotStart as reason:
        sentence = f"Mendline does not start: {reason}"
    except (EnvError, WrongDatabase) as reason:
        sentence = f"Mendline does not start: {reason}. See docs/running.md."
    except OperationalError as fault:
        sentence = f"The database could not be used: {in_one_line(fault)}. See docs/running.md."
    except BrokenPipeError:  # stdout was closed, e.g. by head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return status
    print(sentence, file=sys.stderr)  # noqa: T201
    return status


def refuse_unready() -> None:
    """See to it that folder and database are there and up to date.

    Raises:
        CannotStart, WrongDatabase: with the first thing that is missing or wrong.
    """
    from accounts.access_spool import make_spool
    from symptoms.messages.push_keys import make_keys
    from symptoms.photos.uploads import make_folder

    for check in (_check_numbers, _check_data, _check_database):
        check()
    _check_keys()
    make_folder()
    make_spool()
    make_keys()
    if settings.REDIS_URL:
        from tracker.shared_redis import refuse_foreign

        refuse_foreign()
    _check_bucket()
    keep_private(settings.DATA_DIR)


def reasons_not_to_start() -> list[str]:
    """All that `refuse_unready` would say, one after the other was mended; none where it lets everything through."""
    reasons = []
    for check in (_check_numbers, _check_data, _check_database, _compare_keys):
        try:
            check()
        except (CannotStart, WrongDatabase) as reason:
            reasons.append(str(reason))
    if not reasons:
        try:
            refuse_unready()
        except (CannotStart, WrongDatabase) as reason:
            reasons.append(str(reason))
    return reasons


def refuse_unanswered() -> None:
    """See to it that somebody has said what becomes of messages that waited in a backup that was put back.

    Raises:
        CannotStart: nobody has; what was sent since the backup would be sent again.
    """
    from tracker.backups.after_restore import asked, waiting

    if made := asked():
        raise CannotStart(
            f"the backup of {made:%Y-%m-%d %H:%M} UTC was put back: {waiting().words}. Decide what becomes of them. "
            "Run: manage.py after_restore --send or --let-go"
        )


def refuse_open_demo(host: str) -> None:
    """See to it that the demo, which shows everybody's mail, listens to this machine alone.

    Raises:
        CannotStart: `host` can be reached from elsewhere.
    """
    from tracker.env import is_here

    if settings.DEBUG and not is_here(host):
        raise CannotStart(
            f"with MENDLINE_DEBUG it shows everybody's mail and its own insides, so it may not listen at {host}. "
            "Leave HOST at 127.0.0.1, or set it up as docs/running.md says."
        )


def keep_private(folder: Path) -> None:
    """See to it that nobody but Mendline's user opens what is in the data folder; in the demo it is left as it is.

    Raises:
        CannotStart: everybody on the machine may enter the folder, or a file of ours is somebody else's.
    """
    if settings.DEBUG:
        return
    if folder.stat().st_mode & stat.S_IRWXO:
        raise CannotStart(f"everybody on this machine may look into the data folder {folder}. Run: chmod 700 {folder}")
    for path in (found for pattern in PRIVATE for found in folder.glob(pattern)):
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & (stat.S_IRWXG | stat.S_IRWXO):
            continue
        try:
            path.chmod(mode & stat.S_IRWXU)
        except PermissionError as fault:
            raise CannotStart(f"others may read {path}. Run: chown and chmod go= on it") from fault


def refuse_without_static_files() -> None:
    """See to it that stylesheets and scripts were collected, and since the last update.

    Raises:
        CannotStart: some are missing: pages would answer 500, or look like those before the update.
    """
    out_of_date = getattr(staticfiles_storage, "out_of_date", lambda: "")  # in the demo files are served as they are
    if name := out_of_date():
        raise CannotStart(f"{name} is not collected as it is now. Run: manage.py collectstatic --noinput")


def make_data_dir(folder: Path) -> None:
    """Make the data folder, for Mendline's user only; the mode of one that is there is its owner's choice."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CannotStart(
            f"the data folder {folder} cannot be made ({fault.strerror}). "
            "Make it for Mendline's user, or name another in MENDLINE_DATA_DIR."
        ) from fault
    _check_folder(folder)


def _prepare(command: str) -> None:
    if command in MAKE_THE_FOLDER:
        from tracker.env import DATA_DIR

        make_data_dir(DATA_DIR)
    if command in USE_THE_DATABASE | NEED_EVERYTHING:
        django.setup()
    if command in USE_THE_DATABASE:
        with direct_connection() as connection:
            check_promises(connection)
    if command in NEED_EVERYTHING:
        refuse_unready()
    if command == "run_worker":
        refuse_unanswered()


def _check_numbers() -> None:
    from accounts.help_numbers import WrongNumbers, check_numbers

    try:
        check_numbers(date.today())
    except WrongNumbers as fault:
        raise CannotStart(f"{fault}. Correct the file that MENDLINE_HELP_NUMBERS names.") from fault


def _check_data() -> None:
    _check_folder(settings.DATA_DIR)
    if (settings.DATA_DIR / RESTORING).exists():
        raise CannotStart(
            f"a restore into {settings.DATA_DIR} did not come to its end. Empty the folder, and with PostgreSQL the "
            "database, and restore again"
        )


def _check_database() -> None:
    with direct_connection() as connection:
        if connection.vendor == "sqlite" and not settings.DATA_DIR.is_dir():
            return  # said of the folder
        if connection.vendor == "sqlite" and not Path(name := str(connection.settings_dict["NAME"])).exists():
            raise CannotStart(f"there is no database at {name}. Run: manage.py migrate")
        try:
            check_promises(connection)
            check_tables(connection)
        except DatabaseError as fault:
            name = connection.settings_dict["NAME"]
            raise CannotStart(f"the database {name} cannot be used: {in_one_line(fault)}.") from fault


def _compare_keys() -> None:
    """See to it that the master keys are those that the store of keys needs; nothing is changed. The demo makes one.

    Raises:
        CannotStart: with what is wrong.
    """
    from accounts.keys import store
    from accounts.keys.faults import KeysUnavailable

    if settings.DEBUG:
        return
    try:
        store.check()
    except KeysUnavailable as fault:
        raise CannotStart(f"{fault}. See docs/running.md, Keys.") from fault


def _check_keys() -> None:
    from accounts.keys import master, store
    from accounts.keys.faults import KeysUnavailable
    from accounts.models import Patient

    file = settings.MASTER_KEY_FILE
    if settings.DEBUG and file is not None and not settings.MASTER_KEY_COMMAND and not file.exists():
        master.make_file(file)  # the demo has one of its own
    try:
        if not store.check() and Patient.objects.exclude(data_keys=[]).exists():
            raise CannotStart(
                f"the store of keys at {settings.KEYS_DIR} is empty, and there are patients who have keys. Put it back "
                "from its backup, or name the right folder in MENDLINE_KEYS_DIR. To go on without what was sealed: "
                "manage.py begin_keys_anew"
            )
        store.begin()
        if not store.all_is_sealed() and not Patient.objects.exists():
            store.say_all_is_sealed()  # a site that begins: whatever comes is sealed
    except KeysUnavailable as fault:
        raise CannotStart(f"{fault}. Nothing was changed. See docs/running.md, Keys.") from fault


def _check_bucket() -> None:
    """A bucket of another site is refused; one that does not answer takes no photo, which is no reason not to start."""
    from symptoms.photos.files import store_of_photos
    from symptoms.photos.storage import StoreAway

    try:
        if not getattr(store_of_photos(), "is_ours", lambda: True)():
            raise CannotStart(
                "the bucket that MENDLINE_S3_BUCKET names is another site's. Give this one a bucket of its own; where "
                "the site has moved, delete photos/.site and exports/.site in it"
            )
    except StoreAway as fault:
        print(f"The bucket of photos cannot be used for now: {fault}", file=sys.stderr)  # noqa: T201


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise CannotStart(f"there is no data folder at {folder}. Run: manage.py migrate")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CannotStart(
            f"its user may not write in the data folder {folder}. "
            "Give the folder to that user, or name another in MENDLINE_DATA_DIR."
        )


def check_tables(connection: BaseDatabaseWrapper) -> None:
    """See to it that the tables are those of this release. Raises CannotStart."""
    loader = (executor := MigrationExecutor(connection)).loader
    known = set(loader.disk_migrations).union(*(squashed.replaces for squashed in loader.replacements.values()))
    unknown = sorted(key for key in loader.applied_migrations if key not in known and key[0] in apps.app_configs)
    if unknown:
        raise CannotStart(
            f"the database belongs to a newer Mendline (it has {'.'.join(unknown[-1])}). "
            "Install that version, or put back a backup from before."
        )
    if executor.migration_plan(loader.graph.leaf_nodes()):
        raise CannotStart("the database is not up to date. Run: manage.py migrate")
    if settings.LIMITS_TABLE not in connection.introspection.table_names():
        raise CannotStart("a table is missing. Run: manage.py createcachetable")
