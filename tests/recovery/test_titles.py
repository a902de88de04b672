"""What practitioners read as a title is what was reported, in the words of words.md: each variant on its grounds."""

import re

import pytest

from symptoms.recovery.assessment import assess
from symptoms.wording.practitioner import alert_title, flag_title, left_in_words
from tests.courses import drawn
from tests.recovery.test_criteria import TABLE
from tests.recovery.test_texts import rows

WORDS = {title for row in rows("3.3.4") if len(row) == 5 for title in re.findall(r'"([^"]+)"', row[1])}


def titles_of(drawing: str) -> dict[str, str]:
    """The title of each concern that the last day of a course raises."""
    course = drawn(drawing)
    flags = assess(course, day=course.entries[-1].day).as_json()["flags"]
    return {flag["concern"]: flag_title(flag, flags) for flag in flags}


def test_each_title_of_the_words_is_printed_and_no_other():
    printed = {title for row in TABLE for title in titles_of(row[1]).values()}
    assert printed == WORDS


@pytest.mark.parametrize(
    ("drawing", "concern", "title"),
    [
        ("C | 3 T38.5", "infection", "Fever"),
        ("C | 3 chills feeling_ill", "infection", "Fever"),
        ("C | 8 feeling_ill swollen_glands", "infection", "Unwell"),
        ("C | 3 T38.5 pus", "infection", "Signs of infection"),
        ("C | 5 T38.5 redness4", "infection", "Signs of infection"),
        ("C | 3 confused_or_drowsy pus", "infection", "Confused, drowsy or cyanosed"),
        ("C | 0 blue_lips", "allergic_reaction", "Reaction on the day: confused, drowsy or cyanosed"),
        ("C | 0 hives", "allergic_reaction", "Signs of an allergic reaction"),
        ("C | 1 swelling4", "persistent_swelling", "Strong swelling"),
        ("C | 5 swelling3", "persistent_swelling", "Swelling above expected"),
        ("R | 1 blisters", "burn", "Signs of a burn"),
        ("C | 8 unprotected_sun | 10 blisters redness2", "burn", "Signs of a sunburn"),
        ("R | 9 numbness", "nerve_injury", "Numb patch"),
        ("C | 9 drooping_or_weak", "nerve_injury", "Facial or limb weakness"),
        ("C shared | 1", "blood_borne_infection", "Needles of unknown origin reported"),
        ("C | 20 jaundice", "blood_borne_infection", "Jaundice"),
    ],
)
def test_a_title_follows_what_was_reported(drawing, concern, title):
    assert titles_of(drawing)[concern] == title


def test_where_nothing_is_known_of_what_was_reported_a_title_fits_all_the_same():
    assert alert_title("concern", "burn") == "Signs of a burn"
    assert alert_title("concern", "") == "Entry not judged"
    assert alert_title("left", "") == "Left your clinic"
    assert alert_title("concern", "a_concern_that_is_gone") == "A concern that is gone"
    assert left_in_words("2: infection urgent, burn contact") == (
        "Left your clinic with 2 open: signs of infection (see today), signs of a burn (contact)"
    )
