"""What the log says after "Same as last time": without a script, and for the script, which reads it from the page."""

from typing import Any

from django.utils.translation import gettext_lazy as _

# {count}: how many scales; no word there follows the number, as a script cannot decline it.
FILLING_WORDS: dict[str, Any] = {
    "filled": _("Filled in from last time: {count}."),
    "unanswered": _("Without an answer last time: {count}. Please choose."),
    "nothing": _("There was nothing left to fill in."),
    "look_over": _("Please check them; nothing is saved yet."),
}


def filled_from_last_time(filled: int, empty: int) -> str:
    """What was done: `filled` scales took the answer of last time, `empty` had none to take."""
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
