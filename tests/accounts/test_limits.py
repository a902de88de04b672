"""Guessing is bounded, and a stranger's guesses shut nobody else out; nor do a stranger's requests for letters."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccountMail, User
from accounts.networks import network_of
from symptoms.management.commands.run_worker import forget_limits
from tests import people

pytestmark = pytest.mark.django_db
LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
HOME, ELSEWHERE, WAITING_ROOM = "192.0.2.10", "198.51.100.10", "203.0.113.10"
WRONG = "not the right password"


@pytest.fixture
def owner():
    return people.ana().user


def try_from(address: str, email: str, password: str = WRONG, browser: Client | None = None) -> str:
    """How a try to sign in ends: "in", "wrong", or the refusal's words."""
    browser = browser or Client()
    answer = browser.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address)
    if answer.status_code == 302:
        return "in"
    page = answer.content.decode()
    return "wrong" if "the password is wrong" in page else page[page.index("Too many") :][:200]


@contextmanager
def later(**time: float):
    with time_machine.travel(timezone.now() + timedelta(**time)):
        yield


def test_a_stranger_s_tries_elsewhere_do_not_refuse_the_owner(owner):
    assert [try_from(ELSEWHERE, owner.email) for _ in range(5)] == ["wrong"] * 5
    assert "Wait five minutes" in try_from(ELSEWHERE, owner.email)
    assert "Wait five minutes" in try_from("198.51.100.200", owner.email, people.PASSWORD)  # the same network
    assert try_from(HOME, owner.email, people.PASSWORD) == "in"
    with later(minutes=6):
        assert try_from(ELSEWHERE, owner.email, people.PASSWORD) == "in"


def test_ten_wrong_tries_in_a_waiting_room_refuse_no_right_password_there(owner):
    others = [people.user() for _ in range(3)]
    for number in range(10):
        try_from(WAITING_ROOM, f"nobody{number}@example.org")
    assert [try_from(WAITING_ROOM, person.email, people.PASSWORD) for person in [owner, *others]] == ["in"] * 4


def test_one_network_guesses_at_many_accounts_a_hundred_times_an_hour(owner):
    assert {try_from(ELSEWHERE, f"nobody{number}@example.org") for number in range(100)} == {"wrong"}
    assert "Wait an hour" in try_from(ELSEWHERE, owner.email, people.PASSWORD)
    assert try_from(HOME, owner.email, people.PASSWORD) == "in"
    with later(minutes=61):
        assert try_from(ELSEWHERE, owner.email, people.PASSWORD) == "in"


def test_a_device_that_signed_in_before_is_let_in_whatever_strangers_try(owner):
    browser, other = Client(), people.user()
    assert try_from(HOME, owner.email, people.PASSWORD, browser) == "in"
    browser.post("/accounts/logout/")
    for network in range(20):
        for _ in range(5):
            try_from(f"198.51.{network}.1", owner.email)
    assert "today" in try_from("203.0.113.1", owner.email, people.PASSWORD)
    for _ in range(7):  # their own typing errors are no stranger's
        assert try_from("203.0.113.1", owner.email, browser=browser) == "wrong"
    assert try_from("203.0.113.1", owner.email, people.PASSWORD, browser) == "in"
    browser.post("/accounts/logout/")
    for _ in range(5):  # for another account the device is nobody's
        try_from("203.0.113.1", other.email, browser=browser)
    assert "Too many" in try_from("203.0.113.1", other.email, people.PASSWORD, browser)


def test_a_known_device_guesses_fifty_times_a_day_and_then_as_a_stranger(owner):
    browser = Client()
    assert try_from(HOME, owner.email, people.PASSWORD, browser) == "in"
    browser.post("/accounts/logout/")
    assert {try_from(HOME, owner.email, browser=browser) for _ in range(55)} == {"wrong"}
    assert "Too many" in try_from(HOME, owner.email, people.PASSWORD, browser)


def test_the_device_s_cookie_is_signed_kept_from_scripts_and_names_nobody(owner):
    browser = Client()
    try_from(HOME, owner.email, people.PASSWORD, browser)
    cookie = browser.cookies[settings.DEVICE_COOKIE_NAME]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    assert str(owner.pk) not in cookie.value and owner.email not in cookie.value
    forged = Client()
    forged.cookies[settings.DEVICE_COOKIE_NAME] = cookie.value[:-2] + "xx"
    for _ in range(5):
        try_from(ELSEWHERE, owner.email)
    assert "Too many" in try_from(ELSEWHERE, owner.email, people.PASSWORD, forged)


def test_a_link_to_a_new_password_opens_the_account_again(owner):
    browser, new = Client(REMOTE_ADDR=ELSEWHERE), "four large brown bears"
    for number in range(100):
        try_from(f"198.51.{number // 5}.1", owner.email)
    browser.post(RESET, {"email": owner.email})
    link = AccountMail.objects.get(to=owner.email).body.partition("http://testserver")[2].split()[0]
    form = browser.get(link, follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert try_from(ELSEWHERE, owner.email, new, browser) == "in"
    assert try_from(HOME, owner.email, new) == "in"


def test_a_right_password_counts_against_nobody(owner):
    for _ in range(12):
        assert try_from(WAITING_ROOM, owner.email, people.PASSWORD) == "in"


def letters(to: str) -> int:
    return AccountMail.objects.filter(to=to).count()


@pytest.mark.parametrize("known", [True, False])
def test_letters_are_bounded_by_sender_and_recipient_with_the_same_answer(owner, known):
    email = owner.email if known else "nobody@example.org"
    answers = [Client(REMOTE_ADDR=ELSEWHERE).post(RESET, {"email": email}) for _ in range(7)]
    assert letters(email) == 5  # a stranger's
    answers.append(Client(REMOTE_ADDR=HOME).post(RESET, {"email": email}))
    assert letters(email) == 6  # the owner's own
    for network in range(10):
        answers += [Client(REMOTE_ADDR=f"203.0.{network}.1").post(RESET, {"email": email}) for _ in range(5)]
    assert letters(email) == 20  # and no more in a day, whoever asks
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/accounts/password/reset/done/")}


def test_who_signed_in_before_gets_a_letter_whatever_strangers_ask_for(owner):
    browser = Client()
    try_from(HOME, owner.email, people.PASSWORD, browser)
    browser.post("/accounts/logout/")
    for network in range(20):
        Client(REMOTE_ADDR=f"203.0.{network}.1").post(RESET, {"email": owner.email})
    assert letters(owner.email) == 20
    browser.post(RESET, {"email": owner.email})
    assert letters(owner.email) == 21


@pytest.mark.parametrize("host", ["127.0.0.1:1234", "localhost", "testserver:99"])
def test_links_in_letters_lead_to_the_site_whatever_host_was_asked(owner, settings, host):
    settings.SITE_URL = "https://mendline.example"
    browser = Client(HTTP_HOST=host)
    browser.post(RESET, {"email": owner.email})
    browser.post(RESET, {"email": "nobody@example.org"})
    browser.post("/accounts/signup/", {"name": "Eva", "email": "eva@example.org", "password1": people.PASSWORD})
    browser.post("/accounts/signup/", {"name": "Eva", "email": owner.email, "password1": people.PASSWORD})
    bodies = list(AccountMail.objects.values_list("body", flat=True))
    assert len(bodies) == 4
    for body in bodies:
        links = [word for word in body.split() if "://" in word]
        assert links and all(link.startswith("https://mendline.example/accounts/") for link in links)


def test_counts_are_not_forgotten_to_make_room_and_go_when_they_are_over(owner):
    for _ in range(5):
        try_from(ELSEWHERE, owner.email)
    for number in range(400):
        cache.set(f"a{number}", [1.0], 60)
    assert "Too many" in try_from(ELSEWHERE, owner.email)

    def rows() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM cache")
            return cursor.fetchone()[0]

    before = rows()
    with later(minutes=2):
        forget_limits()
    assert rows() == before - 400
    assert "Too many" in try_from(ELSEWHERE, owner.email)
    assert cache._max_entries == 1_000_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"), ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_the_network_of_an_address(address, network):
    assert network_of(address) == network


def test_nobody_is_signed_in_by_a_wrong_password_of_somebody_without_an_account():
    assert try_from(HOME, "nobody@example.org", people.PASSWORD) == "wrong"
    assert not User.objects.exists()
