"""The file with all that a practice may read, which it takes along when it leaves, or before something goes.

Asked for by somebody who manages it and reads its records, made by the worker, handed out to them for a day.
"""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.database_errors import violated_constraint
from accounts.keys import store
from accounts.models import AccountMail, Membership, Practice, User
from accounts.waking import FILES, wake
from symptoms.journal.file_making import handed_out, newest_of
from symptoms.journal.practice_contents import may_take
from symptoms.models import PracticeExport


def ask_practice_export(practice: Practice, *, by: User, now: datetime) -> PracticeExport:
    """Ask for the file, of which the other admins are told; one that is being made or ready already is given, whoever
    asked for it.

    Raises:
        PermissionDenied: `by` does not manage the practice, or does not read its records.
    """
    if not may_take(by, practice):
        raise PermissionDenied
    known = practice_export_of(practice, now)
    if known is not None and known.failed_at is None and (known.made_at is None or known.asked_by_id == by.pk):
        return known
    try:
        with transaction.atomic():
            export = PracticeExport.objects.create(practice=practice, asked_by=by, asked_at=now, key=store.make())
            what = gettext_noop("asked for all records in a file")
            audit.did(what, by=by, practice=practice, thing=export.pk, now=now)
            _tell_admins(practice, by, now)
            wake(FILES, [export.pk])
            return export
    except IntegrityError as clash:
        if violated_constraint(clash) != "one_practice_export_at_a_time":
            raise
        return practice.exports.get(made_at=None, failed_at=None)


def practice_export_of(practice: Practice, now: datetime) -> PracticeExport | None:
    """The newest that is being made, can still be fetched, or failed today."""
    newest: PracticeExport | None = newest_of(practice.exports.select_related("asked_by"), now)
    return newest


def hand_out_to(export: PracticeExport, by: User, now: datetime) -> Iterator[bytes]:
    """The file, piece by piece, and written down that it was fetched.

    Raises:
        PermissionDenied: `by` did not ask for it, or may not take records along any more.
        OSError: it is not there.
    """
    if export.asked_by_id != by.pk or not may_take(by, export.practice):
        raise PermissionDenied
    pieces = handed_out(export)
    what = gettext_noop("fetched all records in a file")
    audit.note(audit.Kind.EXPORTED, what, user=by, practice=export.practice_id, thing=export.pk, now=now)
    return pieces


def _tell_admins(practice: Practice, by: User, now: datetime) -> None:
    """Whoever else manages the practice: such a file is nothing that one of them should miss."""
    words = {"by": by, "url": settings.SITE_URL + reverse("practice_audit")}
    body = render_to_string("accounts/email/practice_export.txt", words)
    for member in Membership.objects.current().filter(practice=practice, is_admin=True).exclude(user=by):
        subject = _("All records of your clinic were asked for")
        AccountMail.objects.create(to=member.user.email, subject=subject, body=body, not_before=now)
