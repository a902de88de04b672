"""Whether anything changed for a practice: a short sign of what its open pages show, compared with an earlier one.

The sign follows from what is stored and from nothing else, so all processes give the same one, a clock that is set back
hides nothing, and whoever was away compares what they had with what is so now.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Count, ExpressionWrapper, Max, OuterRef, QuerySet, Subquery
from django.db.models import Value as V
from django.db.models.functions import Cast, Concat

from accounts.models import Membership, Practice, WallLink
from symptoms.models import Alert, AlertEvent, PatientStatus, WorkerBeat

# Events are counted from a number that moves on by so many: one that comes late, with a number from before others that
# were quicker, still counts. As it moves, all pages look once for nothing.
BLOCK = 64
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # no year, nor any other number, can stand in a sign


def signs(practices: Iterable[UUID], now: datetime) -> dict[UUID, str]:
    """The sign of each of these practices: one statement."""
    rows: Any = Practice.objects.filter(pk__in=set(practices)).values("pk", **questions_about_changes(now))
    return {row["pk"]: sign_in(row) for row in rows}


def sign_of(practice: UUID, now: datetime) -> str:
    """The sign of one practice."""
    return signs([practice], now)[practice]


def sign_in(known: Mapping[str, Any]) -> str:
    """The sign that follows from the answers to `questions_about_changes`."""
    names = ("changed_alerts", "changed_messages", "changed_members", "changed_walls", "changed_worker")
    return sha256("\n".join(str(known[name]) for name in names).encode()).hexdigest()[:20].translate(LETTERS)


def questions_about_changes(now: datetime) -> dict[str, Any]:
    """Parts of one statement about practices, from which their signs are made.

    A sign differs after each event of an alert; a patient's message, or its being read; a practitioner or the link of a
    wall screen more or less; and when the worker falls silent or is heard again.
    """
    waiting = PatientStatus.objects.filter(practice=OuterRef("pk"), message_since__isnull=False)
    members = Membership.objects.practitioners().filter(practice=OuterRef("pk"))
    walls = WallLink.objects.filter(practice=OuterRef("pk"), ended_at=None)
    return {
        "changed_alerts": _counted(_recent_events(), Max("pk")),
        "changed_messages": _counted(waiting, Max("message_since")),
        "changed_members": _counted(members, Max("joined_at")),
        "changed_walls": _counted(walls, Max("made_at")),
        "changed_worker": WorkerBeat.alive(now),
    }


def _recent_events() -> QuerySet[AlertEvent]:
    newest = Subquery(AlertEvent.objects.order_by("-pk").values("pk")[:1], output_field=BigIntegerField())
    since = ExpressionWrapper((newest / BLOCK - 1) * BLOCK, output_field=BigIntegerField())
    # Looked up for each event: joined, a database may begin with all alerts, of all years.
    practice = Subquery(Alert.objects.filter(pk=OuterRef("alert")).values("practice"))
    return AlertEvent.objects.filter(pk__gt=since).alias(of=practice).filter(of=OuterRef("pk"))


def _counted(rows: QuerySet[Any], newest: Max) -> Subquery:
    """How many there are, and the newest of them, as one text."""
    words = Concat(Cast(Count("pk"), CharField()), V(" "), Cast(newest, CharField()), output_field=CharField())
    all_together = rows.order_by().annotate(together=V(1)).values("together")
    return Subquery(all_together.annotate(words=words).values("words"))
