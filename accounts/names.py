"""Names as people look for them, and whether a name shows at all."""

import unicodedata
from typing import Any

from django.db import models

from accounts.numerals import with_plain_digits

LONGEST_FOLDED = 240  # characters; in UTF-8 still less than a row of an index may hold
# Letters that nobody sees although Unicode counts some as letters: fillers, joiners, selectors, the empty Braille cell.
BLANK = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810),
              *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)))
)  # fmt: skip
# An apostrophe by any keyboard or language: typewriter, curly, accent alone, okina, Armenian, Hebrew, saltillo ...
APOSTROPHES = "'’‘‛`´ʹʻʼʽʾʿˈˊˋ′‵՚׳ߴߵꞋꞌ＇"
DOTS = "·‧・･−"  # what joins two names like a hyphen, besides the dashes
ALIKE = {  # letters that are no other letter with an accent, yet are looked for as one
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t", "þ": "th",
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": "",
}  # fmt: skip
TABLE = str.maketrans(ALIKE)
WITHOUT_APOSTROPHES = str.maketrans("", "", APOSTROPHES)


def is_hyphen(letter: str) -> bool:
    """Whether `letter` joins the parts of a name: any hyphen, dash or middle dot."""
    return unicodedata.category(letter) == "Pd" or letter in DOTS


def folded(text: str) -> str:
    """`text` as it is searched and sorted: "O’Brien-Wójcik" and "obrienwojcik" give the same.

    Case, accents, apostrophes, hyphens and letters that nobody sees go, digits of any script become ASCII, white space
    becomes single spaces. Cut after LONGEST_FOLDED characters.
    """
    plain = unicodedata.normalize("NFKD", with_plain_digits(text.translate(WITHOUT_APOSTROPHES)))
    plain = unicodedata.normalize("NFKD", plain.casefold()).translate(TABLE)
    return " ".join("".join(map(_bare, plain)).split())[:LONGEST_FOLDED].rstrip()


def _bare(letter: str) -> str:
    is_left_out = unicodedata.combining(letter) or letter in BLANK or letter in APOSTROPHES or is_hyphen(letter)
    return "" if is_left_out else letter


def is_seen(text: str) -> bool:
    """Whether anything of `text` can be seen: a letter, digit or sign, not only spaces, controls, marks and fillers."""
    return any(unicodedata.category(letter)[0] in "LNPS" and letter not in BLANK for letter in text)


class FoldedNameField(models.CharField):
    """The model's `name`, folded; kept whenever a row is made or saved."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_FOLDED, "editable": False, **kwargs})

    def pre_save(self, model_instance: Any, add: bool) -> str:
        value = folded(model_instance.name)
        setattr(model_instance, self.attname, value)
        return value


# What belongs to the family name that it stands before.
PARTICLES = frozenset(
    ("af", "al", "av", "bin", "bint", "binti", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du",
     "el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu", "zum", "zur")
)  # fmt: skip
BEFORE_GIVEN = "  "  # no name has two spaces: a short family name comes before a longer one that begins like it


def family_first(name: str) -> str:
    """A name as a list is sorted by it: "Ana van der Berg" gives "van der berg  ana".

    The family name is the last word, with the particles before it.
    """
    words = name.split()
    at = len(words) - 1
    while at > 1 and folded(words[at - 1]) in PARTICLES:
        at -= 1
    family, given = folded(" ".join(words[max(at, 0) :])), folded(" ".join(words[: max(at, 0)]))
    return f"{family}{BEFORE_GIVEN}{given}"[:LONGEST_FOLDED].rstrip()


class PlainOrderField(models.CharField):
    """Text that every database compares letter by letter, so that a range of an index finds what begins alike."""

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        return {**parameters, "collation": "C"} if connection.vendor == "postgresql" else parameters


class SortNameField(PlainOrderField):
    """The model's `name` with the family name first, folded; kept whenever a row is made or saved."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_FOLDED, "editable": False, **kwargs})

    def pre_save(self, model_instance: Any, add: bool) -> str:
        value = family_first(model_instance.name)
        setattr(model_instance, self.attname, value)
        return value
