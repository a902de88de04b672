"""Fields for what people say about themselves: a name, an address, a phone number, a time zone."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical_address, validate_address, validate_known_address
from accounts.help_numbers import LONGEST, is_number
from accounts.names import is_seen
from accounts.numerals import with_plain_digits
from accounts.zones import known_zones

# Marks that turn the direction of what follows (in a name they would rearrange the clinic's list), and control codes.
UNSEEN = dict.fromkeys(
    [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(1, 9), *range(0xE, 0x20), 0x7F]
)


class NameField(forms.CharField):
    """A person's name on one line: spaces made single, marks that turn the writing's direction left out.

    What nobody can see (only spaces, joiners, fillers) is nothing.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, "error_messages": {"required": _("Write your name.")}, **kwargs})

    def to_python(self, value: Any) -> str:
        line = " ".join((super().to_python(value) or "").translate(UNSEEN).split())
        return line if is_seen(line) else ""


class EmailField(forms.EmailField):
    """An address that mail can be sent to, in its one spelling."""

    default_validators = [validate_address]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("E-mail"), "max_length": 254, **kwargs})

    def to_python(self, value: Any) -> str:
        return canonical_address(super().to_python(value) or "")


class KnownEmailField(EmailField):
    """The address of one's account, in its one spelling, also one that would not be taken today."""

    default_validators = [validate_known_address]


class PhoneField(NameField):
    """A telephone number as people write it. Letters are refused: the link that dials would lose or misread them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "label": _("Phone"), "max_length": 40, **kwargs})
        self.widget.attrs["inputmode"] = "tel"

    def to_python(self, value: Any) -> str:
        return super().to_python(with_plain_digits(value) if isinstance(value, str) else value)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"\+?[0-9 ()./-]*[0-9]", value):
            raise forms.ValidationError(_("Write a phone number, like 07700 900123."), code="invalid")


class EmergencyNumberField(NameField):
    """A short number that a phone can dial, in the digits of any script."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 40, **kwargs})
        self.widget.attrs["inputmode"] = "tel"

    def to_python(self, value: Any) -> str:
        return super().to_python(with_plain_digits(value) if isinstance(value, str) else value)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not is_number(value):
            raise forms.ValidationError(
                _("Write the number as you would dial it: digits, +, * and #, at most %(most)d of them."),
                code="invalid",
                params={"most": LONGEST},
            )


# Old spellings of zones that are listed under their region as well.
OLD_REGIONS = {"Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"}


def set_choices(field: forms.Field, choices: Iterable[tuple[Any, Any]]) -> None:
    """Offer `choices`, known only when the form is made, in a field to choose from."""
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def zone_place(zone: str) -> str:
    """The place of a time zone without its region: "America/New_York" is "New York", "UTC" itself."""
    return (zone.partition("/")[2] or zone).replace("_", " ")


def zone_choices(current: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by region for a select, and `current` in any case: a list without it would silently show another."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(known_zones()):
        region, _slash, place = zone.partition("/")
        if place and region not in OLD_REGIONS:
            regions.setdefault(region, []).append((zone, zone_place(zone)))
    is_listed = current in ("", "UTC") or any(zone == current for places in regions.values() for zone, _place in places)
    other = [("UTC", "UTC")] if is_listed else [(current, current), ("UTC", "UTC")]
    return [*((gettext(region), places) for region, places in regions.items()), (gettext("Other"), other)]


class ZoneField(forms.ChoiceField):
    """A time zone; one that a browser names and the list leaves out is taken as well."""

    def __init__(self, **kwargs: Any) -> None:
        errors = dict.fromkeys(("invalid_choice", "required"), _("Choose a time zone from the list."))
        super().__init__(**{"label": _("Time zone"), "error_messages": errors, "choices": zone_choices, **kwargs})

    def valid_value(self, value: Any) -> bool:
        return value in known_zones()
