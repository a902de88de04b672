"""Who opens more records than anybody reads is stopped, and the clinic reads that it was so."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from accounts.web import reading_limits
from tests import people

pytestmark = pytest.mark.django_db


def test_who_copies_records_is_stopped_and_goes_on_with_those_that_are_open(monkeypatch, clinic, noor, ana):
    monkeypatch.setattr(reading_limits, "OPENED_AN_HOUR", 4)
    desk, mine = people.signed_in(noor), reverse("patient", args=[ana.pk])
    asked = [
        mine,
        reverse("patient_history", args=[ana.pk]),
        reverse("queue"),
        "/practice/?page=2",
        "/practice/?page=3",
    ]
    assert [desk.get(address).status_code for address in asked] == [200] * 5  # two pages about Ana are one record
    for address in ("/practice/?page=4", reverse("patient", args=[uuid4()])):
        refused = desk.get(address)
        assert refused.status_code == 429 and 3500 < int(refused["Retry-After"]) <= 3601
        assert "in 60 minutes, and those that you have opened at any time" in refused.content.decode()
    assert desk.get(mine).status_code == 200
    ben = people.patient(clinic, "Ben")
    assert desk.head(reverse("patient", args=[ben.pk])).status_code == 429
    assert desk.post(reverse("ask_before", args=[ben.pk])).status_code == 302, "what is sent is taken"
    written = AuditRecord.objects.filter(what="opened too many records")
    assert [(row.user_id, row.practice_id) for row in written] == [(noor.pk, clinic.pk)]
    assert people.signed_in(people.practitioner(clinic, "Wei Chen")).get("/practice/?page=4").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=40)):  # who goes on reading is not counted for ever
        assert people.signed_in(noor).get(mine).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=5)):
        assert people.signed_in(noor).get("/practice/?page=4").status_code == 200
