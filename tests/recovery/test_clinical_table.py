"""The page that clinicians read is the code's own, and no criterion lacks what traces it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils.translation import override

from symptoms.recovery import protocol
from symptoms.recovery.clinical_table import clinical_table
from symptoms.recovery.criteria import Days
from symptoms.recovery.protocol import PROTOCOL, Protocol
from tests import pseudo

DOCS = Path(__file__).parents[2] / "docs"


def test_the_clinical_page_is_fresh():
    written = (DOCS / "clinical.md").read_text(encoding="utf-8")
    assert written == clinical_table(), "make docs writes it again"


def test_every_criterion_has_a_source_a_hazard_and_a_test():
    for criterion in PROTOCOL.criteria:
        assert re.search(r"S\d|K\d|K-general|\[D\]", criterion.source), criterion.id
        assert criterion.hazards, criterion.id
        assert criterion.id in criterion.test


def _hash() -> str:
    return Protocol(PROTOCOL.version, PROTOCOL.criteria).hash


HASH, CRITERION = _hash(), PROTOCOL.criteria[0]
MODIFIER, *MODIFIERS = protocol.MODIFIERS
CHANGED = {
    "VERSION": Protocol("2999.1", PROTOCOL.criteria),
    "a criterion less": Protocol(PROTOCOL.version, PROTOCOL.criteria[1:]),
    "its days": Protocol(PROTOCOL.version, (replace(CRITERION, days=Days("3+")), *PROTOCOL.criteria[1:])),
    "what it asks for": Protocol(
        PROTOCOL.version, (replace(CRITERION, predicate=PROTOCOL.criteria[1].predicate), *PROTOCOL.criteria[1:])
    ),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
def test_the_hash_changes_with_the_criteria(changed):
    assert changed.hash != HASH == PROTOCOL.hash


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("CEILINGS", {**protocol.CEILINGS, "A": protocol.CEILINGS["B"]}),
        ("MODIFIERS", [replace(MODIFIER, last=MODIFIER.last + 1), *MODIFIERS]),
        ("_TERMS", protocol._TERMS[1:]),
    ],
)
def test_the_hash_changes_with_all_that_decides(table, changed, monkeypatch):
    monkeypatch.setattr(protocol, table, changed)
    assert _hash() != HASH


def test_the_hash_is_the_same_in_every_language():
    pseudo.install()
    with override(pseudo.CODE):
        assert _hash() == HASH
