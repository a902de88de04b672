"""A day as the API takes it and gives it."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from symptoms.api.fields import Id, Levels, Moment, Number, StrictSerializer, Text, Word, Words
from symptoms.api.serializers.assessment import AssessmentSerializer
from symptoms.models import Entry
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.questions import REQUIRED
from symptoms.recovery.vocabulary import Exposure, Sign, Symptom

EVERYTHING = sorted(map(str, (*Symptom, *Sign)))
# What is written where an entry's document leaves a part out.
UNANSWERED: dict[str, Any] = {"symptoms": {}, "asked": EVERYTHING, "signs": [], "temperature_c": None, "exposures": []}


class EntryInSerializer(StrictSerializer):
    """What is reported for one day, in the words of the case files."""

    day = Number(0, LAST_DAY, help_text="Whole days since the treatment, which is day 0.")
    symptoms = Levels(
        "SymptomLevels", Symptom, default=dict, help_text="0 none, 1 mild, 2 medium, 3 severe, 4 very severe."
    )
    asked = Words(
        "Asked",
        EVERYTHING,
        required=False,
        help_text="The symptoms and signs that were asked: one asked and not named is none, one not asked is unknown. "
        "Left out: all were asked. Redness, swelling, pain and warmth are asked every day.",
    )
    signs = Words("Sign", Sign, default=list, help_text="What is present.")
    temperature_c = Number(
        30, 45, places=2, required=False, allow_null=True, help_text="In °C; left out when not measured."
    )
    exposures = Words("Exposure", Exposure, default=list, help_text="What the skin met since the last entry.")
    note = Text(default="", help_text="For people; it is never judged.")

    def validate(self, report: dict[str, Any]) -> dict[str, Any]:
        """Gives `day`, `answers` (the document of Entry.answers) and `note`."""
        named = {*report["symptoms"], *report["signs"]}
        answered = sorted({*report["asked"], *named}) if "asked" in report else EVERYTHING
        missing = [symptom for symptom in REQUIRED if symptom not in answered]
        if missing:
            raise serializers.ValidationError(
                {"asked": [_("Not answered, though asked every day: {words}.").format(words=", ".join(missing))]}
            )
        answers = {name: report[name] for name in ("symptoms", "signs", "exposures")} | {"asked": answered}
        if report.get("temperature_c") is not None:
            answers["temperature_c"] = float(report["temperature_c"])
        return {"day": report["day"], "answers": answers, "note": report["note"]}


class NewEntryInSerializer(EntryInSerializer):
    """The same, with the id that the client made."""

    id = Id(help_text="Made by the client, so that sending it again is recognised.")

    def validate(self, report: dict[str, Any]) -> dict[str, Any]:
        return {**super().validate(report), "id": report["id"]}


class State(Word):
    """Whether an entry is judged."""

    def to_representation(self, is_judged: bool) -> str:
        return "judged" if is_judged else "unjudged"


class EntrySerializer(serializers.Serializer):
    """One day as it was reported, with what was said about it."""

    # Takes an entry with its `assessment`.

    id = serializers.UUIDField()
    treatment = serializers.UUIDField(source="treatment_id")
    day = Number(0, LAST_DAY)
    symptoms = Levels("SymptomLevels", Symptom, source="answers.symptoms")
    asked = Words("Asked", EVERYTHING, source="answers.asked")
    signs = Words("Sign", Sign, source="answers.signs")
    temperature_c = Number(30, 45, places=2, allow_null=True, source="answers.temperature_c")
    exposures = Words("Exposure", Exposure, source="answers.exposures")
    note = Text()
    received_at = Moment()
    is_current = serializers.BooleanField(help_text="False when a later entry took the day over.")
    state = State(
        "Judged",
        ["judged", "unjudged"],
        source="is_judged",
        help_text="`unjudged`: a fault; the practice is told, it is tried again.",
    )
    assessment = AssessmentSerializer(allow_null=True)

    def to_representation(self, entry: Entry) -> dict[str, Any]:
        entry.answers = UNANSWERED | entry.answers
        return super().to_representation(entry)
