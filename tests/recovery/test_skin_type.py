"""A skin type from two answers: the more cautious counts."""

import pytest

from symptoms.recovery.skin_type import skin_type


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
