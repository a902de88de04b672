"""A treatment as it is typed in, by a practitioner or by the patient; both give the same facts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Practice, User
from symptoms.forms.fields import LineField, LocalTimeField, MonthField, NumberField, WholeNumberField, typed_id
from symptoms.forms.needles import NEEDLES, NeedlesForm, OwnNeedlesForm
from symptoms.forms.skin_history import SKIN_ANSWERS, OwnSkinForm, SkinForm, skin_of
from symptoms.models import Treatment
from symptoms.models.treatment import is_expired
from symptoms.recovery import depth as depths
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Device, Setting
from symptoms.wording import treatment as words
from symptoms.wording.cartridge import EXPIRED
from symptoms.wording.depth import doubted_depth, refused_depth
from symptoms.wording.times import clock_by

FOLLOWED_FOR = timedelta(days=LAST_DAY)
PRODUCT_ROWS = 8  # the page shows as many as are used and one more, by its stylesheet alone
AS_TYPED = (
    "performed_at", "device", "needle_depth_mm", "passes", "energy_mj", "setting", "areas", "areas_other", "operator",
    "cartridge_lot",
)  # fmt: skip
BY_PRACTICE = ("device_model", "cartridge_expiry", "antiviral")  # which patients are not asked
DEPTH_OF = ("needle_depth_mm", "device", "setting")


def id_in(typed: QueryDict) -> UUID:
    """The id with which the page was made, so that sending it twice records one treatment; else a new one."""
    return typed_id(typed, "id") or uuid4()


def typed_date(typed: QueryDict) -> str:
    """When the session was, as it was typed."""
    return typed.get("performed_at", "")


def keeps_date(typed: QueryDict) -> bool:
    """Whether the person was asked about this very date, by which days lie outside the course, and keeps it."""
    return bool(typed.get("keep_date")) and typed["keep_date"] == typed_date(typed)


class DepthField(NumberField):
    """How deep the needles went; what no device reaches is refused by the form, which knows the device."""

    def refusal(self, value: Decimal) -> str:
        return _("A depth is {least} mm or more.").format(least=self.least) if value < self.least else ""


class DepthForm(forms.Form):
    """How deep the needles went: what no such device reaches is refused, what is unusual is asked about."""

    needle_depth_mm = DepthField(
        label=_("Deepest setting used"),
        least=Decimal(str(depths.LEAST_MM)),
        unit="mm",
        help_text=_("The deepest used. Leave empty if unknown."),
    )

    depth_to_confirm = ""  # an unusual depth with its device and place, to be ticked as right
    depth_is_confirmed = False

    def check_depth(self, device: Device, setting: Setting, *, is_known: bool = False) -> None:
        """Put what is wrong with the depth for this device and place beside it; `is_known`: it was taken before."""
        depth = self.cleaned_data.get("needle_depth_mm")
        if depth is None:
            return
        verdict = depths.judged_depth(device, setting, float(depth))
        if verdict is depths.Depth.REFUSED:
            self.add_error("needle_depth_mm", refused_depth(device, setting, depth))
        elif verdict is depths.Depth.UNUSUAL and not is_known:
            self.depth_to_confirm = f"{device} {setting} {depth.normalize():f}"
            self.depth_is_confirmed = self.data.get("depth_is_right") == self.depth_to_confirm
            if not self.depth_is_confirmed:
                self.add_error("needle_depth_mm", doubted_depth(device, setting, depth))


class SessionForm(NeedlesForm, DepthForm):
    """What was done: units and ranges stand beside the fields."""

    field_order = (
        "performed_at", "practitioner", "setting", "device", "needle_depth_mm", "areas", "areas_other",
        "same_day_injection", *NEEDLES, "passes", "energy_mj", "operator", "device_model", "cartridge_lot",
        "cartridge_expiry",
    )  # fmt: skip

    performed_at = LocalTimeField(label=_("When"), longest_ago=FOLLOWED_FOR)
    device = forms.ChoiceField(
        label=_("Device"),
        widget=forms.RadioSelect,
        choices=list(words.DEVICES.items()),
        error_messages={"required": _("Choose a device.")},
    )
    passes = WholeNumberField(label=_("Passes"), least=1, most=20, help_text="1–20")
    energy_mj = NumberField(
        label=_("Energy"), least=Decimal("0.1"), most=150, unit="mJ", help_text=_("RF only, 0.1–150 mJ per pin")
    )
    setting = forms.ChoiceField(
        label=_("Where"),
        widget=forms.RadioSelect,
        choices=list(words.SETTINGS.items()),
        error_messages={"required": _("Choose where it was done.")},
    )
    areas = forms.MultipleChoiceField(
        label=_("Areas"), required=False, widget=forms.CheckboxSelectMultiple, choices=list(words.AREAS.items())
    )
    areas_other = LineField(label=_("Other areas, in your words"), help_text=_("Several: put commas between them."))
    operator = LineField(label=_("Done by"))
    cartridge_lot = LineField(label=_("Cartridge lot"), max_length=60)
    same_day_injection = forms.TypedChoiceField(
        label=_("Filler or PRP injected the same day?"),
        widget=forms.RadioSelect,
        choices=[("no", _("No")), ("yes", _("Yes"))],
        coerce=lambda answer: answer == "yes",
        error_messages={"required": _("Answer with yes or no.")},
    )

    def __init__(
        self, *args: Any, zone: ZoneInfo, now: datetime, elsewhere: ZoneInfo | None = None, **kwargs: Any
    ) -> None:
        """`zone` is that of whoever fills it in; `elsewhere` that of the other side: patient or practice."""
        super().__init__(*args, **kwargs)
        performed_at = self.fields["performed_at"]
        assert isinstance(performed_at, LocalTimeField)
        performed_at.on(zone, now)
        self.zone = zone
        self.clock = performed_at.help_text = clock_by(zone, elsewhere, now) if elsewhere else ""
        rows = max(PRODUCT_ROWS, 1 + sum(name.startswith("product_name_") for name in self.initial))
        for row in range(rows):
            name = LineField(label=_("Product {number}").format(number=row + 1))
            lot = LineField(label=_("Lot of product {number}").format(number=row + 1), max_length=60)
            for field in (name, lot):
                field.widget.attrs["placeholder"] = " "  # the stylesheet tells by it what is filled
            self.fields |= {f"product_name_{row}": name, f"product_lot_{row}": lot}
        self.rows = range(rows)

    def products(self) -> list[tuple[BoundField, BoundField]]:
        """The (name, lot) fields, row by row."""
        return [(self[f"product_name_{row}"], self[f"product_lot_{row}"]) for row in self.rows]

    def has_other_areas(self) -> bool:
        """Whether something stands in the fold for areas in free words: then it is open."""
        return self._holds("areas_other")

    def is_done_elsewhere(self) -> bool:
        """Whether it was done anywhere but at a clinic, or by somebody named: then the fold for that is open."""
        return self["setting"].value() != "clinic" or self._holds("operator")

    def _holds(self, name: str) -> bool:
        return bool(self[name].value() or self[name].errors)

    def clean_performed_at(self) -> datetime:
        """What was left as it stood stays as it is: with its seconds, in the right one of an hour that came twice."""
        typed: datetime = self.cleaned_data["performed_at"]
        known: datetime | None = self.initial.get("performed_at")
        as_shown = self.fields["performed_at"].prepare_value
        return known if known and f"{as_shown(known):%F %R}" == f"{as_shown(typed):%F %R}" else typed

    def clean_energy_mj(self) -> Decimal | None:
        energy: Decimal | None = self.cleaned_data["energy_mj"]
        if energy is not None and self.cleaned_data.get("device") not in (None, Device.RF):
            raise ValidationError(_("Only radiofrequency has an energy. Leave this empty, or choose radiofrequency."))
        return energy

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        areas = {"areas", "areas_other"}
        if not any(cleaned.get(name) for name in areas) and not areas & self.errors.keys():
            self.add_error("areas", _("Choose at least one area, or write it down."))
        for row in self.rows:
            if cleaned.get(f"product_lot_{row}") and not cleaned.get(f"product_name_{row}"):
                self.add_error(f"product_name_{row}", _("Write the product’s name beside its lot."))
        if cleaned.get("device") and cleaned.get("setting"):
            is_known = all(self.initial.get(name) == cleaned.get(name) for name in DEPTH_OF)
            self.check_depth(Device(cleaned["device"]), Setting(cleaned["setting"]), is_known=is_known)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """The cleaned answers as fields of Treatment, for `start_treatment` and `change_treatment`."""
        cleaned = self.cleaned_data
        named = ((cleaned[f"product_name_{row}"], cleaned[f"product_lot_{row}"]) for row in self.rows)
        return {
            **{name: cleaned[name] for name in (*AS_TYPED, "same_day_injection")},
            **self.needles(),
            "products": [{"name": name, "lot": lot} if lot else {"name": name} for name, lot in named if name],
        }


class MemberField(forms.ModelChoiceField):
    """One of the practice's members; an id that is none has the same sentence as somebody who is not there."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None


class TreatmentForm(SessionForm, SkinForm):
    """A treatment recorded at a practice: who of its practitioners treated decides who is told first."""

    practitioner = MemberField(
        label=_("Treated by"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody of this clinic"),
        help_text=_("Told when something needs review. In an emergency every practitioner is told."),
        error_messages={"invalid_choice": _("Choose somebody from the list.")},
    )
    device_model = LineField(label=_("Device model"), max_length=80, help_text=_("Maker and model."))
    cartridge_expiry = MonthField(label=_("Expires"), help_text=_("The month on the packet."))
    antiviral = forms.ChoiceField(
        label=_("Cold sores: was an antiviral given?"),
        required=False,
        widget=forms.RadioSelect,
        choices=list(words.ANTIVIRALS.items()),
        help_text=_("Before the treatment, so that they do not come back."),
    )

    expiry_to_confirm = ""  # a month that was over on the day of the treatment, to be ticked as right
    expiry_is_confirmed = False

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = practice.memberships.practitioners().values("user")
        treated = self.initial.get("practitioner")  # stays named after leaving the clinic
        listed = Q(pk__in=here) | Q(pk=treated.pk if treated else None)
        practitioner = self.fields["practitioner"]
        assert isinstance(practitioner, MemberField)
        practitioner.queryset = User.objects.filter(listed).order_by("name", "email")
        self.fields["operator"].label = _("Done by somebody else")
        answers = [self.initial.get(name) for name in SKIN_ANSWERS]
        self.fields["fitzpatrick"].help_text = words.skin_answers(*answers)
        if self.clock:
            day_zero = gettext("Day 0 is the date there, where the patient is.")
            self.fields["performed_at"].help_text = f"{self.clock} {day_zero}"

    def facts(self) -> dict[str, Any]:
        answers = {
            name: self.initial[name] for name in SKIN_ANSWERS if name in self.initial
        }  # the patient's, unchanged
        known = {name: self.cleaned_data[name] for name in ("practitioner", *BY_PRACTICE)}
        return {**SessionForm.facts(self), **SkinForm.facts(self), **answers, **known}

    def clean(self) -> dict[str, Any]:
        super().clean()
        expiry, at = self.cleaned_data.get("cartridge_expiry"), self.cleaned_data.get("performed_at")
        known = self.initial.get("cartridge_expiry"), self.initial.get("performed_at")
        if expiry is None or at is None or (expiry, at) == known:  # what was asked about once is not asked again
            return self.cleaned_data
        day = at.astimezone(self.zone).date()
        if is_expired(expiry, day):
            self.expiry_to_confirm = f"{expiry:%Y-%m} {day}"
            self.expiry_is_confirmed = self.data.get("expiry_is_right") == self.expiry_to_confirm
            if not self.expiry_is_confirmed:
                self.add_error("cartridge_expiry", EXPIRED)
        return self.cleaned_data


class OwnTreatmentForm(SessionForm, OwnNeedlesForm, OwnSkinForm):
    """A treatment recorded by the patient, in plain words; what only a clinic knows may stay empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in OWN_LABELS.items():
            self.fields[name].label, self.fields[name].help_text = label, OWN_HELP.get(name, "")
        self.fields["performed_at"].help_text = f"{DAY_ZERO} {self.clock}".strip()

    def facts(self) -> dict[str, Any]:
        return {**SessionForm.facts(self), **OwnSkinForm.facts(self)}


DAY_ZERO = _("The day of the treatment is day 0.")
WHICH_DEVICE = _(
    "Not sure? Did it give heat or tiny electric shocks, or were there two rows of gold pins? Then choose RF."
)
OWN_LABELS = {
    "performed_at": _("When were you treated?"),
    "device": _("What was used?"),
    "needle_depth_mm": _("How deep did the needles go?"),
    "passes": _("How many times did it go over the skin?"),
    "energy_mj": _("Energy"),
    "setting": _("Where was it done?"),
    "areas": _("Which parts were treated?"),
    "operator": _("Who did it?"),
    "cartridge_lot": _("Lot number of the needles"),
    "same_day_injection": _("Was filler or PRP injected there the same day?"),
}
OWN_HELP = {
    "device": WHICH_DEVICE,
    "needle_depth_mm": _("In millimetres. If you don’t know, leave it empty."),
    "passes": _("1–20. If you don’t know, leave it empty."),
    "energy_mj": _("Radiofrequency only, 0.1–150 mJ. If you don’t know, leave it empty."),
    "cartridge_lot": _("On the packet, if you have it."),
    "same_day_injection": _("PRP is plasma from your own blood."),
}


def session_of(treatment: Treatment) -> dict[str, Any]:
    """A recorded treatment as the form's initial values."""
    products = {
        f"product_{part}_{row}": product[part]
        for row, product in enumerate(treatment.products)
        for part in ("name", "lot")
        if product.get(part)
    }
    return {
        **{name: getattr(treatment, name) for name in (*AS_TYPED, *BY_PRACTICE, *NEEDLES, "practitioner")},
        "same_day_injection": "yes" if treatment.same_day_injection else "no",
        **products,
        **skin_of(treatment),
    }
