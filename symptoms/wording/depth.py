"""What is said of a depth: why it is refused, what is asked about it, and what needling at home needs to hear."""

from decimal import Decimal

from django.utils.translation import gettext as _

from symptoms.recovery.depth import Depth, judged_depth, limits_of
from symptoms.recovery.vocabulary import Device, Setting
from symptoms.wording.phrases import millimetres


def refused_depth(device: Device, setting: Setting, depth: Decimal) -> str:
    """Why a depth is not taken, with what was probably meant."""
    if device is Device.RF:
        sentence = _("{depth} is more than RF devices can do. Did you mean one tenth of it?")
    elif depth <= limits_of(device, Setting.CLINIC).most:
        sentence = _("{depth} is more than home devices can do. Did you mean one tenth of it, or was it at a clinic?")
    else:
        sentence = _("{depth} is more than these devices can do. Did you mean one tenth of it, or was it RF?")
    return sentence.format(depth=millimetres(depth))


def doubted_depth(device: Device, setting: Setting, depth: Decimal) -> str:
    """What is asked about an unusual depth before it is taken."""
    if device is Device.RF:
        sentence = _("{depth} is deep for RF. Body tips reach this, face tips seldom do. Is that right?")
    elif setting is Setting.HOME:
        sentence = _("{depth} is deeper than needles for home use should go. Is that right?")
    else:
        sentence = _("{depth} is deeper than most pens and rollers go. Is that right?")
    return sentence.format(depth=millimetres(depth))


def depth_in_words(device: str, setting: str, depth: Decimal | None) -> str:
    """A depth as practitioners read it, marked where it is unusual; empty when it is not known."""
    if depth is None:
        return ""
    if judged_depth(Device(device), Setting(setting), float(depth)) is Depth.TAKEN:
        return millimetres(depth)
    return _("{depth} (unusual)").format(depth=millimetres(depth))


def needling_at_home(device: str, setting: str, depth: Decimal | None) -> str:
    """What somebody hears who used RF or long needles at home; empty for everybody else."""
    if setting != Setting.HOME:
        return ""
    if device == Device.RF:
        return _(
            "RF is not for home use. It can burn deep, scar, and hurt nerves. If skin turns white, grey or black, or "
            "blisters, be seen today. Please don't use it again."
        )
    if judged_depth(Device(device), Setting.HOME, None if depth is None else float(depth)) is Depth.TAKEN:
        return ""
    return _(
        "Needles deeper than 0.5 mm are not meant for home. They can scar and infect the skin. We will watch your log "
        "more closely. Next time, let a trained person do it."
    )
