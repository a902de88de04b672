"""Why a finding was made, told to the patient from what was stored of it."""

import pytest

from symptoms.recovery.ceilings import MODIFIERS
from symptoms.recovery.predicates import Fact
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.sources import cited
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording.explaining import facts_of, for_patient
from tests.courses import drawn, last_assessment
from tests.recovery.test_criteria import TABLE


def _stored(drawing: str, criterion: str):
    flags = last_assessment(drawn(drawing)).as_json()["flags"]
    return next(facts_of(row["evidence"]) for flag in flags for row in flag["criteria"] if row["id"] == criterion)


def test_a_patient_reads_facts_in_words():
    assert for_patient(_stored("C | 4 pain0 | 6 pain3", "INF-20")) == (
        "Pain: none on day 4 and severe on day 6, when we expect none.",
    )
    assert for_patient(_stored("C home | 3 open_sore", "INF-21")) == ("An open sore, on day 3.",)


def test_what_is_usual_by_itself_or_has_only_grown_is_not_told_as_too_much():
    assert for_patient(_stored("C | 0 pain2 swollen_glands", "INF-22"))[1] == "Pain: medium on day 0, usual by itself."
    assert for_patient(_stored("C | 1 | 2 bruising1 swelling3", "BLED-12"))[0] == (
        "Bruising: none on day 1 and mild on day 2, more than before."
    )


@pytest.mark.parametrize("word", [*Condition, *Medication], ids=str)
def test_what_a_patient_brings_reads_as_words(word):
    (sentence,) = for_patient([Fact("condition", word, None, None, None)])
    assert sentence.startswith("You told us about ") and "_" not in sentence and "pregnant" not in sentence


def test_the_limit_is_in_the_units_that_the_patient_reports_in():
    assert for_patient(_stored("C redness2 | 8 redness4", "RED-5")) == (
        "Redness: very severe on day 8, when we expect severe at most.",
    )


def test_every_criterion_can_be_explained():
    for id, meets, *_ in TABLE:
        lines = for_patient(_stored(meets, id))
        assert lines and not any("_" in line or "None" in line for line in lines), id


def test_every_source_that_is_cited_has_a_title():
    for cites in (*PROTOCOL.criteria, *MODIFIERS):
        assert all(title for _, title in cited(cites.source))
    assert [id for id, _ in cited("S20-S23 [D]")] == ["S20", "S21", "S22", "S23", "[D]"]
