"""Seals what was kept before there were keys: notes, messages, words about alerts, photos."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.keys import store
from accounts.keys.faults import KeysUnavailable
from accounts.models import Patient
from accounts.overwriting import overwrite_what_was_there
from symptoms.journal.sealing import plain_words, seal_record
from symptoms.models import Alert, AlertEvent, Entry, Note

SAID_EVERY = 500  # patients


class Command(BaseCommand):
    help = "Seals what is older than the keys. Ended, it goes on where it was when it is called again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", type=UUID, help="go on after this patient, whose id the last run said")
        parser.add_argument(
            "--take-plain", action="store_true", help="seal what lies plain although everything was sealed once"
        )

    def handle(self, *, after: UUID | None, take_plain: bool, **options: Any) -> None:
        takes_plain = take_plain or not store.all_is_sealed()
        patients = Patient.objects.order_by("pk").filter(**{"pk__gt": after} if after else {})
        sealed = seen = 0
        for id in list(patients.values_list("pk", flat=True)):
            try:
                sealed += seal_record(id, takes_plain=takes_plain)
            except Patient.DoesNotExist:  # went meanwhile
                continue
            except KeysUnavailable as fault:
                raise CommandError(f"{fault}. {sealed} were sealed; nothing is lost.") from fault
            seen += 1
            if seen % SAID_EVERY == 0:
                self.stdout.write(f"{seen} patients, {sealed} sealed, last {id}")
        if sealed:
            overwrite_what_was_there(model._meta.db_table for model in (Entry, Note, Alert, AlertEvent))
        self.stdout.write(f"{seen} patients, {sealed} notes, messages and photos sealed.")
        self._conclude(is_whole=not after)

    def _conclude(self, *, is_whole: bool) -> None:
        """Write down that all is sealed, where it is; from then on nothing plain is shown."""
        if plain := plain_words():
            self.stdout.write(
                f"{plain} texts are not sealed and not shown: Mendline did not write them. If they are yours, as after "
                "an old copy of the database was put back, call this with --take-plain."
            )
        elif store.all_is_sealed():
            return
        elif is_whole:
            store.say_all_is_sealed()
            self.stdout.write("Everything is sealed: from now on nothing that is not sealed is shown.")
        else:
            self.stdout.write("Call it once more without --after, to have that written down.")
