"""A patient's page says who was told of what is open: when, by which channel, with what result, at every step."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.escalation import escalate_next
from symptoms.alerts.quiet import raise_next_quiet
from symptoms.models import Alert, Delivery
from tests import people
from tests.pages.html import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic), days_ago=4, by=noor)


def shown(desk, session) -> str:
    return text_of(desk.get(reverse("patient", args=[session.patient_id])))


def test_each_step_names_each_person_once_with_what_became_of_it(clinic, noor, desk, session):
    people.practitioner(clinic, "Dr Chen")
    logged(session, 4, signs=["pus"])
    first = Delivery.objects.get()
    push = Delivery.objects.create(**{
        name: getattr(first, name) for name in ("recipient", "practice", "why", "reason", "entry", "urgency")
    }, channel="push")  # fmt: skip
    Delivery.objects.update(sent_at=timezone.now())
    assert escalate_next(timezone.now() + timedelta(minutes=31))
    Delivery.objects.filter(step=2, recipient=noor).update(failed_at=timezone.now(), last_error="550 full")
    page = shown(desk, session)
    told = page[page.index("Step 1") : page.index("You are the first")]
    moment = r"\w{3} \d+ \w{3}, \d\d:\d\d"
    assert re.fullmatch(
        rf"Step 1, {moment}: See today Dr Noor: sent by e-mail and push, {moment} "
        rf"Step 2, {moment}: See today Dr Chen: on its way by e-mail since {moment} "
        rf"Dr Noor: refused by e-mail, {moment} \(550 full\) ",
        told,
    )
    Delivery.objects.filter(pk=push.pk).update(sent_at=None)
    assert re.search(rf"Noor: sent by e-mail, {moment} on its way by push since", shown(desk, session))


def test_a_step_that_took_others_with_it_names_them(clinic, desk, session):
    people.practitioner(clinic, "Dr Chen")
    logged(session, 4, signs=["pus"])
    assert escalate_next(timezone.now() + timedelta(minutes=61))
    page = shown(desk, session)
    assert "Step 1, " in page and "Steps 2 to 3, " in page


def test_who_was_told_of_the_last_log_was_not_told_of_the_silence_after_it(desk, session):
    logged(session, 1, signs=["pus"], now=timezone.now() - timedelta(days=3))
    assert raise_next_quiet(timezone.now())
    Alert.objects.exclude(kind="quiet").update(resolved_at=timezone.now(), outcome="seen")
    Delivery.objects.update(sent_at=timezone.now())
    pages = reverse("queue"), reverse("patient", args=[session.patient_id])
    assert not any("Nobody was told" in text_of(desk.get(page)) for page in pages)
    Delivery.objects.filter(alert__kind="quiet").delete()
    assert all("Nobody was told" in text_of(desk.get(page)) for page in pages)


def test_what_was_told_is_read_with_one_statement_however_many(clinic, noor, desk, session):
    logged(session, 4, signs=["pus"])
    address = reverse("patient", args=[session.patient_id])
    desk.get(address)
    counts = []
    for minutes in (31, 61, 10_000):
        with CaptureQueriesContext(connection) as captured:
            desk.get(address)
        counts.append(len(captured))
        escalate_next(timezone.now() + timedelta(minutes=minutes))
    assert len(set(counts)) == 1
