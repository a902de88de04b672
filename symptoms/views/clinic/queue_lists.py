"""The lists of the queue: who needs somebody now, who is waited for, whom to look at again, who is silent, and all."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact

from accounts.models import Consent, Membership, Patient, Practice, User
from symptoms.alerts.coming_back import due_again
from symptoms.alerts.conversation import MESSAGES
from symptoms.models import Alert, Note, PatientStatus, TreatmentAccess
from symptoms.models.alert import AlertQuerySet
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.prompting import SKIPPED_AFTER
from symptoms.recovery.vocabulary import Urgency

FOUND = frozenset({"follow_up", "quiet", "closed"})  # lists of patients that are found by their ids
IN_ORDER = "is_calm", "-alert_urgency", "-is_free", "-is_raised", "waiting_since", "message_since", "patient_id"


def statuses_in(practice: Practice, by: User | None, now: datetime) -> dict[str, QuerySet[PatientStatus]]:
    """Those with something open, by the name of their list; `mine` is of `by`, None for a screen that is nobody's."""
    everybody, waiting = _open(practice), _waiting_patients(practice, now)
    held = Alert.objects.open().filter(practice=practice, acknowledged_by=by).exclude(kind=Alert.Kind.LEFT)
    return {
        "open": everybody.exclude(Q(patient__in=waiting) & Q(message_since=None)),
        "mine": everybody.filter(patient__in=held.values("treatment__patient")),
        "waiting": everybody.filter(patient__in=waiting, message_since=None),
    }


def _open(practice: Practice) -> QuerySet[PatientStatus]:
    """Those with an open alert, or a message that nobody has read; of a patient who left, only where the practice may
    still read what it did."""
    is_kept = Exists(TreatmentAccess.objects.kept().filter(practice=practice, treatment__patient=OuterRef("patient")))
    waits = Q(alert_urgency__gt=0) | Q(message_since__isnull=False)
    return PatientStatus.objects.filter(waits, Q(patient__practice=practice) | is_kept, practice=practice)


def _waiting_patients(practice: Practice, now: datetime) -> QuerySet[Any]:
    """The patients of whom all that is open waits for them, or for a day that somebody chose.

    Found from the alerts that wait, which are few: nothing is asked of each patient with something open.
    """
    here = Alert.objects.open().exclude(kind=Alert.Kind.LEFT)
    each = here.annotate(waits=Case(When(_waits(now), then=Value(True)), default=Value(False)))
    others = _of_the_patient(each, practice, OuterRef("treatment__patient")).filter(Q(waits=False))
    touched = Q(acknowledged_by__isnull=False) | Q(kept_open_at__isnull=False)
    waiting = each.filter(touched, Q(waits=True), ~Exists(others), practice=practice)
    return waiting.order_by().values("treatment__patient")


def _waits(now: datetime) -> Q:
    """A condition on alerts: left open until a day to come; or held, no more than to be spoken of, no worse since it
    was taken, and the newest message since it last got worse is the practice's, to which there is no answer."""
    left_open = Q(kept_open_at__gte=F("worsened_at"), comes_back_at__gt=now)
    here = Membership.objects.practitioners().filter(user=OuterRef("acknowledged_by"), practice=OuterRef("practice"))
    messages = Note.objects.filter(
        treatment__patient=OuterRef("treatment__patient"), practice=OuterRef("practice"), kind__in=MESSAGES,
        written_at__gt=OuterRef("worsened_at"),
    )  # fmt: skip
    newest = Subquery(messages.order_by("-written_at").values("kind")[:1])
    is_held = Q(urgency__lte=Urgency.CONTACT, acknowledged_at__gte=F("worsened_at")) & Q(Exists(here))
    return left_open | (is_held & Q(Exact(newest, Note.Kind.TO_PATIENT)))


def _of_the_patient(alerts: AlertQuerySet, practice: Practice, patient: OuterRef) -> AlertQuerySet:
    """Those of `alerts` that are the practice's, of the patient of the query around them."""
    # Behind a CASE, so that each row looks up its patient's alerts: by the practice, SQLite reads all alerts for each.
    ours = alerts.annotate(is_ours=Case(When(practice=practice, then=True), default=False))
    return ours.filter(is_ours=True, treatment__patient=patient)


def in_order(practice: Practice, statuses: QuerySet[PatientStatus]) -> QuerySet[PatientStatus]:
    """The most urgent first, then whom nobody has, whose newest log still raises it, who waits longest; last, who is on
    track by now."""
    ours = _of_the_patient(Alert.objects.open(), practice, OuterRef("patient"))
    worst = ours.filter(urgency=OuterRef("alert_urgency"))
    asks = {
        "is_calm": Case(When(_is_calm(practice), then=Value(True)), default=Value(False)),
        "is_free": Exists(worst.filter(acknowledged_by=None)),
        "is_raised": Exists(worst.filter(cleared_at=None)),
    }
    return statuses.annotate(**asks).order_by(*IN_ORDER)


def calm(practice: Practice, statuses: QuerySet[PatientStatus]) -> QuerySet[PatientStatus]:
    """Those who are on track by now: what is open never was more than to be spoken of, and the newest log, which was
    on track, raises nothing of it any more."""
    return statuses.filter(_is_calm(practice))


def _is_calm(practice: Practice) -> Q:
    is_over = Q(kind__in=[Alert.Kind.CONCERN, Alert.Kind.QUIET], cleared_at__isnull=False, current_urgency=0)
    ours = _of_the_patient(Alert.objects.open(), practice, OuterRef("patient"))
    # What answers that were changed no longer raise has to be looked at.
    raised = ours.exclude(is_over & Q(answers_changed_at=None))
    is_low = Q(alert_urgency__gt=0, alert_urgency__lte=Urgency.CONTACT, urgency=Urgency.ON_TRACK, message_since=None)
    return is_low & Q(patient__practice=practice) & ~Q(Exists(raised))


def patients_in(practice: Practice, now: datetime) -> dict[str, Q]:
    """Conditions on a practice's patients, by the name of their list."""
    today = now.astimezone(practice.zone).date()
    # Each is found by itself: in a condition on all patients, the rows of all of them are read and put together.
    statuses = PatientStatus.objects.filter(practice=practice)
    skipping = statuses.filter(
        Exists(Consent.objects.filter(purpose=Consent.Purpose.CARE, withdrawn_at=None, patient=OuterRef("patient"))),
        log_due_on__lte=today - timedelta(days=SKIPPED_AFTER),
        treatment__day_zero__gt=today - timedelta(days=LAST_DAY),
        patient__user__isnull=False,
    )
    return {
        "follow_up": _of(due_again(practice, now)),
        "quiet": Q(pk__in=silent(practice).values("treatment__patient").union(skipping.values("patient"))),
        "not_joined": Q(user=None),
        "closed": _of(closed_today(practice, now)),
        "all": Q(),
    }


def patients_of(practice: Practice, *, found: bool) -> QuerySet[Patient]:
    """The practice's patients; `found`: a condition that follows gives their ids.

    Then each of those is looked up and compared: by the practice, SQLite would read all patients to keep a few.
    """
    if not found:
        return Patient.objects.of_practice(practice).order_by()
    ours = Patient.objects.annotate(is_ours=Case(When(practice=practice, then=Value(True)), default=Value(False)))
    return ours.filter(is_ours=True).order_by()


def counts(practice: Practice, by: User, now: datetime) -> dict[str, Subquery]:
    """How many stand in each list, empty for none, and in `open` and `waiting` together: parts of one statement, of
    which `counted_in` makes the numbers."""
    statuses = statuses_in(practice, by, now) | {"open": _open(practice)}
    of_patients = {
        name: counted(patients_of(practice, found=name in FOUND).filter(condition))
        for name, condition in patients_in(practice, now).items()
    }
    of_statuses = {name: counted(rows) for name, rows in statuses.items()}
    return {f"count_{name}": number for name, number in (of_statuses | of_patients).items()}


def counted_in(known: Mapping[str, Any]) -> dict[str, int]:
    """How many stand in each list, by its name."""
    numbers = {name.removeprefix("count_"): number or 0 for name, number in known.items() if name.startswith("count_")}
    numbers["open"] -= numbers["waiting"]  # who waits is dear to find, and therefore found once
    return numbers


def counted(rows: QuerySet[Any]) -> Subquery:
    """How many rows of one practice there are, empty for none."""
    return Subquery(rows.order_by().values("practice").annotate(n=Count("pk")).values("n"))


def silent(practice: Practice) -> AlertQuerySet:
    """What is open about patients who fell silent with something open, and have not logged since."""
    return Alert.objects.open().filter(practice=practice, kind=Alert.Kind.QUIET, cleared_at=None)


def closed_today(practice: Practice, now: datetime) -> AlertQuerySet:
    """What was closed since midnight by the practice's clock."""
    midnight = datetime.combine(now.astimezone(practice.zone).date(), time(), practice.zone)
    return Alert.objects.filter(practice=practice, resolved_at__gte=midnight)


def _of(alerts: AlertQuerySet) -> Q:
    return Q(pk__in=alerts.values("treatment__patient"))
