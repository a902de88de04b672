"""What the answers before a treatment come to: for the patient at once, for the practice with what they change."""

from typing import Any

from django.utils.translation import gettext, ngettext

from symptoms.recovery.screening import (
    RESULTS,
    SKIN_DOCTOR,
    Answers,
    Clearance,
    Finding,
    clearance_of,
    findings,
    needs_skin_doctor,
    rules_of,
    unanswered,
)
from symptoms.recovery.skin_type import skin_type
from symptoms.wording import treatment as words
from symptoms.wording.phrases import in_a_row

ICONS = {Clearance.STOP: "alert", Clearance.DOCTOR: "care", Clearance.ADAPT: "info"}  # of the sprite


def result_for_patient(answers: Answers) -> dict[str, Any] | None:
    """The line above, what each answer means, whom to ask first, what is open; None where no question is answered."""
    if not answers.answers:
        return None
    clearance = clearance_of(answers)
    return {
        "line": gettext(RESULTS[clearance]) if clearance is not None else "",
        "meanings": [
            {
                "icon": ICONS[finding.clearance],
                "text": gettext(finding.question.say) if finding.is_sure else gettext("You are not sure."),
                "about": gettext(finding.question.ask),
            }
            for finding in _strictest_first(answers)
        ],
        "skin_doctor": gettext(SKIN_DOCTOR) if needs_skin_doctor(answers) else "",
        "open": open_questions(answers),
    }


def _strictest_first(answers: Answers) -> list[Finding]:
    return sorted(findings(answers), key=lambda finding: -finding.clearance)


def open_questions(answers: Answers) -> str:
    """How many questions have no answer yet, in a sentence; empty when all have."""
    count = unanswered(answers)
    if not count:
        return ""
    return ngettext("One question is not answered yet.", "{count} questions are not answered yet.", count).format(
        count=count
    )


def clearance_word(clearance: Clearance | None) -> str:
    """A clearance as practitioners read it; None: nothing speaks against it so far, and questions are open."""
    return {
        Clearance.STOP: gettext("Do not treat now"),
        Clearance.DOCTOR: gettext("A doctor decides first"),
        Clearance.ADAPT: gettext("Can be treated, with the change named"),
        Clearance.CLEAR: gettext("Nothing speaks against it"),
        None: gettext("Not all answered"),
    }[clearance]


def result_for_practice(answers: Answers) -> dict[str, Any]:
    """The same for the practice: strictest first, each answer with what it fills in and which rules read that."""
    usual = words.usual_levels(answers.usual)
    skin = answers.skin_colour, answers.skin_burning
    return {
        "word": clearance_word(clearance_of(answers)),
        "rows": list(map(_row, _strictest_first(answers))),
        "facts": [
            (what, text)
            for what, text in (
                (gettext("Skin"), words.skin_type(skin_type(*skin)) if words.skin_answers(*skin) else ""),
                (gettext("The patient’s answers"), words.skin_answers(*skin)),
                (gettext("Usual"), usual),
            )
            if text
        ],
        "open": open_questions(answers),
    }


def _row(finding: Finding) -> dict[str, Any]:
    names = {str(word): name for known in (words.CONDITIONS, words.MEDICATIONS) for word, name in known.items()}
    records = sorted(finding.records)
    rules = list(dict.fromkeys(rule for word in records for rule in rules_of(word)))
    return {
        "word": clearance_word(finding.clearance),
        "question": gettext(finding.question.ask),
        "answer": gettext("Yes") if finding.is_sure else gettext("Not sure"),
        "parts": [gettext(part.text) for part in finding.parts],
        "say": gettext(finding.question.say if finding.is_sure else SKIN_DOCTOR),
        "fills_in": in_a_row(names[word] for word in records),
        "rules": in_a_row(rules),
    }
