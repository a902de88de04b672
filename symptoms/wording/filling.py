"""What the log says after it filled in what was empty: without a script, and for the script, which reads it from the
page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# {count}: how many scales; no word there follows the number, as a script cannot decline it.
FILLING_WORDS: dict[str, Any] = {
    "filled": _("Filled in: {count}."),
    "unanswered": _("Still without an answer, and marked: {count}."),
    "nothing": _("There was nothing left to fill in."),
    "look_over": _("Please check them. Nothing is saved yet."),
}


def filled_in_words(filled: int, empty: int) -> str:
    """What was done: `filled` scales were filled in, `empty` are still without an answer."""
    sentences = []
    if filled:
        sentences.append(str(FILLING_WORDS["filled"]).format(count=filled))
    elif not empty:
        sentences.append(str(FILLING_WORDS["nothing"]))
    if empty:
        sentences.append(str(FILLING_WORDS["unanswered"]).format(count=empty))
    if filled:
        sentences.append(str(FILLING_WORDS["look_over"]))
    return " ".join(sentences)
