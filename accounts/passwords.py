"""Which passwords are too easy to guess: length alone lets "passwordpassword" and one's own name pass."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import folded

FEWEST_GUESSES = 10**10  # what somebody tries who has stolen the hash of one; zxcvbn's own line for its best mark
JUDGED = (
    64  # characters: what is hard to guess so far is hard to guess, and judging "abab…" of any length takes seconds
)
PRODUCT = ("mendline", "microneedling")
SHORTEST_PART = 3  # letters of a name that is looked for by itself


class Guessable:
    """Refuses what few guesses find: common words, rows of keys, repeats, dates, one's own name, address or clinic.

    There is no rule of what a password must be made of.
    """

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        refuse_guessable(password, _names_of(user) if isinstance(user, User) else ())

    def get_help_text(self) -> str:
        return _("It should be hard to guess: not a name, a row of keys, or one word twice.")


def refuse_guessable(password: str, names: Iterable[str]) -> None:
    """Refuse what few guesses find by somebody who knows these `names`: of the owner, their address and clinic.

    Raises:
        ValidationError: with what is wrong with it.
    """
    from zxcvbn import zxcvbn  # 14 MB of common words, which a process that takes no password never needs

    own = list(dict.fromkeys((*PRODUCT, *_parts(names))))
    found = zxcvbn(folded(password)[:JUDGED], user_inputs=own)
    if found["guesses"] < FEWEST_GUESSES:
        raise ValidationError(_why(found["sequence"]), code="password_too_common")


def _why(found: list[dict[str, Any]]) -> str:
    """What is wrong, in one sentence, by what zxcvbn found in a password, part by part."""
    patterns = {part["pattern"] for part in found}
    inner = [match for part in found for match in (part, *part.get("base_matches", ()))]
    if any(match.get("dictionary_name") == "user_inputs" for match in inner):
        return _("This is too easy to guess: it is made of a name that belongs to you, your clinic or this site.")
    if "repeat" in patterns:
        return _("This is too easy to guess: it repeats itself. Take four or more words that do not belong together.")
    if patterns & {"spatial", "sequence"}:
        return _("This is too easy to guess: its keys or letters stand in a row. Take four or more words instead.")
    return _("This is too easy to guess. Take four or more words that do not belong together.")


def _names_of(user: User) -> Iterator[str]:
    yield from (user.name, *user.email.split("@"))
    if user._state.adding:
        return
    practice = user.membership.practice if user.membership else user.as_patient and user.as_patient.practice
    yield practice.name if practice else ""


def _parts(names: Iterable[str]) -> Iterator[str]:
    """Each name whole, without spaces, and its parts."""
    for name in map(folded, names):
        words = name.replace(".", " ").split()
        yield from (name, "".join(words), *(word for word in words if len(word) >= SHORTEST_PART))
