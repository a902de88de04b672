"""A treatment in a few words: "Pen, 1.5 mm, whole face"."""

from collections.abc import Iterable
from decimal import Decimal

from symptoms.recovery.vocabulary import Area, Device
from symptoms.wording.treatment import AREAS, DEVICES


def described(device: str, depth_mm: Decimal | None, areas: Iterable[str], other_areas: str = "") -> str:
    """What was done, in a line; free words for areas as they were written."""
    depth = "" if depth_mm is None else f"{Decimal(depth_mm).normalize():f} mm"
    named = [AREAS[Area(area)].lower() for area in areas if area != Area.OTHER]
    return ", ".join(filter(None, [DEVICES[Device(device)], depth, *named, other_areas]))
