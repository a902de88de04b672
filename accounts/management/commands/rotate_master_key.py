"""Wraps the key of every patient by the current master key, the first that is given; rows and photos stay."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.keys import store
from accounts.keys.faults import KeysUnavailable

SAID_EVERY = 1000


class Command(BaseCommand):
    help = "Wraps every key by the first of the master keys. Ended, it goes on where it was when it is called again."
    requires_system_checks: list[Any] = []

    def handle(self, **options: Any) -> None:
        done = 0
        try:
            for done, count in store.rotate():
                if done % SAID_EVERY == 0:
                    self.stdout.write(f"{done} of {count}")
        except KeysUnavailable as fault:
            raise CommandError(f"{fault}. {done} keys were wrapped; nothing is lost.") from fault
        self.stdout.write(f"{done} keys wrapped by the first master key. The others are not needed any more.")
