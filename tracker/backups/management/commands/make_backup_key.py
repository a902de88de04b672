"""Makes a backup key, by which backups are sealed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.keys.master import make_file, new_line


class Command(BaseCommand):
    help = "Makes the file that MENDLINE_BACKUP_KEY_FILE names, with a new backup key; one that is there stays."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="print a new key, and write no file")

    def handle(self, **options: Any) -> None:
        if options["print"]:
            self.stdout.write(new_line())
            return
        path = settings.BACKUP_KEY_FILE
        if path is None:
            raise CommandError("MENDLINE_BACKUP_KEY_FILE names no file.")
        try:
            is_new = make_file(path)
        except OSError as fault:
            raise CommandError(f"{path} cannot be made ({fault.strerror}).") from fault
        if not is_new:
            raise CommandError(f"{path} is there already, and stays as it is.")
        self.stdout.write(f"{path} is made. Keep a copy of it on paper or in a vault, apart from this machine and from")
        self.stdout.write("the backups: without it no backup can be put back.")
