"""F8 and F18: whatever a phone's clock or the server's says, a day is kept as the one it was, and told once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from symptoms.models import Delivery, Entry
from tests import people
from tests.api.programs import QUIET, program, put_entry
from tests.messages import mailservers
from tests.messages.told import a_treatment, an_entry, tell
from tests.treatments import pen
from tests.tries import chance, tries

PHONES, JUMPS = tries(5, 200), tries(3, 60)
ZONES = (
    "Etc/GMT+12", "Pacific/Kiritimati", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
# Nights in which clocks change, the end of February in a leap year, of a year; and any other day.
MOMENTS = (
    datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 11, 1, 6, 1, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC), datetime(2027, 12, 31, 23, 59, tzinfo=UTC),
    datetime(2027, 6, 15, 12, 0, tzinfo=UTC),
)  # fmt: skip
CLOCKS = {
    "right": lambda today: today,
    "a day behind": lambda today: today - timedelta(days=1),
    "a day ahead": lambda today: today + timedelta(days=1),
    "in 1970": lambda today: date(1970, 1, 1),
    "in 2099": lambda today: date(2099, 12, 31),
}


@pytest.mark.django_db
@pytest.mark.faults("F8")
def test_whatever_day_a_phone_believes_it_is_its_log_is_kept_with_the_day_that_it_was(noted):
    """A day that cannot be is asked again, and is there once the phone has heard which day it is."""
    drawn, asked_again = chance("phones' clocks"), 0
    for number in range(PHONES):
        zone, clock = drawn.choice(ZONES), list(CLOCKS)[number % len(CLOCKS)]
        moment = drawn.choice(MOMENTS) + timedelta(minutes=drawn.randrange(-180, 180))
        with time_machine.travel(moment, tick=False):
            patient = people.patient(name=f"Person {number}", time_zone=zone)
            session = pen(patient, days_ago=5, now=moment)
            today = moment.astimezone(ZoneInfo(zone)).date()
            assert session.day_zero == today - timedelta(days=5)
            believed, client = (CLOCKS[clock](today) - session.day_zero).days, program(patient)
            answer = put_entry(client, session, QUIET | {"day": believed})
            if not 0 <= believed <= 5:
                assert 400 <= answer.status_code < 500 and not session.entries.exists(), (clock, answer.content)
                answer, believed, asked_again = put_entry(client, session, QUIET | {"day": 5}), 5, asked_again + 1
            assert answer.status_code == 201, (clock, zone, moment, answer.content)
            (entry,) = session.entries.all()
            assert (entry.day, entry.date) == (believed, session.day_zero + timedelta(days=believed))
            assert entry.received_at == moment
    noted(PHONES, lost=PHONES - Entry.objects.count())
    assert asked_again


@pytest.mark.django_db(transaction=True)
@pytest.mark.faults("F18")
def test_while_the_server_s_clock_jumps_an_hour_either_way_each_message_arrives_and_is_not_repeated(settings, noted):
    """The mail server puts some off; whichever way the clock goes, nothing waits for longer than it says."""
    drawn, treatment = chance("the server's clock"), a_treatment()
    now, refusals = timezone.now(), []

    def put_off(envelope):
        refusals.append(1)
        return "451 later" if drawn.random() < 0.4 else None

    with mailservers.honest(put_off) as (port, box):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        for _ in range(JUMPS):
            now += timedelta(hours=drawn.choice([-1, 1]), seconds=drawn.randrange(600))
            with time_machine.travel(now, tick=True):
                tell(an_entry(treatment))
                call_command("run_worker", once=True)
        for _ in range(60):  # minutes: the longest pause between two tries is 15, and a jump may add an hour
            now += timedelta(minutes=2)
            with time_machine.travel(now, tick=True):
                call_command("run_worker", once=True)
            if not Delivery.objects.filter(sent_at=None).exists():
                break
    lost = Delivery.objects.filter(sent_at=None).count()
    noted(JUMPS, lost=lost, doubled=len(box.ids) - len(set(box.ids)))
    assert len(box.ids) == len(set(box.ids)) and set(box.ids) == {row.message_id for row in Delivery.objects.all()}
    assert len(refusals) > len(box.ids), "nothing was put off"
