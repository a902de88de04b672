"""Push messages: encrypted for each browser, no word about anybody, and never in the way of a letter."""

import base64
import json
import stat
import time
from contextlib import nullcontext
from datetime import datetime
from datetime import time as time_of_day
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from accounts.contact_methods import add_browser, add_browser_of_patient, is_push_service
from accounts.models import ContactMethod
from symptoms.alerts.reminder_wishes import choose
from symptoms.alerts.reminding import remind_next
from symptoms.alerts.telling import may_still_be_told
from symptoms.management.commands.run_worker import pass_on
from symptoms.messages import outbox, push_keys
from symptoms.messages.channel_tests import note_arrival
from symptoms.messages.channels import https
from symptoms.messages.channels.interface import Refused
from symptoms.messages.channels.push import Push
from symptoms.messages.outbox import Outbox
from symptoms.models import Delivery
from tests import people
from tests.messages import mailservers, push
from tests.messages.told import CLINIC_STRINGS, PATIENT_STRINGS, an_entry, to
from tests.treatments import pen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    push_keys.make_keys()


@pytest.fixture
def service(settings):
    with push.endpoint() as running:
        settings.PUSH_STAND_IN = running.origin
        yield running


def browser_of(user, service, name: str) -> ContactMethod:
    return add_browser(user.membership, push.subscription(name, service.origin), "Mac, Firefox")


def queued(entry, urgency: int = 3, **more) -> Delivery:
    noor = entry.treatment.practitioner
    return Delivery.objects.create(**to(noor, entry, urgency), why=Delivery.Why.TREATED, channel="push", **more)


def sent(delivery: Delivery) -> Delivery:
    box = Outbox(may_still_be_told, pass_on)
    while box.work() or not box.is_idle:
        box.wait(0.05)
    box.close()
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize(
    ("urgency", "kept", "title"),
    [
        (2, "86400", "An entry needs your review"),
        (3, "43200", "Urgent: an entry needs your review"),
        (4, "21600", "Emergency: an entry needs your review"),
    ],
)
def test_a_push_message_says_what_the_letter_s_subject_says_and_nothing_of_anybody(service, urgency, kept, title):
    entry = an_entry()
    method = browser_of(entry.treatment.practitioner, service, "one")
    delivery = sent(queued(entry, urgency))
    assert delivery.sent_at is not None
    (message,) = service.messages["one"]
    assert message["web_push"] == 8030
    shown = message["notification"]
    assert shown["title"] == title
    assert shown["navigate"].endswith(f"/practice/review/{entry.pk}/")
    assert shown["data"]["arrived"].endswith(f"/push/{delivery.pk}/{method.pk}/arrived/")
    text = json.dumps(message).lower().replace("web_push", "").replace("/push/", "")
    assert [word for word in PATIENT_STRINGS + CLINIC_STRINGS if word.lower() in text] == []
    headers = service.headers["one"]
    assert headers["TTL"] == kept and headers["Content-Encoding"] == "aes128gcm"
    assert headers["Urgency"] == ("high" if urgency >= 3 else "normal")
    assert len(headers["Topic"]) <= 32
    claims = headers["Authorization"].partition("t=")[2].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert claims["aud"] == service.origin and time.time() < claims["exp"] <= time.time() + 12 * 60 * 60


def test_a_repeat_has_the_topic_of_the_first_so_that_it_takes_its_place(service):
    entry = an_entry()
    browser_of(entry.treatment.practitioner, service, "one")
    topics = set()
    for step in range(2):
        sent(queued(entry, step=step))
        topics.add((service.headers["one"]["Topic"], service.messages["one"][-1]["notification"]["tag"]))
    assert len(topics) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_of_several_browsers_one_is_enough_and_one_that_is_gone_ends(service, status):
    entry = an_entry()
    noor = entry.treatment.practitioner
    gone, works = browser_of(noor, service, "gone"), browser_of(noor, service, "works")
    service.answers["gone"] = status
    assert sent(queued(entry)).sent_at is not None
    gone.refresh_from_db()
    works.refresh_from_db()
    assert gone.failing_since is not None and gone.failing_why == "ended" and works.is_working
    assert len(service.messages["works"]) == 1


def test_a_browser_whose_key_is_none_keeps_no_message_from_the_others(service):
    entry = an_entry()
    noor = entry.treatment.practitioner
    given = push.subscription("bad", service.origin)
    given["keys"]["p256dh"] = push.text_of(bytes([4]) + bytes(64))  # no point of the curve
    add_browser(noor.membership, given, "Mac, Firefox")
    browser_of(noor, service, "good")
    assert sent(queued(entry)).sent_at and list(service.messages) == ["good"]


@pytest.mark.faults("F20")
def test_where_the_last_browser_is_gone_the_message_is_given_up_and_the_next_colleague_is_told(service):
    entry = an_entry()
    noor = entry.treatment.practitioner
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    browser_of(noor, service, "gone")
    service.answers["gone"] = 410
    with mailservers.honest() as (port, box), override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        assert sent(queued(entry)).failed_at is not None
    assert box.recipients == [colleague.email]


@pytest.mark.parametrize("status", [302, 307, 403, 429, 500, 503])
def test_a_service_that_does_not_take_it_is_asked_again_later_and_followed_nowhere(service, status):
    entry = an_entry()
    method = browser_of(entry.treatment.practitioner, service, "one")
    service.answers["one"] = status
    delivery = sent(queued(entry))
    assert delivery.sent_at is None and delivery.failed_at is None and str(status) in delivery.last_error
    assert delivery.not_before > timezone.now()
    method.refresh_from_db()
    assert method.is_working
    assert "elsewhere" not in service.messages


@pytest.mark.faults("F3")
def test_a_push_service_that_hangs_holds_up_no_letter(service, monkeypatch):
    monkeypatch.setattr(https, "SILENCE", 300)
    monkeypatch.setattr(outbox, "LONGEST_TRY", 2.0)
    entry = an_entry()
    noor = entry.treatment.practitioner
    browser_of(noor, service, "hangs")
    service.hang.add("hangs")
    hanging = [queued(entry, step=step) for step in range(6)]
    with mailservers.honest() as (port, box), override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        working = Outbox(may_still_be_told, pass_on)
        working.work()
        letters = [Delivery.objects.create(**to(noor, entry), why=Delivery.Why.TREATED, step=step) for step in range(6)]
        ends = time.monotonic() + 20
        while Delivery.objects.filter(pk__in=[letter.pk for letter in letters], sent_at=None).exists():
            working.work()
            working.wait(0.02)
            assert time.monotonic() < ends
        assert not Delivery.objects.filter(pk__in=[row.pk for row in hanging], attempts__gt=1).exists()
        working.close()
    assert len(box.letters) == 6
    assert "did not finish in time" in Delivery.objects.filter(channel="push", attempts=1).first().last_error


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@evil.example/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilpush.apple.com.example/x",
        "https://push.apple.com.evil/x",
        r"https://evil.example\.push.apple.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://fcm.googleapis.com:port/x",
        "",
    ],
)
def test_only_the_push_services_that_are_named_are_spoken_to(address):
    assert not is_push_service(address)


def test_a_service_whose_name_leads_into_our_network_is_not_spoken_to(monkeypatch):
    monkeypatch.setattr(https.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("10.0.0.7", 443))])
    with pytest.raises(https.Forbidden):
        https.post("https://web.push.apple.com/x", b"", {}, ends=time.monotonic() + 5)


def test_a_browser_says_that_a_message_arrived_once_and_only_of_its_own(service):
    entry = an_entry()
    method = browser_of(entry.treatment.practitioner, service, "one")
    delivery = sent(queued(entry))
    now = timezone.now()
    assert not note_arrival(uuid4(), method.pk, now) and not note_arrival(delivery.pk, uuid4(), now)
    assert note_arrival(delivery.pk, method.pk, now)
    delivery.refresh_from_db()
    method.refresh_from_db()
    assert delivery.arrived_at == method.proven_at == now


def test_the_key_is_made_once_and_is_for_mendline_s_user_only(tmp_path):
    public = push_keys.public_key()
    assert len(base64.urlsafe_b64decode(public + "=")) == 65
    assert stat.S_IMODE((tmp_path / push_keys.FILE).stat().st_mode) == 0o600
    assert not push_keys.make_keys() and push_keys.public_key() == public


@pytest.fixture
def renewed(client):
    def renew(old: object, new: object, browser=client) -> int:
        return browser.post("/push/renewed/", {"old": json.dumps(old), "new": json.dumps(new)}).status_code

    return renew


def test_a_subscription_that_the_browser_renewed_takes_the_place_of_the_old_one(noor, service, renewed):
    method = browser_of(noor, service, "old")
    ContactMethod.objects.update(failing_since=timezone.now(), failing_why="ended")
    old, new = (push.subscription(name, service.origin) for name in ("old", "new"))
    assert renewed(old, new) == 204
    row = ContactMethod.objects.get(kind="push")
    assert (row.pk, row.user, row.failing_since) == (method.pk, noor, None)
    assert json.loads(row.address)["endpoint"] == new["endpoint"]
    assert renewed(old, new) == 404  # it is known no more
    assert add_browser(noor.membership, new, "Mac, Firefox").pk == method.pk


def test_nobody_renews_what_is_not_theirs(clinic, noor, service, renewed):
    browser_of(noor, service, "hers")
    lind = people.practitioner(clinic, "Dr Lind", "lind@larkfield.example")
    browser_of(lind, service, "taken")
    hers, new, taken = (push.subscription(name, service.origin) for name in ("hers", "new", "taken"))
    elsewhere = push.subscription("new", "https://push.example")
    guessed = {**hers, "keys": {**hers["keys"], "auth": push.text_of(b"another secret--")}}
    before = list(ContactMethod.objects.order_by("pk").values())
    assert renewed(hers, new, people.signed_in(lind)) == 404
    for old, fresh in ((guessed, new), (hers, taken), (hers, elsewhere), (hers, "x"), (None, new), ([], {})):
        assert renewed(old, fresh) == 404
    assert list(ContactMethod.objects.order_by("pk").values()) == before
    assert renewed(hers, new, people.signed_in(noor)) == 204


EVENING = datetime(2026, 11, 5, 18, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("hour", "handed_over", "kept"),
    [
        ("19:30", "19:31", 60 * 60),  # who takes their phone out later finds it on Today
        ("21:30", "21:35", 25 * 60),  # shown before 22:00, or never
        ("21:30", "21:59:59.5", 0),  # now, or never
        ("21:30", "22:00", None),
        ("23:15", "23:20", 55 * 60),  # at night as they chose, for an hour
    ],
)
def test_a_reminder_that_a_push_service_keeps_is_not_shown_in_quiet_hours(service, hour, handed_over, kept):
    with time_machine.travel(EVENING, tick=False) as clock:
        ana = people.ana()
        pen(ana, days_ago=1)
        add_browser_of_patient(ana.user, push.subscription("ana", service.origin), "Android, Chrome")
        choose(ana, is_on=True, at=time_of_day.fromisoformat(hour), by_email=False, by_push=True, now=EVENING)
        due_at = datetime.combine(EVENING, time_of_day.fromisoformat(hour), EVENING.tzinfo)
        clock.move_to(due_at)
        assert remind_next(due_at)
        message = Push().write(Delivery.objects.get(channel="push"))
        clock.move_to(datetime.combine(EVENING, time_of_day.fromisoformat(handed_over), EVENING.tzinfo))
        with nullcontext() if kept is not None else pytest.raises(Refused, match="at night"):
            Push().hand_over(message, ends=time.monotonic() + 30)
    assert service.headers.get("ana", {}).get("TTL") == (None if kept is None else str(kept))
