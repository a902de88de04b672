"""Finding patients by a part of their name."""

import re
import unicodedata
from collections import defaultdict

from django.db.models import Q
from django.http import HttpRequest

LONGEST_NAME = 120  # characters; a longer search finds nobody
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
    """The part of a name in the query `q`, spaces made single."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_NAME]


def named(sought: str, field: str) -> Q:
    """Names that hold what is sought, in any case, with or without accents: "zoe" finds "Zoë"."""
    letters = unicodedata.normalize("NFC", sought.lower())
    pattern = "".join(_as_pattern(letter) for letter in letters if not unicodedata.combining(letter))
    return Q(**{f"{field}__iregex": pattern}) if pattern else Q()


def _as_pattern(letter: str) -> str:
    """What a letter is looked for as; one of another script as itself."""
    alike = ALIKE.get(_bare(letter))
    return f"[{alike}]{MARK}" if alike else re.escape(letter)
