"""How often chance is tried: a sample that is the same each time in `make test`, everything in `make faults` and
`make chance`."""

import os
from collections.abc import Collection
from random import Random

from hypothesis import settings

EVERYTHING = os.environ.get("MENDLINE_TEST_FAULTS") == "all"
SEED = int(os.environ.get("MENDLINE_TEST_SEED", "2026"))

settings.register_profile("sample", derandomize=True, deadline=None)
settings.register_profile("everything", deadline=None, print_blob=True)
settings.load_profile("everything" if EVERYTHING else "sample")


def tries(sample: int, everything: int) -> int:
    """How many tries, rounds or people a test takes, by which of the two runs it is part of."""
    return everything if EVERYTHING else sample


def chance(name: str) -> Random:
    """Where a test draws from: with another seed it draws otherwise, with the same one as before."""
    return Random(f"{SEED} {name}")


def some_of(items: Collection[str], sample: int, seed: str) -> list[str]:
    """All of `items` or, in `make test`, so many of them: for a `seed` always the same ones."""
    return list(items) if EVERYTHING else Random(seed).sample(sorted(items), min(sample, len(items)))
