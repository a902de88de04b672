"""What kind of file came, and where its first picture ends: asked before anything is decoded.

Its size in pixels and whatever else it claims is asked of the decoder, in a process of its own with limits.
"""

import re
import struct
from dataclasses import dataclass

from django.conf import settings

from symptoms.photos.limits import MAX_BYTES
from symptoms.photos.refusals import PhotoRefused, Refusal

MAX_SCANS = 64
MAX_SEGMENTS = 10_000  # an honest 20 MB file has about 2,500; each one costs the decoder a loop in Python
HEIF_BRANDS = ("heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1")

FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SEQUENTIAL = frozenset({0xC0, 0xC1})
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
# Tables, restart intervals, comments and APP segments: what may stand between two scans of a picture, besides a scan.
BETWEEN_SCANS = frozenset({0xC4, 0xCC, 0xDB, 0xDD, 0xFE, START_OF_SCAN, *range(0xE0, 0xF0)})
# In a scan's data 0xFF is stuffed with 0x00, or starts a restart marker; anything else ends the scan.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True, slots=True)
class Source:
    """The first picture in a file: its `kind` (a name in limits.MAX_PIXELS), and `end`, the number of bytes to decode.

    `lacks_end`: it is a JPEG without the mark at its end, so that it may be whole or cut off.
    """

    kind: str
    end: int
    lacks_end: bool = False


def examine(data: bytes) -> Source:
    """What is to be decoded of a file.

    Raises:
        PhotoRefused: it is empty, over MAX_BYTES, of another kind, or a JPEG that is no picture or takes too much work.
    """
    if not data:
        raise PhotoRefused(Refusal.EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoRefused(Refusal.TOO_LARGE)
    if data[:3] == b"\xff\xd8\xff":
        try:
            return _first_jpeg(data)
        except (struct.error, IndexError):
            raise PhotoRefused(Refusal.DAMAGED) from None
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Source("PNG", len(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Source("WEBP", len(data))
    if data[4:8] == b"ftyp" and data[8:12].decode("latin-1") in HEIF_BRANDS:
        if settings.PHOTOS_READ_HEIC:
            return Source("HEIF", len(data))
        raise PhotoRefused(Refusal.HEIC)
    raise PhotoRefused(Refusal.FORMAT)


def _first_jpeg(data: bytes) -> Source:
    """Walk the first picture's markers to its end; a second picture (MPO) and trailing bytes are not looked at.

    Some phones leave out the end mark, and some write data of their own where it should be.
    """
    at, scans, frame, components = 2, 0, 0, 0
    exact: set[tuple[int, int]] = set()  # a component's coefficients of which the last bit has come
    for _ in range(MAX_SEGMENTS):
        match = NEXT_MARKER.search(data, at)
        marker = data[match.start() + 1] if match else None
        if match and marker == END_OF_IMAGE and scans:
            return Source("JPEG", match.end())
        is_complete = scans > 0 and len(exact) >= 64 * components
        if match is None or (scans and (marker not in BETWEEN_SCANS or (is_complete and frame in SEQUENTIAL))):
            if not is_complete:  # whole scans are missing: a coarse picture, or one without colours
                break
            end = match.start() if match else len(data)
            return Source("JPEG", len(data[:end].rstrip(b"\xff")), lacks_end=True)
        start = match.end()
        if marker in FRAME_STARTS:
            frame, components = marker, data[start + 7]
        elif marker == START_OF_SCAN:
            scans += 1
            if scans > MAX_SCANS:
                raise PhotoRefused(Refusal.TOO_MANY_SCANS)
            exact |= _exact_after(data, start, frame)
        elif marker == END_OF_IMAGE:
            break
        at = start + struct.unpack_from(">H", data, start)[0]
    else:
        raise PhotoRefused(Refusal.TOO_COMPLEX)
    raise PhotoRefused(Refusal.DAMAGED)


def _exact_after(data: bytes, start: int, frame: int) -> set[tuple[int, int]]:
    """The coefficients of each component that are exact after the scan whose header lies at `start`."""
    after = start + 3 + 2 * data[start + 2]
    first, last, bits = struct.unpack_from("3B", data, after)
    if frame in SEQUENTIAL:
        first, last, bits = 0, 63, 0  # always so, whatever some encoders write there
    if bits & 0x0F:  # the lowest bits follow in another scan
        return set()
    return {(component, number) for component in data[start + 3 : after : 2] for number in range(first, last + 1)}
