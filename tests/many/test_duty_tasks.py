"""The worker's duties as tasks of Celery: each of them is one, they run as they stand, and rows stay the truth."""

import json
import logging
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AccountMail
from accounts.waking import PAGES, SENDING
from symptoms.management.commands.run_worker import Duty, duties
from symptoms.messages.outbox import Outbox
from symptoms.models import Assessment, WorkerBeat
from symptoms.recovery.protocol import PROTOCOL
from tests import people
from tests.many.machines import a_redis, needs_redis, wait_until, worker
from tests.messages import mailservers
from tests.messages.told import an_entry, tell
from tests.processes import environment
from tests.treatments import logged, pen
from tracker.backups.manifest import release

pytestmark = needs_redis


@pytest.fixture(scope="module")
def duty_tasks():
    from tracker import duty_tasks

    return duty_tasks


def test_every_duty_of_the_worker_is_a_task_and_has_its_turn(duty_tasks):
    from tracker.celery import app

    every = duties(Outbox(lambda delivery: True, lambda delivery: None))
    ours = {duty.name: duty for duty in every if not duty.of_machine}
    assert ours.keys() <= app.tasks.keys() and len(every) == len(ours) + 2
    planned = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert planned.pop(duty_tasks.LOOK) == timedelta(seconds=3)
    assert planned == {name: duty.every for name, duty in ours.items() if duty.every}
    assert duty_tasks.always == [name for name, duty in ours.items() if not duty.every]
    assert duty_tasks.app.tasks["judge again what could not be judged"]


def test_a_call_while_the_duty_runs_lets_it_look_once_more(duty_tasks):
    begun, may_go_on, runs = threading.Event(), threading.Event(), []

    def run() -> bool:
        runs.append(1)
        begun.set()
        may_go_on.wait(60)
        return False

    task = duty_tasks.DutyTask(Duty("try", run))
    first = threading.Thread(target=task.do)
    first.start()
    begun.wait(60)
    for _ in range(3):
        task.do()  # returns at once
    assert len(runs) == 1
    may_go_on.set()
    first.join(60)
    assert len(runs) == 2


@pytest.mark.django_db
def test_a_duty_that_fails_is_said_keeps_the_ping_back_and_holds_up_no_other(duty_tasks, monkeypatch, caplog):
    asked, pings, fails = [], [], [True]
    monkeypatch.setattr(duty_tasks, "ask", lambda name, *given, **options: asked.append(name))
    monkeypatch.setattr(duty_tasks.dead_man, "all_went_well", lambda: pings.append(1))
    monkeypatch.setattr(duty_tasks._tables, "are_ours", lambda: True)

    def run() -> bool:
        if fails:
            raise ZeroDivisionError("a fault of ours")
        return False

    name = "tell whose tokens end soon"
    task = duty_tasks.DutyTask(Duty(name, run, timedelta(hours=1)))
    with caplog.at_level(logging.ERROR):
        task.do()
        duty_tasks._look()
    assert f"could not {name}" in caplog.text and asked == [name, *duty_tasks.always] and not pings
    fails.clear()
    monkeypatch.setattr(task._rota, "_clock", lambda: time.monotonic() + 60)
    task.do()
    duty_tasks._look()
    assert pings


@pytest.mark.django_db
def test_a_worker_of_another_release_than_the_tables_does_nothing_and_says_why(duty_tasks, monkeypatch, caplog):
    asked, unknown = [], [True]

    def check(connection) -> None:
        if unknown:
            raise duty_tasks.CannotStart("the database belongs to a newer Mendline (it has symptoms.9999_later).")

    monkeypatch.setattr(duty_tasks, "ask", lambda name, *given, **options: asked.append(name))
    monkeypatch.setattr(duty_tasks, "check_tables", check)
    monkeypatch.setattr(duty_tasks, "_tables", duty_tasks.Tables())
    duty_tasks._look()
    assert not asked and "this worker does nothing: the database belongs to a newer Mendline" in caplog.text
    unknown.clear()
    duty_tasks._look()
    assert asked == duty_tasks.always


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_sent_at_once_and_what_redis_forgot_or_never_heard_a_little_later(tmp_path, settings):
    if settings.ON_POSTGRES:
        pytest.skip(
            "no worker starts on a server that promises as little as the tests' does; `make many` has a real one"
        )
    with a_redis() as redis, mailservers.honest() as (port, box):
        ours = environment(
            tmp_path / "machine", MENDLINE_REDIS_URL=redis.url, MENDLINE_SMTP_HOST="127.0.0.1",
            MENDLINE_SMTP_PORT=str(port),
        )  # fmt: skip
        delivery = tell(an_entry())  # committed where nobody told Redis
        log = tmp_path / "log"
        of_ours = worker(ours, log).start()
        try:
            wait_until(lambda: delivery.message_id in box.ids, 90)  # found by the look at the start
            hint(redis, AccountMail.objects.create(to="ana@example.org", subject="s", body="b"))
            wait_until(lambda: len(box.ids) == 2, 90)  # there is no beat yet: it was told
            assert WorkerBeat.objects.exists()  # as /workerz asks
            redis.says("FLUSHALL")
            AccountMail.objects.create(to="ana@example.org", subject="s", body="b")
            broker(redis).send_task(
                "look for what is due", queue="mendline"
            )  # as the beat does; it runs in `make many`
            wait_until(lambda: len(box.ids) == 3, 90)
            assert len(set(box.ids)) == 3
            assert [*releases(redis).values()] == [release()]
        finally:
            of_ours.stop()
        assert "Traceback" not in log.read_text()


def test_a_worker_says_which_other_releases_are_beside_it(duty_tasks, monkeypatch, caplog):
    monkeypatch.setattr(duty_tasks, "ask", lambda name: None)
    monkeypatch.setattr(duty_tasks, "_look_after_this_machine", lambda: None)
    found = {"worker@one": release()}
    monkeypatch.setattr(duty_tasks, "releases", lambda: found)
    duty_tasks._started(None)
    assert not caplog.records
    found["worker@two"] = "0.0.9"
    duty_tasks._started(None)
    assert f"is Mendline {release()}, and beside it there are: worker@two 0.0.9" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_workers_judge_stored_days_again_whose_pages_they_hear_of(duty_tasks, settings, capsys, monkeypatch):
    entry = logged(pen(people.ana(people.practice()), days_ago=6), 3, pain=1, signs=["pus"]).entry
    Assessment.objects.filter(entry=entry).update(urgency=0, flags=[], protocol_version="2025.9", protocol_hash="old")
    with pytest.raises(CommandError, match="MENDLINE_REDIS_URL"):
        call_command("reassess", "--on-workers")
    heard: list[list[str]] = []

    def wake(duty: str, rows: list[str]) -> None:
        heard.append(rows)
        if len(heard) > 1:  # the first time nobody hears it
            duty_tasks.app.tasks[duty](rows)

    settings.WAKER = "tracker.celery.wake"
    monkeypatch.setattr("tracker.celery.wake", wake)
    monkeypatch.setattr("symptoms.management.commands.reassess.LOOK_AGAIN_AFTER", 0.01)
    call_command("reassess", "--on-workers", "--json")
    assert len(heard) == 2 and heard[0] == heard[1]
    assert entry.assessments.filter(protocol_hash=PROTOCOL.hash, urgency__gt=0).exists()
    assert json.loads(capsys.readouterr().out)["days"] == 1


def test_a_worker_goes_on_with_the_pages_of_which_it_hears_while_it_judges(duty_tasks, monkeypatch):
    done, judge = [], duty_tasks.app.tasks[PAGES]

    def do_page(page: int, *, now) -> None:
        done.append(page)
        if page == 1:
            other = threading.Thread(target=judge, args=(["3", "4"],))
            other.start()
            other.join(30)
            assert done == [1]  # one at a time

    monkeypatch.setattr(duty_tasks, "do_page", do_page)
    judge(["1", "2"])
    assert done == [1, 2, 3, 4]


def releases(redis) -> dict:
    """What each worker says that it is."""
    from tracker.celery import RELEASE

    answers = broker(redis).control.broadcast(RELEASE, reply=True, timeout=60, limit=1)
    return {host: said for answer in answers for host, said in answer.items()}


def hint(redis, mail: AccountMail) -> None:
    """As `wake` sends it, from this process that has no Redis in its settings."""
    broker(redis).send_task(SENDING, args=[[str(mail.pk)]], queue="mendline")


def broker(redis):
    from celery import Celery

    app = Celery(broker=redis.url)
    app.conf.broker_transport_options = {"global_keyprefix": "mendline:"}
    return app
