"""What practitioners read: urgencies, concerns, what became of an alert."""

import re

from symptoms.recovery.texts import PRACTITIONER_TEXTS, PractitionerTexts
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.evidence import Flag

URGENCIES = {
    Urgency.ON_TRACK: "On track",
    Urgency.WATCH: "Watch",
    Urgency.CONTACT: "Contact",
    Urgency.URGENT: "See today",
    Urgency.EMERGENCY: "Emergency",
}
NOT_JUDGED = "Not judged"
OPEN = re.compile(rf"(\w+) ({'|'.join(urgency.slug for urgency in Urgency)})(?:, |$)")


def urgency_word(urgency: int | None) -> str:
    """The practitioner's word for an urgency; None: not judged."""
    return NOT_JUDGED if urgency is None else URGENCIES[Urgency(urgency)]


def concern_title(concern: str) -> str:
    """What a concern is called; empty: an entry that could not be judged."""
    if not concern:
        return "Entry not judged"
    texts = PRACTITIONER_TEXTS.get(concern)
    return texts.title if texts else concern.replace("_", " ").capitalize()


def alert_title(kind: str, concern: str) -> str:
    """What an alert is called."""
    return "Left your clinic" if kind == "left" else concern_title(concern)


def think_of(flag: Flag) -> PractitionerTexts | None:
    """What to see to first, to think of and to record for a flag; None for a concern of a protocol that is gone."""
    return PRACTITIONER_TEXTS.get(flag["concern"])


def event_in_words(what: str, title: str, urgency: int | None, detail: str, more: int = 0) -> str:
    """What happened to an alert called `title`, and to `more` with it: "Infection got worse: See today"."""
    if what == "left":
        return left_in_words(detail)
    these = f"{title.lower()}{f' and {more} more' if more else ''}"
    sentences = {
        "opened": f"{title}: {urgency_word(urgency)}",
        "rose": f"{title} got worse: {urgency_word(urgency)}",
        "relapsed": f"{title} came back: {urgency_word(urgency)}",
        "acknowledged": f"Took {these}: “I have this”",
        "taken_back": f"{title} got worse: nobody has it any more",
        "answers_changed": f"{title}: the answers changed, and nothing raises it any more",
        "answered": f"The patient answered about {these}: {_answer(detail)}",
        "resolved": f"Closed {these}: {detail}",
        "moved": f"{title} moved to {detail}",
    }
    return sentences.get(what, f"{title}: {what}")


# What a patient answers to "Were you seen?", as the practice reads it.
SEEN_ANSWERS = {
    "seen": "seen, and told it is fine",
    "treated": "seen and treated",
    "wait": "told to wait",
    "not_yet": "not seen yet",
    "gone": "not seen, it went away by itself",
}


def _answer(detail: str) -> str:
    answer, _, words = detail.partition(": ")
    said = SEEN_ANSWERS.get(answer, answer)
    return f"{said} (“{words}”)" if words else said


def left_in_words(detail: str) -> str:
    """What was open when a patient left: "Left your clinic with 2 open: infection (see today), burn (contact)".

    `detail` is that event's: "2: infection urgent, burn contact".
    """
    count, _, listed = detail.partition(": ")
    titles = ((concern_title("" if word == "unjudged" else word), slug) for word, slug in OPEN.findall(listed))
    named = [f"{title.lower()} ({urgency_word(Urgency.of(slug)).lower()})" for title, slug in titles]
    return f"Left your clinic with {count} open: {', '.join(named)}"
