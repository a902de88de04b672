"""What is open at a practice in numbers alone, for those who manage it and open no record."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, OuterRef, Q, Subquery

from accounts.models import Practice
from symptoms.models import Alert, PatientStatus
from symptoms.recovery.vocabulary import Urgency


@dataclass(frozen=True)
class OpenNumbers:
    """Of the patients whose highest open urgency this is: how many, how many of them nobody has, and since when; how
    many of those nobody else will be told of, and since when the steps of the first counted."""

    urgency: int
    patients: int
    not_taken: int
    since: datetime | None
    told_out: int
    told_out_from: datetime | None

    @property
    def slug(self) -> str:
        """The name of the urgency."""
        return Urgency(self.urgency).slug


def open_numbers(practice: Practice) -> list[OpenNumbers]:
    """The numbers of a practice, the most urgent first: one statement."""
    statuses = PatientStatus.objects.filter(practice=practice, waiting_since__isnull=False)
    free = Alert.objects.open().filter(practice=practice, acknowledged_by=None, urgency=OuterRef("alert_urgency"))
    theirs = free.filter(treatment__patient=OuterRef("patient"))
    told_out = theirs.told_out().order_by("steps_from").values("steps_from")[:1]
    rows = statuses.annotate(told_out_since=Subquery(told_out))
    nobody = Q(is_free=True)
    numbers = rows.values("alert_urgency").annotate(
        patients=Count("pk"), not_taken=Count("pk", filter=nobody), since=Min("waiting_since", filter=nobody),
        told_out=Count("told_out_since"), told_out_from=Min("told_out_since"),
    )  # fmt: skip
    fields = ("alert_urgency", "patients", "not_taken", "since", "told_out", "told_out_from")
    return [OpenNumbers(*row) for row in numbers.order_by("-alert_urgency").values_list(*fields)]
