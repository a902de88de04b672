"""What is said on the next page names people, and so lies on the server: no cookie holds a word of it."""

import pytest
from django.test import Client

from tests import people
from tests.pages.html import text_of

pytestmark = pytest.mark.django_db
OURS = {"session", "csrf", "device"}


def test_what_was_done_is_said_once_and_no_cookie_says_it(clinic):
    desk = people.signed_in(people.practitioner(clinic, admin=True))
    answer = desk.post("/practice/members/invite/", {"email": "vera@riverside.example", "is_practitioner": "on"})
    assert answer.status_code == 302
    assert set(desk.cookies) <= OURS and "riverside" not in str(desk.cookies)
    said = "We sent an invitation to vera@riverside.example"
    assert said in text_of(desk.get(answer.url)) and said not in text_of(desk.get(answer.url))


def test_a_stranger_who_is_told_nothing_has_no_session_and_one_who_signs_out_is_told_without_a_cookie_of_it():
    stranger = Client()
    stranger.get("/")
    assert set(stranger.cookies) <= {"csrf"}
    phone = people.signed_in(people.user())
    answer = phone.post("/accounts/logout/")
    assert answer.status_code == 302 and set(phone.cookies) <= OURS
