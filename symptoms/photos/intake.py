"""Taking in a photo: whatever bytes somebody sent become a clean JPEG of our own making, or a reason why not."""

import hashlib
from dataclasses import dataclass

from symptoms.photos.decoder import decoder
from symptoms.photos.headers import MAX_PIXELS, read_header


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made by us: upright, sRGB, at most 2048 pixels a side, without metadata. `sha256` is of these bytes."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def take_in(data: bytes) -> Picture:
    """The picture in `data`, made anew. The name and the type that came with it are never asked.

    Call it outside any transaction: a large photo takes about a second.

    Raises:
        PhotoRefused: with the reason, and a sentence for the person who sent it.
    """
    header = read_header(data)
    jpeg, width, height = decoder().decode(data, MAX_PIXELS[header.kind])
    return Picture(jpeg, width, height, hashlib.sha256(jpeg).hexdigest())
