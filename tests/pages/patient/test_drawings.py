"""The drawings of the levels on the log: skin like the patient's first, the others folded, each said to be drawn."""

import pytest
from django.urls import reverse
from django.utils import translation

from symptoms.recovery.swatches.strip import DRAWN
from symptoms.recovery.vocabulary import Symptom
from symptoms.templatetags.levels import drawn as drawn_in_a_page
from symptoms.wording.phrases import STEPS, title
from tests import pseudo
from tests.pages.html import select, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LOG = reverse("log")
ON = {"light": "on light skin", "brown": "on olive or light brown skin", "black": "on brown or black skin"}
TONE_OF = {1: "light", 2: "light", 3: "brown", 4: "brown", 5: "black", 6: "black"}


def helps(page) -> dict[str, object]:
    """What "?" opens, by symptom."""
    fields = [field for field in select(page, "fieldset") if field.get("class") == "symptom"]
    return {field.get("id"): field.find("details") for field in fields}


def drawn(figures) -> list[tuple[str, list[str], str]]:
    """Of each drawing: its file, what is said of its patches to who does not see them, and what is said under it."""
    return [
        ({image.get("src") for image in figure.iter("img")}, [image.get("alt") for image in figure.iter("img")],
         words(figure.find("figcaption")))
        for figure in figures
    ]  # fmt: skip


def expected(symptom: str, tones) -> list[tuple[str, list[str], str]]:
    name = title(symptom)
    return [
        ({f"/static/swatches/{symptom}-{tone}.svg"}, [f"{name}, {step}, drawn {ON[tone]}" for step in STEPS],
         f"{name} {ON[tone]}: a drawing, not a photo.")
        for tone in tones
    ]  # fmt: skip


@pytest.mark.parametrize("fitzpatrick", [*TONE_OF, None])
def test_what_can_be_seen_is_drawn_on_skin_like_the_patients_and_the_rest_is_folded(phone, ana, fitzpatrick):
    pen(ana, days_ago=3, fitzpatrick=fitzpatrick)
    found = helps(phone.get(LOG))
    assert set(found) == set(Symptom)
    own = TONE_OF.get(fitzpatrick)
    for symptom, help in found.items():
        tones = ON if symptom in DRAWN else ()
        folds = help.findall("details")
        assert drawn(help.findall("figure")) == expected(symptom, [tone for tone in tones if own in (tone, None)])
        folded = [tone for tone in tones if own not in (tone, None)]
        assert [drawn(fold.findall("figure")) for fold in folds] == ([expected(symptom, folded)] if folded else [])
        assert not [fold for fold in folds if "open" in fold.attrib]


def test_drawings_stand_open_on_the_first_two_logs_and_wait_for_the_reader_afterwards(phone, ana):
    treatment = pen(ana, days_ago=3)
    for day in (0, 1):
        assert "open" in helps(phone.get(LOG))["redness"].attrib
        logged(treatment, day)
    page = phone.get(LOG)
    assert "open" not in helps(page)["redness"].attrib
    # A picture in what is closed is fetched only when it is opened, if it may wait.
    assert {image.get("loading") for image in select(page, "img")} == {"lazy"}


def test_each_reader_is_told_in_their_own_language():
    pseudo.install()
    assert "Redness, mild, drawn on light skin" in drawn_in_a_page("redness", 2)
    with translation.override(pseudo.CODE):
        in_theirs = pseudo.pseudo("{symptom}, {level}, drawn on light skin")
        expected = in_theirs.format(symptom=pseudo.pseudo("Redness"), level=pseudo.pseudo("mild"))
        assert expected in drawn_in_a_page("redness", 2)
