"""A Redis that several machines share: only the site's own is taken, and one that is away costs nothing but time."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts.models import AccountMail
from accounts.waking import SENDING
from tests.data_folders import put_database
from tests.house import tree
from tests.many.machines import a_redis, needs_redis, wait_until
from tests.tries import EVERYTHING
from tracker import preflight
from tracker.doctor import examine

pytestmark = needs_redis


@pytest.fixture(scope="session")  # Celery keeps its connections to the first
def redis():
    with a_redis() as started:
        yield started


@pytest.fixture
def many(redis, settings, monkeypatch):
    """The settings of one of many machines, in this process."""
    from tracker import shared_redis
    from tracker.celery import app

    redis.says("FLUSHALL")
    settings.REDIS_URL, settings.WAKER = redis.url, "tracker.celery.wake"
    settings.CACHES = settings.CACHES | {
        "throttle": {"BACKEND": "tracker.shared_redis.Counts", "LOCATION": redis.url, "KEY_PREFIX": "mendline"}
    }
    monkeypatch.setattr(shared_redis, "_away_until", 0.0)
    monkeypatch.setattr(app.conf, "broker_url", redis.url)
    monkeypatch.setattr(app.conf, "broker_write_url", redis.url)
    return redis


FOREIGN = {
    "somebody else's keys": (lambda redis: redis.says("SET", "shop:cart:7", "1"), "keys of somebody else"),
    "another site's": (
        lambda redis: redis.says("SET", "mendline:of", json.dumps({"site": "https://other.example", "push": ""})),
        "is that of https://other.example",
    ),
    "another key for push": (
        lambda redis: redis.says("SET", "mendline:of", json.dumps({"site": "http://testserver", "push": "other"})),
        "push-keys.json",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FOREIGN)
def test_a_redis_of_somebody_else_is_refused_at_the_start_with_the_reason(many, name, monkeypatch):
    monkeypatch.setattr(preflight, "check_promises", lambda connection: None)  # the tests' server promises little
    preflight.refuse_unready()  # its own, empty: marked
    many.says("FLUSHALL")
    inject, words = FOREIGN[name]
    inject(many)
    with pytest.raises(preflight.CannotStart, match=words):
        preflight.refuse_unready()


def test_one_that_lets_nobody_in_is_refused_and_one_that_is_away_is_not(many, caplog):
    from tracker.preflight import CannotStart
    from tracker.shared_redis import refuse_foreign, what_is_wrong

    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        refuse_foreign()
        assert "does not answer" in caplog.text and "does not answer" in what_is_wrong()
    many.says("CONFIG", "SET", "requirepass", "secret")
    try:
        with pytest.raises(CannotStart, match="does not let Mendline in"):
            refuse_foreign()
    finally:
        import redis

        redis.Redis.from_url(many.url.replace("//", "//:secret@")).config_set("requirepass", "")
    many.says("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert "allkeys-lru" in what_is_wrong()
    many.says("CONFIG", "SET", "maxmemory-policy", "noeviction")
    assert what_is_wrong() == ""


@pytest.mark.django_db
def test_doctor_says_how_redis_is_and_who_works(many, clinic):
    def found() -> dict[str, str]:
        return {
            one.what: f"{one.state} {one.text}" for one in examine(timezone.now()) if one.what in ("redis", "workers")
        }

    assert found() == {
        "redis": "well It answers, and is this site's alone.", "workers": "look No worker answers within a second.",
    }  # fmt: skip
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        assert "workers do nothing, and limits are counted by process" in found()["redis"]


def test_counts_are_those_of_all_machines_and_no_program_runs_that_lies_in_them(many):
    caches["throttle"].set("opened:1", {"a": 1.5}, 60)
    assert many.says("GET", "mendline:1:opened:1") == '{"a": 1.5}'  # as every other process reads it
    assert caches["throttle"].get("opened:1") == {"a": 1.5} and caches["throttle"].add("opened:1", 1) is False
    many.says("SET", "mendline:1:opened:1", "\x80 no JSON")
    assert caches["throttle"].get("opened:1") is None


def test_while_redis_stands_still_each_process_counts_for_itself_and_nobody_waits_long(many):
    many.send(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for number in range(20):
            caches["throttle"].set("calls", number, 60)
            assert caches["throttle"].get("calls") == number
        assert time.monotonic() - began < 10  # each waiting its half a second, they would take twenty
    finally:
        many.send(signal.SIGCONT)


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_told_which_row_waits_once_it_is_committed_and_of_nothing_else(many):
    def told() -> list:
        return [json.loads(message) for message in many.says("LRANGE", "mendline:mendline", "0", "-1")]

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        AccountMail.objects.create(to="ana@example.org", subject="s", body="b")
        raise ZeroDivisionError
    with transaction.atomic():
        mail = AccountMail.objects.create(to="ana@example.org", subject="s", body="b")
        time.sleep(0.2)
        assert not told()
    wait_until(told, 60)
    (message,) = told()
    assert message["headers"]["task"] == SENDING and str(mail.pk) in message["headers"]["argsrepr"]
    assert "ana" not in json.dumps(message)
    mail.save()
    many.send(signal.SIGSTOP)  # and nobody waits for one that stands still
    try:
        began = time.monotonic()
        AccountMail.objects.bulk_create([AccountMail(to="b@example.org", subject="s", body="b")])
        assert time.monotonic() - began < 4  # of the five that the broker's connection waits
    finally:
        many.send(signal.SIGCONT)
    wait_until(lambda: len(told()) == 2, 60)


def test_without_the_setting_nothing_of_celery_is_loaded(tmp_path):
    put_database(tmp_path)
    ours = {"MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": str(tmp_path), "MENDLINE_KEYS_DIR": str(tmp_path / "keys")}
    loaded = subprocess.run(
        [sys.executable, "-c", "import tracker.wsgi, sys; print(*sys.modules)"], cwd=tree.ROOT,
        env=tree.environment(**ours, MENDLINE_MASTER_KEY_FILE=str(tree.MASTER_KEY)), capture_output=True, text=True,
        check=True,
    ).stdout.split()  # fmt: skip
    assert "tracker.wsgi" in loaded and {"celery", "kombu", "redis", "tracker.celery"}.isdisjoint(loaded)
    default = (tree.ROOT / "deploy" / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(celery|redis|boto3|django-storages)==", default, re.M)


@pytest.mark.faults("F12")
@pytest.mark.skipif(not EVERYTHING, reason="starts a process: in make faults")
def test_a_worker_says_in_a_sentence_why_it_does_not_start(many, tmp_path):
    (tmp_path / "mendline.sqlite3").touch()
    ours = {"MENDLINE_DEBUG": "1", "MENDLINE_DATA_DIR": str(tmp_path), "MENDLINE_REDIS_URL": many.url}
    started = subprocess.run(
        ["deploy/start.sh", "celery"], cwd=tree.ROOT, env=tree.environment(**ours), capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert started.returncode == 1 and "Mendline does not start: the database is not up to date" in started.stderr
    assert "Traceback" not in started.stderr


def test_the_settings_say_what_is_missing(monkeypatch):
    from tracker import env

    monkeypatch.setattr(env, "REDIS_URL", "redis://127.0.0.1/0")
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(env.UnsafeSettings, match=r"extra \[celery\]"):
        env.refuse_unsafe()
    monkeypatch.setattr(env, "REDIS_URL", "http://127.0.0.1/0")
    with pytest.raises(env.UnsafeSettings, match="redis://user:password@host"):
        env.refuse_unsafe()
