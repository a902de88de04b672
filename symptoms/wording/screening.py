"""What the answers before a treatment come to: for the patient at once, for the practice with what they change."""

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from symptoms.recovery.course import Patient
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
from symptoms.recovery.vocabulary import Condition, Medication
from symptoms.wording import treatment as words
from symptoms.wording.phrases import in_a_row

IN_DARK_MARKS = _("From day 10 an alert opens for dark patches from medium on, and for any that come twice after sun.")
IN_BLEEDING = _(
    "One step more of bruising is usual up to day 10, and of bleeding on day 0. From day 1 bleeding from medium on "
    "opens an alert. From day 2 it is to be seen the same day, and so is bruising that grows together with swelling. "
    "Up to day 3 very severe swelling with pain is an emergency."
)
IN_INFECTION = _(
    "Signs of infection open an alert sooner or are more urgent; with fever or chills they are an emergency, and so "
    "are blisters with fever or feeling ill. Peeling, scabs and bruising may last a day longer."
)
IN_CARE = _("No alert depends on it; the care tips do.")
# What each condition and medicine that an answer fills in changes, for the practice.
CHANGES: dict[Condition | Medication, Any] = {
    Condition.ACTIVE_ACNE: _("One step more of spots is usual up to day 14."),
    Condition.ROSACEA: _("One step more of redness is usual up to day 10."),
    Condition.ECZEMA: _(
        "One step more of itching is usual up to day 10. Blisters with fever or feeling ill, and an open sore with "
        "fever, are an emergency."
    ),
    Condition.PSORIASIS: _(
        "From day 7 more redness than usual opens an alert where there is more peeling or itching, too."
    ),
    Condition.VITILIGO: _("From day 10 any new light patch opens an alert."),
    Condition.AUTOIMMUNE: _(
        "More redness than usual opens an alert after sun, when feeling ill, or with sore joints or lumps on the shins."
    ),
    Condition.KELOID_HISTORY: _("From day 7 any skin that rises opens an alert."),
    Condition.COLD_SORES: _(
        "Up to day 14 tingling or an open sore opens an alert; tingling with an open sore or with more pain than usual "
        "is to be seen the same day."
    ),
    Condition.MELASMA: IN_DARK_MARKS,
    Condition.PIH_HISTORY: IN_DARK_MARKS,
    Condition.RECENT_TAN: IN_DARK_MARKS,
    Condition.METAL_ALLERGY: _("From day 1 more itching than usual opens an alert for an allergy to the metal."),
    Condition.LATEX_OR_ANAESTHETIC_ALLERGY: _("Up to day 2 more itching or swelling than usual opens an alert."),
    Condition.DIABETES: IN_INFECTION,
    Condition.IMMUNOSUPPRESSED: IN_INFECTION,
    Condition.BLEEDING_DISORDER: IN_BLEEDING,
    Condition.PREGNANT: _(
        "From day 1 to 7 feeling ill alone opens an alert. From day 8 a fever is to be seen the same day."
    ),
    Condition.BREASTFEEDING: IN_CARE,
    Condition.SKIN_CANCER: IN_CARE,
    Medication.ISOTRETINOIN_6M: IN_CARE,
    Medication.TOPICAL_RETINOID: IN_CARE,
    Medication.BLOOD_THINNER: IN_BLEEDING,
    Medication.NSAID: _("One step more of bruising is usual up to day 10, and of bleeding on day 0."),
    Medication.ORAL_STEROID: IN_INFECTION,
    Medication.IMMUNOSUPPRESSANT: IN_INFECTION,
    Medication.PHOTOSENSITISER: _(
        "From day 1, after sun, more redness, heat, pain or swelling than usual opens an alert."
    ),
}
CARE_ONLY = frozenset(str(word) for word, change in CHANGES.items() if change is IN_CARE)

ICONS = {Clearance.STOP: "alert", Clearance.DOCTOR: "care", Clearance.ADAPT: "info"}  # of the sprite


def result_for_patient(answers: Answers) -> dict[str, Any] | None:
    """The line above, each answer with its advice, whom to ask first, what is open; None where nothing is answered."""
    if not answers.answers:
        return None
    clearance = clearance_of(answers)
    return {
        "line": gettext(RESULTS[clearance]) if clearance is not None else "",
        "findings": [
            {
                "icon": ICONS[finding.clearance],
                "answer": _said_back(finding),
                "advice": gettext(finding.question.say) if finding.is_sure else "",
            }
            for finding in _strictest_first(answers)
        ],
        "skin_doctor": gettext(SKIN_DOCTOR) if needs_skin_doctor(answers) else "",
        "open": open_questions(answers),
    }


def _said_back(finding: Finding) -> str:
    if not finding.is_sure:
        return gettext("You are not sure. {question}").format(question=gettext(finding.question.ask))
    if not finding.parts:
        return gettext(finding.question.you)
    parts = in_a_row(gettext(part.text) for part in finding.parts)
    return gettext("{answer} You chose: {parts}.").format(answer=gettext(finding.question.you), parts=parts)


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
    """The same for the practice: strictest first, each answer with what it fills in and what that changes."""
    usual = words.usual_levels(answers.usual)
    skin = answers.skin_colour, answers.skin_burning
    fitzpatrick = skin_type(*skin)
    marks_easily = words.skin_answers(*skin) and Patient(fitzpatrick=fitzpatrick).has_dark_or_unknown_skin
    return {
        "word": clearance_word(clearance_of(answers)),
        "rows": list(map(_row, _strictest_first(answers))),
        "facts": [
            (what, text)
            for what, text in (
                (gettext("Skin"), words.skin_type(fitzpatrick) if words.skin_answers(*skin) else ""),
                (gettext("What the skin changes"), str(IN_DARK_MARKS) if marks_easily else ""),
                (gettext("The patient’s answers"), words.skin_answers(*skin)),
                (gettext("Usual"), usual),
            )
            if text
        ],
        "open": open_questions(answers),
    }


_BY_WORD = {str(word): word for word in CHANGES}


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
        "changes": list(dict.fromkeys(str(CHANGES[_BY_WORD[word]]) for word in records)),
        "rules": in_a_row(rules),
    }
