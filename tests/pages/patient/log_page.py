"""What the tests of the daily log share: a day as a form sends it, and what the page marks as last time's."""

from uuid import uuid4

from symptoms.recovery.questions import QUESTIONS
from symptoms.recovery.vocabulary import Sign
from tests.pages.html import select

BOX = frozenset(question.word for question in QUESTIONS if question.box)
FINE = {"redness": "0", "swelling": "0", "pain": "0", "warmth": "0"}


def typed(day: int, *, signs=(), **answers) -> dict:
    """The fields of a day that was answered with none, and whatever else is given."""
    none = {"none_right_now": BOX.isdisjoint(signs), "nothing_new": BOX.issuperset(signs)}
    chosen = {name: "on" for name, is_chosen in none.items() if is_chosen}
    shown = [str(sign) for sign in Sign]  # as on a page that came back once already
    return {"id": str(uuid4()), "day": str(day), **FINE, **chosen, "signs": [*signs], "shown": shown, **answers}


def marked(response) -> dict[str, str]:
    """Which answer the page marks as last time's, by symptom."""
    labels = [label for label in select(response, "label") if "data-last-time" in label.attrib]
    return {field.get("name"): field.get("value") for label in labels for field in label.iter("input")}
