"""How a patient begins: what they agree to and say about themselves, all at once or not at all."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.allergies import Allergies, of_both
from accounts.consents import give_consent
from accounts.locks import lock_patient
from accounts.models import Patient, User
from accounts.patients import start_alone
from symptoms.journal.treatments import complete_treatment
from symptoms.models import Treatment


@transaction.atomic
def begin_alone(user: User, *, agreed: Iterable[str], now: datetime, **who: Any) -> Patient:
    """Make `user` a patient without a practice who agreed to the purposes `agreed`; `who` as `start_alone` takes it.

    Raises:
        CannotStart: see `start_alone`.
    """
    patient = start_alone(user, now=now, **who)
    _agree(patient, agreed, now)
    return patient


@transaction.atomic
def welcome(
    patient: Patient,
    treatment: Treatment | None,
    *,
    facts: dict[str, Any],
    agreed: Iterable[str],
    year_of_birth: int | None,
    drug_allergies: Allergies | None = None,
    by: User,
    now: datetime,
) -> None:
    """An invited patient has filled in what the practice had not: `facts` of the treatment, consents, year of birth,
    drug allergies. What was left out of these, None, stays as it is."""
    _agree(patient, agreed, now)
    if treatment is not None and any(getattr(treatment, name) != value for name, value in facts.items()):
        complete_treatment(treatment, by=by, now=now, **facts)
    if treatment is not None:
        Treatment.objects.filter(pk=treatment.pk).update(questions_asked_at=now)
    if year_of_birth is not None:
        patient.year_of_birth = year_of_birth
        patient.save(update_fields=["year_of_birth"])
    if drug_allergies is not None:
        known = lock_patient(patient.pk).drug_allergies  # by now the practice may have asked as well
        patient.drug_allergies = of_both(known, drug_allergies)
        patient.save(update_fields=["drug_allergies"])


def _agree(patient: Patient, purposes: Iterable[str], now: datetime) -> None:
    for purpose in purposes:
        give_consent(patient, purpose, now)
    patient.welcomed_at = patient.welcomed_at or now
    patient.save(update_fields=["welcomed_at"])
