"""A number as people write it, made plain: any digits, a comma or a raised dot, its unit behind it."""

import re

from accounts.numerals import with_plain_digits

# Decimal marks besides the point: French, old British, Arabic, Japanese keyboards.
POINTS = re.compile("[,·٫‧・、，。]")
MINUS = str.maketrans("−–", "--")
DEGREE = str.maketrans("º˚", "°°")  # before they are made plain: the first would become an "o"


def plain_number(typed: str, *units: str) -> str:
    """`typed` with a point and ASCII digits, spaces around it and one of `units` behind it left out.

    "１，５ mm" with the unit "mm" gives "1.5". What is no number stays what it is: the caller refuses it.
    """
    number = with_plain_digits(typed.translate(DEGREE)).translate(MINUS).strip()
    for unit in units:
        if number.lower().endswith(unit.lower()):
            number = number[: len(number) - len(unit)].rstrip()
            break
    return POINTS.sub(".", number)
