"""Every text of the areas that are done goes through gettext, whichever branch of a template it stands in."""

import re
from html.parser import HTMLParser

import pytest
from django.template.base import Lexer, Token, TokenType

from tests.house import tree

# Folders and files under templates/. More may be added; none is taken out again.
DONE = (
    "account/", "accounts/", "allauth/", "components/", "messages/", "public/", "usersessions/",
    "400.html", "403.html", "403_csrf.html", "404.html", "413.html", "429.html", "500.html", "503.html",
    "alone.html", "base.html", "photo.html",
)  # fmt: skip
TEMPLATES = tree.ROOT / "templates"
READ_ALOUD = ("alt", "aria-label", "title", "placeholder")  # attributes that people read
OUR_NAME = re.compile(r"Mendline")
LETTER = re.compile(r"[^\W\d_]")
LITERAL = re.compile(r"""(\w+:)?"([^"]*)\"""")  # with the filter that it is an argument of
FORMATS = re.compile(r"[A-Z_]+_FORMAT")
CODE_TAGS = {"load", "url", "static", "extends", "translate", "blocktranslate"}


class Texts(HTMLParser):
    """Collects what people read in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_button = tag == "input" and given.get("type") in ("submit", "button", "reset")
        self.texts += [given.get(name) or "" for name in (*READ_ALOUD, *(["value"] if is_button else []))]


def done_templates() -> list:
    return [path for path in sorted(TEMPLATES.rglob("*.*")) if path.relative_to(TEMPLATES).as_posix().startswith(DONE)]


@pytest.mark.parametrize("path", done_templates(), ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_template_has_a_text_that_cannot_be_translated(path):
    outside, literals = [], []
    translated_until = ""
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        if translated_until:
            translated_until = "" if name == translated_until else translated_until
        elif name in ("blocktranslate", "comment"):
            translated_until = f"end{name}"
        elif token.contents == "block page_class":
            translated_until = "endblock"
        elif token.token_type is TokenType.TEXT:
            outside.append(token.contents)
        elif name not in CODE_TAGS and token.token_type is not TokenType.COMMENT:
            literals += words_in_a_tag(token, name)
    texts = Texts()
    texts.feed("".join(outside))
    texts.close()
    plain = [OUR_NAME.sub("", text).strip() for text in texts.texts]
    assert [text for text in plain if LETTER.search(text)] + literals == []


def words_in_a_tag(token: Token, name: str) -> list[str]:
    """Literals in a tag that are words for a reader: with a capital, of several words, or a date format of its own."""
    words = []
    for of, literal in LITERAL.findall(token.contents):
        if name == "include" and "/" in literal:
            continue
        is_format = of in ("date:", "time:")
        if is_format or re.search(r"[A-Z][a-z]|[^\W\d_] \w", literal):
            words += [] if is_format and FORMATS.fullmatch(literal) else [literal]
    return words
