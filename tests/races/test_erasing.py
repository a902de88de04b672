"""A record that goes in the moment in which somebody writes to it, is told of it, or makes a file of it.

All of it goes, or none of it, and nobody is answered with a fault.
"""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.access import record_access
from accounts.locks import Erased
from accounts.models import AuditRecord, Patient
from symptoms.alerts.handling import acknowledge
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.announcing import announce
from symptoms.journal.erasing import ask_erasure, erase_next
from symptoms.journal.exporting import ask_export
from symptoms.journal.file_making import path_of
from symptoms.management.commands.run_worker import pass_on
from symptoms.messages.outbox import Outbox
from symptoms.models import Alert, Assessment, Delivery, Entry, Erasure, Export, Note, Photo, Treatment
from tests import people
from tests.api.programs import QUIET, jpeg, of, program, put_entry
from tests.at_once import at_once
from tests.made_files import make_next
from tests.treatments import attached, logged, pen
from tests.tries import tries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chance]

TRIES = tries(2, 100)
NOT_THERE = {401, 403, 404}
ROWS = (Patient, Treatment, Entry, Assessment, Alert, Delivery, Note, Photo, Export)


@pytest.fixture(autouse=True)
def folders(photo_folder, settings, tmp_path):
    settings.DATA_DIR = tmp_path


def record(clinic, noor):
    """Somebody's, which goes now: what is open in it, and a message about it that is not sent yet."""
    patient = people.patient(clinic, "Ana")
    treatment = pen(patient, days_ago=4, by=noor)
    logged(treatment, 2, signs=["pus"])
    attached(treatment, day=2)
    ask_erasure(patient, by=patient.user, now=timezone.now() - timedelta(days=8))
    return treatment


def _logs(treatment, noor):
    return put_entry(program(treatment.patient), treatment, QUIET)


def _sends_a_photo(treatment, noor):
    address = f"{of(treatment, 'photos', uuid4())}?day=3&view=left"
    return program(treatment.patient).generic("PUT", address, jpeg(), content_type="image/jpeg")


def _writes_to_them(treatment, noor):
    return program(noor).post(of(treatment, "messages"), {"id": str(uuid4()), "text": "Hello"}, format="json")


@pytest.mark.parametrize("act", [_logs, _sends_a_photo, _writes_to_them])
def test_what_is_written_while_it_goes_goes_with_it_or_finds_nothing(clinic, noor, act):
    for _ in range(TRIES):
        treatment = record(clinic, noor)
        answer, erased = at_once(partial(act, treatment, noor), partial(erase_next, timezone.now()))
        assert erased is True
        assert answer.status_code in {200, 201, 409, *NOT_THERE}, answer.content
        assert not any(model.objects.exists() for model in ROWS)
        Erasure.objects.all().delete()


def test_what_was_read_in_the_moment_in_which_it_went_is_written_down_all_the_same(clinic, noor):
    patient = record(clinic, noor).patient
    assert erase_next(timezone.now())
    record_access(noor, patient, "record")
    row = AuditRecord.objects.latest("id")
    assert (row.kind, row.subject, row.patient_id) == ("read", patient.pk, None)


def test_whoever_takes_or_is_told_of_an_alert_that_goes_meets_no_fault(clinic, noor):
    for _ in range(TRIES):
        treatment = record(clinic, noor)
        outbox = Outbox(may_still_be_told, pass_on)
        taken, sent, erased = at_once(
            partial(acknowledge, treatment, by=noor, now=timezone.now()), outbox.work,
            partial(erase_next, timezone.now()),
        )  # fmt: skip
        outbox.close()
        assert erased is True and not isinstance(sent, Exception), sent
        assert isinstance(taken, (list, Erased)), taken
        assert not any(model.objects.exists() for model in ROWS)
        Erasure.objects.all().delete()


def test_a_file_that_is_made_while_its_record_goes_is_nowhere(clinic, noor):
    for _ in range(TRIES):
        treatment = record(clinic, noor)
        export = ask_export(treatment.patient, timezone.now())
        made, erased = at_once(partial(make_next, timezone.now()), partial(erase_next, timezone.now()))
        assert erased is True and not isinstance(made, Exception), made
        assert not any(model.objects.exists() for model in ROWS)
        assert not list(path_of(export.pk).parent.glob("*"))
        Erasure.objects.all().delete()


def test_who_logs_in_the_moment_of_retention_keeps_the_record_or_is_refused(clinic, noor):
    """A log that was taken is there: a record never goes right after somebody used it."""
    for _ in range(TRIES):
        treatment = pen(people.patient(clinic, "Ana"), days_ago=4, by=noor)
        now, patient = timezone.now(), treatment.patient
        long_ago = now - timedelta(days=800)
        Patient.objects.update(created_at=long_ago)
        Treatment.objects.update(recorded_at=long_ago, performed_at=long_ago)
        patient.consents.update(given_at=long_ago)
        announce(patient, now)
        Erasure.objects.update(due_at=now)
        answer, done = at_once(partial(_logs, treatment, noor), partial(erase_next, now))
        assert done is True
        assert answer.status_code in {201, *NOT_THERE}
        assert (answer.status_code == 201) == Patient.objects.exists()
        while erase_next(now + timedelta(days=2)):
            pass
        assert (answer.status_code == 201) == Patient.objects.exists()
        Patient.objects.all().delete()
        Erasure.objects.all().delete()
