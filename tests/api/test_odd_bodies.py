"""A body that is odd, deep, huge or hostile at every endpoint: a 4xx, nothing kept, no database asked."""

import gzip
import json
from uuid import uuid4

import pytest
from django.urls import reverse

from symptoms.api.urls import urlpatterns
from symptoms.models import Alert, Entry
from tests.api.programs import INFECTED, put_entry, refuses

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
