"""The file with everything: asked for by its patient, made by the worker, handed out for a day, then gone."""

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.models import Patient
from accounts.waking import FILES, wake
from symptoms.journal.file_making import handed_out, newest_of
from symptoms.models import Export


def ask_export(patient: Patient, now: datetime) -> Export:
    """Ask for the file; one that is being made or is ready already is given."""
    known = export_of(patient, now)
    if known is not None and known.failed_at is None:
        return known
    try:
        with transaction.atomic():
            export = Export.objects.create(patient=patient, asked_at=now)
            audit.did(gettext_noop("asked for everything in a file"), by=patient.user_id, patient=patient, now=now)
            wake(FILES, [export.pk])
            return export
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_export_at_a_time":
            raise
        return patient.exports.get(made_at=None, failed_at=None)  # asked for in two windows at once


def export_of(patient: Patient, now: datetime) -> Export | None:
    """The newest that is being made, can still be fetched, or failed today."""
    newest: Export | None = newest_of(patient.exports.all(), now)
    return newest


def hand_out(export: Export, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece, and written down that it was fetched.

    Raises:
        OSError: it is not there.
    """
    pieces, patient = handed_out(export), export.patient
    audit.note(audit.Kind.EXPORTED, gettext_noop("fetched everything in a file"), user=patient.user_id, patient=patient,
               practice=patient.practice_id, thing=export.pk, now=now)  # fmt: skip
    return pieces
