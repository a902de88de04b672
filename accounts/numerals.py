"""Digits as people's keyboards write them: Arabic, Persian, Devanagari, full-width and all others."""

import unicodedata


def with_plain_digits(text: str) -> str:
    """`text` with the digits 0 to 9 for those of every script, in characters of ordinary width, without marks of
    direction: "３８．٢" gives "38.2"."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(map(_plain, (letter for letter in wide if unicodedata.category(letter) != "Cf")))


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)
