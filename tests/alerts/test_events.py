"""What happened to an alert is added to, never changed and never removed."""

import pytest

from symptoms.models import Alert, AlertEvent
from symptoms.models.alert import AppendOnly
from tests import people
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(clinic, noor) -> AlertEvent:
    logged(pen(people.ana(clinic), days_ago=6, by=noor), 3, signs=["pus"])
    return AlertEvent.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.save(),
        lambda event: event.delete(),
        lambda event: AlertEvent.objects.update(detail="never happened"),
        lambda event: AlertEvent.objects.filter(pk=event.pk).delete(),
        lambda event: AlertEvent.objects.bulk_update([event], ["detail"]),
        lambda event: event.alert.events.all().delete(),
    ],
    ids=["save", "delete", "update", "delete many", "bulk_update", "through its alert"],
)
def test_an_event_cannot_be_changed_or_removed(event, change):
    with pytest.raises(AppendOnly):
        change(event)
    assert AlertEvent.objects.get().detail == ""


def test_events_go_with_a_record_that_is_erased(event):
    event.alert.treatment.patient.delete()
    assert not Alert.objects.exists() and not AlertEvent.objects.exists()
