"""A skin type from two answers: its colour where no sun reaches, and what strong sun does to it. All of it [D].

Asked as one, many people could not be placed (S99). The higher number counts: it is the more cautious for dark marks.
"""

NOT_SURE = 0  # the answer "None of these fits, or not sure"; None: not asked
TELLS_ALONE = 4  # skin that burns so little or less is placed by the sun alone; paler skin is not


def skin_type(colour: int | None, burning: int | None) -> int | None:
    """The Fitzpatrick type, 1 to 6, that two answers of 1 to 6 come to; `NOT_SURE` and None are no answer.

    None is an unknown type, which counts as skin that may mark.
    """
    if colour:
        return max(colour, burning or NOT_SURE)
    return burning if burning and burning >= TELLS_ALONE else None
