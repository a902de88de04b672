"""Why a photo is not kept, in words for the person who sent it."""

from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from symptoms.photos.limits import MEGABYTES


class Refusal(TextChoices):
    """The word of a reason, as the API and the decoding process write it, and its sentence as `label`."""

    TOO_LARGE = (
        "too_large",
        format_lazy(
            _("This photo is larger than {megabytes} MB, so it was not kept. Please send a smaller one."),
            megabytes=MEGABYTES,
        ),
    )
    EMPTY = "empty", _("This file is empty, so there was nothing to keep. Please choose the photo again.")
    FORMAT = (
        "format",
        _("This file is not a photo that we can read, so it was not kept. Please send a JPEG from your camera."),
    )
    HEIC = "heic", _("This is a HEIC photo, which we cannot read. Please save it as a JPEG and send that.")
    ANIMATED = "animated", _("This is a moving picture, so it was not kept. Please send a still photo.")
    TOO_SMALL = (
        "too_small",
        _("This picture is too small to show your skin, so it was not kept. Please send a photo from your camera."),
    )
    TOO_MANY_PIXELS = (
        "too_many_pixels",
        _("This picture has more pixels than we can read, so it was not kept. Please send a smaller one."),
    )
    TOO_MANY_SCANS = (
        "too_many_scans",
        _("This picture is stored in a way we do not read, so it was not kept. Please take a new photo."),
    )
    DAMAGED = "damaged", _("Part of this photo is missing or damaged, so it was not kept. Please take a new one.")
    TOO_COMPLEX = (
        "too_complex",
        _("We could not open this photo, so it was not kept. Please take a new one."),
    )
    BUSY = (
        "busy",
        _("We are receiving many photos just now, so this one was not kept. Please send it again in a minute."),
    )
    NOT_STORED = (
        "not_stored",
        _("We have no room for photos just now, so this one was not kept. Please send it again later."),
    )


# What the phone at hand can do about a HEIC photo: for this one, then for the next.
HEIC_ON_AN_IPHONE = _(
    "This is a HEIC photo, which we cannot read. Choose it again from your photo library, not from Files: your iPhone "
    "then sends it as a JPEG. For your next photos, open Settings, Camera, Formats and choose Most Compatible."
)
HEIC_ON_ANDROID = _(
    "This is a HEIC photo, which we cannot read. Open it in your gallery, take a screenshot and send that. For your "
    "next photos, turn off High efficiency pictures (HEIF or HEIC) in the settings of your camera."
)


def heic_sentence(user_agent: str) -> str:
    """What somebody with that browser reads about a HEIC photo; page and server say the same."""
    if "iPhone" in user_agent or "iPad" in user_agent:
        return str(HEIC_ON_AN_IPHONE)
    return str(HEIC_ON_ANDROID if "Android" in user_agent else Refusal.HEIC.label)


class PhotoRefused(Exception):
    """A photo that is not kept, and the `reason`; `sentence` is for the person who sent it.

    `is_ours` is True when the photo may be good and sending it again later may work (an answer of 503, not 422).
    """

    def __init__(self, reason: Refusal):
        self.reason, self.sentence = reason, reason.label
        self.is_ours = reason in (Refusal.BUSY, Refusal.NOT_STORED)
        super().__init__(self.sentence)
