"""What a file says about itself, read before anything is decoded: kind, size in pixels, scans, animation.

Plain Python with bounded loops, so that a hostile file is turned away before any decoder written in C sees it.
"""

import re
import struct
from dataclasses import dataclass

from symptoms.photos.refusals import (
    ANIMATED,
    DAMAGED,
    EMPTY,
    FORMAT,
    HEIC_SENTENCE,
    TOO_COMPLEX,
    TOO_LARGE,
    TOO_MANY_PIXELS,
    TOO_MANY_SCANS,
    TOO_SMALL,
    PhotoRefused,
)

MAX_BYTES = 20_000_000
MAX_PIXELS = {"JPEG": 50_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
MIN_SIDE, MAX_SIDE = 32, 16_384
MAX_SCANS = 64
MAX_SEGMENTS = 10_000  # an honest 20 MB file has about 2,500; each one costs the decoder a loop in Python

FRAME_STARTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
# In a scan's data 0xFF is stuffed with 0x00, or starts a restart marker; anything else ends the scan.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True, slots=True)
class Header:
    """What the file claims: `kind` (JPEG, PNG or WEBP), and width and height in pixels as stored, before turning."""

    kind: str
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """The header of a picture that may be decoded.

    Raises:
        PhotoRefused: it is empty, over 20 MB, of another kind, animated, or outside the limits of safety.md section 6.
    """
    if not data:
        raise PhotoRefused(EMPTY)
    if len(data) > MAX_BYTES:
        raise PhotoRefused(TOO_LARGE)
    try:
        header = _reader(data)(data)
    except (struct.error, IndexError):
        raise PhotoRefused(DAMAGED) from None
    if min(header.width, header.height) < MIN_SIDE:
        raise PhotoRefused(TOO_SMALL)
    if max(header.width, header.height) > MAX_SIDE or header.width * header.height > MAX_PIXELS[header.kind]:
        raise PhotoRefused(TOO_MANY_PIXELS)
    return header


def _reader(data: bytes):
    if data[:3] == b"\xff\xd8\xff":
        return _read_jpeg
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _read_png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _read_webp
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1"}:
        raise PhotoRefused(FORMAT, HEIC_SENTENCE)
    raise PhotoRefused(FORMAT)


def _read_jpeg(data: bytes) -> Header:
    """Walk the first picture's markers to its end; a second picture (MPO) and trailing bytes are not looked at."""
    size, scans, at = None, 0, 2
    for _ in range(MAX_SEGMENTS):
        found = NEXT_MARKER.search(data, at)
        # A picture without an end mark may still be whole: the decoder knows.
        marker = data[found.start() + 1] if found else END_OF_IMAGE
        if marker == END_OF_IMAGE:
            break
        start = found.end() if found else at
        if marker in FRAME_STARTS:
            height, width = struct.unpack_from(">HH", data, start + 3)
            if size not in (None, (width, height)):
                raise PhotoRefused(DAMAGED)
            size = width, height
        if marker == START_OF_SCAN:
            scans += 1
            if scans > MAX_SCANS:
                raise PhotoRefused(TOO_MANY_SCANS)
        at = start + struct.unpack_from(">H", data, start)[0]
    else:
        raise PhotoRefused(TOO_COMPLEX)
    if size is None or not scans:
        raise PhotoRefused(DAMAGED)
    return Header("JPEG", *size)


def _read_png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise PhotoRefused(DAMAGED)
    width, height = struct.unpack_from(">II", data, 16)
    at = 8
    for _ in range(MAX_SEGMENTS):
        length, name = struct.unpack_from(">I4s", data, at)
        if name in (b"acTL", b"fcTL", b"fdAT"):
            raise PhotoRefused(ANIMATED)
        if name == b"IEND":
            return Header("PNG", width, height)
        at += 12 + length
    raise PhotoRefused(TOO_COMPLEX)


def _read_webp(data: bytes) -> Header:
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise PhotoRefused(DAMAGED)
    name = data[12:16]
    if name == b"VP8X":
        if data[20] & 0x02:
            raise PhotoRefused(ANIMATED)
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif name == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif name == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise PhotoRefused(DAMAGED)
    return Header("WEBP", width, height)
