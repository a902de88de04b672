"""Erases again what was erased before."""

from typing import Any

from django.core.management.base import BaseCommand

from symptoms.journal.erasing import replay


class Command(BaseCommand):
    help = "After rows or photos were put back from a copy: erases again whoever was erased since it was made."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"Erased again: {replay()}.")
