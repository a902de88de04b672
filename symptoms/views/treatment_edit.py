"""Correcting a treatment on a page, by patient and clinic alike: saved, or the form again with what there is to say.

It comes back where something typed is wrong, where somebody else changed the treatment meanwhile, and where a new date
would leave logged days outside the course.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DecimalField
from django.http import QueryDict

from accounts.access import AuthenticatedHttpRequest
from accounts.edits import ChangedMeanwhile, Reading, in_words, kept
from accounts.members import editor_name
from symptoms.forms.treatment import SessionForm, keeps_date, session_of, typed_date
from symptoms.journal.entries import LoggingStopped
from symptoms.journal.treatments import MovesDaysOutside, as_document, change_treatment
from symptoms.models import Treatment
from symptoms.views.clinic.revisions import in_words_for, label_of
from symptoms.wording.times import outside_the_course


@dataclass(frozen=True)
class Reopened:
    """What the form is filled with when it comes back, and what its reader is told."""

    treatment: Treatment  # never to be saved: what stands there now, with what was typed
    told: dict[str, Any]


@dataclass(frozen=True)
class TreatmentEdit:
    """What became of a form about a treatment; `context` is what `treatment_edit.html` of either side shows of it."""

    is_saved: bool
    status: int = 200
    context: dict[str, Any] = field(default_factory=dict)


def edit_treatment(
    request: AuthenticatedHttpRequest,
    treatment: Treatment,
    form_of: Callable[..., SessionForm],
    *,
    reader: ZoneInfo,
    now: datetime,
) -> TreatmentEdit:
    """Save what was typed, or give the form to show, empty of answers where the page was only opened.

    `form_of` makes the form from posted data (None when there are none) and `initial`; `reader` is the reader's clock.

    Raises:
        PermissionDenied: the user may not correct this treatment.
    """
    form = form_of(request.POST or None, initial=session_of(treatment))
    reading = _reading_of(treatment, request.POST, now)
    outside: list[str] = []
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        facts, even_outside = form.facts(), keeps_date(request.POST)
        try:
            change_treatment(treatment, by=request.user, now=now, even_outside=even_outside, reading=reading, **facts)
        except ChangedMeanwhile as change:
            reopened = _reopened(change, treatment, facts, editor_name(change.by, request.user), reader)
            reading, meanwhile = reading.after(change, now), reopened.told
            form = form_of(initial=session_of(reopened.treatment))
        except MovesDaysOutside as refusal:
            outside = outside_the_course(refusal.before, refusal.after)
        except LoggingStopped as refusal:
            form.add_error(None, str(refusal))
        else:
            return TreatmentEdit(is_saved=True)
    status = 409 if meanwhile else 422 if form.is_bound else 200
    context = {
        "form": form, "treatment": treatment, "reading": reading, "meanwhile": meanwhile,
        "outside": outside, "typed_date": typed_date(request.POST),
    }  # fmt: skip
    return TreatmentEdit(is_saved=False, status=status, context=context)


def _reading_of(treatment: Treatment, typed: QueryDict, now: datetime) -> Reading:
    """What the page carries along: what was read at first, through every mistake that is put right."""
    return Reading.carried_by(typed.get("reading")) or Reading(as_document(treatment), now)


def _reopened(
    change: ChangedMeanwhile, treatment: Treatment, facts: dict[str, Any], editor: str, reader: ZoneInfo
) -> Reopened:
    """The treatment as it stands now, with the `facts` that were typed where they were changed on the page."""
    typed = _as_typed(change, treatment, facts)
    shown, wanted = copy(treatment), kept(change, typed)
    for name, fact in facts.items():
        if name not in change.became or wanted[name] == typed[name]:
            setattr(shown, name, fact)
    plain = in_words_for(reader, treatment, [change.became, typed, {n: was for n, (was, _) in change.changes.items()}])
    return Reopened(shown, in_words(change, typed, who=editor, label=label_of, plain=plain))


def _as_typed(change: ChangedMeanwhile, treatment: Treatment, facts: dict[str, Any]) -> dict[str, Any]:
    """What was typed, written as the database would: only so can it be compared with what was read."""
    typed = copy(treatment)
    for name, fact in facts.items():
        field = Treatment._meta.get_field(name)
        if isinstance(field, DecimalField) and fact is not None:
            fact = round(fact, field.decimal_places)
        setattr(typed, name, fact.astimezone(UTC) if isinstance(fact, datetime) else fact)
    document = as_document(typed)
    was, _ = change.changes.get("performed_at", (None, None))
    if was and datetime.fromisoformat(was).replace(second=0, microsecond=0) == typed.performed_at:
        document["performed_at"] = was  # forms know no seconds
    return {name: document[name] for name in facts if name in document}
