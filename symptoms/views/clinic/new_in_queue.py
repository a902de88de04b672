"""What came into the queue since its reader last opened it: the rows are marked, and a bar names the most urgent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Subquery, UUIDField
from django.http import HttpRequest

from accounts.models import Practice, User
from accounts.web.sessions import BACKGROUND_REQUEST, save_if_possible
from symptoms.alerts.counts import counted
from symptoms.models import Alert
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.vocabulary import Urgency
from symptoms.views.clinic.queue_row import Row

LOOKS = "queue_looks"  # in the session: when the queue was opened before, and last


@dataclass(frozen=True, slots=True)
class News:
    """How many patients are new in the queue, and the most urgent of them."""

    count: int
    newest: int  # ms since 1970
    urgency: str  # slug
    patient: UUID
    name: str
    at: datetime
    is_shown: bool  # in a row of this page


def looked_before(request: HttpRequest, now: datetime, *, is_look: bool = True) -> datetime:
    """When the reader opened the queue before this time; now, where they have not in this session.

    What the page fetches by itself belongs to the look in which it was opened. With another list before them
    (`is_look` false) it is the last time: what came since is said there too, and is new until they open the queue.
    """
    is_known = LOOKS in request.session
    before, last = request.session.get(LOOKS, [now.timestamp()] * 2)
    is_opened = is_look and BACKGROUND_REQUEST not in request.headers
    if is_opened:
        before, last = last, now.timestamp()
    if is_opened or not is_known:
        request.session[LOOKS] = [before, last]
        save_if_possible(request.session)
    return datetime.fromtimestamp(before if is_look else last, UTC)


def questions_about_news(practice: Practice, reader: User, since: datetime) -> dict[str, Subquery]:
    """Parts of one statement about the practice, from which `news_in` is made."""
    new = _came(practice, reader, since)
    first = new.order_by("-urgency", "worsened_at", "pk")
    return {
        "new_count": counted(new, distinct="treatment__patient"),
        "new_at": Subquery(first.values("worsened_at")[:1]),
        "newest": Subquery(new.order_by("-worsened_at").values("worsened_at")[:1]),
        "new_urgency": Subquery(first.values("urgency")[:1]),
        "new_patient": Subquery(first.values("treatment__patient")[:1], output_field=UUIDField()),
        "new_name": Subquery(first.values("treatment__patient__name")[:1]),
    }


def news_in(known: dict[str, Any], rows: Iterable[Row]) -> News | None:
    """What the bar says; None where nothing is new."""
    if not known.get("new_count"):
        return None
    patient = known["new_patient"]
    is_shown = any(row.patient.pk == patient for row in rows)
    return News(
        count=known["new_count"], newest=int(known["newest"].timestamp() * 1000),
        urgency=Urgency(known["new_urgency"]).slug, patient=patient, name=known["new_name"], at=known["new_at"],
        is_shown=is_shown,
    )  # fmt: skip


def mark_new(rows: Iterable[Row], reader: User, since: datetime) -> None:
    """Mark the rows in which something was raised, or written, since then."""
    for row in rows:
        raised = [alert for alert in row.alerts if alert.worsened_at > since]
        is_written = row.message is not None and row.message.written_at > since
        row.is_new = is_written or any(
            alert.acknowledged_by_id != reader.pk or alert.is_worse_since_taken for alert in raised
        )


def _came(practice: Practice, reader: User, since: datetime) -> AlertQuerySet:
    """What was raised since then of the practice's patients, and the reader has not taken."""
    here = Alert.objects.open().filter(practice=practice, treatment__patient__practice=practice)
    raised = here.filter(worsened_at__gt=since).exclude(kind=Alert.Kind.LEFT)
    return raised.exclude(acknowledged_by=reader, acknowledged_at__gte=F("worsened_at"))
