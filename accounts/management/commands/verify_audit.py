"""Compares the audit record with its seals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit import verify
from accounts.models import AuditSeal


class Command(BaseCommand):
    help = "Says whether anything in the audit record was changed, added or removed since it was sealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal",
            metavar="NUMBER:DIGEST",
            help="a seal that was kept elsewhere (the worker logs each): it must still be there, and the same",
        )

    def handle(self, *, seal: str | None, **options: Any) -> None:
        wrong = [*_kept(seal)] if seal else []
        found = verify()
        for sentence in (*wrong, *found.wrong):
            self.stderr.write(sentence)
        if wrong or found.wrong:
            raise CommandError("The audit record is not as it was written.")
        self.stdout.write(
            f"{found.rows} records under {found.seals} seals are as they were written; {found.unsealed} are not sealed "
            f"yet. Last seal: {found.seals}:{found.digest}"
        )


def _kept(seal: str) -> list[str]:
    number, _, digest = seal.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise CommandError("Name the seal as the worker logged it: its number, a colon, 64 digits.")
    is_there = AuditSeal.objects.filter(number=int(number), digest=digest).exists()
    return [] if is_there else [f"Seal {number} is not the one that was kept: the record was made anew, or cut off."]
