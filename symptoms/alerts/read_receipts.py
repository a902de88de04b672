"""Who read what is open, and when: told from the access records, so that opening a page changes no alert."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_noop

from accounts.models import AuditRecord, User
from symptoms.models import Alert
from symptoms.models.alert import AlertQuerySet

# Access records keep these words in English; they are shown translated (accounts/templatetags/readings.py).
LISTED = gettext_noop("a line in the list of patients")
BY_PROGRAM = gettext_noop("record, by a program")
LISTED_BY_PROGRAM = gettext_noop("a line in a list, by a program")
TREATMENT = gettext_noop("treatment")
DETAILS = gettext_noop("name and phone")
SKIN = gettext_noop("skin and medicines, for a new session")
HISTORY = gettext_noop("history")
LOG = gettext_noop("log, day by day")
CARE = gettext_noop("care")
BEFORE = gettext_noop("answers before a treatment")
LETTER = gettext_noop("letter for a doctor")
RECORD = gettext_noop("record")  # for the opening of a patient's page


def with_first_reading(alerts: AlertQuerySet, patient: UUID) -> AlertQuerySet:
    """The alerts of a patient, each with `first_read_at` and `first_reader` (a name), as `first_read` tells them."""
    openings = (
        AuditRecord.objects.readings()
        .filter(patient=patient, practice=OuterRef("practice"), what=RECORD, at__gte=OuterRef("worsened_at"))
        .order_by("at", "id")
    )
    name = Coalesce(NullIf("user__name", Value("")), "user__email", output_field=CharField())
    return alerts.annotate(  # type: ignore[no-redef]  # declared on the model
        first_read_at=Subquery(openings.values("at")[:1]),
        first_reader=Subquery(openings.values_list(name)[:1]),
    )


def first_read(alerts: Iterable[Alert]) -> dict[UUID, tuple[datetime, User | None]]:
    """When each alert was first read since it opened or last rose, and by whom; alerts not read yet are left out.

    "Read" is the first opening of the patient's page by a practitioner of the alert's practice. One statement; the
    alerts must all be of one patient, with `treatment` at hand.
    """
    unread = sorted(alerts, key=lambda alert: alert.worsened_at)
    if not unread:
        return {}
    openings = AuditRecord.objects.readings().filter(
        patient=unread[0].treatment.patient_id,
        practice__in={alert.practice_id for alert in unread},
        what=RECORD,
        at__gte=unread[0].worsened_at,
    )
    readings: dict[UUID, tuple[datetime, User | None]] = {}
    for opening in openings.select_related("user").order_by("at").iterator(chunk_size=50):
        for alert in unread:
            if alert.practice_id == opening.practice_id and alert.worsened_at <= opening.at:
                readings.setdefault(alert.id, (opening.at, opening.user))
        if len(readings) == len(unread):
            break  # a page that is opened every hour has many later openings
    return readings
