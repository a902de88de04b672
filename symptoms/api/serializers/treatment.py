"""A treatment as the API takes it and gives it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework import serializers

from symptoms.api.fields import (
    Id,
    Levels,
    Moment,
    Month,
    Number,
    StrictField,
    StrictSerializer,
    Text,
    Word,
    Words,
    YesOrNo,
)
from symptoms.forms.treatment import FOLLOWED_FOR
from symptoms.models import Treatment
from symptoms.models.treatment import is_expired
from symptoms.recovery.depth import DEEPEST_MM, LEAST_MM, Depth, judged_depth
from symptoms.recovery.groups import BASELINE_COUNTS
from symptoms.recovery.skin_type import SkinAnswers, type_after
from symptoms.recovery.vocabulary import Answer, Area, Condition, Device, Medication, Setting
from symptoms.wording.cartridge import EXPIRED
from symptoms.wording.depth import doubted_depth, refused_depth
from symptoms.wording.treatment import ANTIVIRALS

FACTS = (
    "performed_at", "device", "device_model", "needle_depth_mm", "passes", "energy_mj", "setting", "areas",
    "areas_other", "operator", "cartridge_lot", "cartridge_expiry", "products", "same_day_injection", "needles_new",
    "needles_shared", "fitzpatrick", "skin_colour", "skin_burning", "conditions", "medications", "baseline",
    "antiviral",
)  # fmt: skip
MOST_PRODUCTS = 20


class DepthField(Number):
    """How deep the needles went, in millimetres; what is too deep for its device the serializer refuses."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(LEAST_MM, DEEPEST_MM, places=2, **kwargs)

    def to_internal_value(self, data: Any) -> int | Decimal:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if is_number and self.most < data <= 1000:
            raise serializers.ValidationError(refused_depth(Device.RF, Setting.CLINIC, Decimal(str(data))))
        return super().to_internal_value(data)


class ProductInSerializer(StrictSerializer):
    """Something put on the skin."""

    name = Text(120, least=1)
    lot = Text(60, required=False)


class Products(StrictField):
    """What was put on the skin, with its lots."""

    default_error_messages = {"not_a_list": _("Send a list."), "many": _("At most {most} products.")}
    component = "Products"

    def openapi(self) -> dict[str, Any]:
        product = {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 120},
                "lot": {"type": "string", "maxLength": 60},
            },
            "required": ["name"],
            "additionalProperties": False,
        }
        return {"type": "array", "maxItems": MOST_PRODUCTS, "items": product}

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if len(data) > MOST_PRODUCTS:
            self.fail("many", most=MOST_PRODUCTS)
        products = ProductInSerializer(data=data, many=True)
        products.is_valid(raise_exception=True)
        return [{name: text for name, text in product.items() if text} for product in products.validated_data]


class TreatmentInSerializer(StrictSerializer):
    """What was done, and the skin it was done to."""

    performed_at = Moment(help_text="When; its date where the patient is becomes day 0.")
    device = Word("Device", Device)
    device_model = Text(80, default="", help_text="Its maker and model.")
    needle_depth_mm = DepthField(
        required=False, allow_null=True, help_text="The deepest setting, in mm; left out when not known."
    )
    depth_is_right = YesOrNo(required=False, help_text="Needed for a depth that is unusual for its device.")
    passes = Number(1, 20, required=False, allow_null=True)
    energy_mj = Number(
        0.1, 150, places=2, required=False, allow_null=True, help_text="For each pin, in mJ; radiofrequency only."
    )
    setting = Word("Setting", Setting, default="clinic")
    areas = Words("Area", Area, default=list)
    areas_other = Text(120, default="", help_text="Other areas in free words, with commas between them.")
    operator = Text(120, default="", help_text="Who did it.")
    cartridge_lot = Text(60, default="")
    cartridge_expiry = Month(required=False, allow_null=True, help_text="The month on its packet.")
    expiry_is_right = YesOrNo(
        required=False, help_text="Needed for a cartridge that had expired on the day of the treatment."
    )
    products = Products(default=list)
    same_day_injection = YesOrNo(help_text="Whether filler or PRP was injected there the same day.")
    needles_new = Word(
        "Answer", Answer, default=Answer.UNKNOWN, help_text="Sealed, and opened in front of the patient."
    )
    needles_shared = Word("Answer", Answer, default=Answer.UNKNOWN, help_text="Or the same blood (PRP) kit.")
    fitzpatrick = Number(
        1, 6, required=False, allow_null=True,
        help_text="What counts; left out, it follows from skin_colour and skin_burning where one of these changes.",
    )  # fmt: skip
    skin_colour = Number(
        0,
        6,
        required=False,
        allow_null=True,
        help_text="Without sun: 1 very fair to 6 dark brown or black; 0 not sure.",
    )
    skin_burning = Number(
        0, 6, required=False, allow_null=True, help_text="In strong sun: 1 always burns to 6 never; 0 not sure."
    )
    conditions = Words("Condition", Condition, default=list)
    medications = Words("Medication", Medication, default=list)
    baseline = Levels("UsualLevels", sorted(BASELINE_COUNTS), default=dict, help_text="What was there before, 0 to 4.")
    antiviral = Word("Antiviral", ANTIVIRALS, default="", help_text="Whether one was given against cold sores.")

    def validate_performed_at(self, at: datetime) -> datetime:
        now = timezone.now()
        if at > now:
            raise serializers.ValidationError(_("That is in the future. Record it after the treatment."))
        if at < now - FOLLOWED_FOR:
            sentence = ngettext(
                "That is more than {days} day ago, too long to follow.",
                "That is more than {days} days ago, too long to follow.",
                FOLLOWED_FOR.days,
            )
            raise serializers.ValidationError(sentence.format(days=FOLLOWED_FOR.days))
        return at

    def validate(self, facts: dict[str, Any]) -> dict[str, Any]:
        stored = facts_of(self.instance) if self.instance else {}
        whole = {**stored, **facts}
        if whole.get("energy_mj") is not None and whole["device"] != Device.RF:
            raise serializers.ValidationError({"energy_mj": [_("Only radiofrequency has an energy.")]})
        if not whole.get("areas") and not whole.get("areas_other"):
            raise serializers.ValidationError({"areas": [_("Name at least one area, here or in areas_other.")]})
        before, answers = _skin_answers(stored), _skin_answers(whole)
        if "fitzpatrick" not in facts and answers != before:  # else the type may have been corrected meanwhile
            facts["fitzpatrick"] = type_after(stored.get("fitzpatrick"), before, answers)
        return self._depth(whole, self._expiry(whole, facts))

    def _expiry(self, whole: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
        """Refuse a cartridge that had expired on the day of the treatment until it is said to be right."""
        is_right, expiry = facts.pop("expiry_is_right", False), whole.get("cartridge_expiry")
        if expiry is None or is_right or {"cartridge_expiry", "performed_at"}.isdisjoint(facts):
            return facts
        if is_expired(expiry, whole["performed_at"].date()):
            raise serializers.ValidationError({"cartridge_expiry": [EXPIRED]})
        return facts

    def _depth(self, whole: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
        """Refuse a depth that no such device reaches, and an unusual one until it is said to be right."""
        is_right, depth = facts.pop("depth_is_right", False), whole.get("needle_depth_mm")
        if depth is None or {"needle_depth_mm", "device", "setting"}.isdisjoint(facts):
            return facts
        session = Device(whole["device"]), Setting(whole["setting"])
        verdict = judged_depth(*session, float(depth))
        if verdict is Depth.REFUSED:
            raise serializers.ValidationError({"needle_depth_mm": [refused_depth(*session, depth)]})
        if verdict is Depth.UNUSUAL and not is_right:
            raise serializers.ValidationError({"needle_depth_mm": [doubted_depth(*session, depth)]})
        return facts


class NewTreatmentInSerializer(TreatmentInSerializer):
    """The same, for a patient of the practice or for oneself."""

    patient = Id(
        required=False, help_text="Whose it is: said by practitioners, left out by patients, who record their own."
    )


class NewTreatmentWithIdInSerializer(NewTreatmentInSerializer):
    """The same, with the id that the client made."""

    id = Id(required=False, help_text="Made by the client; left out, one is made here.")


class Today(serializers.IntegerField):
    """The day of a treatment on which its patient is, at the moment by its id in `as_of` of the context."""

    def get_attribute(self, treatment: Treatment) -> int:
        return treatment.day_of(treatment.patient.today(self.context["as_of"][treatment.pk]))


class TreatmentSerializer(serializers.Serializer):
    """A treatment with its patient and what the server knows of it."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    patient_name = serializers.CharField(source="patient.name")
    practice = serializers.CharField(
        source="practice.name", allow_null=True, help_text="Who did it, when it was a practice that uses Mendline."
    )
    practitioner = serializers.CharField(allow_null=True)
    recorded_at = Moment()
    day_zero = serializers.DateField()
    today = Today(help_text="Which day of it the patient's today is; negative before it.")
    same_as = serializers.UUIDField(
        source="same_as_id", allow_null=True, help_text="The record that was kept, where this one was a repeat."
    )
    performed_at = Moment()
    device = Word("Device", Device)
    device_model = serializers.CharField()
    needle_depth_mm = serializers.FloatField(allow_null=True)
    passes = serializers.IntegerField(allow_null=True)
    energy_mj = serializers.FloatField(allow_null=True)
    setting = Word("Setting", Setting)
    areas = Words("Area", Area)
    areas_other = serializers.CharField()
    operator = serializers.CharField()
    cartridge_lot = serializers.CharField()
    cartridge_expiry = Month(allow_null=True)
    products = Products()
    same_day_injection = serializers.BooleanField()
    needles_new = Word("Answer", Answer)
    needles_shared = Word("Answer", Answer)
    fitzpatrick = serializers.IntegerField(allow_null=True)
    skin_colour = serializers.IntegerField(allow_null=True)
    skin_burning = serializers.IntegerField(allow_null=True)
    conditions = Words("Condition", Condition)
    medications = Words("Medication", Medication)
    baseline = Levels("UsualLevels", sorted(BASELINE_COUNTS))
    antiviral = Word("Antiviral", ANTIVIRALS, allow_null=True)


def _skin_answers(facts: dict[str, Any]) -> SkinAnswers:
    return facts.get("skin_colour"), facts.get("skin_burning")


def facts_of(treatment: Treatment) -> dict[str, Any]:
    """What people say of a treatment, as it is stored."""
    return {name: getattr(treatment, name) for name in FACTS}
