"""A language made up for tests: each message is longer by 40 % and keeps no plain letter; it is written right to left.

What still has a plain letter on a page in it went through no translation.
"""

import gettext
import re

from django.utils.translation import trans_real

CODE = "he"  # of the languages that Django writes from right to left; its own words are not used
ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀçđéƒğĥíĵķľɱñóþɋŕšŧúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶĽṀÑÓÞɊŔŠŦÚṼŴẊÝŽ"
)
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>|&#?\w+;)")  # places, elements, entities
CONTEXT = "\x04"  # Django puts it between the context of a message and the message
WORD = " ľóñğéŕ"


def pseudo(message: str) -> str:
    """A message in this language, between brackets; places and elements in it stay as they are."""
    parts = KEPT.split(message.rpartition(CONTEXT)[2])
    words = "".join(part if number % 2 else part.translate(ACCENTED) for number, part in enumerate(parts))
    more = round(0.4 * sum(map(len, parts[::2])))
    return f"⟦{words}{(WORD * more)[:more]}⟧"


class Pseudo(gettext.NullTranslations):
    """The catalogue: it has every message there is."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def language(self) -> str:
        return CODE

    to_language = language


def install() -> None:
    """From now on `LANGUAGE_CODE = CODE` is this language, in the whole process."""
    trans_real._translations[CODE] = Pseudo()
