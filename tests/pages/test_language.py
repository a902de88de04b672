"""Every text goes through gettext.

In templates, whichever branch it stands in; in the modules that speak to people; and on the pages, letters and answers
to forms that everybody gets, in a language made up for it.
"""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.base import Lexer, Token, TokenType
from django.template.loader import render_to_string
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import trans_null

from accounts.models import AccountMail, ContactMethod, Invitation, Patient, Practice, ProgramToken, User, WallLink
from accounts.web.whereabouts import ZONE_HERE
from symptoms.models import Erasure
from tests import people, pseudo
from tests.accounts.cast_of_roles import MARKERS, World, browser_of, build, routes
from tests.house import tree
from tests.pages.html import GUARD, forms_of, parsed
from tests.pages.literals import WORDS, literals
from tests.tries import some_of
from tracker import settings as real_settings

TEMPLATES = tree.ROOT / "templates"
READ_ALOUD = ("alt", "aria-label", "title", "placeholder")  # attributes that people read
OURS = ("Mendline", "UTC")
LETTER = re.compile(r"[^\W\d_]")
CODES = re.compile(r"\b(?:[A-Z]+-\d+|[SK]\d+b?|[IV]+|[0-9a-f]{12})\b|\[D\]")  # rules, sources, skin types, a hash


# --- templates: what stands between their tags


class Texts(HTMLParser):
    """Collects what people read in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.in_style = False  # of a page that is taken away as a file

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            self.texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_style = tag == "style"
        self.texts += _read_of(tag, dict(attrs))


def _read_of(tag: str, given: dict[str, str | None]) -> list[str]:
    is_button = tag == "input" and given.get("type") in ("submit", "button", "reset")
    of_tag = ["value"] if is_button else ["label"] if tag in ("option", "optgroup") else []
    return [given.get(name) or "" for name in (*READ_ALOUD, *of_tag)]


CODE_TAGS = {"load", "url", "static", "extends", "translate", "blocktranslate"}
SKIPPED = {"blocktranslate": "endblocktranslate", "comment": "endcomment", "block page_class": "endblock"}
TRANSLATED = re.compile(r"""\b_\("[^"]*"\)""")
LITERAL = re.compile(r"""(\w+:)?"([^"]*)\"""")  # with the filter that it is an argument of
FORMATS = re.compile(r"[A-Z_]+_FORMAT")


def plain_texts(template: str) -> list[str]:
    """What a template says outside its translations: in elements, attributes, and words that it gives to others."""
    outside, literals, ends_with = [], [], ""
    for token in Lexer(template).tokenize():
        tag = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
        if ends_with:
            ends_with = "" if tag == ends_with else ends_with
        elif tag in SKIPPED or token.contents in SKIPPED:
            ends_with = SKIPPED.get(tag) or SKIPPED[token.contents]
        elif token.token_type is TokenType.TEXT:
            outside.append(token.contents)
        elif tag not in CODE_TAGS and token.token_type is not TokenType.COMMENT:
            literals += _words_given(token, tag)
    texts = Texts()
    texts.feed("".join(outside))
    texts.close()
    return [text for text in texts.texts if LETTER.search(text.replace("Mendline", ""))] + literals


def _words_given(token: Token, tag: str) -> list[str]:
    """Literals in a tag that are words for a reader: with a capital, or several words; or a format of dates."""
    contents = TRANSLATED.sub("", token.contents)
    literals = [(of, text) for of, text in LITERAL.findall(contents) if not (tag == "include" and "/" in text)]
    formats = [text for of, text in literals if of in ("date:", "time:")]
    words = [text for of, text in literals if of not in ("date:", "time:") and WORDS.search(text)]
    return words + [text for text in formats if not FORMATS.fullmatch(text)]


def _name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


ALL = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_no_template_says_what_cannot_be_translated(path):
    assert plain_texts(path.read_text(encoding="utf-8")) == []


# --- Python: what stands outside a call of gettext

ROOMS = ("alerts", "api", "forms", "journal", "messages", "models", "photos", "templatetags", "views", "wording")
SPEAKING = (*(f"symptoms/{room}" for room in ROOMS), "accounts", "tracker")
SEALED = "names of what is sealed, bound into it"
OPERATOR = "for the operator, in the terminal or the log"
NOT_READ = {  # modules and folders whose words stand on no page
    "accounts/management": OPERATOR,
    "accounts/migrations": "they only change the database",
    "accounts/access_spool.py": OPERATOR,
    "accounts/allauth_mfa.py": SEALED,
    "accounts/audit.py": OPERATOR,
    "accounts/audit_guards.py": "what databases say",
    "accounts/free_text.py": "for whoever writes a query",
    "accounts/database_errors.py": "what databases say",
    "accounts/help_numbers.py": OPERATOR,
    "accounts/keys": OPERATOR,
    "accounts/mailbox_proof.py": SEALED,
    "accounts/overwriting.py": "what databases read",
    "accounts/waking.py": OPERATOR,
    "accounts/templatetags/devices.py": "names of devices and browsers",
    "symptoms/api/schema.py": "the documentation of the API is English",
    "symptoms/api/views/documentation.py": "the documentation of the API is English",
    "symptoms/api/views/entries.py": "nothing but documentation",
    "symptoms/api/views/photos.py": "nothing but documentation",
    "symptoms/journal/reassessing_pool.py": OPERATOR,
    "symptoms/journal/reassessing_run.py": OPERATOR,
    "symptoms/messages/channels": OPERATOR,
    "symptoms/messages/deadman.py": OPERATOR,
    "symptoms/messages/outbox.py": OPERATOR,
    "symptoms/messages/smtp.py": OPERATOR,
    "symptoms/photos/bucket.py": OPERATOR,
    "tracker/backups": OPERATOR,
    "tracker/celery.py": OPERATOR,
    "tracker/databases.py": OPERATOR,
    "tracker/doctor.py": OPERATOR,
    "tracker/duty_tasks.py": OPERATOR,
    "tracker/env.py": OPERATOR,
    "tracker/management": OPERATOR,
    "tracker/metrics.py": OPERATOR,
    "tracker/formats": "formats of dates, one folder a language",
    "tracker/preflight.py": OPERATOR,
    "tracker/server": OPERATOR,
    "tracker/settings.py": OPERATOR,
    "tracker/shared_redis.py": OPERATOR,
    "tracker/sqlite": OPERATOR,
}
EXPLAIN_FIELDS = ("symptoms/models/", "symptoms/api/", "accounts/models/")
MODULES = [path for path in tree.files(*SPEAKING, suffixes={".py"}) if not tree.name(path).startswith(tuple(NOT_READ))]


@pytest.mark.parametrize("path", MODULES, ids=tree.name)
def test_no_module_says_what_cannot_be_translated(path):
    assert literals(path, explains_fields=tree.name(path).startswith(EXPLAIN_FIELDS)) == []


# --- pages as everybody gets them


@pytest.fixture
def world(db, photo_folder) -> World:
    """The people of the matrix of roles, and somebody alone whose clock hangs in another country."""
    world = build()
    alone = people.signed_in(people.patient(None, "Robin Alder"))
    alone.cookies[ZONE_HERE] = "America%2FNew_York"
    world.cookies["alone"] = alone.cookies
    return world


@pytest.fixture
def in_pseudo(world, settings):
    """The language of the site, once everything is stored."""
    pseudo.install()
    settings.LANGUAGE_CODE = pseudo.CODE


READERS = ("anonymous", "patient_a", "patient_b", "alone", "practitioner_1", "practice_admin_1")


@pytest.mark.django_db
@pytest.mark.chance
def test_whoever_reads_a_page_or_sends_its_forms_reads_one_language(world, in_pseudo):
    shutil.rmtree(settings.MAIL_FOLDER, ignore_errors=True)  # letters of other tests, which the demo's page would show
    typed, addresses = _typed(), _addresses(world)
    plain: dict[str, set[str]] = {}
    for reader in READERS:
        for address in some_of(addresses, 22, reader):
            page = _got(browser_of(world, reader), address)
            if page is None:
                continue
            plain.setdefault(address, set()).update(_plain(page, typed))
            for form, fields in forms_of(page):
                for sent in (fields, {GUARD: fields.get(GUARD, [])}):
                    texts = _answered(browser_of(world, reader), form, sent, typed)
                    plain.setdefault(f"POST {form}", set()).update(texts)
    assert len(plain) > 20
    assert {address: texts for address, texts in plain.items() if texts} == {}


MAIN = {  # by who reads them, with the ids of the world
    "anonymous": ["/", "/accounts/login/", "/help/", "/no-such-page/"],
    "patient_a": ["/today/", "/log/", "/course/", "/care/", "/messages/", "/entries/{entry_id}/"],
    "alone": ["/today/", "/care/"],
    "practitioner_1": [
        "/practice/", "/practice/?show=all", "/practice/patients/{patient_id}/",
        "/practice/patients/{patient_id}/history/", "/practice/patients/{patient_id}/letter/",
        "/practice/treatments/new/",
    ],
    "practice_admin_1": ["/practice/members/", "/practice/telling/", "/practice/attention/", "/practice/statistics/"],
}  # fmt: skip
OF_ONE_REQUEST = re.compile(rb'<input type="hidden"[^>]*>|(nonce|data-seconds)="[^"]*"')


@pytest.mark.django_db
def test_the_main_pages_are_byte_by_byte_as_without_the_look_up_that_production_leaves_out(
    world, settings, monkeypatch
):
    assert (settings.USE_I18N, real_settings.USE_I18N) == (True, False)  # else there is nothing to compare
    pages = [(reader, path.format(**world.ids)) for reader, paths in MAIN.items() for path in paths]
    for page in pages:
        _bytes(world, *page)  # what it writes when it is opened first stands on none that follows
    tested = {page: _bytes(world, *page) for page in pages}
    with monkeypatch.context() as production:
        production.setattr(settings, "USE_I18N", False)
        production.setattr(translation, "_trans", type(translation._trans)())  # it keeps what the setting was at first
        in_production = {page: _bytes(world, *page) for page in pages}
        assert translation._trans.gettext is trans_null.gettext
    # What differs is asked for once more: a minute may have begun in between.
    differing = [page for page in pages if tested[page] != in_production[page]]
    assert [page for page in differing if _bytes(world, *page) != in_production[page]] == []


def _bytes(world: World, reader: str, address: str) -> bytes:
    """An answer, without what differs from one to the next."""
    answer = browser_of(world, reader).get(address)
    assert answer.status_code == (404 if "no-such" in address else 200), (reader, address)
    return OF_ONE_REQUEST.sub(b"", answer.content)


@pytest.mark.parametrize("template", ["413.html", "500.html", "503.html"])
def test_a_page_that_asks_nobody_who_reads_it_is_in_the_language_too(settings, template):
    pseudo.install()
    settings.LANGUAGE_CODE = pseudo.CODE
    page = HttpResponse(render_to_string(template, {"megabytes": 10, "path": "/today/", "fields": [("pain", "2")]}))
    assert _plain(page, [*OURS]) == set()


def _addresses(world: World) -> list[str]:
    addresses = ["/help/?country=XX", "/no-such-page/", "/accounts/login/?ended=minutes", "/account/waiting/?asked=1"]
    for name, route in routes().items():
        ids = {**world.ids, **world.paths.get((name, "GET"), {})}
        try:
            addresses.append(reverse(name, kwargs={key: ids[key] for key in route.pattern.converters}))
        except (KeyError, NoReverseMatch):  # a link from a letter
            continue
    return [address for address in addresses if not address.startswith(("/api/", "/accounts/3rdparty"))]


def _got(browser: Client, address: str) -> HttpResponse | None:
    """A page; None for anything else."""
    answer = browser.get(address)
    return answer if _is_page(answer) else None


def _is_page(answer: HttpResponse) -> bool:
    """A part of which there is nothing to say is empty, and is none."""
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_html and bool(answer.templates) and bool(answer.content.strip())


def _answered(browser: Client, address: str, fields: dict, typed: list[str]) -> set[str]:
    """What is said in plain letters to whoever sends a form, on the page and by mail; nothing of it stays."""
    with transaction.atomic():
        answer = browser.post(address, fields, follow=True)
        letters = [f"{letter.subject}\n{letter.body}" for letter in AccountMail.objects.all()]
        transaction.set_rollback(True)
    mails = {text for letter in letters if "⟦" in letter and (text := _left_of(letter, typed))}
    return mails | (_plain(answer, typed) if _is_page(answer) else set())


def _typed() -> list[str]:
    """What people wrote themselves, the longest first."""
    models = User, Patient, Practice, Invitation, ContactMethod, WallLink, ProgramToken
    rows = [row for model in models for row in model.objects.all()]
    typed = {getattr(row, name, "") for row in rows for name in ("name", "email", "label")}
    numbers = {str(pk) for pk in Erasure.objects.values_list("pk", flat=True)}  # of receipts
    return sorted(filter(None, {*typed, *numbers, *MARKERS, *OURS}), key=len, reverse=True)


def _plain(page: HttpResponse, typed: list[str]) -> set[str]:
    """What a page says in plain letters."""
    root = parsed(page)
    is_a_part = b"<!doctype" not in page.content[:50].lower()  # which another page fetches for itself
    assert is_a_part or root.get("dir") == "rtl", page.content
    return {" ".join(text.split()) for text in _read_in(root) if _left_of(text, typed)}


def _read_in(element: Element) -> list[str]:
    is_code = element.tag in ("script", "style", "code", "textarea")
    is_zone = element.get("name") == "time_zone" or element.get("translate") == "no"  # places as the list names them
    if is_code or is_zone:
        return [element.tail or ""]
    texts = [element.text or "", element.tail or "", *_read_of(element.tag, dict(element.attrib))]
    return texts + [text for child in element for text in _read_in(child)]


def _left_of(text: str, typed: list[str]) -> str:
    for known in typed:
        text = text.replace(known, "")
    text = CODES.sub("", re.sub(r"https?://\S+", "", text))
    return " ".join(re.findall(r"[A-Za-z]+", text))
