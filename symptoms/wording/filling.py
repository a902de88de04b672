"""What the log says after "Same as last time": without a script, and for the script, which reads it from the page."""

FILLING_WORDS = {  # {count}: how many scales
    "filled": "{count} filled in from last time.",
    "unanswered": "{count} had no answer last time: please choose.",
    "nothing": "Nothing was empty.",
    "look_over": "Look them over; nothing is saved yet.",
}


def filled_from_last_time(filled: int, empty: int) -> str:
    """What was done: `filled` scales took the answer of last time, `empty` had none to take."""
    sentences = []
    if filled:
        sentences.append(FILLING_WORDS["filled"].format(count=filled))
    elif not empty:
        sentences.append(FILLING_WORDS["nothing"])
    if empty:
        sentences.append(FILLING_WORDS["unanswered"].format(count=empty))
    if filled:
        sentences.append(FILLING_WORDS["look_over"])
    return " ".join(sentences)
