"""What waits to be sent, what could not be sent, and whether a worker runs; on request, another try."""

from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Min
from django.utils import timezone

from accounts.models import AccountMail
from symptoms.models import Delivery, WorkerBeat

KINDS = {"alerts and messages": Delivery, "mail about accounts": AccountMail}


class Command(BaseCommand):
    help = "Prints what waits to be sent and what was given up; --resend tries again what was given up in the last day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resend", action="store_true", help="try again what was given up in the last day")

    def handle(self, *, resend: bool, **options: Any) -> None:
        now = timezone.now()
        beat = WorkerBeat.objects.first()
        state = "runs" if WorkerBeat.is_alive(now) else "DOES NOT RUN"
        self.stdout.write(f"The worker {state}; last seen {f'{beat.at:%Y-%m-%d %H:%M:%S} UTC' if beat else 'never'}.")
        for what, kind in KINDS.items():
            waiting = kind.objects.filter(sent_at=None, failed_at=None)
            oldest = waiting.aggregate(at=Min("created_at"))["at"]
            since = f", the oldest since {oldest:%Y-%m-%d %H:%M} UTC" if oldest else ""
            refused = waiting.exclude(refused_at=None).count()
            given_up = kind.objects.filter(failed_at__gt=now - timedelta(days=7)).count()
            self.stdout.write(
                f"{what}: {waiting.count()} waiting{since}; {refused} refused so far; {given_up} given up in a week"
            )
            for error in waiting.exclude(last_error="").values_list("last_error", flat=True).distinct()[:5]:
                self.stdout.write(f"  {error}")
        if resend:
            self.stdout.write(f"{self._resend(now)} will be tried again.")

    @staticmethod
    def _resend(now: datetime) -> int:
        """Words of a mail that lets somebody in are erased when it is given up: only messages can be tried again."""
        given_up = Delivery.objects.filter(failed_at__gt=now - timedelta(days=1), sent_at=None)
        return given_up.update(failed_at=None, refused_at=None, attempts=0, not_before=now)
