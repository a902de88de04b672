"""A patient's page says who was told of what is open: when, by which channel, with what result, at every step."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord
from symptoms.alerts.escalation import escalate_next
from symptoms.alerts.quiet import raise_next_quiet
from symptoms.alerts.read_receipts import LISTED, RECORD
from symptoms.models import Alert, Delivery
from tests import people
from tests.pages.html import select, text_of, words
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
    (folded,) = select(desk.get(reverse("patient", args=[session.patient_id])), "details[@class='told']")
    assert "open" in folded.attrib and "Who was told, 2 steps" in words(folded)  # one of them could not be
    Delivery.objects.filter(pk=push.pk).update(sent_at=None)
    assert re.search(rf"Noor: sent by e-mail, {moment} on its way by push since", shown(desk, session))


def test_who_was_told_is_folded_while_all_of_it_arrives(desk, session):
    logged(session, 4, signs=["pus"])
    Delivery.objects.update(sent_at=timezone.now())
    (folded,) = select(desk.get(reverse("patient", args=[session.patient_id])), "details[@class='told']")
    assert "open" not in folded.attrib and "Dr Noor: sent by e-mail" in words(folded)


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


def test_each_hop_is_named_with_its_time(clinic, noor, desk, session):
    """Queued, refused or sent, shown, opened and taken: by each person of their own."""
    people.practitioner(clinic, "Dr Chen")
    now = timezone.now()
    logged(session, 3, signs=["pus"], now=now - timedelta(minutes=50))
    assert escalate_next(now - timedelta(minutes=20))
    by_noor, by_chen = (Delivery.objects.filter(step=2, recipient__name=name) for name in ("Dr Noor", "Dr Chen"))
    by_noor.update(sent_at=now - timedelta(minutes=19), arrived_at=now - timedelta(minutes=18), channel="push")
    by_chen.update(
        created_at=now - timedelta(minutes=15), refused_at=now - timedelta(minutes=14), last_error="452 full"
    )
    opened(session, noor, clinic, now - timedelta(minutes=9))
    Alert.objects.update(acknowledged_by=noor, acknowledged_at=now - timedelta(minutes=8))
    step = re.sub(r"\w{3} \d+ \w{3}, ", "", re.search(r"Step 2.*?First read", shown(desk, session))[0])
    times = [timezone.localtime(now - timedelta(minutes=ago), clinic.zone) for ago in range(60)]
    clock = [f"{time:%H:%M}" for time in times]
    hops = f"sent by push, {clock[19]} shown by the browser, {clock[18]} opened, {clock[9]} taken, {clock[8]}"
    assert f"Dr Noor: {hops}" in step
    assert f"Dr Chen: queued, {clock[15]} refused by e-mail, {clock[14]} (452 full) " in step
    assert step.count("opened") == 1 and step.count("taken") == 1


def test_what_was_opened_before_or_for_another_clinic_or_in_a_list_is_no_hop(clinic, noor, desk, session):
    logged(session, 4, signs=["pus"])
    elsewhere = people.practice("Otherwhere Clinic")
    opened(session, noor, clinic, timezone.now() - timedelta(hours=1))
    opened(session, noor, elsewhere, timezone.now())
    opened(session, noor, clinic, timezone.now(), what=LISTED)
    assert "opened, " not in shown(desk, session)  # the record of this reading is written after the page
    assert "opened, " in shown(desk, session)


def opened(session, reader, practice, at, what=RECORD) -> None:
    AuditRecord.objects.create(user=reader, patient=session.patient, practice=practice, what=what, at=at)
