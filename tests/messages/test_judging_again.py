"""An entry that cannot be judged, whatever the fault, holds nobody's messages up."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from symptoms.journal import judging
from symptoms.models import Alert, Delivery, Entry
from tests.moving import joins
from tests.people import ana, dr_noor, practice
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.faults("F19")
def test_the_worker_goes_on_past_an_entry_that_cannot_even_be_stored(monkeypatch, capsys):
    clinic = practice()
    treatment = pen(ana(clinic), days_ago=3, by=dr_noor(clinic))
    with broken_rules():
        logged(treatment, 3, signs=["pus"])
    Entry.objects.update(judge_again_at=timezone.now())
    monkeypatch.setattr(judging, "_store", lambda *a, **k: 1 / 0)
    call_command("run_worker", once=True)
    entry = Entry.objects.get()
    assert not entry.is_judged and entry.judge_again_at > timezone.now() and entry.judge_attempts == 2
    assert Delivery.objects.get().sent_at is not None


@pytest.mark.faults("F19")
def test_a_fault_in_the_rules_keeps_nobody_from_joining_a_clinic():
    alone = ana()
    logged(pen(alone, days_ago=3), 3, signs=["pus"])
    clinic = practice()
    noor = dr_noor(clinic)
    with broken_rules():
        joins(alone, clinic)
    assert {delivery.recipient for delivery in Delivery.objects.all()} == {noor}
    Entry.objects.update(judge_again_at=timezone.now())
    call_command("run_worker", once=True)  # it is judged again, and what it says is told there
    assert Entry.objects.get().is_judged
    assert Alert.objects.filter(practice=clinic, kind=Alert.Kind.CONCERN, concern="infection").exists()
