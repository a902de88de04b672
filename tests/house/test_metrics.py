"""Figures for whoever watches a site: to the token alone, true, and nothing about one patient or clinic."""

from datetime import UTC, timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from symptoms.alerts.handling import acknowledge
from symptoms.alerts.server_health import server_numbers
from symptoms.models import Delivery, Upkeep, WorkerBeat
from tests.treatments import logged, pen
from tracker import env

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-a-watching-program-0123456789"


def figures(client) -> dict:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name.removeprefix("mendline_"), *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_figures_are_those_of_the_site_and_name_nobody(client, settings, clinic, noor, ana):
    settings.METRICS_TOKEN, now = TOKEN, timezone.now()
    session = pen(ana, days_ago=3, by=noor)
    assert figures(client)["alerts_open", "no", "urgent"] == 0
    logged(session, 3, signs=["pus"])
    Delivery.objects.update(created_at=now - timedelta(minutes=5))
    WorkerBeat.objects.create(at=now - timedelta(minutes=2))
    Upkeep.objects.create(kind=Upkeep.Kind.BACKUP, done_at=now - timedelta(hours=3))
    known = figures(client)
    assert known["alerts_open", "no", "urgent"] == 1 and known["alerts_open", "yes", "urgent"] == 0
    assert known["messages_waiting", "about_patients"] == Delivery.objects.filter(sent_at=None).count() > 0
    assert 300 <= known["messages_oldest_seconds", "about_patients"] < 400
    assert 120 <= known["worker_silent_seconds",] < 220
    assert 3 * 3600 <= known["upkeep_age_seconds", Upkeep.Kind.BACKUP.value] < 3 * 3600 + 100
    assert known["upkeep_age_seconds", Upkeep.Kind.DRILL.value] == float("inf")
    read = dict(server_numbers(now, UTC))  # what people read of the same
    assert (
        read["Messages that wait"] == f"{known['messages_waiting', 'about_patients']:.0f}" and read["Patients"] == "1"
    )
    acknowledge(session, by=noor, now=timezone.now())
    assert figures(client)["alerts_open", "yes", "urgent"] == 1
    said = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert not [word for word in (ana.name, noor.email, clinic.name, str(clinic.pk)) if word in said]


def test_they_are_for_the_token_alone_and_off_without_one(client, settings, monkeypatch):
    for token, sent, status in (("", f"Bearer {TOKEN}", 404), (TOKEN, "", 401), (TOKEN, f"Bearer {TOKEN}x", 401)):
        settings.METRICS_TOKEN = token
        assert client.get("/metrics", headers={"Authorization": sent}).status_code == status
    for wrong, words in (("short", "32 characters"), (TOKEN, r"extra \[metrics\]")):
        monkeypatch.setattr(env, "METRICS_TOKEN", wrong)
        if wrong == TOKEN:
            monkeypatch.setattr(env, "find_spec", lambda name: None)
        with pytest.raises(env.UnsafeSettings, match=words):
            env.refuse_unsafe()
