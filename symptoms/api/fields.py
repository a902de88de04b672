"""Serializers and fields that take what the schema says and nothing else: no unknown name, no near enough type."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.ids import IdConverter

NO_SUCH_FIELD = _("There is no such field, or it cannot be set.")
MOST_CHARACTERS = 2000
UNWRITTEN = {c for c in map(chr, range(32)) if c not in "\n\t"} | {"\x7f"}


class StrictSerializer(serializers.Serializer):
    """Refuses unknown and read-only names, so that a program sets nothing that it may not."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = data.keys() - self.fields.keys() if isinstance(data, Mapping) else ()
        if not unknown:
            return super().to_internal_value(data)
        errors: dict[str, Any] = {name: [NO_SUCH_FIELD] for name in sorted(unknown)}
        try:
            super().to_internal_value(data)
        except serializers.ValidationError as error:  # all that is wrong is said at once
            errors |= error.detail if isinstance(error.detail, dict) else {}
        raise serializers.ValidationError(errors)


class StrictField(serializers.Field):
    """Provides its own OpenAPI schema; with `component`, as a named component."""

    component = ""

    def openapi(self) -> dict[str, Any]:
        raise NotImplementedError

    def to_representation(self, value: Any) -> Any:
        return value


class VocabularyField(StrictField):
    """Takes words of a vocabulary, which stands under `name` in the schema."""

    def __init__(self, name: str, words: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.component, self.words = name, tuple(map(str, words))
        self.known = frozenset(self.words)


class Word(VocabularyField):
    """One word. An empty one is written as null."""

    default_error_messages = {"unknown": _("Not one of the known words.")}

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}

    def to_representation(self, value: Any) -> str | None:
        return value or None

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.known:
            self.fail("unknown")
        return data


class Words(StrictField):
    """A set of words of a vocabulary, sent as a list; gives it sorted."""

    default_error_messages = {
        "not_a_list": _("Send a list of words."),
        "unknown": _("Not known: {words}."),
        "repeated": _("A word is repeated."),
    }

    def __init__(self, name: str, words: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.word = Word(name, words)

    def openapi(self) -> dict[str, Any]:
        return {"type": "array", "uniqueItems": True, "items": self.word}

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(word, str) for word in data):
            self.fail("not_a_list")
        words = set(data)
        if not words <= self.word.known:
            self.fail("unknown", words=", ".join(sorted(words - self.word.known))[:100])
        if len(words) != len(data):
            self.fail("repeated")
        return sorted(words)


class Levels(VocabularyField):
    """How strong each named symptom is, as an object of whole numbers from 0 to 4."""

    default_error_messages = {
        "not_an_object": _("Send an object with a number for each symptom."),
        "unknown": _("Not a known symptom."),
        "level": _("Send a whole number from 0 (none) to 4 (very severe)."),
    }

    def openapi(self) -> dict[str, Any]:
        level = {"type": "integer", "minimum": 0, "maximum": 4}
        return {"type": "object", "properties": dict.fromkeys(self.words, level), "additionalProperties": False}

    def to_internal_value(self, data: Any) -> dict[str, int]:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        errors = {}
        for word, level in data.items():
            if word not in self.known:
                errors[word] = [self.error_messages["unknown"]]
            elif type(level) is not int or not 0 <= level <= 4:
                errors[word] = [self.error_messages["level"]]
        if errors:
            raise serializers.ValidationError(errors)
        return data


class Number(StrictField):
    """A number from `least` to `most`: an int, or a Decimal where `places` after the point are allowed."""

    default_error_messages = {
        "invalid": _("Send a number."),
        "whole": _("Send a whole number."),
        "range": _("From {least} to {most}."),
        "places": _("At most {places} decimal places."),
    }

    def __init__(self, least: float, most: float, *, places: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.places = least, most, places

    def openapi(self) -> dict[str, Any]:
        kind = "number" if self.places else "integer"
        return {"type": kind, "minimum": self.least, "maximum": self.most}

    def to_internal_value(self, data: Any) -> int | Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid" if self.places else "whole")
        if not self.places and not float(data).is_integer():  # 3.0 is a whole number in JSON
            self.fail("whole")
        if not self.least <= data <= self.most:
            self.fail("range", least=self.least, most=self.most)
        if self.places and round(data, self.places) != data:
            self.fail("places", places=self.places)
        return Decimal(str(data)) if self.places else int(data)


class YesOrNo(StrictField):
    """True or false, and nothing that merely looks like it."""

    default_error_messages = {"invalid": _("Send true or false.")}

    def openapi(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Text(StrictField):
    """Words for people, up to `most` characters; the spaces around them are taken off."""

    default_error_messages = {
        "invalid": _("Send a text."),
        "long": _("At most {most} characters."),
        "unwritten": _("This contains characters that cannot be shown."),
        "empty": _("Write something."),
    }

    def __init__(self, most: int = MOST_CHARACTERS, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.least = most, least

    def openapi(self) -> dict[str, Any]:
        least = {"minLength": self.least} if self.least else {}
        return {"type": "string", **least, "maxLength": self.most}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if len(data) > self.most:
            self.fail("long", most=self.most)
        text = data.replace("\r\n", "\n").strip()
        if not UNWRITTEN.isdisjoint(text):
            self.fail("unwritten")
        if len(text) < self.least:
            self.fail("empty")
        return text


class Id(StrictField):
    """A UUID as people write it, in capitals or not; gives the UUID."""

    default_error_messages = {"invalid": _("Send an id.")}

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not re.fullmatch(IdConverter.regex, data):
            self.fail("invalid")
        return UUID(data)


class Day(StrictField):
    """A date without a time."""

    default_error_messages = {"invalid": _("Send a date, like 2026-01-12.")}

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def to_internal_value(self, data: Any) -> date:
        try:
            day = parse_date(data) if isinstance(data, str) and len(data) <= 10 else None
        except ValueError:  # well formed, and no such day
            day = None
        if day is None:
            self.fail("invalid")
        return day

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class Month(StrictField):
    """A month of a year, kept as its first day."""

    default_error_messages = {"invalid": _("Send a month, like 2027-03.")}

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch(self.openapi()["pattern"], data, re.ASCII):
            self.fail("invalid")
        return date.fromisoformat(f"{data}-01")

    def to_representation(self, value: date) -> str:
        return f"{value:%Y-%m}"


class Moment(StrictField):
    """A date and a time with its offset from UTC."""

    default_error_messages = {
        "invalid": _("Send a date and a time with its offset, like 2026-01-12T14:30:00Z."),
    }

    def openapi(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) and len(data) <= 40 else None
        except ValueError:  # well formed, and no such day
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail("invalid")
        return moment

    def to_representation(self, value: datetime) -> str | None:
        return moment(value)


def moment(at: datetime | None) -> str | None:
    """A time as the API writes it, in UTC."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
