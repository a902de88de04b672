"""What the log of a day asks openly, and what stands under "Something else", as rows for the page's parts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from symptoms.forms import temperature
from symptoms.forms.fields import translated
from symptoms.models import Treatment
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.ceilings import band
from symptoms.recovery.course import Entry
from symptoms.recovery.questions import SAY_FIRST, Question, asked_today
from symptoms.recovery.questions import question as question_of
from symptoms.recovery.vocabulary import Exposure, Sign, Symptom

Row = dict[str, Any]  # the names that components/scale.html and components/tick.html take, and `opens_if`


class DayQuestions:
    """The rows of one day's log. `so_far`: what was answered on the page already; `is_known`: two days were logged
    before, so help may be folded."""

    units = temperature.UNITS

    def __init__(
        self,
        form: forms.Form,
        treatment: Treatment,
        day: int,
        previous_entry: Entry | None,
        so_far: Entry | None,
        *,
        is_known: bool = False,
    ):
        self.form, self.day, self.previous_entry, self.is_known = form, day, previous_entry, is_known
        patient, values = patient_values(treatment), treatment_values(treatment)
        self.band = band(values)
        self.asked = asked_today(patient, values, day=day, previous_entry=previous_entry, so_far=so_far)

    @property
    def last_said(self) -> dict[Symptom, int]:
        """The last answers to questions shown openly today: users do not review folded ones."""
        if (previous := self.previous_entry) is None:
            return {}
        return {s: previous.symptoms.get(s, 0) for s in self.asked.symptoms if s in previous.answered}

    def scales(self) -> list[Row]:
        """The scales asked today."""
        return self._scales(self.asked.symptoms)

    def box(self) -> list[Row]:
        """The signs that head every page."""
        return self._ticks("signs", self.asked.box)

    @property
    def box_is_ticked(self) -> bool:
        """Whether what cannot wait was ticked: then a page that comes back opens there, whatever else is wrong."""
        return any(row["chosen"] for row in self.box())

    def signs(self) -> list[Row]:
        return self._ticks("signs", self.asked.signs)

    def exposures(self) -> list[Row]:
        return self._ticks("exposures", self.asked.exposures)

    @property
    def exposures_are_ticked(self) -> bool:
        """Whether one of those asked today was ticked: then they stand open."""
        return any(row["chosen"] for row in self.exposures())

    def more_symptoms(self) -> list[Row]:
        return self._scales(s for s in Symptom if s not in self.asked.symptoms)

    def more_signs(self) -> list[Row]:
        shown = {*self.asked.signs, *self.asked.box}
        return self._ticks("signs", (sign for sign in Sign if sign not in shown))

    def more_exposures(self) -> list[Row]:
        return self._ticks("exposures", (word for word in Exposure if word not in self.asked.exposures))

    @property
    def has_notes(self) -> bool:
        """Whether the temperature or a note was written or is wrong: then they stand open."""
        fields = ("note", *(("temperature_c", "unit") if self.asked.temperature else ()))
        return any(self.form[name].errors or (name != "unit" and self.form[name].value()) for name in fields)

    @property
    def has_more(self) -> bool:
        """Whether something under "Something else" was answered or is wrong: then it stands open."""
        if any(row["is_answered"] for row in self.more_symptoms()):
            return True
        folded = not self.asked.temperature and self.form["temperature_c"].value()
        return bool(folded) or any(row["chosen"] for row in (*self.more_signs(), *self.more_exposures()))

    @property
    def temperature_opens_if(self) -> str:
        """The answers that bring the thermometer's question up on a day that does not ask it."""
        return "" if self.asked.temperature else self._opens_if(question_of("temperature_c"))

    @property
    def say_first(self) -> str:
        """How to look before answering."""
        return _(SAY_FIRST)

    @property
    def thermometer(self) -> Question:
        return translated(question_of("temperature_c"))

    def _scales(self, symptoms: Iterable[Symptom]) -> list[Row]:
        return [self._scale(translated(question_of(symptom)), self.form[symptom]) for symptom in symptoms]

    def _scale(self, question: Question, field: BoundField) -> Row:
        symptom, error = Symptom(question.word), " ".join(map(str, field.errors))
        is_asked, previous = symptom in self.asked.symptoms, self.previous_entry
        is_new = is_asked and previous is not None and symptom not in previous.answered
        return {
            "name": question.word,
            "title": question.title,
            "hint": question.text,
            "help": question.help,
            "steps": question.steps,
            "chosen": field.value(),
            "last_level": self.last_said.get(symptom),
            "required": field.field.required,
            "is_optional": is_asked and not field.field.required,
            "error": error,
            "opens_if": self._opens_if(question),
            "is_answered": bool(error) or field.value() not in (None, ""),
            "is_new": is_new,
            "is_known": self.is_known,
        }

    def _ticks(self, name: str, words: Iterable[str]) -> list[Row]:
        chosen = self.form[name].value() or ()
        return [
            {"name": name, "value": question.word, "text": question.text, "help": question.help,
             "chosen": question.word in chosen, "opens_if": self._opens_if(question)}
            for question in map(translated, map(question_of, words))
        ]  # fmt: skip

    def _opens_if(self, question: Question) -> str:
        """The answers of today that would have it asked openly, as `static/js/log.js` reads them; empty where it is."""
        if question.word in (*self.asked.symptoms, *self.asked.signs):
            return ""
        whens = [when for when in question.asked if not when.who and when.days.hold(self.band, self.day)]
        return " ".join(_for_script(clue) for when in whens for clue in when.if_any)


def _for_script(clue: str) -> str:
    """ "pain 2+" as "pain>=2", "T 37.5+" as "temperature_c>=37.5", a symptom above none as "bumps>=1", a sign as is."""
    word, _, least = clue.partition(" ")
    if word == "T":
        return f"temperature_c>={least.rstrip('+')}"
    return f"{word}>={least.rstrip('+') or 1}" if word in set(Symptom) else word
