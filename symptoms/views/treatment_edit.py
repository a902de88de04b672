"""Correcting a treatment on a page, by patient and clinic alike: saved, or the form again with what there is to say.

It comes back where something typed is wrong, where somebody else changed the treatment meanwhile, and where a new date
would leave logged days outside the course.
"""

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DecimalField

from accounts.access import AuthenticatedHttpRequest
from accounts.edits import ChangedMeanwhile, Reading, in_words, kept
from accounts.members import editor_name
from symptoms.forms.treatment import SessionForm, keeps_date, session_of, typed_date
from symptoms.journal.entries import LoggingStopped
from symptoms.journal.treatments import MovesDaysOutside, as_document, change_treatment
from symptoms.models import Treatment
from symptoms.views.clinic.revisions import in_words_for, label_of
from symptoms.wording.times import outside_the_course


def edit_treatment(
    request: AuthenticatedHttpRequest,
    treatment: Treatment,
    form_of: Callable[..., SessionForm],
    *,
    reader: ZoneInfo,
    now: datetime,
) -> dict[str, Any] | None:
    """Save what was typed: then None. Else what `treatment_edit.html` of either side shows, and its `status`.

    `form_of` makes the form from posted data (None when there are none) and `initial`; `reader` is the reader's clock.

    Raises:
        PermissionDenied: the user may not correct this treatment.
    """
    form = form_of(request.POST or None, initial=session_of(treatment))
    # What the page carries along is what was read at first, through every mistake that is put right.
    reading = Reading.carried_by(request.POST.get("reading")) or Reading(as_document(treatment), now)
    outside: list[str] = []
    meanwhile = None
    if request.method == "POST" and form.is_valid():
        facts, even_outside = form.facts(), keeps_date(request.POST)
        try:
            change_treatment(treatment, by=request.user, now=now, even_outside=even_outside, reading=reading, **facts)
        except ChangedMeanwhile as change:
            typed = _as_typed(change, treatment, facts)
            meanwhile = _meanwhile(change, treatment, typed, editor_name(change.by, request.user), reader)
            reading = reading.after(change, now)
            form = form_of(initial=session_of(_merged(change, treatment, facts, typed)))
        except MovesDaysOutside as refusal:
            outside = outside_the_course(refusal.before, refusal.after)
        except LoggingStopped as refusal:
            form.add_error(None, str(refusal))
        else:
            return None
    return {
        "form": form, "treatment": treatment, "reading": reading, "meanwhile": meanwhile,
        "outside": outside, "typed_date": typed_date(request.POST),
        "status": 409 if meanwhile else 422 if form.is_bound else 200,
    }  # fmt: skip


def _meanwhile(
    change: ChangedMeanwhile, treatment: Treatment, typed: dict[str, Any], editor: str, reader: ZoneInfo
) -> dict[str, Any]:
    """What the reader is told of the change."""
    before = {name: was for name, (was, _) in change.changes.items()}
    plain = in_words_for(reader, treatment, [change.became, typed, before])
    return in_words(change, typed, who=editor, label=label_of, plain=plain)


def _merged(change: ChangedMeanwhile, treatment: Treatment, facts: dict[str, Any], typed: dict[str, Any]) -> Treatment:
    """The treatment as it stands now, with the `facts` that were changed on the page; never to be saved."""
    merged, wanted = copy(treatment), kept(change, typed)
    for name, fact in facts.items():
        if name not in change.became or wanted[name] == typed[name]:
            setattr(merged, name, fact)
    return merged


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
