"""Translators are given every text that people read: `makemessages` finds those of the TOML files too."""

import ast
import gettext
import re
import tomllib
from dataclasses import astuple
from decimal import Decimal
from itertools import product
from pathlib import Path

import django
import pytest
from django.core.management.commands.makemessages import TranslatableFile
from django.utils import translation
from django.utils.translation import trans_real

from accounts.help_numbers import all_numbers
from symptoms.management.commands.makemessages import CODES, Command, TomlFile, texts_of
from symptoms.recovery import care, questions, screening, sources, texts
from symptoms.recovery.assessment import assess
from symptoms.recovery.cases import read_case
from symptoms.wording.patient import PhoneNumbers, box_advice
from symptoms.wording.phrases import degrees, millimetres
from tests import pseudo
from tests.house import tree
from tests.pages.literals import CALLS
from tests.pages.patient.test_wording import ALONE, CASES, CLINIC, verdict_of
from tests.pages.patient.test_wording import texts_of as said_in
from tracker import settings as real_settings

FILES = [path for path in tree.files("symptoms", "accounts", suffixes={".toml"}) if path.name in CODES]
FOUND = {text for path in FILES for text in texts_of(path)}
CODE = re.compile(r"[a-z0-9_+-]+|[A-Z]+-?\d+\w*")
NOWHERE = PhoneNumbers("")


def test_the_files_are_there_and_a_file_that_nobody_reads_has_no_texts():
    assert {path.name for path in FILES} == CODES.keys()
    assert texts_of(tree.ROOT / "symptoms/recovery/ceilings.toml") == []


def test_texts_are_looked_up_as_soon_as_there_is_a_translation():
    translated = [*tree.ROOT.glob("*/locale/*/LC_MESSAGES/*.po"), *tree.ROOT.glob("locale/*/LC_MESSAGES/*.po")]
    assert bool(translated) == real_settings.USE_I18N


@pytest.mark.parametrize("app", ["conf", "contrib/auth", "contrib/contenttypes", "contrib/sessions"])
def test_nothing_is_lost_by_not_looking_british_english_up(app):
    folder = Path(django.__file__).parent / app / "locale/en_GB/LC_MESSAGES"
    with (folder / "django.mo").open("rb") as compiled:
        said = gettext.GNUTranslations(compiled)._catalog
    plain = {text: other for text, other in said.items() if text and isinstance(text, str)}  # not the plurals
    assert plain
    assert {text: other for text, other in plain.items() if text.rpartition(pseudo.CONTEXT)[2] != other} == {}


def _strings(value) -> list[str]:
    """The texts in values of the knowledge; words of the vocabulary and codes are none."""
    if isinstance(value, str):
        return [value] if type(value) is str else []
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    return [text for item in value for text in _strings(item)] if isinstance(value, tuple | list) else []


def _lines(lines) -> list[str]:
    return [form for line in lines for form in (line.say, line.alone, line.many, line.many_alone) if form]


READ = {
    "openings": [text for parts in texts.OPENINGS.values() for lines in parts.values() for text in _lines(lines)],
    "common": [*texts.COMMON.values()],
    "first aid": _lines(aid.line for aid in texts.FIRST_AID),
    "concerns": [
        text
        for concern in texts.CONCERN_TEXTS.values()
        for text in _lines([*concern.titles, *concern.means, *concern.care])
    ],
    "practitioners": [
        text
        for concern in texts.PRACTITIONER_TEXTS.values()
        for text in (*_lines(concern.titles), concern.first, concern.think, concern.record)
    ],
    "questions": [
        text for q in questions.QUESTIONS for text in (q.title, q.text, q.help, q.noun, *q.steps)
    ] + [questions.SAY_FIRST],
    "care": [
        *(phase.title for phase in care.PHASES),
        *_strings(tuple(map(astuple, care.SEEK_HELP.values()))),
        *(text.say for text in care.PERSONAL),
        *(topic for text in care.PERSONAL for topic in text.topics),
        *(title for title, *_days in care.when_can_anybody()),
        *care.ALONE.values(),
        *(
            text
            for row in tomllib.loads((tree.ROOT / "symptoms/recovery/aftercare.toml").read_text())["topic"]
            for text in _strings(row)
        ),
    ],
    "screening": [
        *(text for q in screening.QUESTIONS for text in (q.ask, q.say, *(part.text for part in q.parts))),
        *(text for checklist in screening.CHECKLISTS for text in (checklist.title, *dict(checklist.items).values())),
        *screening.RESULTS.values(),
        *_strings(tuple(map(astuple, screening.NEEDLES))),
        *(screening.SKIN_DOCTOR, screening.PREVENT_TITLE, *screening.PREVENT, screening.HOME_TITLE, screening.HOME),
        screening.NEEDLES_TITLE,
    ],
    "sources": [*sources.SOURCES.values()],
    "countries": [numbers.name for numbers in all_numbers().values()],
}  # fmt: skip


@pytest.mark.parametrize("what", READ)
def test_each_text_of_the_knowledge_is_among_the_messages(what):
    assert READ[what] and [text for text in READ[what] if text and text not in FOUND] == []


def test_no_code_is_among_the_messages():
    assert [text for text in FOUND if CODE.fullmatch(text)] == ["now"]  # of "When to get help"


class Recorder(gettext.NullTranslations):
    """A catalogue that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _marked() -> set[str]:
    """The messages that Python marks itself."""
    calls = [
        node
        for path in tree.files("symptoms", "accounts", suffixes={".py"})
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS
    ]
    return {arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)}


def test_whatever_a_verdict_asks_to_have_translated_is_a_message_before_its_places_are_filled(monkeypatch):
    recorder = Recorder()
    monkeypatch.setitem(trans_real._translations, pseudo.CODE, recorder)
    with translation.override(pseudo.CODE):
        for path in CASES:
            course = read_case(path).course
            days = {assess(course, day=entry.day).urgency: entry.day for entry in course.entries}
            for day, numbers in product(days.values(), (CLINIC, ALONE, NOWHERE)):
                said_in(verdict_of(course, day, numbers))
        for day in (0, 1, 30):
            box_advice(frozenset({"same_day_injection"}), day, NOWHERE)
    assert len(recorder.asked) > 200
    assert recorder.asked - FOUND - _marked() == set()


A_MEASURE = re.compile(r"[\d}] (?:mm\b|mJ\b|°|%(?!})|{unit}|{degrees})")  # with a space at which a line breaks


def test_a_number_and_its_unit_stand_on_one_line():
    templates = (path.read_text() for path in tree.files("templates", suffixes={".html", ".txt"}))
    texts = [*FOUND, *_marked(), *templates]
    assert [text for text in texts if A_MEASURE.search(text)] == []
    assert [text for text in texts if "0.5\u00a0mm" in text], "the pattern finds nothing any more"
    assert (degrees(38.06), degrees(38, "f"), millimetres(Decimal("1.50"))) == (
        "38.1\u00a0°C", "100.4\u00a0°F", "1.5\u00a0mm",
    )  # fmt: skip


def test_a_toml_file_reaches_xgettext_as_calls_on_the_lines_where_its_texts_stand(tmp_path):
    path = tmp_path / "help_numbers.toml"
    path.write_text('# Whom to call.\n\n[AD]\nname = "Andorra"\nemergency = "112"\n\n[CI]\nname = "Côte d’Ivoire"\n')
    file = TomlFile(Command(), "django", TranslatableFile(str(tmp_path), path.name, None))
    file.preprocess()
    calls = [node for node in ast.walk(ast.parse(Path(file.work_path).read_text())) if isinstance(node, ast.Call)]
    assert [(call.lineno, call.args[0].value) for call in calls] == [(4, "Andorra"), (8, "Côte d’Ivoire")]
