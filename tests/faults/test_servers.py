"""F6 and F21: PostgreSQL restarts, and the server is stopped as for an update, while people log."""

import json
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from tests import postgres
from tests.bench.server import environment, free_port
from tests.house import tree
from tests.tries import EVERYTHING, chance
from tests.upgrade.__main__ import SEED as PEOPLE_WHO_LOG
from tests.upgrade.__main__ import Release
from tests.upgrade.people import People

pytestmark = pytest.mark.skipif(not EVERYTHING, reason="it takes minutes: make faults")
RESTARTS, STOPS = 20, 10
BACK_WITHIN, STOPPED_WITHIN = 10, 30  # seconds
THERE = (
    "import json, django; django.setup(); from symptoms.models import Entry;"
    "print(json.dumps([str(pk) for pk in Entry.objects.values_list('pk', flat=True)]))"
)


@pytest.fixture
def site(tmp_path):
    """Server and worker as in production, on a database that minds the disk, and who logs there."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server()) if settings.ON_POSTGRES else None
        port = free_port()
        ours = environment(str(tmp_path)) | {
            "PORT": str(port), "WEB_PROCESSES": "2", "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "MENDLINE_SMTP_HOST": "127.0.0.1", "MENDLINE_DATABASE_URL": server.url() if server else "",
        }  # fmt: skip
        release = Release(tree.ROOT, ours, tmp_path / "log")
        release.set_up()
        people = People(port, json.loads(release.run("-c", PEOPLE_WHO_LOG).splitlines()[-1]), pause=0.7)
        stack.callback(release.stop)
        release.start()
        yield SimpleNamespace(release=release, people=people, postgres=server, log=tmp_path / "log")


def faults_in(log: Path) -> str:
    """What server and worker logged of faults that they did not expect; for whoever reads why a test failed."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(line for line in lines if '"exception"' in line or "Traceback" in line)[-20_000:]


def lost_and_doubled(site) -> dict[str, int]:
    """Of what was acknowledged, and of all that is there."""
    there = json.loads(site.release.run("-c", THERE).splitlines()[-1])
    lost = set(site.people.acknowledged) - set(there)
    return {"lost": len(lost), "doubled": len(there) - len(set(there))}


def until_somebody_is_answered(people: People) -> float:
    """How many seconds that took."""
    began, before = time.monotonic(), len(people.acknowledged)
    while len(people.acknowledged) == before:
        assert time.monotonic() - began < 120, "nobody is answered any more"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.faults("F6")
@pytest.mark.skipif(not settings.ON_POSTGRES, reason="it is about PostgreSQL")
def test_postgresql_restarts_cleanly_and_as_if_it_crashed_and_nobody_s_log_is_lost(site, noted):
    drawn, late = chance("PostgreSQL restarts"), 0
    with site.people as people:
        for number in range(RESTARTS):
            until_somebody_is_answered(people)
            time.sleep(drawn.uniform(0, 1))
            site.postgres.stop(signal.SIGQUIT if number % 2 else signal.SIGINT)
            time.sleep(drawn.uniform(0, 1))
            site.postgres.start()
            late += until_somebody_is_answered(people) > BACK_WITHIN
    noted(RESTARTS, **lost_and_doubled(site), late=late)
    assert not people.wrong, f"{dict(people.wrong)}: {faults_in(site.log)}"
    assert people.sent_again


@pytest.mark.faults("F21")
def test_the_server_stops_and_starts_while_people_log_and_each_log_is_answered_once_or_sent_again(site, noted):
    drawn, late = chance("the server stops"), 0
    with site.people as people:
        for _ in range(STOPS):
            until_somebody_is_answered(people)
            time.sleep(drawn.uniform(0, 1))
            late += site.release.stop() > STOPPED_WITHIN
            site.release.start()
    noted(STOPS, **lost_and_doubled(site), late=late)
    assert not people.wrong, f"{dict(people.wrong)}: {faults_in(site.log)}"
