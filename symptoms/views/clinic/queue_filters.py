"""The filters of the queue: as conditions on its rows, and as the form offers them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Practice, User
from symptoms.models import Alert
from symptoms.models.treatment import DEVICES
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.queue_asked import FILTERS, ME, NOBODY, NOT_KNOWN, Asked
from symptoms.wording.practitioner import URGENCIES
from symptoms.wording.treatment import ROMAN

SPANS = ("0-3", "4-7", "8-14", "15-28", "29-")  # days since the treatment


def conditions(asked: Asked, practice: Practice, by: User, now: datetime, status: str, patient: str) -> Q:
    """The filters as a condition on rows from which `status` leads to a PatientStatus ("" or "status__"), and
    `patient` to the patient's id."""
    today, narrowed = now.astimezone(practice.zone).date(), asked.narrowed
    condition = Q()
    if "owner" in narrowed:
        condition &= Q(**{f"{patient}__in": _held_by(narrowed["owner"], practice, by)})
    if "device" in narrowed:
        condition &= Q(**{f"{status}treatment__device": narrowed["device"]})
    if "skin" in narrowed:
        kind = None if narrowed["skin"] == NOT_KNOWN else int(narrowed["skin"])
        condition &= Q(**{f"{status}treatment__fitzpatrick": kind})
    if "days" in narrowed:
        condition &= _within(narrowed["days"], today, f"{status}treatment__day_zero")
    if narrowed.get("log") == "watch":
        condition &= Q(**{f"{status}urgency": Urgency.WATCH, f"{status}alert_urgency": 0})
    elif narrowed.get("log") == "on_track":
        condition &= _is_on_track(today, status)
    return condition


def _held_by(owner: str, practice: Practice, by: User) -> Any:
    """The patients of whom something is open that `owner` has."""
    here = Alert.objects.open().filter(practice=practice).exclude(kind=Alert.Kind.LEFT)
    if owner == NOBODY:
        held = here.with_holder().filter(Q(is_held=False))
    else:
        held = here.filter(acknowledged_by=by.pk if owner == ME else UUID(owner))
    return held.order_by().values("treatment__patient")


def _within(span: str, today: date, day_zero: str) -> Q:
    first, last = span.split("-")
    condition = Q(**{f"{day_zero}__lte": today - timedelta(days=int(first))})
    return condition & Q(**{f"{day_zero}__gte": today - timedelta(days=int(last))}) if last else condition


def _is_on_track(today: date, status: str) -> Q:
    """As `PatientStatus.is_on_track_at`, with nothing open: a verdict is no older than the days on which somebody is
    asked."""
    current = Q(**{f"{status}urgency": Urgency.ON_TRACK, f"{status}alert_urgency": 0})
    for name in ("log_due_on", "current_until"):
        current &= Q(**{f"{status}{name}": None}) | Q(**{f"{status}{name}__gte": today})
    return current


@dataclass(frozen=True)
class Choice:
    """One filter as its form offers it: (value, word) each, the first for none."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str

    @property
    def word(self) -> str:
        """What is chosen, in words; empty where nothing is."""
        return dict(self.options)[self.chosen] if self.chosen else ""


def choices(asked: Asked, colleagues: Iterable[tuple[UUID, str]]) -> list[Choice]:
    """The filters with what each can be; `colleagues` are (id, name) of those who may have something."""
    options = {
        "owner": [(ME, _("Mine")), (NOBODY, _("Nobody’s")), *((str(id), name) for id, name in colleagues)],
        "device": [(value, str(word)) for value, word in DEVICES],
        "skin": [*((str(kind), _("Type {number}").format(number=word)) for kind, word in ROMAN.items()),
                 (NOT_KNOWN, _("Not known"))],
        "days": [(span, _span_in_words(span)) for span in SPANS],
        "log": [(urgency.slug, str(URGENCIES[urgency])) for urgency in (Urgency.WATCH, Urgency.ON_TRACK)],
    }  # fmt: skip
    made = []
    for name, label in FILTERS.items():
        chosen = asked.narrowed.get(name, "")
        known = options[name]
        if chosen and chosen not in dict(known):
            known = [*known, (chosen, _span_in_words(chosen) if name == "days" else _("Somebody else"))]
        made.append(Choice(name, str(label), [("", _("Any")), *known], chosen))
    return made


def _span_in_words(span: str) -> str:
    first, last = span.split("-")
    if not last or int(last) >= LAST_DAY:
        return _("Day {first} and later").format(first=first)
    return _("Days {first} to {last}").format(first=first, last=last)
