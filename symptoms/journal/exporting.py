"""The file with everything: asked for by its patient, made by the worker, handed out for a day, then gone."""

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.models import Patient
from accounts.waking import FILES, wake
from symptoms.journal.file_making import SHOWN_AFTER_FAILING, made, name_of
from symptoms.journal.sealed_files import pieces
from symptoms.models import EXPORT_LASTS, Export


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
    alive = Q(made_at=None, failed_at=None) | Q(made_at__gt=now - EXPORT_LASTS)
    return patient.exports.filter(alive | Q(failed_at__gt=now - SHOWN_AFTER_FAILING)).order_by("-asked_at").first()


def hand_out(export: Export, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece, and written down that it was fetched.

    Raises:
        OSError: it is not there.
    """
    file = made(export.pk)
    patient = export.patient
    audit.note(audit.Kind.EXPORTED, gettext_noop("fetched everything in a file"), user=patient.user_id, patient=patient,
               practice=patient.practice_id, thing=export.pk, now=now)  # fmt: skip
    return pieces(file, name_of(export.pk))
