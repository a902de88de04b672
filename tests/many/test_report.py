"""The report of `make many` says by which fault something came, and calls a run wrong that lost anything."""

from datetime import UTC, datetime, timedelta

from symptoms.messages import retries
from tests.many.comparing import Attribution, Row, table, verdict
from tests.many.faults import KINDS, LEASE, OVERSLEPT, Fault
from tests.many.story import Told

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_worker_sleeps_beyond_its_leases():
    assert retries.LEASE.total_seconds() == LEASE and min(OVERSLEPT) > 0


def told(**wrong: int) -> Told:
    moment = {"a": NOON}
    made = Told(entries=moment, photos=moment, acts={("a", "resolved"): NOON})
    made.wrong.update(wrong)
    return made


def test_what_came_is_put_down_to_the_last_fault_that_had_begun():
    faults = [
        Fault(kind, NOON + timedelta(minutes=number)) for number, kind in enumerate(("beat killed", "Redis emptied"))
    ]
    at = Attribution(faults)
    assert [at.kind(NOON + timedelta(seconds=seconds)) for seconds in (-5, 0, 59, 60, 600)] == [
        "beat killed", "beat killed", "beat killed", "Redis emptied", "Redis emptied",
    ]  # fmt: skip


def test_whatever_is_lost_doubled_late_or_answered_as_a_fault_is_said():
    report = {kind: Row(count=11) for kind in KINDS}
    assert verdict(report, told(), again=2, allowed=2, is_settled=True) == []
    assert "| in all               |   209 |    0 |       0 |    0 |" in table(report)
    report["Redis emptied"].lost = 1
    report["worker killed"].late = 2
    wrong = verdict(report, told(**{"PUT entries 500": 1}), again=3, allowed=2, is_settled=False)
    assert [sentence.partition(" ")[0] for sentence in wrong] == ["lost:", "late:", "3", "Answered", "Something"]
    assert wrong[0] == "lost: 1 by Redis emptied."
