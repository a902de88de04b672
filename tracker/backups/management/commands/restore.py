"""Puts a backup back into an empty place."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.backups import archive, key_copies
from tracker.backups.after_restore import waiting
from tracker.backups.faults import Refused
from tracker.backups.files import backups_in
from tracker.backups.keys import backup_keys
from tracker.backups.restoring import restore
from tracker.databases import WrongDatabase
from tracker.preflight import CannotStart, refuse_unready, refuse_without_static_files


class Command(BaseCommand):
    help = "Puts a backup back into the empty data folder (and database) that the settings name, and proves it."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", type=Path, help="its file; without one, the newest")
        parser.add_argument("--keys", action="store_true", help="put a copy of the patients' keys back instead")
        parser.add_argument("--list", action="store_true", help="say which backups there are, and change nothing")
        parser.add_argument("--accept-missing", action="store_true", help="go on without photos that cannot be read")
        parser.add_argument("--json", action="store_true", help="what came of it, for programs")

    def handle(self, *, backup: Path | None, keys: bool, **options: Any) -> None:
        folder = settings.KEYS_BACKUP_DIR if keys else settings.BACKUP_DIR
        try:
            if options["list"]:
                return self._list(backup or folder, keys)
            path = backup or _newest(folder, key_copies.KIND if keys else archive.KIND)
            if keys:
                count = key_copies.put_keys_back(path)
                self.stdout.write(f"{count} files of the store of keys were put back from {path.name}.")
                return None
            return self._restore(path, accepts_missing=options["accept_missing"], as_json=options["json"])
        except Refused as fault:
            raise CommandError(f"Nothing was restored: {fault}.") from fault

    def _restore(self, path: Path, *, accepts_missing: bool, as_json: bool) -> None:
        say = self.stderr.write if as_json else self.stdout.write
        restored = restore(path, say=say, accepts_missing=accepts_missing)
        try:
            refuse_unready()
            refuse_without_static_files()
        except (CannotStart, WrongDatabase) as reason:
            restored.missing.append(f"It would not start: {reason}")
        if as_json:
            self.stdout.write(json.dumps({**restored.facts, "missing": restored.missing}))
        else:
            for name, value in restored.facts.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value}")
        if restored.missing:
            raise CommandError("It was put back, but not all is well:\n" + "\n".join(restored.missing))
        self.stderr.write("Everything of the backup is there. Start the server; everybody signs in again.")
        self.stderr.write(f"When it was made, {waiting().words}.")
        self.stderr.write(
            "Before a worker starts, decide what becomes of them: manage.py after_restore --send or --let-go"
        )

    def _list(self, folder: Path | None, keys: bool) -> None:
        for path in backups_in(_there(folder), key_copies.KIND if keys else archive.KIND):
            said = ""
            if not keys:
                with archive.opened(path, backup_keys()) as found:
                    rows = sum(count for count, _digest in found.manifest.tables.values())
                    said = f": release {found.manifest.release}, {rows} rows, {len(found.manifest.photos)} photos"
            self.stdout.write(f"{path}{said}")


def _newest(folder: Path | None, kind: str) -> Path:
    found = backups_in(_there(folder), kind)
    if not found:
        raise Refused(f"there is no backup in {folder}")
    return found[-1]


def _there(folder: Path | None) -> Path:
    if folder is None or not folder.is_dir():
        raise Refused("name the backup, or its folder in MENDLINE_BACKUP_DIR (of keys: MENDLINE_KEYS_BACKUP_DIR)")
    return folder
