"""What is known of a member's channels: learned by sending, tested, named to the manager; and who may change one."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.contact_methods import add_browser, add_number, email_of, mark_failing, mark_proven
from accounts.models import ContactMethod
from symptoms.alerts.policy import TOLD_OF
from symptoms.alerts.telling import colleagues_of, may_still_be_told
from symptoms.alerts.unreachable import name_unreachable
from symptoms.management.commands.run_worker import duties, pass_on
from symptoms.messages.channel_tests import MOST_TESTS, MOST_TESTS_OF_A_KIND, send_test
from symptoms.messages.channels import registry
from symptoms.messages.channels.apprise import Apprise
from symptoms.messages.outbox import Outbox
from symptoms.messages.words import notice_of
from symptoms.models import Delivery
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.messages import mailservers, push
from tests.messages.told import an_entry, tell
from tests.pages.html import select, text_of, words

pytestmark = pytest.mark.django_db
FULL, NONE = 552, 550


def sent_through(port: int) -> None:
    """Let everything that is due go out, once."""
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        box = Outbox(may_still_be_told, pass_on)
        while box.work() or not box.is_idle:
            box.wait(0.02)
        box.close()


def failing(*users) -> None:
    for user in users:
        mark_failing(ContactMethod.objects.filter(pk=email_of(user).pk), f"recipient refused ({FULL})", timezone.now())


def reached(user) -> frozenset[str]:
    here = colleagues_of(user.membership.practice, timezone.now())
    return next(person.ways for person in here if person.user == user.pk)


# --- e-mail


def test_an_address_that_is_refused_while_others_are_taken_counts_as_failing_until_a_letter_is_taken():
    entry = an_entry()
    noor = entry.treatment.practitioner
    people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    first = tell(entry)
    with mailservers.honest(refused={noor.email: FULL}) as (port, _box):
        sent_through(port)
    method = ContactMethod.objects.get(user=noor)
    assert method.failing_since is not None and str(FULL) in method.failing_why
    assert reached(noor) == frozenset()
    Delivery.objects.filter(pk=first.pk).update(not_before=timezone.now())
    with mailservers.honest() as (port, _box):
        sent_through(port)
    method.refresh_from_db()
    assert method.is_working and reached(noor) == {"email"}


def test_a_server_that_refuses_everybody_says_nothing_of_anybody():
    entry = an_entry()
    noor = entry.treatment.practitioner
    colleague = people.practitioner(entry.treatment.practice, "Dr Lindqvist")
    tell(entry)
    with mailservers.honest(refused={noor.email: NONE, colleague.email: NONE}) as (port, _box):
        sent_through(port)
    assert Delivery.objects.filter(refused_at__isnull=False).count() == 2
    assert not ContactMethod.objects.exists()


def test_what_was_known_of_an_earlier_address_is_over():
    noor = people.dr_noor(people.practice())
    failing(noor)
    assert reached(noor) == frozenset()
    noor.email = "new@larkfield.example"
    noor.save()
    assert reached(noor) == {"email"} and not noor.memberships.reach()


# --- who is reached by nothing


def test_a_member_whom_nothing_reaches_is_named_to_the_managers_once_for_each_failure():
    practice = people.practice()
    noor, price = people.dr_noor(practice), people.admin(practice)
    other = people.admin(people.practice("Northgate Clinic"), "Ms North")
    now = timezone.now()
    failing(noor)
    assert name_unreachable(now) == 1 and name_unreachable(now) == 0
    named = Delivery.objects.get()
    assert (named.recipient, named.why, named.practice) == (price, Delivery.Why.MEMBER, practice)
    with mailservers.honest() as (port, box):
        sent_through(port)
    assert box.recipients == [price.email]
    assert b"cannot be reached" in box.letters[0]
    for word in (b"Noor", b"Larkfield Skin"):
        assert word not in box.letters[0]
    ContactMethod.objects.update(failing_since=None)
    assert name_unreachable(now) == 0
    ContactMethod.objects.update(failing_since=now + timedelta(hours=1))
    assert name_unreachable(now + timedelta(hours=1)) == 1
    assert not Delivery.objects.filter(recipient=other).exists()


def test_the_worker_looks_for_them_often_enough_to_name_them_within_ninety_seconds():
    every = {duty.name: duty.every for duty in duties(Outbox(may_still_be_told, pass_on))}
    assert every["name members whom nothing reaches"] <= timedelta(seconds=60)


def test_whoever_is_reached_another_way_is_not_named():
    noor = people.dr_noor(people.practice())
    people.admin(noor.membership.practice)
    failing(noor)
    add_browser(noor.membership, push.subscription(), "Mac, Firefox")
    assert reached(noor) == {"push"} and name_unreachable(timezone.now()) == 0
    add_number(noor.membership, "sms", "+447700900300")
    ContactMethod.objects.filter(kind="push").update(is_on=False)
    ContactMethod.objects.filter(kind="sms").update(is_on=True)  # of a kind that this site does not offer
    assert reached(noor) == frozenset() and name_unreachable(timezone.now()) == 1


@pytest.fixture
def services(settings, monkeypatch):
    """Texts and calls go through a service that the operator named."""
    settings.APPRISE_URLS = {"sms": "json://127.0.0.1/", "phone": "json://127.0.0.1/"}
    for kind in settings.APPRISE_URLS:
        monkeypatch.setitem(registry.CHANNELS, kind, Apprise(kind))


@pytest.mark.parametrize(
    ("numbers", "told_at", "says"),
    [
        ([], [], "cannot be reached"),
        (["phone"], [Urgency.EMERGENCY], "is told only of emergencies"),
        (["sms"], [Urgency.URGENT, Urgency.EMERGENCY], "is told only of what is urgent"),
        (["sms", "phone"], [Urgency.URGENT, Urgency.EMERGENCY], "is told only of what is urgent"),
    ],
)
def test_whom_only_their_phone_reaches_is_named_with_what_they_are_told_of(services, numbers, told_at, says):
    noor = people.dr_noor(people.practice())
    price = people.admin(noor.membership.practice)
    for kind in numbers:
        mark_proven(add_number(noor.membership, kind, "+447700900300"), timezone.now())
    assert name_unreachable(timezone.now()) == 0  # her e-mail tells her of all
    failing(noor)
    (person,) = (c for c in colleagues_of(noor.membership.practice, timezone.now()) if c.user == noor.pk)
    assert [urgency for urgency in TOLD_OF if person.ways_for(urgency)] == told_at
    assert name_unreachable(timezone.now()) == 1 and name_unreachable(timezone.now()) == 0
    (named,) = Delivery.objects.all()
    assert named.recipient == price and notice_of(named).subject == f"A member of your clinic {says}"
    browser = people.signed_in(price)
    pages = [reverse("member_change", args=[noor.membership.pk]), reverse("member_channels", args=[noor.membership.pk])]
    shown = [text_of(browser.get(page)) for page in (reverse("members"), *pages)]
    shown.append(text_of(people.signed_in(noor).get(reverse("own_channels"))))
    words = says.removeprefix("is ") if numbers else "No channel reaches"
    assert all(words in page for page in shown)


def test_who_loses_their_phone_as_well_is_named_again(services):
    noor = people.dr_noor(people.practice())
    people.admin(noor.membership.practice)
    mark_proven(add_number(noor.membership, "sms", "+447700900300"), timezone.now())
    email_of(noor)
    for kind in ("email", "sms"):
        ContactMethod.objects.filter(kind=kind).update(is_on=False)
        assert name_unreachable(timezone.now()) == 1
    subjects = {notice_of(named).subject for named in Delivery.objects.all()}
    assert subjects == {
        "A member of your clinic is told only of what is urgent", "A member of your clinic cannot be reached",
    }  # fmt: skip


def test_the_members_page_says_whom_nothing_reaches(settings):
    practice = people.practice()
    noor, price = people.dr_noor(practice), people.admin(practice)
    browser = people.signed_in(price)
    assert "No channel reaches" not in browser.get(reverse("members")).content.decode()
    failing(noor)
    assert "No channel reaches" in browser.get(reverse("members")).content.decode()
    page = browser.get(reverse("member_channels", args=[noor.membership.pk])).content.decode()
    assert "No channel reaches them now: they are told of nothing." in page and "the mailbox is full" in page


# --- tests of a channel


def test_a_test_by_e_mail_shows_what_became_of_it_and_is_proven_by_a_yes():
    noor = people.dr_noor(people.practice())
    price = people.admin(noor.membership.practice)
    failing(noor)
    own, manager = people.signed_in(noor), people.signed_in(price)
    address = reverse("member_channels", args=[noor.membership.pk])
    manager.post(address, {"method": "email", "action": "test"})
    assert "A test is on its way" in manager.get(address).content.decode()
    with mailservers.honest() as (port, box):
        sent_through(port)
    assert box.recipients == [noor.email] and reverse("own_channels").encode() in box.letters[0]
    assert "Nobody has said yet" in manager.get(address).content.decode()
    assert "Did the test arrive?" not in manager.get(address).content.decode()
    own.post(reverse("own_channel_change"), {"method": "email", "action": "arrived"})
    page = own.get(reverse("own_channels")).content.decode()
    assert ", arrived on" in page and "Last proven on" in page
    own.post(reverse("own_channel_change"), {"method": "email", "action": "not_arrived"})
    assert "A test did not arrive" in own.get(reverse("own_channels")).content.decode()
    assert reached(noor) == frozenset()


def test_a_test_that_is_refused_says_why():
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    browser.post(reverse("own_channel_change"), {"method": "email", "action": "test"})
    with mailservers.honest(refused={noor.email: FULL}) as (port, _box):
        sent_through(port)
    page = browser.get(reverse("own_channels")).content.decode()
    assert "Test refused on" in page and "the mailbox is full" in page
    assert "No channel reaches you now: you are told of nothing." in page


def test_a_channel_is_tested_so_often_and_no_more():
    noor = people.dr_noor(people.practice())
    method, now = email_of(noor), timezone.now()
    first = send_test(method, noor.membership.practice, now)
    assert send_test(method, noor.membership.practice, now) == first  # it is on its way
    browser = people.signed_in(noor)
    for _ in range(MOST_TESTS):
        Delivery.objects.update(sent_at=timezone.now())
        answer = browser.post(reverse("own_channel_change"), {"method": "email", "action": "test"}, follow=True)
    assert Delivery.objects.count() == MOST_TESTS and "often enough" in answer.content.decode()


def test_a_member_who_was_removed_gets_no_test_and_no_message():
    entry = an_entry()
    noor = entry.treatment.practitioner
    test = send_test(email_of(noor), noor.membership.practice, timezone.now())
    noor.memberships.update(removed_at=timezone.now())
    with mailservers.honest() as (port, box):
        sent_through(port)
    test.refresh_from_db()
    assert test.failed_at is not None and box.letters == []


# --- adding, turning off


def test_a_browser_is_added_by_its_own_user_and_turned_off_with_a_warning_where_it_is_the_last():
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    given = push.subscription()
    browser.post(reverse("own_channel_add"), {"kind": "push", "subscription": push.json.dumps(given)})
    method = ContactMethod.objects.get(kind="push")
    assert method.is_working and Delivery.objects.get().method == method  # a test goes out at once
    failing(noor)
    change = {"method": method.pk, "action": "off"}
    answer = browser.post(reverse("own_channel_change"), change)
    assert answer.status_code == 409 and "Nothing else reaches you" in answer.content.decode()
    method.refresh_from_db()
    assert method.is_on
    browser.post(reverse("own_channel_change"), {**change, "sure": "yes"})
    method.refresh_from_db()
    assert not method.is_on


def test_somebody_else_s_browser_and_channel_are_refused():
    practice = people.practice()
    noor, chen = people.dr_noor(practice), people.practitioner(practice, "Dr Chen")
    given = push.subscription("shared")
    method = add_browser(noor.membership, given, "Mac, Firefox")
    with pytest.raises(ValidationError):
        add_browser(chen.membership, given, "Mac, Firefox")
    page = people.signed_in(chen).post(
        reverse("own_channel_add"), {"kind": "push", "subscription": push.json.dumps(given)}
    )
    assert page.status_code == 422 and "takes the messages of somebody else" in page.content.decode()
    answer = people.signed_in(chen).post(reverse("own_channel_change"), {"method": method.pk, "action": "off"})
    assert answer.status_code == 404
    noor.memberships.update(removed_at=timezone.now())  # and then it is free
    assert add_browser(chen.membership, given, "Mac, Firefox").user == chen
    assert not ContactMethod.objects.filter(user=noor).exists()


@pytest.mark.parametrize(
    "given",
    [
        "", "{", "[]", "null", '"x"', "{}", '{"endpoint": 5, "keys": {"p256dh": "", "auth": ""}}',
        push.json.dumps({**push.subscription(), "endpoint": "https://evil.example/x"}),
        push.json.dumps({**push.subscription(), "endpoint": "https://fcm.googleapis.com/" + "x" * 1000}),
        push.json.dumps({**push.subscription(), "endpoint": "https://fcm.googleapis.com/\ud800"}),
        push.json.dumps({**push.subscription(), "endpoint": "https://fcm.googleapis.com/a b"}),
        push.json.dumps({**push.subscription(), "keys": {"p256dh": "AAAA", "auth": "AAAA"}}),
        push.json.dumps({**push.subscription(), "keys": {"p256dh": 5, "auth": None}}),
        "[" * 2900,
    ],
)  # fmt: skip
def test_what_is_no_browser_s_address_is_refused_beside_the_button(given):
    browser = people.signed_in(people.dr_noor(people.practice()))
    answer = browser.post(reverse("own_channel_add"), {"kind": "push", "subscription": given})
    assert answer.status_code == 422
    [mistake] = select(answer, "form[@data-push-key]//*[@autofocus]")
    assert "This browser" in words(mistake)
    assert not ContactMethod.objects.exists()


# --- texts and calls


@pytest.fixture
def texts(settings, monkeypatch):
    """A service for texts, as an operator would name it: a stand-in on loopback."""
    with push.letterbox() as (origin, taken):
        settings.APPRISE_URLS = {"sms": f"json://{origin}/{{number}}", "phone": ""}
        monkeypatch.setitem(registry.CHANNELS, "sms", Apprise("sms"))
        yield taken


def test_without_a_service_there_is_no_button_for_a_number():
    browser = people.signed_in(people.dr_noor(people.practice()))
    assert "Add a number" not in browser.get(reverse("own_channels")).content.decode()
    answer = browser.post(reverse("own_channel_add"), {"kind": "sms", "number": "+44 7700 900300"})
    assert answer.status_code == 422 and not ContactMethod.objects.exists()


def test_a_number_is_used_once_a_test_by_it_has_arrived(texts):
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    wrong = browser.post(reverse("own_channel_add"), {"kind": "sms", "number": "07700 900300"})
    assert wrong.status_code == 422 and "07700 900300" in wrong.content.decode()
    browser.post(reverse("own_channel_add"), {"kind": "sms", "number": "+44 7700 900300"})
    method = ContactMethod.objects.get(kind="sms")
    assert method.address == "+447700900300" and "sms" not in reached(noor)
    with mailservers.honest() as (port, _box):
        sent_through(port)
    ((path, message),) = texts
    assert path == "/+447700900300" and "test message" in message["message"]
    browser.post(reverse("own_channel_change"), {"method": method.pk, "action": "arrived"})
    assert "sms" in reached(noor)


def test_a_number_is_not_turned_on_before_a_test_by_it_has_arrived(texts):
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    method = add_number(noor.membership, "sms", "+447700900300")
    answer = browser.post(reverse("own_channel_change"), {"method": method.pk, "action": "on"}, follow=True)
    assert "once a test by it has arrived" in answer.content.decode() and "sms" not in reached(noor)


def test_who_would_have_only_a_phone_left_is_told_what_it_is_not_for(texts):
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    method = add_number(noor.membership, "sms", "+447700900300")
    mark_proven(method, timezone.now())
    answer = browser.post(reverse("own_channel_change"), {"method": "email", "action": "off"})
    assert answer.status_code == 409 and "Only your phone is left" in answer.content.decode()
    assert email_of(noor).is_on and reached(noor) == {"email", "sms"}
    assert browser.post(reverse("own_channel_change"), {"method": method.pk, "action": "off"}).status_code == 302


def test_a_number_that_is_removed_and_added_again_is_tested_no_more_often(texts):
    noor = people.dr_noor(people.practice())
    browser = people.signed_in(noor)
    for _ in range(MOST_TESTS_OF_A_KIND + 1):
        browser.post(reverse("own_channel_add"), {"kind": "sms", "number": "+44 7700 900300"})
        method = ContactMethod.objects.get(kind="sms")
        browser.post(reverse("own_channel_change"), {"method": method.pk, "action": "remove"})
    assert Delivery.objects.count() == MOST_TESTS_OF_A_KIND
    with mailservers.honest() as (port, _box):
        sent_through(port)
    assert texts == []  # of a number that is removed no test is sent
