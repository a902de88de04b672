"""What a reader may see of a treatment: all of it, or, for a practice that the patient left, what was there then.

Every page and endpoint that shows a record starts here. The limits are rows of `TreatmentAccess`: `alerts.
treatment_access` and, when somebody joins or leaves, `journal.joining` write them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, FilteredRelation, OuterRef, Prefetch, Q, Subquery

from accounts.models import Departure, Patient, Practice, User
from accounts.models.patient import PatientQuerySet
from symptoms.journal.treatments import document_before
from symptoms.models import Alert, Assessment, Entry, Photo, Screening, Treatment, TreatmentAccess, TreatmentRevision
from symptoms.models.assessment import AssessmentQuerySet
from symptoms.models.entry import EntryQuerySet
from symptoms.models.photo import PhotoQuerySet

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Visibility:
    """What `user` sees of `treatment`.

    `until`: the moment at which the patient left the reader's practice; None while nothing ends. The treatment and its
    patient are then as they were at that moment. `since`: when the patient joined the reader's practice and shared the
    treatment; None where it was there from the start, and for the patient.
    """

    user: User
    treatment: Treatment
    until: datetime | None = None
    since: datetime | None = None
    accesses: tuple[TreatmentAccess, ...] = ()  # of the reader's practice; none: no limit

    @property
    def unshared(self) -> list[str]:
        """Which of notes and photos the patient did not share of the time before `since`."""
        if self.since is None or len(self.accesses) > 1:  # whoever was here before sees some of them
            return []
        (access,) = self.accesses
        return [what for what, is_shared in (("notes", access.notes), ("photos", access.photos)) if not is_shared]

    def now(self, now: datetime) -> datetime:
        """The moment as of which the record is read: `now`, or when the patient left."""
        return now if self.until is None else self.until

    def entries(self) -> EntryQuerySet:
        """Everything that was reported, amended days too. Show each as `shown` gives it."""
        return self.treatment.entries.received_until(self.until).with_place(self.until)

    def current(self) -> EntryQuerySet:
        """One entry a day, the last received."""
        return self.treatment.entries.current_at(self.until).with_place(self.until)

    def on(self, days: range) -> Q:
        """A condition on entries: of these days, as the reader counts them."""
        if self.until is None:
            return Q(day__gte=days.start, day__lt=days.stop)
        # Counted from another date since, perhaps: asked by the dates themselves.
        first, last = self.treatment.date_of(days.start), self.treatment.date_of(days.stop - 1)
        return Q(date__lte=last) if days.start == 0 else Q(date__range=(first, last))

    def assessments(self) -> AssessmentQuerySet:
        """Every judgement of these entries, each with its entry. Show each as `shown_assessment` gives it."""
        rows = Assessment.objects.filter(entry__treatment=self.treatment).select_related("entry")
        if self.until is not None:
            rows = rows.filter(entry__received_at__lte=self.until)
        return rows.made_until(self.until).with_place(self.until)

    def photos(self) -> PhotoQuerySet:
        """Those that the reader may see."""
        return Photo.objects.visible_to(self.user).filter(treatment=self.treatment)

    def with_assessment(self, entries: EntryQuerySet) -> EntryQuerySet:
        """`entries` each with its assessment as `assessment`, once `shown` gave them."""
        if self.until is None:
            return with_assessment(entries)
        assessments = Assessment.objects.current_at(self.until).with_place(self.until)
        then = Prefetch("assessments", assessments, to_attr="assessments_then")
        return entries.prefetch_related(then)  # type: ignore[no-redef]  # declared on the model

    def shown(self, entry: Entry) -> Entry:
        """The entry as the reader may see it: without a note that is not for them, and as it stood at `until`."""
        if not self.shows_note(entry):
            entry.note = ""
        if not hasattr(entry, "assessment"):  # a relation that leads nowhere sets nothing
            entry.assessment = None
        if self.until is not None:
            entry.day = max(0, self.treatment.day_of(entry.date))
            entry.is_current = getattr(entry, "was_current", entry.is_current)
            if hasattr(entry, "assessments_then"):
                entry.assessment = self.shown_assessment(entry.assessments_then[0]) if entry.assessments_then else None
                entry.is_judged = entry.assessment is not None
        return entry

    def shown_assessment(self, assessment: Assessment) -> Assessment:
        """The judgement as it stood at `until`."""
        assessment.is_current = assessment.was_current
        return assessment

    def shows_note(self, entry: Entry) -> bool:
        """Whether the entry's note is for the reader."""
        return not self.accesses or any(access.shows_note_of(entry.received_at) for access in self.accesses)


def with_assessment(entries: EntryQuerySet) -> EntryQuerySet:
    """The entries, each with its current assessment as `assessment` (None while there is none): one statement."""
    current = FilteredRelation("assessments", condition=Q(assessments__is_current=True))
    rows = entries.annotate(assessment=current)  # type: ignore[no-redef]  # declared on the model, for who reads it
    return rows.select_related("assessment")  # type: ignore[misc]  # a FilteredRelation, unknown to the plugin


def visibility_of(user: User, treatment: Treatment) -> Visibility:
    """What `user` sees of a treatment that is visible to them; gives the treatment as it is for them."""
    return visibilities_of(user, [treatment])[0]


def visibilities_of(user: User, treatments: Sequence[Treatment]) -> list[Visibility]:
    """The same for many, in at most two statements; `patient` must be at hand in each.

    A patient's own, and what is open without limits, costs nothing but one.
    """
    practice = user.practice_as_practitioner
    if practice is None or not treatments:
        return [Visibility(user, treatment) for treatment in treatments]
    former_treatments = [treatment for treatment in treatments if treatment.open_to_id != practice.pk]
    accesses = _accesses(practice, treatments, with_changes=bool(former_treatments))
    untils = {treatment.pk: _until(accesses[treatment.pk]) for treatment in former_treatments}
    _as_they_were(practice, former_treatments, accesses)
    return [
        Visibility(user, treatment, untils.get(treatment.pk), _since(access), tuple(access))
        for treatment, access in ((treatment, accesses[treatment.pk]) for treatment in treatments)
    ]


def alerts_shown(user: User, alerts: Iterable[Alert]) -> list[Alert]:
    """Alerts on the desk of `user`, each with its treatment, patient and entry as they may see them."""
    rows = list(alerts)
    for alert, visibility in zip(rows, visibilities_of(user, [alert.treatment for alert in rows]), strict=True):
        alert.treatment = visibility.treatment
        if alert.entry is not None:
            visibility.shown(alert.entry)
    return rows


def screening_shown(practice: Practice, patient: Patient) -> Screening | None:
    """What the patient answered before a treatment, to the practice that has them now: whoever they left keeps none."""
    return Screening.objects.filter(patient=patient.pk, patient__practice=practice).first()


def patients_seen_by(practice: Practice) -> PatientQuerySet:
    """The practice's patients, and those who left it after it treated them."""
    accesses = TreatmentAccess.objects.kept().filter(practice=practice, treatment__patient=OuterRef("pk"))
    return Patient.objects.filter(Q(practice=practice) | Exists(accesses))


def patients_shown(practice: Practice, patients: Iterable[Patient]) -> dict[UUID, Patient]:
    """Each patient by id as `practice` knows them: its own as they are, who left as they were then. One statement.

    None of a patient found `with_departure` from it.
    """
    shown = {patient.pk: patient for patient in patients}
    former_patients = [patient for patient in shown.values() if patient.practice_id != practice.pk]
    departures = [departure for patient in former_patients if (departure := getattr(patient, "departure", None))]
    if len(departures) < len(former_patients):
        rows = Departure.objects.filter(practice=practice, patient__in=former_patients).order_by("at")
        departures = list(rows.select_related("patient"))  # the last one counts
    for departure in departures:
        departure.practice = practice
        shown[departure.patient_id] = departure.patient_then()
    return shown


def _accesses(
    practice: Practice, treatments: Sequence[Treatment], *, with_changes: bool
) -> dict[UUID, list[TreatmentAccess]]:
    """The limits of each treatment; `with_changes`, each with `was`: how the treatment read before its first change
    after `until`, None where nothing was changed."""
    accesses: dict[UUID, list[TreatmentAccess]] = defaultdict(list)
    rows = TreatmentAccess.objects.filter(practice=practice, treatment__in=[treatment.pk for treatment in treatments])
    if with_changes:
        later = TreatmentRevision.objects.filter(treatment=OuterRef("treatment"), changed_at__gt=OuterRef("until"))
        rows = rows.annotate(was=Subquery(later.order_by("changed_at", "id").values("was")[:1]))  # type: ignore[no-redef]  # declared on the model
    for access in rows.exclude(until__isnull=False, ended=True):
        accesses[access.treatment_id].append(access)
    for treatment in treatments:
        # A practice that was there before and has it open again without a limit sees all of it.
        if treatment.open_to_id == practice.pk and all(access.until for access in accesses[treatment.pk]):
            accesses[treatment.pk] = []
    return accesses


def _until(accesses: list[TreatmentAccess]) -> datetime:
    # Without any access nothing is read: as if the patient had left before anything was there.
    return max((access.until for access in accesses if access.until is not None), default=LONG_AGO)


def _since(accesses: list[TreatmentAccess]) -> datetime | None:
    return next((access.since for access in accesses if access.until is None), None)


def _as_they_were(practice: Practice, treatments: list[Treatment], accesses: dict[UUID, list[TreatmentAccess]]) -> None:
    """Put treatments and their patients back to what the practice knew when the patient left."""
    if not treatments:
        return
    patients = patients_shown(practice, [treatment.patient for treatment in treatments])
    fields = {field.name: field for field in Treatment._meta.concrete_fields}
    for treatment in treatments:
        treatment.patient = patients[treatment.patient_id]
        was = _before_changes(treatment, accesses[treatment.pk])
        for name, value in (document_before(was) if was is not None else {}).items():
            setattr(treatment, fields[name].attname, fields[name].to_python(value))


def _before_changes(treatment: Treatment, accesses: list[TreatmentAccess]) -> dict[str, Any] | None:
    """How a treatment read before its first change since the reader's access ended; None where nothing was changed."""
    ended = [access for access in accesses if access.until is not None]
    if ended:
        return max(ended, key=attrgetter("until")).was
    return treatment.revisions.order_by("changed_at", "id").values_list("was", flat=True).first()
