"""The odd, deep, huge and hostile at every endpoint: a 4xx within a second, nothing kept."""

import gzip
import json
from uuid import uuid4

import pytest
from django.urls import reverse

from symptoms.api.urls import urlpatterns
from symptoms.models import Alert, Entry
from tests.api.programs import INFECTED, of, put_entry

pytestmark = pytest.mark.django_db

NUL, HALF = "\\u0000", "\\ud800"
BODIES = {
    "100,000 nested arrays": b"[" * 100_000,
    "100,000 nested arrays in a field": b'{"note":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "nine deep": b'{"a":' * 9 + b"1" + b"}" * 9,
    "5 MB": b'{"note":"' + b"x" * 5_000_000 + b'"}',
    "10 MB": b'{"note":"' + b"x" * 10_000_000 + b'"}',
    "a name twice": b'{"day":1,"day":2,"symptoms":{}}',
    "a name twice, inside": b'{"day":1,"symptoms":{"pain":1,"pain":2}}',
    "NaN": b'{"day":NaN}',
    "Infinity": b'{"temperature_c":-Infinity}',
    "1e400": b'{"temperature_c":1e400}',
    "5,000 digits": b'{"day":' + b"9" * 5_000 + b"}",
    "5,000 digits after the point": b'{"temperature_c":37.' + b"1" * 5_000 + b"}",
    "NUL in a text": f'{{"note":"a{NUL}b"}}'.encode(),
    "NUL in a name": f'{{"a{NUL}b":1}}'.encode(),
    "half a character": f'{{"note":"{HALF}"}}'.encode(),
    "half a character in a list": f'{{"signs":["{HALF}"]}}'.encode(),
    "NUL as it is": b'{"note":"\x00"}',
    "not UTF-8": b'{"note":"\xff\xfe"}',
    "a surrogate in UTF-8": b'{"note":"\xed\xa0\x80"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "cut off": b'{"day":3,"symp',
    "nothing": b"",
    "spaces": b"   ",
    "null": b"null",
    "a list": b"[]",
    "a number": b"3",
    "a text": b'"day"',
    "a trailing comma": b'{"day":3,}',
    "a comment": b'{"day":3} // the third',
    "single quotes": b"{'day':3}",
    "unknown names": b'{"__proto__":{},"$where":"1","user__is_staff":true}',
    "2,000 names": json.dumps({f"a{n}": n for n in range(2_000)}).encode(),
    "script": b'{"note":{"$gt":""},"day":"<script>alert(1)</script>"}',
    "looks like numbers": b'{"day":"3","symptoms":{"pain":"2"}}',
    "everything null": b'{"day":null,"symptoms":null,"signs":null,"outcome":null,"device":null,"performed_at":null}',
}
TYPES = {
    "a form": "application/x-www-form-urlencoded",
    "a form of parts without a boundary": "multipart/form-data",
    "XML": "application/xml",
    "none": "",
    "nonsense": "////",
    "a picture": "image/jpeg",
}


@pytest.fixture
def writing(treatment, anas, noors):
    """(who, method, address) of every operation that takes a body."""
    put_entry(anas, treatment, INFECTED)
    ids = {"treatment_id": treatment.id, "alert_id": Alert.objects.first().id, "entry_id": uuid4(), "photo_id": uuid4()}
    calls = []
    for pattern in urlpatterns:
        may = getattr(pattern.callback.cls, "may", {})
        who = noors if "alert" in str(pattern.pattern) else anas
        for method in {"POST", "PUT", "PATCH"} & may.keys():
            kwargs = {key: ids[key] for key in pattern.pattern.converters}
            calls.append((who, method, reverse(pattern.name, kwargs=kwargs)))
    assert len(calls) == 11
    return calls


def refuses(call, *args, **kwargs) -> None:
    what = str(args)[:120]
    answer = call(*args, **kwargs)
    assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code}"
    assert answer.headers["Content-Type"] == "application/problem+json", what


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_odd_is_refused(writing, name):
    for who, method, path in writing:
        if name == "nothing" and ("acknowledge" in path or method == "PATCH"):
            continue  # there is nothing to say, so nothing may be said
        refuses(who.generic, method, path, BODIES[name], content_type="application/json")
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("name", TYPES)
def test_a_kind_of_body_that_is_not_read_is_refused(writing, name):
    for who, method, path in writing:
        refuses(who.generic, method, path, b'{"note": "hello"}', content_type=TYPES[name])


def test_a_compressed_bomb_is_not_unpacked(writing):
    bomb = gzip.compress(b" " * 50_000_000)
    for encoding in ("gzip", "deflate", "br", "gzip, gzip", "nonsense"):
        for who, method, path in writing:
            kind = "image/jpeg" if "photos" in path else "application/json"
            refuses(who.generic, method, path, bomb, content_type=kind, HTTP_CONTENT_ENCODING=encoding)


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


@pytest.mark.parametrize("id", ["1", "%00", "..%2f..", "x" * 10_000, f"{uuid4()}0", "'%20or%201=1"], ids=range(6))
def test_an_id_that_is_none_is_not_found(anas, id):
    refuses(anas.get, f"/api/v1/treatments/{id}/")


def test_a_filter_by_what_is_no_id_is_refused(anas, noors, treatment):
    for word in ("x", "", "1", "%00", str(uuid4()) + "0"):
        refuses(noors.get, f"/api/v1/treatments/?patient={word}")
        refuses(anas.get, of(treatment, "assessments") + f"?entry={word}")
        refuses(noors.get, f"/api/v1/alerts/?open={word}")


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
