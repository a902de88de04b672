"""Fills an empty database with the demo's people, and says how to sign in as them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from symptoms.demo import cast
from symptoms.demo.playing import is_played, play_all

LINES = (
    (cast.NOOR, "practitioner, manages Larkfield Skin Clinic"),
    (cast.LINDQVIST, "practitioner at Larkfield Skin Clinic"),
    (cast.CHEN, "practitioner at Larkfield Skin Clinic"),
    ("priya@patients.example", "patient, on track, has not logged today"),
    ("julia@patients.example", "patient with an infection, to be seen today"),
    ("amara@patients.example", "patient with dark marks"),
    ("ruth@patients.example", "patient whose treatment is still to come, with the answers before it"),
    ("robin@patients.example", "patient without a clinic"),
    (cast.OKAFOR, "practitioner at another clinic, who sees none of them"),
)


class Command(BaseCommand):
    help = "Fills an empty database with invented people; never with anybody real."

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's password is public: it has no place outside MENDLINE_DEBUG=1.")
        if not is_played():
            if User.objects.exists():
                self.stdout.write("There are people here already, so the demo's are not added.")
                return
            self.stdout.write("Making the demo's people ...")
            play_all(timezone.now())
        self.stdout.write(f'Sign in with the password "{cast.PASSWORD}" as')
        for email, who in LINES:
            self.stdout.write(f"  {email:<28}{who}")
