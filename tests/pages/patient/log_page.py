"""What the tests of the daily log share: a day as a form sends it, and what a page's form holds."""

from html.parser import HTMLParser
from uuid import uuid4

FINE = {"redness": "0", "swelling": "0", "pain": "0", "warmth": "0"}


def typed(day: int, **said) -> dict:
    """The fields of a day that was answered with none, and whatever is said besides."""
    return {"id": str(uuid4()), "day": str(day), **FINE, **said}


class _Form(HTMLParser):
    def __init__(self):
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self.marked: dict[str, str] = {}
        self._after_yesterday = False
        self._textarea: str | None = None

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "label":
            self._after_yesterday = "data-yesterday" in has
        if tag == "textarea":
            self._textarea = has["name"]
            self.held[self._textarea] = [""]
        if tag != "input" or "name" not in has:
            return
        if has["type"] in ("radio", "checkbox") and "checked" not in has:
            if self._after_yesterday:
                self.marked[has["name"]] = has["value"]
            return
        if self._after_yesterday:
            self.marked[has["name"]] = has["value"]
        self.held.setdefault(has["name"], []).append(has.get("value", ""))

    def handle_data(self, data):
        if self._textarea:
            self.held[self._textarea] = [self.held[self._textarea][0] + data]

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = None


def held(response) -> dict[str, list[str]]:
    """What the form on a page would send if one pressed its button now, without files and the guard."""
    form = _Form()
    form.feed(response.content.decode())
    return {name: values for name, values in form.held.items() if name not in ("csrfmiddlewaretoken",)}


def marked(response) -> dict[str, str]:
    """Which answer the page marks as last time's, by symptom."""
    form = _Form()
    form.feed(response.content.decode())
    return form.marked
