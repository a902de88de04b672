"""The forms of a page, as a browser would send them."""

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self, address: str):
        super().__init__()
        self._address = address
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self._textarea = self._select = ""

    def handle_starttag(self, tag, attrs):
        has = {name: value or "" for name, value in attrs}
        if tag == "form" and has.get("method", "").lower() == "post":
            self.forms.append((has.get("action") or self._address, {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag == "textarea":
            fields.setdefault(has["name"], [""])
        if tag == "select":
            self._select = has["name"]
            fields.setdefault(self._select, [])
        if tag == "option" and self._select and ("selected" in has or not fields[self._select]):
            fields[self._select] = [has.get("value", "")]
        if tag == "input" and has.get("type") != "file" and "name" in has:
            values = fields.setdefault(has["name"], [])
            if has.get("type") not in ("radio", "checkbox") or "checked" in has:
                values.append(has.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""


def forms_of(response) -> list[tuple[str, dict[str, list[str]]]]:
    """Each form's address and what it holds, by the names of all its fields; files are left out."""
    parser = _Forms(response.request["PATH_INFO"])
    parser.feed(response.content.decode())
    return parser.forms
