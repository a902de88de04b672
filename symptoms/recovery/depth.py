"""How deep a device can go: what is taken, what is asked about once more, what must be a slip. [D], from S15, K19."""

from dataclasses import dataclass
from enum import StrEnum

from symptoms.recovery.vocabulary import Device, Setting

LEAST_MM = 0.1


@dataclass(frozen=True, slots=True)
class Limits:
    """Millimetres: up to `usual` is taken, up to `most` is taken once it was said to be right."""

    usual: float
    most: float


NEEDLES = {Setting.CLINIC: Limits(3.5, 5.0), Setting.HOME: Limits(0.5, 3.5)}
RF = {Setting.CLINIC: Limits(4.0, 8.0), Setting.HOME: Limits(8.0, 8.0)}
DEEPEST_NEEDLES_MM = max(limits.most for limits in NEEDLES.values())
DEEPEST_MM = max(limits.most for limits in RF.values())


class Depth(StrEnum):
    """What becomes of a depth."""

    TAKEN = "taken"
    UNUSUAL = "unusual"
    REFUSED = "refused"


def limits_of(device: Device, setting: Setting) -> Limits:
    """The limits of a device where it was used."""
    return (RF if device is Device.RF else NEEDLES)[setting]


def judged_depth(device: Device, setting: Setting, depth_mm: float | None) -> Depth:
    """Whether a depth in millimetres is taken; a depth that nobody knows is."""
    limits = limits_of(device, setting)
    if depth_mm is None or depth_mm <= limits.usual:
        return Depth.TAKEN
    return Depth.UNUSUAL if depth_mm <= limits.most else Depth.REFUSED
