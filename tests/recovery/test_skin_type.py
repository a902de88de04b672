"""A skin type from two answers: the more cautious counts."""

import pytest

from symptoms.recovery.skin_type import skin_type, type_after


@pytest.mark.parametrize("none", [None, 0])
@pytest.mark.parametrize(
    ("colour", "burning", "counts"),
    [
        (2, 2, 2), (2, 5, 5), (5, 2, 5), (1, 6, 6), (6, 1, 6),
        (3, None, 3), (5, None, 5), (1, None, 1),
        (None, 1, None), (None, 2, None), (None, 3, None), (None, 4, 4), (None, 5, 5), (None, 6, 6),
        (None, None, None),
    ],
)  # fmt: skip
def test_the_higher_answer_counts_and_pale_skin_is_not_placed_by_the_sun_alone(colour, burning, counts, none):
    assert skin_type(none if colour is None else colour, none if burning is None else burning) == counts


@pytest.mark.parametrize(
    ("known", "before", "answers", "counts"),
    [
        # What follows from the answers follows from the new ones.
        (None, (None, None), (2, 2), 2), (2, (2, 2), (3, 2), 3), (2, (2, 2), (1, 1), 1), (3, (3, None), (2, None), 2),
        (5, (5, 2), (0, 2), None), (2, (2, 2), (None, None), None),
        # What a practitioner set stands as long as the answers do, and until both are there.
        (6, (2, 2), (2, 2), 6), (None, (2, 2), (2, 2), None), (5, (None, None), (None, None), 5),
        (5, (None, None), (2, None), 5), (5, (None, None), (None, 2), 5), (5, (None, None), (2, 0), 5),
        (5, (2, None), (2, 2), 2), (6, (2, 2), (3, 2), 3), (6, (2, 2), (None, 2), 6), (6, (2, 2), (None, None), 6),
        # Meanwhile the more cautious counts; an unknown type is the most cautious.
        (2, (None, None), (4, None), 4), (2, (None, None), (None, 5), 5), (2, (None, None), (0, 0), None),
        (4, (3, 2), (0, 2), None),
    ],
)  # fmt: skip
def test_a_type_that_a_practitioner_set_stands_until_both_questions_are_answered(known, before, answers, counts):
    assert type_after(known, before, answers) == counts
