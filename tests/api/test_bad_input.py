"""Queries, ids and words that are odd or hostile, on both databases: a 4xx, or no more than words."""

from uuid import uuid4

import pytest

from symptoms.models import Alert
from tests.api.programs import INFECTED, of, put_entry, refuses
from tests.api.test_treatments import LIST, facts

pytestmark = pytest.mark.django_db

ID = uuid4()
QUERIES = [
    "cursor=x",
    "cursor=%00",
    "cursor=cD15ZXM%3D",  # p=yes
    "cursor=bz0tMQ%3D%3D",  # o=-1
    "cursor=cD0wMDAxLTAxLTAxVDAwOjAwOjAwJTJCMTQ6MDA%3D",  # p=0001-01-01T00:00:00+14:00
    "cursor=" + "x" * 10_000,
    "cursor=a&cursor=b",
    "page=-1",
    "page=1000000000",
    "limit=10",
    "ordering=patient__name",
    "patient__name=Ana",
    "urgency__gte=3",
    "format=xml",
    "fields=*",
    "q=%25_%27",
    "x=" + "(a%2B)%2B" * 50,
    "%00=1",
]


@pytest.mark.parametrize("query", QUERIES, ids=[query[:40] for query in QUERIES])
def test_a_query_that_is_not_ours_is_refused(anas, noors, treatment, query):
    for who, path in (
        (noors, "/api/v1/alerts/"),
        (anas, "/api/v1/treatments/"),
        (anas, of(treatment, "entries")),
        (anas, of(treatment, "photos")),
        (anas, of(treatment, "assessments")),
        (anas, of(treatment, "course")),
        (anas, "/api/docs/"),
        (anas, "/api/schema/"),
    ):
        refuses(who.get, f"{path}?{query}")


@pytest.mark.parametrize(
    "id", ["1", "%00", "..%2f..", "x" * 10_000, f"{uuid4()}0", "'%20or%201=1", "a%0Ab"], ids=range(7)
)
def test_an_id_that_is_none_is_not_found(anas, id):
    refuses(anas.get, f"/api/v1/treatments/{id}/")


def test_a_filter_by_what_is_no_id_is_refused(anas, noors, treatment):
    for word in ("x", "", "1", "%00", str(uuid4()) + "0"):
        refuses(noors.get, f"/api/v1/treatments/?patient={word}")
        refuses(anas.get, of(treatment, "assessments") + f"?entry={word}")
        refuses(noors.get, f"/api/v1/alerts/?open={word}")


ODD_IDS = [0, False, 1.5, "x", ID.hex, f"{{{ID}}}", f"urn:uuid:{ID}", f"{ID}\n"]


@pytest.mark.parametrize("odd", ODD_IDS, ids=range(len(ODD_IDS)))
def test_an_id_in_a_body_or_a_query_is_written_as_one(anas, noors, treatment, odd):
    """Python's own UUID takes numbers, braces and more; the schema does not."""
    put_entry(anas, treatment, INFECTED)
    for who, path, body in (
        (anas, of(treatment, "entries"), {**INFECTED, "id": odd}),
        (anas, of(treatment, "messages"), {"id": odd, "text": "Hello"}),
        (anas, of(treatment, "messages"), {"id": str(uuid4()), "text": "Hello", "seen": odd}),
        (anas, of(treatment, "messages", "read"), {"seen": odd}),
        (anas, LIST, {**facts(), "id": odd}),
        (noors, LIST, {**facts(), "patient": odd}),
        (noors, f"/api/v1/alerts/{Alert.objects.first().id}/resolve/", {"outcome": "seen", "known_holders": [odd]}),
    ):
        answer = who.post(path, body, format="json")
        assert answer.status_code == 400 and "Send an id." in answer.content.decode(), (path, odd)
    refuses(noors.get, LIST, {"patient": odd})


@pytest.mark.parametrize("header", ["HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_METHOD_OVERRIDE"])
def test_a_method_named_in_a_header_is_not_that_method(noors, anas, treatment, header):
    put_entry(anas, treatment, INFECTED)
    path = f"/api/v1/alerts/{Alert.objects.first().id}/"
    assert noors.get(path, **{header: "DELETE"}).status_code == 200
    assert Alert.objects.exists()


NOTES = [
    "\u202eevil\u202c",
    "😀" * 2000,
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "=cmd|' /C calc'!A0",
    "a\r\nb\tc",
    "ﷺ" * 100,
    "{{7*7}}",
]


@pytest.mark.parametrize("note", NOTES, ids=range(len(NOTES)))
def test_hostile_words_are_only_words(anas, treatment, note):
    written = put_entry(anas, treatment, {**INFECTED, "note": note})
    assert written.status_code == 201
    assert written.json()["note"] == note.replace("\r\n", "\n")
