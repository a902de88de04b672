"""A record that cannot be worked on holds up nobody else's: the worker goes on, and tries it again later."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Patient
from symptoms.alerts import asking_seen, coming_back, conversation, escalation, passing_over, quiet
from symptoms.models import Alert, PatientStatus
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
PAST = timedelta(hours=2)


def due_to_be_told_on(now):
    Alert.objects.update(next_step_at=now - PAST)


def due_to_come_back(now):
    Alert.objects.update(comes_back_at=now - PAST)


def due_to_be_called_quiet(now):
    PatientStatus.objects.update(quiet_at=now - PAST)


def due_to_be_asked(now):
    Alert.objects.update(worsened_at=now - asking_seen.AFTER - PAST)


def due_to_be_read(now):
    for alert in Alert.objects.all():
        treatment = alert.treatment
        conversation.write_to_practice(treatment, id=uuid4(), text="Hello", by=treatment.patient.user, now=now - PAST)
    conversation.Note.objects.update(follow_up_at=now - PAST)


@pytest.mark.parametrize(
    ("module", "work", "becomes_due"),
    [
        (escalation, escalation.escalate_next, due_to_be_told_on),
        (coming_back, coming_back.return_next, due_to_come_back),
        (quiet, quiet.raise_next_quiet, due_to_be_called_quiet),
        (conversation, conversation.follow_up_next, due_to_be_read),
        (asking_seen, asking_seen.ask_next, due_to_be_asked),
    ],
)
def test_one_record_that_fails_holds_up_no_other(clinic, noor, monkeypatch, module, work, becomes_due):
    for name in ("Ana", "Eve", "Mary"):
        logged(pen(people.patient(clinic, name), days_ago=9, by=noor), 3, signs=["pus"])
    broken = Patient.objects.get(name="Ana")
    now, lock, worked = timezone.now(), module.lock_patient, []

    def lock_unless_broken(patient_id):
        if patient_id == broken.pk:
            raise ValueError("unreadable")
        worked.append(patient_id)
        return lock(patient_id)

    becomes_due(now)
    monkeypatch.setattr(module, "lock_patient", lock_unless_broken)
    tries = 0
    while work(now):
        tries += 1
        assert tries < 20
    assert set(worked) == set(Patient.objects.exclude(pk=broken.pk).values_list("pk", flat=True))
    monkeypatch.setattr(passing_over.time, "monotonic", lambda: float("inf"))  # a while later
    assert broken.pk not in passing_over.passed_over()
