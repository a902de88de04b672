"""A day as the API takes it and gives it."""

from rest_framework import serializers

from symptoms.api.fields import Levels, Moment, Number, StrictSerializer, Text, Word, Words, moment
from symptoms.api.serializers.assessment import AssessmentSerializer, assessment_document
from symptoms.models import Assessment, Entry
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.questions import REQUIRED
from symptoms.recovery.vocabulary import Exposure, Sign, Symptom

EVERYTHING = sorted(map(str, Symptom))


class EntryInSerializer(StrictSerializer):
    """What is reported for one day, in the words of the case files."""

    day = Number(0, LAST_DAY, help_text="Whole days since the treatment, which is day 0.")
    symptoms = Levels(
        "SymptomLevels", Symptom, default=dict, help_text="0 none, 1 mild, 2 medium, 3 severe, 4 very severe."
    )
    asked = Words(
        "Symptom",
        Symptom,
        required=False,
        help_text="The symptoms that were asked: one asked and not named is none, one not asked is unknown. Left out: "
        "all were asked. Redness, swelling, pain and warmth are asked every day.",
    )
    signs = Words("Sign", Sign, default=list, help_text="What is present.")
    temperature_c = Number(
        30, 45, places=2, required=False, allow_null=True, help_text="In °C; left out when not measured."
    )
    exposures = Words("Exposure", Exposure, default=list, help_text="What the skin met since the last entry.")
    note = Text(default="", help_text="For people; it is never judged.")

    def validate(self, said: dict) -> dict:
        """Gives `day`, `answers` (the document of Entry.answers) and `note`."""
        asked = said.get("asked")
        answered = EVERYTHING if asked is None else sorted({*asked, *said["symptoms"]})
        missing = [symptom for symptom in REQUIRED if symptom not in answered]
        if missing:
            raise serializers.ValidationError(
                {"asked": [f"Not answered, though asked every day: {', '.join(missing)}."]}
            )
        answers = {
            "symptoms": said["symptoms"],
            "asked": answered,
            "signs": said["signs"],
            "exposures": said["exposures"],
        }
        if said.get("temperature_c") is not None:
            answers["temperature_c"] = float(said["temperature_c"])
        return {"day": said["day"], "answers": answers, "note": said["note"]}


class NewEntryInSerializer(EntryInSerializer):
    """The same, with the id that the client made."""

    id = serializers.UUIDField(help_text="Made by the client, so that sending it again is recognised.")

    def validate(self, said: dict) -> dict:
        return {**super().validate(said), "id": said["id"]}


class EntrySerializer(serializers.Serializer):
    """One day as it was reported, with what was said about it."""

    id = serializers.UUIDField()
    treatment = serializers.UUIDField()
    day = Number(0, LAST_DAY)
    symptoms = Levels("SymptomLevels", Symptom)
    asked = Words("Symptom", Symptom)
    signs = Words("Sign", Sign)
    temperature_c = Number(30, 45, places=2, allow_null=True)
    exposures = Words("Exposure", Exposure)
    note = Text()
    received_at = Moment()
    is_current = serializers.BooleanField(help_text="False when a later entry took the day over.")
    state = Word(
        "Judged", ["judged", "unjudged"], help_text="`unjudged`: a fault; the practice is told, it is tried again."
    )
    assessment = AssessmentSerializer(allow_null=True)


def entry_document(entry: Entry, assessment: Assessment | None) -> dict:
    """An entry as EntrySerializer describes it."""
    said = entry.answers
    return {
        "id": str(entry.id),
        "treatment": str(entry.treatment_id),
        "day": entry.day,
        "symptoms": said.get("symptoms", {}),
        "asked": said.get("asked", EVERYTHING),
        "signs": said.get("signs", []),
        "temperature_c": said.get("temperature_c"),
        "exposures": said.get("exposures", []),
        "note": entry.note,
        "received_at": moment(entry.received_at),
        "is_current": entry.is_current,
        "state": "judged" if entry.is_judged else "unjudged",
        "assessment": None if assessment is None else assessment_document(assessment, entry),
    }
