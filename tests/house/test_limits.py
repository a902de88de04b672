"""The limits that docs/limits.md names are those of the code."""

import re
from importlib import import_module

import pytest

from tests.house import tree

TEXT = (tree.ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \| `([\w.]+):([\w.]+)` \|$", TEXT, re.M)


def value_of(module: str, name: str):
    """What the code says: a constant, or a part of one."""
    value = import_module(module)
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def test_every_row_with_a_value_is_read():
    assert len(ROWS) == len(re.findall(r"^\|.*`[\w.]+:[\w.]+` \|$", TEXT, re.M)) > 40


@pytest.mark.parametrize(("what", "said", "module", "name"), ROWS, ids=[f"{row[2]}:{row[3]}" for row in ROWS])
def test_a_limit_is_what_the_document_says(what, said, module, name):
    assert str(value_of(module, name)) == said, what
