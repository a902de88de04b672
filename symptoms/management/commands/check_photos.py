"""Reads every photo's file and says which are missing or not as they were stored; the worker reads some each hour."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from symptoms.models import Photo
from symptoms.photos.files import PhotoLost, read


class Command(BaseCommand):
    help = "Checks that the file of every photo is there and as it was stored. Exit status 1 if any is not."

    def handle(self, **options: Any) -> None:
        checked = lost = 0
        for photo in Photo.objects.order_by("id").iterator():
            checked += 1
            try:
                read(photo)
            except PhotoLost:  # the log has said which and why
                lost += 1
        self.stdout.write(f"{checked} photos checked, {lost} missing or damaged.")
        if lost:
            raise CommandError("Put the files back from a backup; their names are in the log.")
