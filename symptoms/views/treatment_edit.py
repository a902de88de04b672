"""The page about a treatment that comes back because somebody else changed it meanwhile."""

from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DecimalField
from django.http import QueryDict

from accounts.edits import ChangedMeanwhile, Reading, in_words, kept
from accounts.members import user_name
from symptoms.journal.treatments import as_document
from symptoms.models import Treatment
from symptoms.views.revisions import in_words_for, label_of


@dataclass(frozen=True)
class Again:
    """What the form is filled with when it comes back, and what its reader is told."""

    treatment: Treatment  # never to be saved: what stands there now, with what was typed
    told: dict[str, Any]


def reading_of(treatment: Treatment, typed: QueryDict, now: datetime) -> Reading:
    """What the page carries along: what was read at first, through every mistake that is put right."""
    return Reading.carried_by(typed.get("reading")) or Reading(as_document(treatment), now)


def again(change: ChangedMeanwhile, treatment: Treatment, facts: dict[str, Any], reader: ZoneInfo) -> Again:
    """The treatment as it stands now, with the `facts` that were typed where they were changed on the page."""
    typed = _as_typed(change, treatment, facts)
    shown, wanted = copy(treatment), kept(change, typed)
    for name, fact in facts.items():
        if name not in change.became or wanted[name] == typed[name]:
            setattr(shown, name, fact)
    plain = in_words_for(reader, treatment, [change.became, typed, {n: was for n, (was, _) in change.changes.items()}])
    return Again(shown, in_words(change, typed, who=user_name(change.by), label=label_of, plain=plain))


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
