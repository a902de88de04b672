"""What the tests of the daily log share: a day as a form sends it, and what the page marks as last time's."""

from uuid import uuid4

from tests.pages.html import select

FINE = {"redness": "0", "swelling": "0", "pain": "0", "warmth": "0"}


def typed(day: int, **answers) -> dict:
    """The fields of a day that was answered with none, and whatever else is given."""
    return {"id": str(uuid4()), "day": str(day), **FINE, **answers}


def marked(response) -> dict[str, str]:
    """Which answer the page marks as last time's, by symptom."""
    labels = [label for label in select(response, "label") if "data-last-time" in label.attrib]
    return {field.get("name"): field.get("value") for label in labels for field in label.iter("input")}
