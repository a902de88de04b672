"""Finding patients by parts of their name, and by the year of birth."""

import re
import unicodedata
from collections import defaultdict

from django.db.models import Q
from django.http import HttpRequest

from accounts.fields import UNSEEN

LONGEST_NAME = 120  # characters; a longer search finds nobody
WORDS = 6  # looked for one by one; what follows belongs to the last
MARK = "[\u0300-\u036f]?"  # an accent that is written after its letter
NOT_COMPOSED = {"æ": "a", "ð": "d", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŧ": "t"}


def _bare(letter: str) -> str:
    """A letter without its accent: "é" is "e"."""
    return NOT_COMPOSED.get(letter, unicodedata.normalize("NFD", letter)[0])


def _letters() -> dict[str, str]:
    """For each bare letter all that are read as it: Latin letters, with and without accents."""
    alike: dict[str, str] = defaultdict(str)
    for code in (*range(0x61, 0x7B), *range(0xE0, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        if letter.islower() and _bare(letter).isascii():
            alike[_bare(letter)] += letter
    return dict(alike)


ALIKE = _letters()


def sought_in(request: HttpRequest) -> str:
    """What is looked for in the query `q`: spaces made single, marks that nobody sees left out."""
    return " ".join(request.GET.get("q", "").replace("\0", "").translate(UNSEEN).split())[:LONGEST_NAME]


def named(sought: str, name: str, year: str) -> Q:
    """Patients whose name holds each word sought, in any order and case, with or without accents: "zoe" finds "Zoë".

    A word may be the year of birth instead: it tells apart those who share a name.
    """
    found = Q()
    for word in sought.split(maxsplit=WORDS - 1):
        letters = unicodedata.normalize("NFC", word.lower())
        pattern = "".join(_as_pattern(letter) for letter in letters if not unicodedata.combining(letter))
        one = Q(**{f"{name}__iregex": pattern}) if pattern else Q()
        found &= one | Q(**{year: int(word)}) if re.fullmatch(r"[0-9]{4}", word) else one
    return found


def _as_pattern(letter: str) -> str:
    """What a letter is looked for as; one of another script as itself."""
    alike = ALIKE.get(_bare(letter))
    return f"[{alike}]{MARK}" if alike else re.escape(letter)
