"""A skin type from two answers: its colour where no sun reaches, and what strong sun does to it. All of it [D].

Asked as one, many people could not be placed (S99). The higher number counts: it is the more cautious for dark marks.
"""

SkinAnswers = tuple[int | None, int | None]  # colour and burning

NOT_SURE = 0  # the answer "None of these fits, or not sure"; None: not asked
TELLS_ALONE = 4  # skin that burns so little or less is placed by the sun alone; paler skin is not


def skin_type(colour: int | None, burning: int | None) -> int | None:
    """The Fitzpatrick type, 1 to 6, that two answers of 1 to 6 come to; `NOT_SURE` and None are no answer.

    None is an unknown type, which counts as skin that may mark.
    """
    if colour:
        return max(colour, burning or NOT_SURE)
    return burning if burning and burning >= TELLS_ALONE else None


def type_after(known: int | None, before: SkinAnswers, answers: SkinAnswers) -> int | None:
    """The type that counts once the answers `before` have become `answers`; `known` is the one that counted until then.

    One that did not follow from the answers was set by a practitioner. It stands as long as the answers do, and until
    both place the skin; meanwhile the more cautious counts, and that is an unknown type where both are not sure.
    """
    if answers == before:
        return known
    follows = skin_type(*answers)
    if known is None or known == skin_type(*before) or all(answers):
        return follows
    if follows is None:
        return known if None in answers else None
    return max(known, follows)
