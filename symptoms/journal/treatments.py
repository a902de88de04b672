"""Recording a session, correcting it, and saying that two records are one session."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import ChangedMeanwhile, Reading, changes_since
from accounts.locks import lock_patient
from accounts.models import Patient, User
from symptoms.alerts.merging import merge
from symptoms.alerts.treatment_access import carry_limits_over
from symptoms.journal.dates import days_outside, renumber
from symptoms.journal.entries import LoggingStopped
from symptoms.journal.judging import judge_all
from symptoms.models import Alert, Treatment, TreatmentRevision
from symptoms.recovery.vocabulary import Answer

SAME_SESSION_WITHIN = timedelta(days=1)
UNORDERED = ("areas", "conditions", "medications")  # lists in which the order says nothing
NOT_REVISED = {"id", "patient", "practice", "recorded_by", "same_as", "kept_apart_at", "questions_asked_at"}


class MovesDaysOutside(Exception):
    """A new date by which logged days would lie `before` day 0, or `after` day 365."""

    def __init__(self, before: list[date], after: list[date]):
        self.before, self.after = before, after
        super().__init__(before, after)


@transaction.atomic
def start_treatment(patient: Patient, *, by: User, now: datetime, id: UUID | None = None, **facts: Any) -> Treatment:
    """Record a session. `facts` are the fields of Treatment, `performed_at` among them; day 0 is its date there.

    Recorded by a practitioner, it is the practice's and (unless `facts` say otherwise) that practitioner's. Days that
    were logged for newer sessions are judged again: this one is assessed along with them from now on.

    Raises:
        PermissionDenied: `by` is neither the patient nor a practitioner of the practice they have now.
        LoggingStopped: by the patient, who has not agreed that what they write is kept.
    """
    patient = lock_patient(patient.pk)
    practice = by.practice_as_practitioner
    if patient.user_id != by.pk and (practice is None or patient.practice_id != practice.pk):
        raise PermissionDenied
    _refuse_without_consent(patient, by)
    now = patient.after_leaving(now)
    treatment = Treatment(
        id=id or uuid4(), patient=patient, practice=practice, open_to=patient.practice, recorded_by=by, recorded_at=now,
        day_zero=facts["performed_at"].astimezone(patient.zone).date(), **facts,
    )  # fmt: skip
    if practice is not None and treatment.practitioner is None:
        treatment.practitioner = by
    treatment.save(force_insert=True)
    _note(gettext_noop("recorded a treatment"), treatment, by)
    judge_all(patient, now=now)
    return treatment


@transaction.atomic
def change_treatment(
    treatment: Treatment,
    *,
    by: User,
    now: datetime,
    even_outside: bool = False,
    reading: Reading | None = None,
    **facts: Any,
) -> Treatment:
    """Correct what was recorded; how it read before is kept, and all of the patient's days are judged again.

    A new date moves no log and no photo: they keep their dates, and their day numbers follow. `reading` is what `by`
    had before them, as `as_document` gives it.

    Raises:
        ChangedMeanwhile: something else stands there by now than what was read.
        PermissionDenied: `by` is neither the patient who recorded it nor a practitioner of the patient's practice.
        LoggingStopped: by the patient, who has not agreed that what they write is kept.
        MovesDaysOutside: by a new date, days that were logged would lie outside the course; not with `even_outside`.
    """
    patient = _lock(treatment)
    if not may_change(treatment, by):
        raise PermissionDenied
    _refuse_without_consent(patient, by)
    refuse_if_changed(treatment, reading)
    return _change(treatment, facts, by, now, even_outside=even_outside)


def refuse_if_changed(treatment: Treatment, reading: Reading | None) -> None:
    """Nothing, if what was read still stands there, or nobody says what was read.

    Raises:
        ChangedMeanwhile: otherwise, with who changed it last.
    """
    became = as_document(treatment)
    if reading is not None and changes_since(reading, became):
        last = treatment.revisions.select_related("changed_by").order_by("-changed_at", "-id").first()
        by, at = (last.changed_by, last.changed_at) if last else (None, None)
        raise ChangedMeanwhile(reading, became, by=by, at=at)


@transaction.atomic
def complete_treatment(treatment: Treatment, *, by: User, now: datetime, **facts: Any) -> Treatment:
    """Add what the patient knows about their own skin to what their practice recorded; otherwise as `change_treatment`.

    Raises:
        PermissionDenied: `by` is not the patient.
    """
    patient = _lock(treatment)
    if patient.user_id != by.pk:
        raise PermissionDenied
    _refuse_without_consent(patient, by)
    return _change(treatment, facts, by, now, even_outside=False)


def questions_left(treatment: Treatment, day: int) -> list[str]:
    """Of the needles, the skin and the depth, what nobody has told yet and the patient is asked once more on `day`.

    Asked once after the treatment was recorded; a depth that was left open on day 0 again from day 1.
    """
    asked_at = treatment.questions_asked_at
    names: list[str] = []
    if asked_at is None:
        names += [name for name in ("needles_new", "needles_shared") if getattr(treatment, name) == Answer.UNKNOWN]
        is_by_clinic = treatment.fitzpatrick is not None and treatment.practice_id is not None
        answers = ("skin_colour", "skin_burning")
        if not is_by_clinic and any(getattr(treatment, name) is None for name in answers):
            names += answers
    asked_on = None if asked_at is None else treatment.day_of(treatment.patient.today(asked_at))
    if treatment.needle_depth_mm is None and day >= 1 and (asked_on is None or asked_on < 1):
        names.append("needle_depth_mm")
    return names


@transaction.atomic
def answer_questions(treatment: Treatment, facts: dict[str, Any], *, by: User, now: datetime) -> None:
    """Keep what the patient answered to `questions_left`, also where it is "not sure": it is not asked again.

    Raises:
        PermissionDenied: `by` is not the patient.
        LoggingStopped: the patient has not agreed that what they write is kept.
    """
    if any(getattr(treatment, name) != value for name, value in facts.items()):
        complete_treatment(treatment, by=by, now=now, **facts)
    Treatment.objects.filter(pk=treatment.pk).update(questions_asked_at=now)


def _note(what: str, treatment: Treatment, by: User | None) -> None:
    patient = treatment.patient
    audit.did(what, by=by, patient=patient, thing=treatment.pk)


def _refuse_without_consent(patient: Patient, by: User) -> None:
    """What a practice did is its own to write down; what patients write about their health is kept when they agreed."""
    if patient.user_id == by.pk and not patient.agreed_to("care"):
        raise LoggingStopped


def _lock(treatment: Treatment) -> Patient:
    patient = lock_patient(treatment.patient_id)
    treatment.refresh_from_db()
    treatment.patient = patient
    return patient


def _change(treatment: Treatment, facts: dict[str, Any], by: User, now: datetime, *, even_outside: bool) -> Treatment:
    patient, document, performed_at = treatment.patient, as_document(treatment), treatment.performed_at
    now = patient.after_leaving(now)
    for name, value in facts.items():
        setattr(treatment, name, value)
    # In the zone that counts now, for both: only another date moves day 0, and moved back it is where it was.
    shift = treatment.performed_at.astimezone(patient.zone).date() - performed_at.astimezone(patient.zone).date()
    day_zero = treatment.day_zero + shift
    if shift and not even_outside and any(outside := days_outside(treatment, day_zero)):
        raise MovesDaysOutside(*outside)
    treatment.day_zero = day_zero
    TreatmentRevision.objects.create(treatment=treatment, was=document, changed_by=by, changed_at=now)
    treatment.save()
    _note(gettext_noop("changed a treatment"), treatment, by)
    if shift:
        renumber(treatment)
    judge_all(patient, now=now)
    return treatment


def may_change(treatment: Treatment, by: User) -> bool:
    """Whether `by` may correct it: the patient what they recorded themselves, their present practice everything."""
    if treatment.patient.user_id == by.pk:
        return treatment.recorded_by_id == by.pk
    return Treatment.objects.managed_by(by).filter(pk=treatment.pk).exists()


def possibly_same(treatment: Treatment, among: Iterable[Treatment] | None = None) -> Treatment | None:
    """Another record of the patient that may be the same session: a day apart at most, by the other side.

    `among`: the patient's sessions, where the caller has read them already.
    """
    if among is None:
        among = Treatment.objects.filter(patient=treatment.patient_id, same_as=None)
    by_practice = treatment.practice_id is not None
    for other in among:
        is_near = abs(other.day_zero - treatment.day_zero) <= SAME_SESSION_WITHIN
        is_by_other_side = (other.practice_id is None) == by_practice
        if other.pk != treatment.pk and is_near and is_by_other_side and other.kept_apart_at is None:
            of_practice, of_patient = (treatment, other) if by_practice else (other, treatment)
            if _may_be_one(of_practice, of_patient):
                return other
    return None


def _may_be_one(of_practice: Treatment, of_patient: Treatment) -> bool:
    """Whether two records may be made one: not where a practice that was left would read on, or answers for either."""
    present = of_practice.patient.practice_id
    if of_practice.patient_id != of_patient.patient_id or present is None or of_practice.open_to_id != present:
        return False
    elsewhere = Alert.objects.open().filter(treatment__in=[of_practice, of_patient]).exclude(practice=present)
    return not elsewhere.exists()


@transaction.atomic
def say_same(treatment: Treatment, duplicate: Treatment, *, now: datetime) -> None:
    """The two records are one session: what was logged for `duplicate` belongs to `treatment` then.

    Where both hold a day, the entry received last counts. Twice is once. `treatment` is the present practice's;
    what the patient did not share with it, notes and photos from before they joined, stays theirs. Nothing happens
    where the two may not be one (see `possibly_same`).

    Raises:
        LoggingStopped: the patient has not agreed that what they write is kept.
    """
    patient = lock_patient(treatment.patient_id)
    if not patient.agreed_to("care"):
        raise LoggingStopped
    treatment.refresh_from_db()
    duplicate.refresh_from_db()
    treatment.patient = patient
    if duplicate.same_as_id is not None or treatment.same_as_id is not None or not _may_be_one(treatment, duplicate):
        return
    carry_limits_over(duplicate, treatment)
    duplicate.entries.update(treatment=treatment, is_current=False)
    duplicate.photos.update(treatment=treatment)
    renumber(treatment)
    _join_alerts(treatment, duplicate)
    duplicate.same_as = treatment
    duplicate.save(update_fields=["same_as"])
    _note(gettext_noop("said that two records are one session"), treatment, patient.user)
    judge_all(patient, now=patient.after_leaving(now))


def _join_alerts(treatment: Treatment, duplicate: Treatment) -> None:
    """What is open of `duplicate` becomes `treatment`'s; of two alerts about one concern, the worse stays."""
    open_alerts = Alert.objects.open()
    merge([*open_alerts.filter(treatment=treatment), *open_alerts.filter(treatment=duplicate)], as_one=True)
    Alert.objects.filter(treatment=duplicate).update(treatment=treatment)
    duplicate.notes.update(treatment=treatment)


@transaction.atomic
def say_different(treatment: Treatment, *, now: datetime) -> None:
    """The patient says that it is a session of its own: do not ask again."""
    patient = lock_patient(treatment.patient_id)
    _note(gettext_noop("said that two records are two sessions"), treatment, patient.user)
    treatment.kept_apart_at = now
    treatment.save(update_fields=["kept_apart_at"])


def as_document(treatment: Treatment) -> dict[str, Any]:
    """The fields that people fill in, as plain JSON."""
    fields = model_to_dict(treatment, exclude=NOT_REVISED)
    return in_order({name: _plain(value) for name, value in fields.items()})


def document_before(was: Mapping[str, Any]) -> dict[str, Any]:
    """How a treatment read before it was changed, of what its revision kept; a field that is newer had its default."""
    return in_order({**as_document(Treatment()), **was})


def in_order(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its sets, which are kept as lists, in the same order however somebody ticked them."""
    return {name: sorted(value) if name in UNORDERED else value for name, value in document.items()}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
