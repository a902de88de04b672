"""Taking in a photo: whatever bytes somebody sent become a clean JPEG of our own making, or a reason why not."""

import hashlib
from dataclasses import dataclass

from symptoms.photos.decoder import decoder
from symptoms.photos.headers import examine
from symptoms.photos.limits import MAX_PIXELS


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG made by us: upright, sRGB, at most 2000 pixels a side, without metadata. `sha256` is of these bytes."""

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
    source = examine(data)
    picture = memoryview(data)[: source.end]
    jpeg, width, height = decoder().decode(picture, MAX_PIXELS[source.kind], lacks_end=source.lacks_end)
    return Picture(jpeg, width, height, hashlib.sha256(jpeg).hexdigest())
