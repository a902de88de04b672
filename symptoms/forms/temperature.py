"""A temperature as people read it off their thermometer, in °C or °F."""

import re
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Patient
from symptoms.forms.numbers import plain_number
from symptoms.recovery.phrases import unit_of
from symptoms.wording.phrases import DEGREE_SIGNS

LEAST, MOST = Decimal(30), Decimal(45)  # °C; beyond these no thermometer under a living tongue goes
NUMBER = re.compile(r"\d{1,4}(\.\d{1,2})?", re.ASCII)
UNIT_USED_LAST = "temperature_unit"  # in the session
UNITS = list(DEGREE_SIGNS.items())
BEHIND = ("°C", "° C", "°F", "° F", "°С", "C", "F", "С", "°")  # what may stand behind the number; "С" is Cyrillic too


def unit_for(request: HttpRequest, patient: Patient) -> str:
    """The thermometer's unit used last ("c" or "f"), before that that of the country."""
    return request.session.get(UNIT_USED_LAST) or unit_of(patient.likely_country)


def in_celsius(typed: str, unit: str) -> float:
    """What was `typed` ("38,1", "٣٨٫١ °C", "100.6"; `unit` "c" or "f") in °C, to a tenth of a degree.

    Raises:
        ValidationError: it is no number, or outside 30 to 45 °C, with what was probably meant.
    """
    typed = plain_number(typed, *BEHIND)
    if not NUMBER.fullmatch(typed):
        raise ValidationError(_("Write a number, like 37.2.") if unit == "c" else _("Write a number, like 99.0."))
    value = Decimal(typed)
    celsius = _celsius(value, unit)
    if not LEAST <= celsius <= MOST:
        least, most = (LEAST, MOST) if unit == "c" else (Decimal(86), Decimal(113))
        sentence = _("Write a number between {least} and {most} {degrees}.")
        refusal = sentence.format(least=least, most=most, degrees=DEGREE_SIGNS[unit])
        raise ValidationError(" ".join(filter(None, [refusal, _meant(value, unit)])))
    return float(celsius)


def _celsius(value: Decimal, unit: str) -> Decimal:
    degrees = value if unit == "c" else (value - 32) * 5 / 9
    return degrees.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _meant(value: Decimal, unit: str) -> str:
    """A guess at a missing point or another unit: 384 is 38.4, 101 is °F."""
    if LEAST <= _celsius(value / 10, unit) <= MOST:
        return _("Did you mean {number}?").format(number=f"{value / 10:.1f}")
    other = "f" if unit == "c" else "c"
    if LEAST <= _celsius(value, other) <= MOST:
        return _("Did you mean {degrees}?").format(degrees=DEGREE_SIGNS[other])
    return ""
