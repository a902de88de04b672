"""Makes a backup while people go on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from symptoms.models import Upkeep
from tracker.backups.faults import Refused
from tracker.backups.key_copies import copy_keys
from tracker.backups.making import make_backup


class Command(BaseCommand):
    help = "Backs up rows and photos into MENDLINE_BACKUP_DIR, while people go on; with --keys the patients' keys."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keys", action="store_true", help="copy the store of patients' keys, and nothing else")

    def handle(self, *, keys: bool, **options: Any) -> None:
        now = timezone.now()
        kind = Upkeep.Kind.KEYS if keys else Upkeep.Kind.BACKUP
        try:
            self._copy_keys() if keys else self._back_up()
        except Refused as fault:
            Upkeep.failed(kind, now, str(fault))
            raise CommandError(f"No backup was made: {fault}.") from fault
        Upkeep.went_well(kind, now)

    def _copy_keys(self) -> None:
        path, count, over = copy_keys(timezone.now())
        self.stdout.write(f"{path}: {count} files of the store of keys.")
        self._say_removed([old.name for old in over])

    def _back_up(self) -> None:
        made = make_backup(timezone.now())
        said = made.manifest
        rows = sum(count for count, _digest in said.tables.values())
        self.stdout.write(f"{made.path}: {rows} rows, {len(said.photos)} photos, {made.added} of them new.")
        if said.removed_meanwhile:
            self.stdout.write(f"{len(said.removed_meanwhile)} photos were removed by somebody meanwhile.")
        for id in said.missing:
            self.stderr.write(f"Photo {id} is not in the backup: its file was missing before. See check_photos.")
        self._say_removed([old.name for old in made.removed])

    def _say_removed(self, names: list[str]) -> None:
        if names:
            self.stdout.write(f"Its time was over, so it was removed: {', '.join(names)}")
