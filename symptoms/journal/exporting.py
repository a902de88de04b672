"""The file with everything: asked for by its patient, made by the worker, handed out for a day, then gone."""

import json
import logging
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.models import Patient
from symptoms.journal.export_contents import document, page, photo_name, photos_of, table
from symptoms.journal.sealed_files import SealedWriter, pieces
from symptoms.models import EXPORT_LASTS, Export
from symptoms.photos.files import PhotoLost, read

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=4)  # making one takes seconds; a worker that died is followed by another
TRIES = 3
SHOWN_AFTER_FAILING = timedelta(days=1)


def ask_export(patient: Patient, now: datetime) -> Export:
    """Ask for the file; one that is being made or is ready already is given."""
    known = export_of(patient, now)
    if known is not None and known.failed_at is None:
        return known
    try:
        with transaction.atomic():
            export = Export.objects.create(patient=patient, asked_at=now)
            audit.did(gettext_noop("asked for everything in a file"), by=patient.user_id, patient=patient, now=now)
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
    path = path_of(export.pk)
    path.stat()
    patient = export.patient
    audit.note(audit.Kind.EXPORTED, gettext_noop("fetched everything in a file"), user=patient.user_id, patient=patient,
               practice=patient.practice_id, thing=export.pk, now=now)  # fmt: skip
    return pieces(path, _name(export.pk))


def make_next(now: datetime) -> bool:
    """Make one that was asked for; False when there is none. Killed on the way, it is made anew after its lease."""
    waiting = Export.objects.filter(made_at=None, failed_at=None).filter(
        Q(leased_until=None) | Q(leased_until__lte=now)
    )
    export = waiting.select_related("patient__practice", "patient__user").order_by("asked_at").first()
    if export is None or not waiting.filter(pk=export.pk).update(leased_until=now + LEASE, tries=F("tries") + 1):
        return False
    try:
        _make(export, now)
    except Exception:
        log.exception("export %s could not be made", export.pk)
        _remove(export.pk)
        if export.tries + 1 >= TRIES:
            Export.objects.filter(pk=export.pk).update(failed_at=now)
    return True


def remove_old(now: datetime) -> None:
    """Remove the files of which the day is over, and those of which nobody knows any more."""
    over = Export.objects.filter(Q(made_at__lte=now - EXPORT_LASTS) | Q(failed_at__lte=now - SHOWN_AFTER_FAILING))
    for id in over.values_list("pk", flat=True):
        _remove(id)
    over.delete()
    folder = _folder()
    known = {f"{id}.sealed" for id in Export.objects.values_list("pk", flat=True)}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.removesuffix(".part") not in known:
            path.unlink(missing_ok=True)


def path_of(id: UUID) -> Path:
    """Where the file of an export lies."""
    return _folder() / f"{id}.sealed"


def _folder() -> Path:
    return settings.DATA_DIR / "exports"


def _name(id: UUID) -> str:
    return f"export {id}"


def _remove(id: UUID) -> None:
    for path in (path_of(id), path_of(id).with_suffix(".sealed.part")):
        path.unlink(missing_ok=True)


def _make(export: Export, now: datetime) -> None:
    path = path_of(export.pk)
    part = path.with_suffix(".sealed.part")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        out = SealedWriter(file, export.patient, _name(export.pk))
        without = _fill(out, export.patient, now)
        out.finish()
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    Export.objects.filter(pk=export.pk).update(made_at=now, size=out.size, without=without)


def _fill(out: SealedWriter, patient: Patient, now: datetime) -> int:
    """Write the archive; gives how many photos are missing in it."""
    without = 0
    written = document(patient, now)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.html", page(patient, written, now))
        archive.writestr("record.json", json.dumps(written, ensure_ascii=False, indent=1))
        archive.writestr("days.csv", table(written).encode("utf-8-sig"))  # by its mark spreadsheets know UTF-8
        for photo in photos_of(patient):
            try:
                archive.writestr(photo_name(photo), read(photo), compress_type=zipfile.ZIP_STORED)
            except PhotoLost:
                without += 1
    return without
