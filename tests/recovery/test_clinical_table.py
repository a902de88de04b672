"""The page that clinicians read is the code's own, and no criterion lacks what traces it."""

import re
from pathlib import Path

from symptoms.recovery.clinical_table import clinical_table
from symptoms.recovery.protocol import PROTOCOL, Protocol

DOCS = Path(__file__).parents[2] / "docs"


def test_the_clinical_page_is_fresh():
    written = (DOCS / "clinical.md").read_text(encoding="utf-8")
    assert written == clinical_table(), "make docs writes it again"


def test_every_criterion_has_a_source_a_hazard_and_a_test():
    for criterion in PROTOCOL.criteria:
        assert re.search(r"S\d|K\d|K-general|\[D\]", criterion.source), criterion.id
        assert criterion.hazards, criterion.id
        assert criterion.id in criterion.test


def test_the_hash_changes_with_the_content():
    fewer = Protocol(PROTOCOL.version, PROTOCOL.criteria[1:])
    assert fewer.hash != PROTOCOL.hash
