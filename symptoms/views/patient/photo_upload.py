"""Photos in a form: what its page says of them, and keeping each by itself: a refused one costs nothing else."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import PatientRequest
from accounts.models import User
from symptoms.journal.entries import EntryRefused, ForeignId
from symptoms.journal.photos import SameIdOtherPhoto, TooManyPhotos, attach_photo
from symptoms.models.photo import VIEWS
from symptoms.photos.headers import HEIF_BRANDS
from symptoms.photos.limits import MAX_BYTES, MEGABYTES
from symptoms.photos.refusals import PhotoRefused, Refusal, heic_sentence
from symptoms.photos.uploads import place_for_upload

log = logging.getLogger(__name__)

TYPES = ["image/jpeg", "image/png", "image/webp"]  # where these alone are named, an iPhone makes a JPEG of a HEIC photo
HEIC_TYPES = ["image/heic", "image/heif"]
# What photo-picker.js says beside a photo; {view} is the outline's title.
PICKER_WORDS = {
    "chosen": _("{view}, chosen"),
    "not_shown": _("Chosen. Your phone cannot show it here."),
    "not_a_photo": _("Your phone cannot show this file. Is it a photo?"),
    "remove": _("Remove: {view}"),
    "camera": _("Use camera"),
    "camera_of": _("Use camera: {view}"),
}
# What photo-sender.js says of each photo: {percent} is a number, {view} the outline's title; {sent} of {all} are sent.
SENDING_WORDS = {
    "waiting": _("Waits to be sent."),
    "sending": _("Sending: {percent} %"),
    "sent": _("Sent."),
    "failed": _("Not sent. It is still here: send it again once there is a signal."),
    "failed_kept": _("Not sent yet. It waits on this phone, and is sent by itself once there is a signal."),
    "again": _("Send again: {view}"),
    "count": _("{sent} of {all} sent"),
    "stay": _("{sent} of {all} sent. Stay on this page until all are sent."),
    "signed_out": _("Not sent: you have signed out, or in again, elsewhere. Sign in and choose this photo again."),
    "signed_out_kept": _(
        "Not sent: you have signed out, or in again, elsewhere. It waits on this phone until you sign in again."
    ),
    "sign_in": _("Sign in again"),
    "open": _("Open"),
    "open_of": _("Open: {view}"),
    "delete": _("Delete"),
    "delete_of": _("Delete: {view}"),
}
TAKEN = _("Another photo was sent from this page before, so this one was not kept. Open the page again to add it.")


@dataclass(frozen=True, slots=True)
class NotKept:
    """A photo that was not kept; `str()` says which and why. `is_ours`: the same photo may be taken later."""

    view: str
    sentence: str | Promise
    is_ours: bool = False

    def __str__(self) -> str:
        return gettext("{view}: {sentence}").format(view=dict(VIEWS)[self.view], sentence=self.sentence)


def picker(request: HttpRequest) -> dict[str, Any]:
    """What `patient/shots.html` takes: the views, the limits, and what is said about a file that is beyond them."""
    reads_heic = settings.PHOTOS_READ_HEIC
    return {
        "views": VIEWS,
        "accept": ",".join([*TYPES, *(HEIC_TYPES if reads_heic else [])]),
        "kinds": _("JPEG, PNG, WebP or HEIC") if reads_heic else _("JPEG, PNG or WebP"),
        "megabytes": MEGABYTES,
        "most_bytes": MAX_BYTES,
        "too_large": Refusal.TOO_LARGE.label,
        "format": Refusal.FORMAT.label,
        "heic": "" if reads_heic else heic_sentence(_browser(request)),
        "heic_brands": " ".join(HEIF_BRANDS),
        "words": PICKER_WORDS,
    }


def keep_photos(
    request: PatientRequest,
    treatment_id: UUID,
    sent: Iterable[tuple[UUID, str, UploadedFile]],
    *,
    day: int,
    now: datetime,
) -> list[NotKept]:
    """Keep each photo of `sent` (id, view, file) with a day; gives a sentence for each that was refused."""
    refused: list[NotKept] = []
    for id, view, file in sent:
        try:
            _keep(treatment_id, id, view, file, day=day, by=request.user, now=now)
        except PhotoRefused as refusal:
            sentence = heic_sentence(_browser(request)) if refusal.reason == Refusal.HEIC else refusal.sentence
            refused.append(NotKept(view, sentence, refusal.is_ours))
        except (TooManyPhotos, EntryRefused) as refusal:
            refused.append(NotKept(view, str(refusal)))
        except (SameIdOtherPhoto, ForeignId):
            refused.append(NotKept(view, TAKEN))
        except OperationalError:  # the day it came with is saved already: that must not be taken back
            log.exception("a photo's row could not be written")
            refused.append(NotKept(view, Refusal.NOT_STORED.label, is_ours=True))
    return refused


def _browser(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")


def _keep(treatment_id: UUID, id: UUID, view: str, file: UploadedFile, *, day: int, by: User, now: datetime) -> None:
    if (file.size or 0) > MAX_BYTES:  # before it is read into memory
        raise PhotoRefused(Refusal.TOO_LARGE)
    with place_for_upload(by.pk):
        attach_photo(treatment_id, id=id, day=day, view=view, data=file.read(), by=by, now=now)
