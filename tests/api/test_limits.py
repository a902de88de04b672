"""How often and how much: limits for each person, and lists in pages that stay true."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from symptoms.api.throttles import PerPerson
from symptoms.models import Entry
from tests.api.programs import QUIET, of, program, put_entry
from tests.treatments import answers, on_day

pytestmark = pytest.mark.django_db

LIST = "/api/v1/treatments/"


@pytest.fixture
def three_a_minute(monkeypatch):
    monkeypatch.setitem(PerPerson.THROTTLE_RATES, "person", "3/min")


def test_too_many_calls_are_told_when_to_come_back(three_a_minute, anas, noors):
    assert [anas.get(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = anas.get(LIST)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert noors.get(LIST).status_code == 200  # one person's calls are not another's


def test_strangers_share_the_limit_of_their_address(three_a_minute, db):
    assert [program().get("/api/schema/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert program().get("/api/schema/", REMOTE_ADDR="10.0.0.2").status_code == 200


def test_calls_with_a_wrong_token_or_none_are_counted_by_address_and_hold_nobody_else_up(three_a_minute, anas):
    stranger = program()
    calls = [{}, {"Authorization": "Token mendline_guess"}, {"Authorization": "Token x"}, {"Authorization": "Token y"}]
    codes = [stranger.get(LIST, headers=call, REMOTE_ADDR="2001:db8::1").status_code for call in calls]
    assert codes == [401, 401, 401, 429]
    assert stranger.get(LIST, REMOTE_ADDR="2001:db8::2").status_code == 429  # another address of the same line
    assert stranger.get(LIST, REMOTE_ADDR="2001:db8:0:1::1").status_code == 401
    assert anas.get(LIST, REMOTE_ADDR="2001:db8::1").status_code == 200


def test_a_refused_call_writes_nothing(three_a_minute, anas, treatment):
    codes = [put_entry(anas, treatment, {**QUIET, "day": 0}).status_code for _ in range(4)]
    assert codes == [201, 201, 201, 429]
    assert Entry.objects.count() == 3


@pytest.fixture
def many_days(treatment):
    """64 entries, several received in the same moment."""
    now = timezone.now()
    Entry.objects.bulk_create(
        Entry(
            id=uuid4(), **on_day(treatment, n), answers=answers(), digest=str(n), is_judged=True,
            received_at=now - timedelta(minutes=n // 4),
        )
        for n in range(64)
    )  # fmt: skip


def test_a_list_comes_newest_first_in_pages_each_row_once(anas, treatment, many_days):
    pages, address = [], of(treatment, "entries")
    while address:
        page = anas.get(address).json()
        pages.append(page["results"])
        address = page["next"]
    assert [len(page) for page in pages] == [30, 30, 4]
    rows = [row for page in pages for row in page]
    assert len({row["id"] for row in rows}) == 64
    assert [row["received_at"] for row in rows] == sorted((row["received_at"] for row in rows), reverse=True)


def test_a_row_added_meanwhile_moves_no_page(anas, treatment, many_days):
    first = anas.get(of(treatment, "entries")).json()
    before = anas.get(first["next"]).json()["results"]
    Entry.objects.create(id=uuid4(), **on_day(treatment, 70), answers=answers(), digest="x", received_at=timezone.now())
    assert anas.get(first["next"]).json()["results"] == before
