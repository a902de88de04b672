"""The lists of the queue: who needs somebody now, who is waited for, whom to look at again, who is silent, and all."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import Consent, Patient, Practice, User
from symptoms.alerts.coming_back import due_again
from symptoms.alerts.counts import counted
from symptoms.models import Alert, PatientStatus, TreatmentAccess
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.prompting import SKIPPED_AFTER
from symptoms.recovery.vocabulary import Urgency

FOUND = frozenset({"follow_up", "quiet", "closed"})  # lists of patients that are found by their ids
IN_ORDER = "is_calm", "-alert_urgency", "-is_free", "-is_raised", "waiting_since", "message_since", "patient_id"
WAITS = Q(waiting_since__isnull=False) | Q(message_since__isnull=False)  # as the index has it
IS_CALM = Q(is_over=True, has_left=False, urgency=Urgency.ON_TRACK, message_since=None)


def statuses_in(practice: Practice, by: User | None, now: datetime) -> dict[str, QuerySet[PatientStatus]]:
    """Those with something open, by the name of their list; `mine` is of `by`, None for a screen that is nobody's."""
    everybody = _open(practice)
    is_waiting = Q(waits_until__gt=now, message_since=None)
    held = Alert.objects.open().filter(practice=practice, acknowledged_by=by).exclude(kind=Alert.Kind.LEFT)
    return {
        "open": everybody.filter(Q(waits_until=None) | Q(waits_until__lte=now) | Q(message_since__isnull=False)),
        "mine": everybody.filter(patient__in=held.values("treatment__patient")),
        "waiting": everybody.filter(is_waiting),
    }


def _open(practice: Practice) -> QuerySet[PatientStatus]:
    """Those with an open alert, or a message that nobody has read; of a patient who left, only where the practice may
    still read what it did."""
    is_kept = Exists(TreatmentAccess.objects.kept().filter(practice=practice, treatment__patient=OuterRef("patient")))
    return PatientStatus.objects.filter(WAITS, Q(has_left=False) | is_kept, practice=practice)


def in_order(statuses: QuerySet[PatientStatus]) -> QuerySet[PatientStatus]:
    """The most urgent first, then whom nobody has, whose newest log still raises it, who waits longest; last, who is on
    track by now."""
    return statuses.annotate(is_calm=Case(When(IS_CALM, then=Value(True)), default=Value(False))).order_by(*IN_ORDER)


def calm(statuses: QuerySet[PatientStatus]) -> QuerySet[PatientStatus]:
    """Those who are on track by now: what is open never was more than to be spoken of, and the newest log, which was
    on track, raises nothing of it any more."""
    return statuses.filter(IS_CALM)


def patients_in(practice: Practice, now: datetime) -> dict[str, Q]:
    """Conditions on a practice's patients, by the name of their list."""
    # Each is found by itself: in a condition on all patients, the rows of all of them are read and put together.
    skipped = _skipping(practice, now).values("patient")
    return {
        "follow_up": _of(due_again(practice, now)),
        "quiet": Q(pk__in=silent(practice).values("treatment__patient").union(skipped)),
        "not_joined": Q(user=None),
        "closed": _of(closed_today(practice, now)),
        "all": Q(),
    }


def _skipping(practice: Practice, now: datetime) -> QuerySet[PatientStatus]:
    """Who can log, and has not logged what was due for some days."""
    today = now.astimezone(practice.zone).date()
    agreed = Consent.objects.filter(purpose=Consent.Purpose.CARE, withdrawn_at=None, patient=OuterRef("patient"))
    late = today - timedelta(days=SKIPPED_AFTER)
    return PatientStatus.objects.filter(
        Exists(agreed),
        practice=practice,
        has_left=False,
        log_due_on__range=(today - timedelta(days=LAST_DAY), late),  # none of a course that goes on was due before
        logs_until__gt=today,
    )


def patients_of(practice: Practice, *, found: bool) -> QuerySet[Patient]:
    """The practice's patients; `found`: a condition that follows gives their ids.

    Then each of those is looked up and compared: by the practice, SQLite would read all patients to keep a few.
    """
    if not found:
        return Patient.objects.of_practice(practice).order_by()
    ours = Patient.objects.annotate(is_ours=Case(When(practice=practice, then=Value(True)), default=Value(False)))
    return ours.filter(is_ours=True).order_by()


def counts(practice: Practice, by: User | None, now: datetime) -> dict[str, Subquery]:
    """How many stand in each list, empty for none: parts of one statement, of which `counted_in` makes the numbers."""
    conditions = patients_in(practice, now)
    skipping = _skipping(practice, now)
    # Many skip, few are silent: of the many nobody's row is looked up.
    conditions["quiet"] = _of(silent(practice)) & ~Q(pk__in=skipping.values("patient"))
    of_patients = {
        name: counted(patients_of(practice, found=name in FOUND).filter(condition))
        for name, condition in conditions.items()
    }
    of_statuses = {name: counted(rows) for name, rows in statuses_in(practice, by, now).items()}
    of_statuses["skipping"] = counted(skipping)
    return {f"count_{name}": number for name, number in (of_statuses | of_patients).items()}


def counted_in(known: Mapping[str, Any]) -> dict[str, int]:
    """How many stand in each list, by its name."""
    numbers = {name.removeprefix("count_"): number or 0 for name, number in known.items() if name.startswith("count_")}
    numbers["quiet"] += numbers.pop("skipping")
    return numbers


def silent(practice: Practice) -> AlertQuerySet:
    """What is open about patients who fell silent with something open, and have not logged since."""
    return Alert.objects.open().filter(practice=practice, kind=Alert.Kind.QUIET, cleared_at=None)


def closed_today(practice: Practice, now: datetime) -> AlertQuerySet:
    """What was closed since midnight by the practice's clock."""
    midnight = datetime.combine(now.astimezone(practice.zone).date(), time(), practice.zone)
    return Alert.objects.filter(practice=practice, resolved_at__gte=midnight)


def _of(alerts: AlertQuerySet) -> Q:
    return Q(pk__in=alerts.values("treatment__patient"))
