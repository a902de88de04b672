"""The drill: a backup is made and put back in a place beside the data, which is thrown away; a certificate says how it
went. What is put back there is a site of its own: no mail goes out, and nothing of the real one is touched.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from shutil import disk_usage, rmtree
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connection

from symptoms.photos.files import store_of_photos
from tracker import env
from tracker.backups.certificate import Certificate
from tracker.backups.faults import Refused
from tracker.backups.key_copies import write_files
from tracker.backups.making import LEFT_FREE, make_backup
from tracker.backups.manifest import Manifest, release
from tracker.databases import direct_connection, in_one_line

UNDER_WAY = "drill-under-way"  # in the data folder, and in that of the keys
ASK_READY = (
    "import tracker.wsgi; from django.test import Client; answer = Client().get('/readyz');"
    "print(answer.content.decode()); raise SystemExit(answer.status_code != 200)"
)


def drill(now: datetime) -> Certificate:
    """Make a backup, put it back, compare; what went wrong stands in the certificate.

    Raises:
        Refused: there was nothing to put back, or no place for it.
    """
    began = time.monotonic()
    made = make_backup(now)
    backed_up = time.monotonic()
    with _place(made.manifest) as environment:
        restored = _run(environment, "manage.py", "restore", str(made.path), "--json")
        facts: dict[str, Any] = json.loads(restored.stdout) if restored.stdout.startswith("{") else {}
        wrong = facts.pop("missing", []) or ([restored.stderr.strip()] if restored.returncode else [])
        put_back = time.monotonic()
        ready = _run(environment, "-c", ASK_READY)
    if ready.returncode:
        wrong.append(f"The site that was put back is not well: {(ready.stdout or ready.stderr).strip()[-500:]}")
    wrong += _unlike(made.manifest)
    return Certificate(
        at=now.isoformat(), is_well=not wrong, release=release(), database=connection.vendor, backup=made.path.name,
        tables=len(made.manifest.tables), facts=facts, wrong=wrong,
        seconds={"backup": round(backed_up - began, 1), "restore": round(put_back - backed_up, 1),
                 "all": round(time.monotonic() - began, 1)},
    )  # fmt: skip


def _unlike(manifest: Manifest) -> list[str]:
    """Photos whose file here is not the one that was kept, in a sentence; who removed one meanwhile may."""
    unlike = []
    for name, (_size, digest) in manifest.photos.items():
        try:
            with store_of_photos().open(name) as file:
                if sha256(file.read()).hexdigest() != digest:
                    unlike.append(name)
        except OSError:
            continue
    return [f"{len(unlike)} photos here are not those of the backup: {', '.join(unlike[:10])}."] if unlike else []


@contextmanager
def _place(manifest: Manifest) -> Iterator[dict[str, str]]:
    """An empty place with a copy of the keys; gives the environment of a process that lives there."""
    data, keys = Path(settings.DATA_DIR) / UNDER_WAY, Path(settings.KEYS_DIR) / UNDER_WAY
    remove_what_was_left()
    need = sum(size for size, _digest in manifest.photos.values()) + 3 * manifest.size + LEFT_FREE
    if (free := disk_usage(settings.DATA_DIR).free) < need:
        raise Refused(f"the disk of the data folder has {free // 10**6} MB left, and {need // 10**6} are needed")
    try:
        data.mkdir(mode=0o700)
        keys.mkdir(mode=0o700)
        write_files(keys)
        with _database() as url:
            yield os.environ | {
                "MENDLINE_DATA_DIR": str(data), "MENDLINE_KEYS_DIR": str(keys), "MENDLINE_DATABASE_URL": url,
                "MENDLINE_MASTER_KEY_FILE": str(settings.MASTER_KEY_FILE or ""), "MENDLINE_DEADMAN_URL": "",
                "MENDLINE_REDIS_URL": "", "MENDLINE_S3_BUCKET": "",  # photos lie in that place as well
            }  # fmt: skip
    finally:
        remove_what_was_left()


def remove_what_was_left() -> None:
    """Of a drill that was killed: a copy of everything."""
    for folder in (settings.DATA_DIR, settings.KEYS_DIR):
        rmtree(Path(folder) / UNDER_WAY, ignore_errors=True)


@contextmanager
def _database() -> Iterator[str]:
    """The address of an empty database: of SQLite in the data folder, else beside the real one."""
    if connection.vendor == "sqlite":
        yield ""
        return
    name = f"{connection.settings_dict['NAME']}_drill"
    with direct_connection() as direct, direct.cursor() as cursor:
        quoted = direct.ops.quote_name(name)
        try:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted} ENCODING 'UTF8' TEMPLATE template0")
        except DatabaseError as fault:
            raise Refused(
                f"no database {name} can be made for it ({in_one_line(fault)}): ALTER ROLE ... CREATEDB allows that"
            ) from fault
        try:
            yield urlsplit(env.DATABASE_URL)._replace(path=f"/{name}").geturl()
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def _run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own program, with arguments of ours
        [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
