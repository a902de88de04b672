"""Makes a backup, puts it back beside the data, and writes a certificate."""

import json
from dataclasses import asdict
from datetime import UTC
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from symptoms.models import Upkeep
from tracker.backups import certificate
from tracker.backups.drilling import drill
from tracker.backups.faults import Refused

DRILL = Upkeep.Kind.DRILL


class Command(BaseCommand):
    help = "Makes a backup and puts it back in a place that is thrown away; the certificate lies beside the backups."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the certificate for programs")

    def handle(self, *, json: bool, **options: Any) -> None:  # the option's name, as it is typed
        now = timezone.now()
        try:
            found = drill(now)
            certificate.keep(found, settings.BACKUP_DIR, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        except (Refused, OSError) as fault:
            Upkeep.failed(DRILL, now, str(fault))
            raise CommandError(f"There was no drill: {fault}.") from fault
        Upkeep.went_well(Upkeep.Kind.BACKUP, now)
        self.stdout.write(_as_json(found) if json else found.words)
        if not found.is_well:
            Upkeep.failed(DRILL, now, found.wrong[0])
            raise CommandError("The backup could not be put back as it was.")
        Upkeep.went_well(DRILL, now)


def _as_json(found: certificate.Certificate) -> str:
    return json.dumps(asdict(found))
