"""The lists beside the queue: whom to look at again, who has gone quiet or has not joined, what was closed today."""

from datetime import datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, Patient, Practice
from symptoms.alerts.coming_back import due_again
from symptoms.models import Alert, PatientStatus
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.prompting import SKIPPED_AFTER
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.practitioner import URGENCIES

SHOW = {
    "open": _("Open"),
    "follow_up": _("Follow-up due"),
    "quiet": _("Gone quiet"),
    "not_joined": _("Not joined"),
    "closed": _("Closed today"),
    "watch": URGENCIES[Urgency.WATCH],
    "on_track": URGENCIES[Urgency.ON_TRACK],
    "all": _("All"),
}


def patients_in(practice: Practice, now: datetime) -> dict[str, Q]:
    """Conditions on a practice's patients, by the name of their list; the open ones are read another way."""
    today = now.astimezone(practice.zone).date()
    # Each is found by itself: in a condition on all patients, the rows of all of them are read and put together.
    statuses = PatientStatus.objects.filter(practice=practice)
    skipping = statuses.filter(
        Exists(Consent.objects.filter(purpose=Consent.Purpose.CARE, withdrawn_at=None, patient=OuterRef("patient"))),
        log_due_on__lte=today - timedelta(days=SKIPPED_AFTER),
        treatment__day_zero__gt=today - timedelta(days=LAST_DAY),
        patient__user__isnull=False,
    )
    calm = statuses.filter(alert_urgency=0)
    # As `PatientStatus.is_current`: a verdict is no older than the days on which somebody is asked.
    due_later = Q(log_due_on=None) | Q(log_due_on__gte=today)
    is_current = due_later & (Q(current_until=None) | Q(current_until__gte=today))
    return {
        "follow_up": _of(due_again(practice, now)),
        "quiet": _of(silent(practice)) | Q(pk__in=skipping),
        "not_joined": Q(user=None),
        "closed": _of(closed_today(practice, now)),
        "watch": Q(pk__in=calm.filter(urgency=Urgency.WATCH)),
        "on_track": Q(pk__in=calm.filter(is_current, urgency=Urgency.ON_TRACK)),
        "all": Q(),
    }


def counts(practice: Practice, now: datetime) -> dict[str, Subquery]:
    """How many stand in each of those lists, empty for none: parts of one statement."""
    everybody = Patient.objects.of_practice(practice).order_by()
    return {
        f"count_{name}": Subquery(everybody.filter(condition).values("practice").annotate(n=Count("pk")).values("n"))
        for name, condition in patients_in(practice, now).items()
    }


def silent(practice: Practice) -> AlertQuerySet:
    """What is open about patients who fell silent with something open, and have not logged since."""
    return Alert.objects.open().filter(practice=practice, kind=Alert.Kind.QUIET, cleared_at=None)


def closed_today(practice: Practice, now: datetime) -> AlertQuerySet:
    """What was closed since midnight by the practice's clock."""
    midnight = datetime.combine(now.astimezone(practice.zone).date(), time(), practice.zone)
    return Alert.objects.filter(practice=practice, resolved_at__gte=midnight)


def _of(alerts: AlertQuerySet) -> Q:
    return Q(pk__in=alerts.values("treatment__patient"))
