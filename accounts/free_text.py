"""The one field for what people write in their own words: sealed in the database under a key of the patient's.

Reading an attribute opens it; saving seals it. Queries see sealed values only: nothing can be looked for in them, and
an `update` with plain words is refused.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from accounts.keys import sealing, store
from accounts.keys.faults import Damaged, KeyLost

log = logging.getLogger(__name__)


class Sealed:
    """A value as it lies in the database; what it says is known to the attribute of its row alone."""

    __slots__ = ("text",)

    def __init__(self, text: str):
        self.text = text

    def __str__(self) -> str:
        return "(sealed)"

    __repr__ = __str__


class Unreadable(str):
    """What is shown in place of words that cannot be opened; saved again, the sealed value stays as it is."""

    sealed: Sealed

    @classmethod
    def of(cls, sealed: Sealed, sentence: str) -> "Unreadable":
        shown = cls(sentence)
        shown.sealed = sealed
        return shown


class Plain(str):
    """Words that lie in the database unsealed: of before anything was sealed, of nobody, or put there by a stranger."""


class _Readable(str):
    """Plain words that a field keeps as they are: a row of that kind holds no words of anybody."""


class OpenedAttribute(DeferredAttribute):
    """The attribute of a row: opened when it is first asked for, so that what no page shows costs nothing."""

    field: "FreeText"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.open(value, instance)
        elif isinstance(value, Plain):
            value = instance.__dict__[self.field.attname] = self.field.judged(value, instance)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class FreeText(models.TextField):
    """A note or a message: health data in somebody's own words.

    `of`: the way from its row to the patient. `bound`: what the words are, for good, whatever the model is called one
    day; with the values of `named_by` it binds them to their row; the models of migrations know none of it, and seal
    nothing. `only`: of which rows; None: of all.
    """

    descriptor_class = OpenedAttribute

    def __init__(
        self,
        *args: Any,
        of: str = "treatment.patient",
        bound: str = "",
        named_by: tuple[str, ...] = ("pk",),
        only: Callable[[Any], bool] | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.of, self.bound, self.named_by, self.only = of, bound, named_by, only

    def from_db_value(self, value: str | None, *_about: Any) -> Any:
        """Whether plain words may be shown is asked of their row, see `judged`."""
        if not value or not self.bound:
            return value
        return Sealed(value) if value.startswith(sealing.TEXT) else Plain(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Sealed) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname, "")
        if isinstance(value, Plain):
            value = self.judged(value, model_instance)
        if isinstance(value, Unreadable):
            return value.sealed
        if not value or isinstance(value, Sealed):
            return value
        if not self.bound or (self.only is not None and not self.only(model_instance)):
            return _Readable(value)
        return self.sealed(model_instance, str(value))

    def get_prep_value(self, value: Any) -> Any:
        """Raises TypeError for plain words: whatever asks for it would keep or look for them unsealed."""
        if isinstance(value, Sealed):
            return value.text
        if not value or not self.bound or isinstance(value, _Readable):
            return None if value is None else str(value)
        raise TypeError(f"{self.name} is sealed when its row is saved; a query can neither look for words nor set them")

    def get_lookup(self, lookup_name: str) -> Any:
        """Nothing can be looked for but whether there are words at all."""
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "isnull") else None

    def sealed(self, instance: models.Model, words: str) -> Sealed | str:
        """Words as the row of `instance` keeps them; for an `update`. Nothing stays nothing.

        Raises:
            KeysUnavailable: nothing is sealed.
        """
        from accounts.keys import patients  # needs the models

        if not words:
            return words
        patient: Any = instance
        for name in self.of.split("."):
            patient = getattr(patient, name)
        return Sealed(sealing.as_text(patients.seal(patient, words.encode(), self._bound_to(instance))))

    def open(self, sealed: Sealed, instance: models.Model) -> str:
        """The words; or in their place why they cannot be read. Raises KeysUnavailable."""
        try:
            return sealing.opened(sealing.from_text(sealed.text), self._bound_to(instance)).decode()
        except KeyLost:
            return Unreadable.of(sealed, _("[These words were erased, or their key is lost.]"))
        except Damaged:
            log.error("%s of %s does not open", self.bound, instance.pk)
            return Unreadable.of(sealed, _("[These words are damaged and cannot be read.]"))

    def judged(self, plain: Plain, instance: models.Model) -> str:
        """Plain words, or in their place that they are not ours: once everything is sealed, we write none."""
        if (self.only is not None and not self.only(instance)) or not store.all_is_sealed():
            return str(plain)
        log.error("%s of %s is not sealed, so somebody else wrote it; it is not shown", self.bound, instance.pk)
        return Unreadable.of(Sealed(str(plain)), _("[These words were not written by Mendline and are not shown.]"))

    def _bound_to(self, instance: models.Model) -> str:
        return "\0".join([self.bound, *(_plainly(instance, name) for name in self.named_by)])


def _plainly(instance: models.Model, name: str) -> str:
    """A value of a row, the same however it was put there."""
    field: Any = instance._meta.pk if name == "pk" else instance._meta.get_field(name)
    value = field.to_python(getattr(instance, name))
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
