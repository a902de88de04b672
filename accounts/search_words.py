"""By which words a patient is found: of their name, address, phone number, patient number and year of birth.

Each word is kept whole and looked for by its beginning, so that one more patient makes no search slower. Its first
letter says what it is of: the same digits may be a year, the end of a phone number or a patient number.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts.names import folded, is_hyphen
from accounts.numerals import with_plain_digits

NAME, EMAIL, PHONE, PHONE_END, NUMBER, YEAR = "n", "e", "p", "r", "k", "y"
LONGEST_WORD = 250  # characters, with the letter
MOST_WORDS = 6  # looked for one by one; what follows belongs to the last
LEAST_DIGITS = 3  # of a phone number
LAST = "\U0010ffff"  # comes after every letter
NOT_IN_A_CODE = re.compile(r"[\W_]+")
AROUND_DIGITS = re.compile(r"[\s().\-/+]+")
# Calling codes by their length (ITU E.164): these have one digit or two, all others three.
ONE_DIGIT, TWO_DIGITS = "17", re.compile("2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
# Writing without spaces between words: Thai to Myanmar, Hangul, Khmer, and all from the Han radicals on.
UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x11FF),
    (0x1780, 0x17FF),
    (0x2E80, 0xD7FF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True)
class Sought:
    """What somebody typed: `words` must all begin a word of the patient; or one of `codes` does."""

    words: tuple[tuple[str, ...], ...]
    codes: tuple[str, ...]


def words_of(known: Any) -> set[str]:
    """The words of a patient, or of how a practice knew one who left (`known` has the fields of either)."""
    words = {NAME + word for word in name_words(known.name)}
    words |= {EMAIL + part for part in _address_parts(known.email)}
    if digits := national_digits(known.phone):
        words |= {PHONE + digits, PHONE_END + digits[::-1]}
    if code := squeezed(getattr(known, "number", "")):
        words.add(NUMBER + code)
    if known.year_of_birth:
        words.add(f"{YEAR}{known.year_of_birth}")
    return {word[:LONGEST_WORD] for word in words}


def sought_in_text(text: str) -> Sought:
    """`text` as it is looked for among such words."""
    words = _spaced(text).split(maxsplit=MOST_WORDS - 1)
    return Sought(tuple(tuple(kind + word for kind in (NAME, EMAIL, YEAR)) for word in words), tuple(_codes(text)))


def name_words(name: str) -> set[str]:
    """Each word of a name, folded; what a hyphen joins also in its parts; what is written without spaces from each
    letter on."""
    words = {*folded(name).split(), *_spaced(name).split()}
    return {part for word in words for part in _from_each_beginning(word)}


def squeezed(code: str) -> str:
    """A code (a lot, a patient number) without case, spaces and hyphens: "P24-07b" and "p24 07B" give the same."""
    return NOT_IN_A_CODE.sub("", with_plain_digits(code).casefold())


def national_digits(phone: str) -> str:
    """A phone number without what is written differently: "+44 (0)7700 900101" and "07700 900101" give the same."""
    plain = with_plain_digits(phone).strip()
    digits = re.sub(r"\D", "", plain)
    if plain.startswith("+"):
        return _without_code(digits)
    return _without_code(digits[2:]) if digits.startswith("00") else digits.lstrip("0")


def _codes(text: str) -> Iterator[str]:
    """As what the whole of a text with a digit may begin: a patient number, a phone number, its last digits."""
    code = squeezed(text)
    if not any(letter.isdigit() for letter in code):
        return
    yield NUMBER + code
    digits = AROUND_DIGITS.sub("", with_plain_digits(text))
    if not (digits.isascii() and digits.isdigit()) or len(digits) < LEAST_DIGITS:
        return
    yield from {PHONE + form for form in (national_digits(text), _without_code(digits)) if len(form) >= LEAST_DIGITS}
    yield PHONE_END + digits[::-1]


def _without_code(digits: str) -> str:
    length = 1 if digits[:1] in ONE_DIGIT else 2 if TWO_DIGITS.match(digits) else 3
    return digits[length:].lstrip("0")


def _address_parts(address: str) -> set[str]:
    """An address, and what stands behind each dot or sign before the @; whole services have no word."""
    plain = folded(address)
    ends = plain.find("@")
    return {plain[at:] for at in range(len(plain)) if at <= ends and _begins_word(plain, at)}


def _spaced(text: str) -> str:
    return folded("".join(" " if is_hyphen(letter) else letter for letter in text))


def _from_each_beginning(word: str) -> Iterable[str]:
    return (word[at:] for at in range(len(word)) if _begins_word(word, at))


def _begins_word(text: str, at: int) -> bool:
    """Whether something may be looked for from here on: behind a sign, or within writing without spaces."""
    return at == 0 or not (text[at - 1].isalnum() and text[at].isalnum()) or _is_unspaced(text[at])


def _is_unspaced(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in UNSPACED)
