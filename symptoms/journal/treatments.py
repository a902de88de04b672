"""Recording a session and mending what was recorded."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.forms.models import model_to_dict

from accounts.models import Patient, User
from symptoms.alerts.raising import Change
from symptoms.alerts.standing import refresh_standing
from symptoms.journal.courses import read_journal
from symptoms.journal.judging import judge_from
from symptoms.models import Alert, AlertEvent, Treatment, TreatmentRevision

SAME_SESSION_WITHIN = timedelta(days=1)
NOT_REVISED = {"id", "patient", "practice", "recorded_by", "same_as", "kept_apart_at"}


@transaction.atomic
def start_treatment(patient: Patient, *, by: User, now: datetime, id: UUID | None = None, **facts) -> Treatment:
    """Record a session. `facts` are the fields of Treatment, `performed_at` among them; day 0 is its date there.

    Recorded by a practitioner, it is the practice's and (unless `facts` say otherwise) that practitioner's.
    """
    practice = by.practice_as_practitioner
    treatment = Treatment(
        id=id or uuid4(), patient=patient, practice=practice, recorded_by=by, recorded_at=now,
        day_zero=facts["performed_at"].astimezone(patient.zone).date(), **facts,
    )  # fmt: skip
    if practice is not None and treatment.practitioner is None:
        treatment.practitioner = by
    treatment.save(force_insert=True)
    refresh_standing(patient)
    return treatment


@transaction.atomic
def change_treatment(treatment: Treatment, *, by: User, now: datetime, **facts) -> Treatment:
    """Mend what was recorded; how it read before is kept, and all its days are judged anew."""
    treatment.refresh_from_db()  # now that nobody else can write: of two who mend at once, the second keeps the first's
    TreatmentRevision.objects.create(treatment=treatment, was=as_document(treatment), changed_by=by, changed_at=now)
    zone, since = treatment.patient.zone, treatment.day_zero
    was = treatment.performed_at.astimezone(zone).date()
    for name, value in facts.items():
        setattr(treatment, name, value)
    became = treatment.performed_at.astimezone(zone).date()
    if became != was:  # another zone since then moves nothing: only another date does
        _move_day_zero(treatment, became)
    treatment.save()
    judge_all(treatment, now=now, since=min(since, treatment.day_zero))
    refresh_standing(treatment.patient)
    return treatment


def judge_all(treatment: Treatment, *, now: datetime, since: date | None = None) -> None:
    """Judge anew every day of the patient's sessions from `since` on, which may owe something to the treatment.

    Left out: from the treatment's own date on.
    """
    journal = read_journal(treatment)
    for session in journal.treatments:
        if session.day_zero >= (since or treatment.day_zero) and journal.days(session):
            first = journal.days(session)[min(journal.days(session))]
            judge_from(journal, session, first, now=now, change=Change.TREATMENT)


def possibly_same(treatment: Treatment) -> Treatment | None:
    """Another record of the patient that may be the same session: a day apart at most, by the other side."""
    near = Treatment.objects.filter(
        patient=treatment.patient,
        same_as=None,
        day_zero__range=(treatment.day_zero - SAME_SESSION_WITHIN, treatment.day_zero + SAME_SESSION_WITHIN),
    ).exclude(pk=treatment.pk)
    by_practice = treatment.practice_id is not None
    return near.filter(kept_apart_at=None, practice__isnull=by_practice).first()


@transaction.atomic
def say_same(kept: Treatment, other: Treatment, *, now: datetime) -> None:
    """The two records are one session: the days logged for `other` become days of `kept`, and `other` is set aside.

    Where both hold a day, `kept`'s entry stays current and the other is kept as superseded.
    """
    taken = set(kept.entries.current().values_list("day", flat=True))
    shift = (other.day_zero - kept.day_zero).days
    for entry in other.entries.order_by("day"):
        entry.treatment, entry.day = kept, max(0, entry.day + shift)
        entry.is_current = entry.is_current and entry.day not in taken
        if entry.is_current:
            taken.add(entry.day)
        entry.save(update_fields=["treatment", "day", "is_current"])
    for photo in other.photos.all():
        photo.treatment, photo.day = kept, max(0, photo.day + shift)
        photo.save(update_fields=["treatment", "day"])
    _join_alerts(kept, other)
    other.same_as = kept
    other.save(update_fields=["same_as"])
    judge_all(kept, now=now)
    refresh_standing(kept.patient)


def _join_alerts(kept: Treatment, other: Treatment) -> None:
    """What is open of `other` becomes `kept`'s; where both are open about one concern, it is told as one: the worse."""
    here = {(alert.kind, alert.concern): alert for alert in Alert.objects.open().filter(treatment=kept)}
    for alert in Alert.objects.open().filter(treatment=other):
        same = here.get((alert.kind, alert.concern))
        if same is not None:
            less, more = sorted((same, alert), key=lambda one: (one.urgency, one.pk == same.pk))
            AlertEvent.objects.filter(alert=less).update(alert=more)
            less.delete()
    Alert.objects.filter(treatment=other).update(treatment=kept)
    other.notes.update(treatment=kept)


def say_different(treatment: Treatment, *, now: datetime) -> None:
    """The patient says that it is a session of its own: do not ask again."""
    treatment.kept_apart_at = now
    treatment.save(update_fields=["kept_apart_at"])


def _move_day_zero(treatment: Treatment, day_zero) -> None:
    """Keep each entry on its date when the session's date is corrected; a day before the session stays on day 0."""
    shift = (treatment.day_zero - day_zero).days
    treatment.day_zero = day_zero
    if not shift:
        return
    entries = list(treatment.entries.order_by("-received_at"))
    taken: set[int] = set()
    for entry in entries:
        entry.day = max(0, entry.day + shift)
        entry.is_current = entry.is_current and entry.day not in taken
        if entry.is_current:
            taken.add(entry.day)
    treatment.entries.update(is_current=False)  # so that no two rows claim a day half-way through
    for entry in entries:
        entry.save(update_fields=["day", "is_current"])
    for photo in treatment.photos.all():
        photo.day = max(0, photo.day + shift)
        photo.save(update_fields=["day"])


def as_document(treatment: Treatment) -> dict:
    """The fields that people fill in, as plain JSON."""
    fields = model_to_dict(treatment, exclude=NOT_REVISED)
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value):
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
