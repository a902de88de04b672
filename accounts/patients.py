"""What happens to a patient as a person: starting alone, joining and leaving a clinic, saying where they live."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts import allergies, audit
from accounts.access import record_access
from accounts.consents import withdraw_consent
from accounts.database_errors import violated_constraint
from accounts.edits import ChangedMeanwhile, Reading, changes_since, plainly
from accounts.help_numbers import ELSEWHERE
from accounts.keys.patients import new_keys
from accounts.locks import lock_patient, lock_user
from accounts.models import ADULT, Consent, Departure, Patient, Practice, User

ONE_NUMBER = "one_patient_a_number_in_a_practice"
CHANGED = "changed "  # how the record of such a change begins
TOO_YOUNG = _("Mendline is for people of 18 and over. Please ask a doctor or the clinic that treated you instead.")
WORKS_HERE = _(
    "You are signed in with your work account, and a work account cannot become a patient. "
    "Sign out and start with an account of your own, under another e-mail address."
)


class CannotStart(Exception):
    """Somebody who cannot be a patient here, with the reason in a sentence for them."""


def is_adult(year_of_birth: int, now: datetime) -> bool:
    """Whether somebody born in that year turns 18 this year or was before; only the year is asked."""
    return now.year - year_of_birth >= ADULT


@transaction.atomic
def start_alone(user: User, *, name: str, year_of_birth: int, time_zone: str, now: datetime, **place: str) -> Patient:
    """Make `user` a patient without a clinic; one who is a patient already stays who they are.

    `place`: `country` and, where that is `ELSEWHERE`, `emergency_number`.

    Raises:
        CannotStart: for people under 18 and for members of a clinic.
        ValidationError: for a country, time zone or year that does not exist.
    """
    if not is_adult(year_of_birth, now):
        raise CannotStart(TOO_YOUNG)
    lock_user(user.pk)
    user.look_up_again()  # who became a member or a patient since the page was opened is one
    if user.membership is not None:
        raise CannotStart(WORKS_HERE)
    if user.as_patient is not None:
        return user.as_patient
    patient = Patient(
        user=user,
        name=name,
        email=user.email,
        year_of_birth=year_of_birth,
        time_zone=time_zone,
        zone_confirmed_at=now,
        created_at=now,
        data_keys=new_keys(),
        **place,
    )
    patient.full_clean()
    patient.save()
    audit.did(gettext_noop("began a record"), by=user, patient=patient, now=now)
    user.look_up_again()
    return patient


@transaction.atomic
def add_to_practice(
    practice: Practice, *, name: str, email: str, phone: str, year_of_birth: int, now: datetime, **known: Any
) -> Patient:
    """Begin a record for somebody whom the practice treats; they make it theirs by accepting an invitation.

    `known`: `number` and `drug_allergies`, as fields of Patient.

    Raises:
        CannotStart: for people under 18.
        NumberTaken: another patient of the practice has the `number`.
    """
    if not is_adult(year_of_birth, now):
        raise CannotStart(TOO_YOUNG)
    patient = Patient(
        practice=practice,
        name=name,
        email=email,
        phone=phone,
        year_of_birth=year_of_birth,
        created_at=now,
        data_keys=new_keys(),
        **known,
    )
    _save(patient)
    return patient


class NumberTaken(Exception):
    """Another patient of the practice has this number; `str()` is a sentence for who typed it."""

    def __str__(self) -> str:
        return gettext("Another patient has this number.")


def is_number_free(practice: Practice | None, number: str, *, but: UUID | None = None) -> bool:
    """Whether no patient of the practice but the one named has this number, in whatever case."""
    others = Patient.objects.exclude(pk=but) if but else Patient.objects.all()
    return not number or not others.filter(practice=practice, number__iexact=number).exists()


def _save(patient: Patient, **how: Any) -> None:
    """Save it.

    Raises:
        NumberTaken: as the database saw it, which knows what came in between.
    """
    try:
        with transaction.atomic():
            patient.save(**how)
    except IntegrityError as error:
        if violated_constraint(error) == ONE_NUMBER:
            raise NumberTaken from error
        raise


def confirm_place(patient: Patient, zone: str, now: datetime, *, country: str, emergency_number: str = "") -> None:
    """The patient says where they live: the zone decides what "today" is, the country whom to call.

    `emergency_number` is of a country that is not listed (`ELSEWHERE`), and not kept for any other.

    Raises:
        ValidationError: when there is no such zone.
    """
    confirm_zone(patient, zone, now)
    confirm_country(patient, country, emergency_number)


def confirm_country(patient: Patient, country: str, emergency_number: str = "") -> None:
    """The patient says in which country they are; nothing but the numbers to call changes."""
    patient.country, patient.emergency_number = country, emergency_number if country == ELSEWHERE else ""
    patient.save(update_fields=["country", "emergency_number"])


def confirm_zone(patient: Patient, zone: str, now: datetime) -> None:
    """The patient says in which time zone they live: from now on it decides what "today" is, and nothing else changes.

    Raises:
        ValidationError: when there is no such zone.
    """
    patient.time_zone, patient.zone_confirmed_at = zone, now
    patient.clean_fields(exclude=["email", "name"])
    patient.save(update_fields=["time_zone", "zone_confirmed_at"])


@transaction.atomic
def change_details(
    patient: Patient, *, name: str, phone: str, country: str, time_zone: str, now: datetime,
    emergency_number: str = "", reading: Reading | None = None, **more: Any,
) -> None:  # fmt: skip
    """Write down what patients say about themselves; a zone they saw and saved counts as confirmed.

    `more`: `drug_allergies`, where they were asked.

    Raises:
        ChangedMeanwhile: something else stands there by now than `reading`, what they had before them.
    """
    _refuse_if_changed(lock_patient(patient.pk), reading)
    details = {"name": name, "phone": phone, **more}
    for field, value in details.items():
        setattr(patient, field, value)
    patient.save(update_fields=list(details))
    what = gettext_noop("changed their details")
    audit.did(what, by=patient.user_id, patient=patient, now=now)
    confirm_place(patient, time_zone, now, country=country, emergency_number=emergency_number)


@transaction.atomic
def edit_details(
    patient: Patient, *, by: User, now: datetime, reading: Reading | None = None, **details: Any
) -> list[str]:
    """Write down what the patient's clinic knows: name, year of birth, phone, its number, drug allergies.

    Gives the fields that differ.

    Who changed which is kept for the patient to see, without the words themselves.

    Raises:
        PermissionDenied: `by` does not treat patients of the practice that the patient has now.
        ChangedMeanwhile: something else stands there by now than `reading`, what `by` had before them.
        NumberTaken: another patient of the practice has the `number`.
    """
    stored = lock_patient(patient.pk)
    if stored.practice_id is None or stored.practice != by.practice_as_practitioner:
        raise PermissionDenied
    _refuse_if_changed(stored, reading)
    patient.refresh_from_db(fields=list(details))
    changed = [field for field, value in details.items() if getattr(patient, field) != value]
    if changed:
        for field in changed:
            setattr(patient, field, details[field])
        _save(patient, update_fields=changed)
        record_access(by, patient, f"{CHANGED}{', '.join(field.replace('_', ' ') for field in changed)}", now)
    return changed


def details_of(patient: Patient) -> dict[str, Any]:
    """What patient and clinic may both change, as a page's reading carries it."""
    names = (
        "name", "year_of_birth", "phone", "number", "drug_allergies", "country", "emergency_number", "time_zone"
    )  # fmt: skip
    return {name: getattr(patient, name) for name in names}


def plain_detail(name: str, value: Any) -> str:
    """A detail in a word, for whoever is told that it changed."""
    return allergies.in_words(value) if name == allergies.FIELD else plainly(name, value)


def _refuse_if_changed(patient: Patient, reading: Reading | None) -> None:
    """Where no clinic wrote down that it changed something since, it was the patient."""
    if reading is None or not changes_since(reading, details_of(patient)):
        return
    by_clinic = (
        patient.audit_records.readings().filter(what__startswith=CHANGED, at__gte=reading.at).select_related("user")
    )
    last = by_clinic.order_by("-at").first()
    by, at = (last.user, last.at) if last else (patient.user, None)
    raise ChangedMeanwhile(reading, details_of(patient), by=by, at=at)


# By somebody's own record from the clinic's, where it says nothing.
TAKEN_OVER = ("phone", "year_of_birth", "drug_allergies")


def claim(invited: Patient, user: User) -> Patient:
    """The record that `user` keeps after accepting: their own where they have one, else the one the clinic made.

    What hangs on the clinic's record is moved by `symptoms.journal`, in the same transaction.
    """
    own_record = Patient.objects.select_related("practice").filter(user=user).first()
    if own_record is None:
        invited.user = user
        invited.email = invited.email or user.email
        invited.save(update_fields=["user", "email"])
        user.look_up_again()
        return invited
    own_record.phone = own_record.phone or invited.phone
    own_record.year_of_birth = own_record.year_of_birth or invited.year_of_birth
    own_record.drug_allergies = allergies.of_both(own_record.drug_allergies, invited.drug_allergies)
    # What the clinic's record has sealed stays as it is, and dies with theirs; theirs goes on being sealed by its own.
    own_record.data_keys = [*invited.data_keys, *(own_record.data_keys or new_keys())]
    own_record.save(update_fields=[*TAKEN_OVER, "data_keys"])
    return own_record


def begin_tie(patient: Patient, practice: Practice, now: datetime, *, number: str = "") -> None:
    """Make `practice` the patient's one current practice; unused invitations for this record end.

    `number`: by which the practice knew them, where it gave them none since. What it sees is opened by
    `symptoms.journal.joining`, in the same transaction.
    """
    patient.practice, patient.number = practice, patient.number or number
    patient.save(update_fields=["practice", "number"])
    patient.invitations.unsettled().update(withdrawn_at=now)


def end_tie(patient: Patient, now: datetime) -> Practice:
    """End the tie to the present practice, which goes on knowing the patient as they are now; gives that practice.

    The patient's day stays where it turned, and the consent to care stands: it is needed to log alone as well. The one
    to photos was for that practice and ends, and its number for the patient is its own. What the practice sees is
    ended by `symptoms.journal.joining`.

    Raises:
        ValueError: the patient has none.
    """
    practice = patient.practice
    if practice is None:
        raise ValueError("The patient has no practice to leave.")
    patient.time_zone = patient.zone.key
    details = {name: getattr(patient, name) for name in Departure.AS_KNOWN}
    Departure.objects.create(patient=patient, practice=practice, at=now, **details)
    withdraw_consent(patient, Consent.Purpose.PHOTOS, now)
    patient.practice, patient.left_at, patient.number = None, now, ""
    patient.save(update_fields=["practice", "time_zone", "left_at", "number"])
    patient.invitations.unsettled().update(withdrawn_at=now)
    return practice
