"""The words that patients and practitioners read are those of words.md, each on its grounds, and stand in its order."""

import re
from pathlib import Path

import pytest

from symptoms.recovery.texts import (
    COMMON,
    CONCERN_TEXTS,
    FIRST_AID,
    OPENINGS,
    PRACTITIONER_TEXTS,
    SENTENCE,
    Line,
    without_number,
)
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.wording.outcomes import OUTCOMES

WORDS = (Path(__file__).parent / "words.md").read_text()
ROW = re.compile(r"^\| (.+) \|$", re.M)


def rows(section: str) -> list[list[str]]:
    """The cells of the tables of a numbered section, without the heads."""
    text = WORDS.split(f"#### {section} ")[1].split("#### ")[0]
    cells = [row.split(" | ") for row in ROW.findall(text)]
    return [row for row in cells if row[0] not in ("urgency", "id", "flag", "what", "where")]


def condition(line: Line) -> dict[str, object]:
    """The grounds of a line, as words.md writes them: parts of a condition by their kind."""
    least, most = line.least, line.most
    words_by_kind = {
        "any": {frozenset(group) for group in line.any}, "none": line.none, "who": line.who, "crit": line.crit,
        "none of crit": line.no_crit, "only": line.only, "days": {str(line.days)} - {"0+"},
        "at": {least.slug} if least == most else set(),
        "below": {Urgency(most + 1).slug} if most < Urgency.EMERGENCY and least < most else set(),
    }  # fmt: skip
    return {kind: words for kind, words in words_by_kind.items() if words}


def written(text: str) -> dict[str, object]:
    """The same of a cell of words.md: "below emergency; d0-1; any(fainted, hives)"."""
    grounds: dict[str, object] = {}
    for part in text.split("; ") if text != "always" else ():
        if grouped := re.fullmatch(r"([a-z ]+)\((.*)\)", part):
            words = frozenset(grouped[2].split(", "))
            kind = grouped[1]
            grounds[kind] = {*grounds.get(kind, ()), words} if kind == "any" else words
        elif part in ("skin", "calm"):
            grounds["any"] = {*grounds.get("any", ()), frozenset({part})}
        else:
            kind, _, value = (
                part.replace("d", "days ", 1).partition(" ") if part[1:2].isdigit() else part.partition(" ")
            )
            grounds[kind] = {value}
    return grounds


TEXTS = [
    (concern, part, *row[2:])
    for row in rows("3.3.3")
    if len(row) == 4 and row[1] in ("title", "means", "care")
    for concern, part in [(row[0], row[1])]
]


@pytest.mark.parametrize("part", ["title", "means", "care"])
@pytest.mark.parametrize("heading", CONCERN_TEXTS)
def test_patients_read_the_words_on_their_grounds_and_in_their_order(heading, part):
    lines = getattr(CONCERN_TEXTS[heading], "titles" if part == "title" else part)
    expected = [
        (text.strip('"'), written(when), row_concerns if row_concerns == "late_infection" else "")
        for row_concerns, row_part, when, text in TEXTS
        if row_part == part and row_concerns.split(", ")[0].replace("late_", "") == heading
    ]
    assert [(line.say, condition(line), line.concern) for line in lines] == expected


def test_first_aid_is_said_in_its_words_on_its_grounds():
    expected = {row[0]: (row[1], written(row[2]), row[3].strip('"')) for row in rows("3.3.2") if len(row) == 4}
    assert {aid.id: (", ".join(sorted(aid.concerns)), condition(aid.line), aid.line.say) for aid in FIRST_AID} == {
        id: (", ".join(sorted(concerns.split(", "))), grounds, text)
        for id, (concerns, grounds, text) in expected.items()
    }
    assert {aid.id for aid in FIRST_AID if aid.after_call} == {"FA-PEN2", "FA-SIDE", "FA-FILLER", "FA-FAST"}
    ids = [aid.id for aid in FIRST_AID]
    assert ids.index("FA-FILLER") < ids.index("FA-EYE")


def test_the_opening_lines_are_said_in_their_words():
    said = {line.say for parts in OPENINGS.values() for lines in parts.values() for line in lines} | {*COMMON.values()}
    texts = [row[-1].strip('"') for row in rows("3.3.1") + rows("3.3.5")]
    printed = {text.replace("\u00a0", " ") for text in said}
    assert [text for text in texts if text not in printed] == []


def test_practitioners_read_the_dangerous_thing_first_and_what_to_think_of():
    table = {row[0]: row[1:] for row in rows("3.3.4") if row[0] in set(Concern)}
    assert set(table) == set(PRACTITIONER_TEXTS) == set(map(str, Concern))
    for concern, (titles, first, think, record) in table.items():
        texts = PRACTITIONER_TEXTS[concern]
        assert {line.say for line in texts.titles} == set(re.findall(r'"([^"]+)"', titles))
        assert (texts.first.replace("\u00a0", " "), texts.think, texts.record) == (
            "" if first == "-" else f"{first}.",
            f"{think}.",
            f"{record}.",
        )


def test_practitioners_choose_among_the_outcomes_in_their_words_and_order():
    (listed,) = re.findall(r"Outcomes a practitioner may choose: (.+)\.\n", WORDS)
    # What somebody was treated with is asked as well.
    outcomes = [str(label) for outcome, label in OUTCOMES if outcome != "treated"]
    assert [re.sub(r" \(.+\)", "", outcome) for outcome in listed.split("; ")] == outcomes


def test_without_a_number_each_sentence_keeps_its_condition():
    """ "If it still bleeds after that, call {number}." is not "Call your local emergency number now." """
    conditions = [part for text in every_text() for part in SENTENCE.split(text) if re.search(r"(?i)\bif\b.*", part)]
    conditions = [part for part in conditions if "{number}" in part]
    assert len(conditions) == 4
    for part in conditions:
        assert without_number(part) == part.replace("{number}", "your local emergency number")


def every_text() -> list[str]:
    lines = [line for parts in OPENINGS.values() for lines in parts.values() for line in lines]
    lines += [line for texts in CONCERN_TEXTS.values() for line in (*texts.titles, *texts.means, *texts.care)]
    return [*(line.say for line in lines), *(aid.line.say for aid in FIRST_AID), *COMMON.values()]


def test_nobody_without_a_clinic_reads_of_one():
    every = [line for texts in CONCERN_TEXTS.values() for line in (*texts.titles, *texts.means, *texts.care)]
    every += [
        line for parts in OPENINGS.values() for name, lines in parts.items() if name != "do_not_wait" for line in lines
    ]
    every += [aid.line for aid in FIRST_AID]
    for line in every:
        for many in (False, True):
            assert "clinic" not in line.text(practice=False, many=many).replace("walk-in clinic", "").replace(
                "eye clinic", ""
            ).replace("sexual health clinic", ""), line
