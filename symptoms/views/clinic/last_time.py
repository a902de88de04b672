"""What became of it last time: what was closed last of a patient, or what was done before."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from symptoms.models import Treatment
from symptoms.views.clinic.known import Known
from symptoms.wording.outcomes import WORDS
from symptoms.wording.phrases import small
from symptoms.wording.practitioner import alert_title
from symptoms.wording.times import short
from symptoms.wording.treatment import described


@dataclass(frozen=True)
class Closed:
    """An alert that was closed: `outcome` in the words of `wording.outcomes`, empty where nobody chose one."""

    kind: str
    concern: str
    outcome: str
    at: datetime
    treatment: UUID

    @staticmethod
    def document() -> JSONObject:
        """One as a value of a query of alerts, so that the page asks no statement of its own for it."""
        return JSONObject(kind="kind", concern="concern", outcome="outcome", at="resolved_at", treatment="treatment_id")

    @classmethod
    def read(cls, document: dict[str, Any] | None) -> Self | None:
        """That value again; None where nothing was closed."""
        if document is None:
            return None
        at = datetime.fromisoformat(document["at"])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)  # SQLite keeps no zone
        return cls(**{**document, "at": at, "treatment": UUID(document["treatment"])})


def last_time(
    closed: Closed | None, treatments: list[Treatment], shown: Treatment | None, zone: ZoneInfo, today: date
) -> list[Known]:
    """A row of what was closed last of these `treatments`, newest first; else of the one before the one `shown`."""
    by_id = {treatment.pk: treatment for treatment in treatments}
    if closed is not None and closed.treatment in by_id:
        words = _closed(closed, zone, today)
        if shown is not None and closed.treatment != shown.pk:
            session = short(by_id[closed.treatment].day_zero, today)
            words = _("{closed} (session of {date})").format(closed=words, date=session)
        return [Known(_("Last time"), text=words)]
    earlier = treatments[treatments.index(shown) + 1 :] if shown is not None else []
    return [Known(_("Last time"), text=_treated(before, today)) for before in earlier[:1]]


def _closed(closed: Closed, zone: ZoneInfo, today: date) -> str:
    """ "Closed 9 Nov: bruising, advice given"."""
    what, on = small(alert_title(closed.kind, closed.concern)), short(closed.at.astimezone(zone).date(), today)
    if not closed.outcome:
        return _("Closed {date}: {what}").format(date=on, what=what)
    outcome = small(str(WORDS.get(closed.outcome, closed.outcome)))
    return _("Closed {date}: {what}, {outcome}").format(date=on, what=what, outcome=outcome)


def _treated(treatment: Treatment, today: date) -> str:
    """ "Treated 3 Oct: pen, 1.5 mm, whole face"."""
    done = described(treatment.device, treatment.needle_depth_mm, treatment.areas, treatment.areas_other)
    return _("Treated {date}: {what}").format(date=short(treatment.day_zero, today), what=small(done))
