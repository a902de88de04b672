"""A command that makes a file with a new key of the operator's."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.keys.master import make_file, new_line


class MakesKeyFile(BaseCommand):
    """Makes the file that `setting` names, and says how it is to be kept; one that is there stays."""

    setting: str
    keeping: tuple[str, ...]  # lines, of which the first follows the file's name
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="print a new key, and write no file")

    def handle(self, **options: Any) -> None:
        if options["print"]:
            self.stdout.write(new_line())
            return
        path = getattr(settings, self.setting)
        if path is None:
            raise CommandError(f"MENDLINE_{self.setting} names no file.")
        try:
            is_new = make_file(path)
        except OSError as fault:
            raise CommandError(f"{path} cannot be made ({fault.strerror}).") from fault
        if not is_new:
            raise CommandError(f"{path} is there already, and stays as it is.")
        self.stdout.write("\n".join((f"{path} is made. {self.keeping[0]}", *self.keeping[1:])))
