"""A page as a parsed tree: its elements by a path, what a reader reads, and what its forms would send."""

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
GUARD = "csrfmiddlewaretoken"


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tree, self._open = TreeBuilder(), []

    def updatepos(self, i, j):
        return j  # nobody asks on which line something stands

    def handle_starttag(self, tag, attrs):
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        self._open.append(tag)
        if tag in WITHOUT_END:
            self.handle_endtag(tag)

    def handle_data(self, data):
        if self._open:
            self.tree.data(data)

    def handle_endtag(self, tag):
        ended = ""
        while tag in self._open and ended != tag:  # whatever is still open inside an element ends with it
            ended = self._open.pop()
            self.tree.end(ended)


def parsed(response) -> Element:
    """The page's <html>; as with a client's `json()`, it is kept with the response."""
    if not hasattr(response, "tree"):
        parser = _Parser()
        parser.feed(response.content.decode())
        response.tree = parser.tree.close()
    return response.tree


def select(response, path: str) -> list[Element]:
    """The elements of a page on an XPath as ElementTree knows it: `select(page, "a[@href='/today/']")`."""
    return parsed(response).findall(f".//{path}")


def words(element: Element) -> str:
    """What a reader reads in an element, with spaces made single."""
    return " ".join(" ".join(element.itertext()).split())


def text_of(response) -> str:
    """What a reader reads on a page."""
    return words(parsed(response))


def has_button(response, label: str) -> bool:
    """Whether a page has a button with these words."""
    return label in map(words, select(response, "button"))


def forms_of(response) -> list[tuple[str, dict[str, list[str]]]]:
    """Each form's address and what it holds, by the names of all its fields; files are left out."""
    forms = select(response, "form[@method='post']")
    return [(form.get("action") or response.request["PATH_INFO"], _fields(form)) for form in forms]


def held(response, address: str = "") -> dict[str, list[str]]:
    """What a page, or its form with that address, would send at the press of a button, without files and the guard."""
    forms = [form for form in select(response, "form") if (form.get("action") or "").endswith(address)]
    fields = _fields(forms[0] if address else parsed(response))
    return {name: values for name, values in fields.items() if values and name != GUARD}


def _fields(part: Element) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for element in part.iter():
        name, kind = element.get("name"), element.get("type")
        if name and element.tag in ("input", "select", "textarea") and kind != "file":
            fields.setdefault(name, []).extend(_values(element, kind))
    return fields


def _values(field: Element, kind: str | None) -> list[str]:
    if field.tag == "textarea":
        return ["".join(field.itertext()).removeprefix("\n")]  # browsers leave out the first line's end
    if field.tag == "select":
        options = list(field.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib] or options[:1]
        return [option.get("value", "") for option in chosen]
    if "disabled" in field.attrib:
        return []
    if kind in ("radio", "checkbox"):
        return [field.get("value", "on")] if "checked" in field.attrib else []
    return [field.get("value", "")]
