"""A language made up for tests: each message is longer by 40 % and keeps no plain letter; it is written right to left.

What still has a plain letter on a page in it went through no translation. As settings of a process
(`DJANGO_SETTINGS_MODULE=tests.pseudo`) it is the language of the whole site.
"""

import gettext
import re

from django.utils.translation import trans_real

from tracker.settings import *  # noqa: F403

CODE = LANGUAGE_CODE = "he"  # of the languages that Django writes right to left; its own words are not used
ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀçđéƒğĥíĵķľɱñóþɋŕšŧúṽŵẋýžÁƁÇĐÉƑĞĤÍĴĶĽṀÑÓÞɊŔŠŦÚṼŴẊÝŽ"
)
# Places, elements, their entities.
KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w[^>]*>|&#?\w+;)")
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


trans_real._translations[CODE] = Pseudo()
