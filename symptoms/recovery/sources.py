"""What a criterion rests on, by name: "S39, S9b [D]" in full."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

SOURCES: Mapping[str, str] = tomllib.loads((Path(__file__).parent / "sources.toml").read_text(encoding="utf-8"))
_RANGE = re.compile(r"S(\d+)-S(\d+)")


def cited(source: str) -> tuple[tuple[str, str], ...]:
    """(id, title) of each source that a criterion's `source` names, in its order; a range is written out.

    Raises:
        KeyError: an id that is not in sources.toml.
    """
    return tuple((id, SOURCES[id]) for id in _ids(source))


def _ids(source: str) -> Iterator[str]:
    for word in re.sub(r"[,()]", " ", source).split():
        span = _RANGE.fullmatch(word)
        if span is None:
            yield word
        else:
            yield from (f"S{number}" for number in range(int(span[1]), int(span[2]) + 1))
