"""Why a photo is not kept, in words for the person who sent it."""

TOO_LARGE = "too_large"
EMPTY = "empty"
FORMAT = "format"
ANIMATED = "animated"
TOO_SMALL = "too_small"
TOO_MANY_PIXELS = "too_many_pixels"
TOO_MANY_SCANS = "too_many_scans"
DAMAGED = "damaged"
TOO_COMPLEX = "too_complex"
BUSY = "busy"
NOT_STORED = "not_stored"

SENTENCES = {
    TOO_LARGE: "This photo is larger than 20 MB, so it was not kept. Please send a smaller one.",
    EMPTY: "This file is empty, so there was nothing to keep. Please choose the photo again.",
    FORMAT: "This file is not a JPEG, PNG or WebP picture, so it was not kept. Please send a photo from your camera.",
    ANIMATED: "This is a moving picture, so it was not kept. Please send a still photo.",
    TOO_SMALL: "This picture is too small to show your skin, so it was not kept. Please send a photo from your camera.",
    TOO_MANY_PIXELS: "This picture has more pixels than we can read, so it was not kept. Please send a smaller one.",
    TOO_MANY_SCANS: "This picture is stored in a way we do not read, so it was not kept. Please take a new photo.",
    DAMAGED: "This photo is damaged or was cut off on its way, so it was not kept. Please send it again.",
    TOO_COMPLEX: "This picture took too much work to read, so it was not kept. Please take a new photo.",
    BUSY: "Many photos are arriving just now, so this one was not kept. Please send it again in a minute.",
    NOT_STORED: "We have no room for photos just now, so this one was not kept. Please send it again later.",
}
HEIC_SENTENCE = (
    "This photo is in the HEIC format, which we cannot read, so it was not kept. Please send it as a JPEG: on an "
    "iPhone, Settings, Camera, Formats, Most Compatible."
)


class PhotoRefused(Exception):
    """A photo that is not kept; `reason` is one of the words above, `sentence` is for the person who sent it.

    `is_ours` is True when the photo may be good and sending it again later may work (an answer of 503, not 422).
    """

    def __init__(self, reason: str, sentence: str = ""):
        self.reason = reason
        self.sentence = sentence or SENTENCES[reason]
        self.is_ours = reason in (BUSY, NOT_STORED)
        super().__init__(self.sentence)
