"""A real worker is killed while a patient waits: within 90 seconds watchers, practice and patient are told, and once a
worker is back that is gone by itself, with what waited."""

import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from symptoms.models import Delivery, WorkerBeat
from tests import people
from tests.messages import mailservers
from tests.messages.test_workers import kill, wait_until, workers
from tests.messages.told import a_treatment
from tests.pages.html import text_of
from tests.treatments import logged
from tests.tries import EVERYTHING

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults("F14"), pytest.mark.usefixtures("no_worker")]
BANNER, CANNOT, ALERTING = (
    "Nobody is being told.",
    "We cannot reach your clinic right now.",
    "We are alerting your clinic.",
)
SILENT_FOR = 91.0  # seconds


def test_a_worker_that_dies_is_noticed_within_ninety_seconds_and_gone_again_by_itself(tmp_path):
    session = a_treatment()
    desk, phone = people.signed_in(User.objects.get(name="Dr Noor")), people.signed_in(session.patient)

    def seen() -> tuple[int, bool, bool, bool]:
        """What watchers, the practice and the patient are told: the status, the banner, to call, to wait."""
        today = text_of(phone.get(reverse("today")))
        status = Client().get("/workerz").status_code
        return status, BANNER in text_of(desk.get(reverse("queue"))), CANNOT in today, ALERTING in today

    with mailservers.honest() as (port, box), workers(tmp_path / "worker", port) as of_ours:
        worker = of_ours.start()
        wait_until(WorkerBeat.objects.exists)
        kill(worker)
        logged(session, session.day_of(session.patient.today(timezone.now())), signs=["pus"])
        assert seen() == (200, False, False, True)
        fall_silent_for(SILENT_FOR)
        assert seen() == (503, True, True, False)
        assert not box.letters
        worker = of_ours.start()
        wait_until(lambda: Delivery.objects.get().sent_at is not None)
        wait_until(lambda: seen() == (200, False, False, False))
        assert len(box.letters) == 1
        kill(worker)


def fall_silent_for(seconds: float) -> None:
    """So much time passes without a worker: waited for where everything is tried, else taken off its last beat."""
    if EVERYTHING:
        time.sleep(seconds)
    else:
        WorkerBeat.objects.update(at=F("at") - timedelta(seconds=seconds))
