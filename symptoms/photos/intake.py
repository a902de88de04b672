"""Taking a photo in: what was sent becomes a clean JPEG, or is refused with a reason for the person who sent it."""

from dataclasses import dataclass
from hashlib import sha256

from symptoms.photos.decoder import decoder
from symptoms.photos.headers import read_header


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded picture: upright, sRGB, at most 2,048 px a side, without metadata; `sha256` is of `jpeg`, in hex."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def take_in(data: bytes) -> Picture:
    """Read `data` (JPEG, PNG or still WebP, at most 20 MB) into a clean picture. Call it outside any transaction.

    Raises:
        PhotoRefused: with the reason, and the sentence to show.
    """
    header = read_header(data)
    jpeg, width, height = decoder().decode(header.kind, data)
    return Picture(jpeg, width, height, sha256(jpeg).hexdigest())
