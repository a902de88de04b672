"""Makes the key for push messages; the server and the worker do so at their first start."""

from typing import Any

from django.core.management.base import BaseCommand

from symptoms.messages.push_keys import FILE, make_keys


class Command(BaseCommand):
    help = "Makes the key for push messages in the data folder, where there is none."

    def handle(self, **options: Any) -> None:
        is_new = make_keys()
        self.stdout.write(f"Made {FILE}." if is_new else f"{FILE} is there already; it was left as it is.")
