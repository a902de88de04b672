"""The forms of today and the days to come, by the log's own templates, for a phone that may have no network then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access import PatientRequest
from accounts.help_numbers import numbers_for
from accounts.web.context_processors import reader
from accounts.web.whereabouts import numbers_abroad
from symptoms.forms.entry import answers_of, signs_denied_in
from symptoms.forms.temperature import unit_for
from symptoms.journal.verdicts import phone_facts, phone_numbers_for
from symptoms.models import Entry, Treatment
from symptoms.models.photo import VIEWS
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.care import SEEK_HELP
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.protocol import PROTOCOL
from symptoms.views.patient.log import Sheet, form_context, form_of
from symptoms.views.patient.own_treatments import own_treatments
from symptoms.views.patient.photo_upload import picker
from symptoms.wording.patient import PhoneNumbers
from symptoms.wording.times import full

DAYS_AHEAD = 14


@dataclass(frozen=True)
class SheetAhead(Sheet):
    """A day that is perhaps still to come; `newest` are the entries that count now, the newest first."""

    newest: tuple[Entry, ...] = ()

    @cached_property
    def before(self) -> list[Entry]:
        """The last two of them before this day."""
        return [entry for entry in self.newest if entry.day < self.day][:2]

    @cached_property
    def saved(self) -> Entry | None:
        """What was saved for this day already."""
        return next((entry for entry in self.newest if entry.day == self.day), None)


class Lines:
    """Pages as lines, each of which is kept once: the forms of two days hardly differ."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def of(self, html: str) -> list[int]:
        """The numbers of the lines of a page."""
        return [self.numbers.setdefault(line, len(self.numbers)) for line in html.split("\n")]

    def all(self) -> list[str]:
        return list(self.numbers)


def forms_ahead(request: PatientRequest, *, have: str) -> dict[str, Any] | None:
    """What a phone keeps: the forms of today and the next 14 days, each as the numbers of its `lines`, whom to call,
    when to get help; None where it is what the browser has, whose `sign` is `have`."""
    now, patient = timezone.now(), request.patient
    treatments, today = own_treatments(patient), patient.today(now)
    days: Sequence[int] = ()
    newest: tuple[Entry, ...] = ()
    if treatments and treatments[0].agreed and treatments[0].day_of(today) >= 0:
        first = treatments[0].day_of(today)
        days = range(first, min(first + DAYS_AHEAD, LAST_DAY) + 1)
        newest = tuple(treatments[0].entries.current().filter(day__lte=first).order_by("-day")[:3])
    numbers, unit = phone_numbers_for(patient, numbers_abroad(request)), unit_for(request, patient)
    sign = _sign(treatments[:1], newest, str(today), unit, repr(numbers), get_language(), static("js/log.js"))
    if sign == have:
        return None
    lines, picking = Lines(), {"picker": picker(request), "shows_photos": True}
    calls = (*numbers.clinic_calls, *numbers.urgent_calls, *numbers.emergency_calls)
    page = {
        **reader(request),
        "numbers": numbers,
        "is_today": True,
    }  # the phone has its own
    sheets = [SheetAhead(treatments[0], day, days[0], unit, 0, newest) for day in days]
    return {
        "account": request.user.pk,
        "sign": sign,
        "now": int(now.timestamp() * 1000),  # as a script counts: milliseconds
        "zone": patient.zone.key,
        "days": [_day(sheet, numbers, page, lines) for sheet in sheets],
        "help": lines.of(_help(request, numbers, page, now)),
        "shots": lines.of(render_to_string("patient/shots.html", {**page, **picking})),
        "views": {view: str(title) for view, title in VIEWS},
        "facts": phone_facts(treatments[0], numbers, unit, now) if days else None,
        "calls": [[call.label, call.tel] for call in calls],
        "lines": lines.all(),
    }


def _sign(treatments: Sequence[Treatment], newest: Sequence[Entry], *facts: str | None) -> str:
    """Differs after whatever changes a form."""
    about = [(treatment.pk, patient_values(treatment), treatment_values(treatment)) for treatment in treatments]
    return sha256(repr([about, [entry.pk for entry in newest], facts, PROTOCOL.version]).encode()).hexdigest()[:20]


def _day(sheet: SheetAhead, numbers: PhoneNumbers, page: dict[str, Any], lines: Lines) -> dict[str, Any]:
    saved, day = sheet.saved, sheet.day
    initial: dict[str, Any] = {"id": ""}  # the phone gives one to each form that is filled in
    denied = signs_denied_in(saved) if saved else frozenset()
    form = form_of(sheet, initial=initial | (answers_of(saved, sheet.unit) if saved else {}), signs_denied=denied)
    context = {**page, **form_context(sheet, form, numbers)}
    return {
        "day": day,
        "treatment": str(sheet.treatment.pk),
        "date": sheet.treatment.date_of(day).isoformat(),
        "title": _("Day {day}").format(day=day),
        "on": full(sheet.treatment.date_of(day)),
        "is_logged": saved is not None,
        "form": lines.of(render_to_string("patient/log_form.html", context)),
    }


def _help(request: PatientRequest, numbers: PhoneNumbers, page: dict[str, Any], now: datetime) -> str:
    own = numbers_for(request.patient)
    context = {**page, "seek_help": SEEK_HELP, "practice": request.patient.practice, "is_guess": not own.country}
    tiers = render_to_string("components/help_tiers.html", {**context, "numbers": own})
    return "\n".join([tiers, render_to_string("patient/clinic_hours.html", {**context, "numbers": numbers})])
