"""What a request says of its body never costs more than a refusal, whatever it says."""

import pytest

from tests.house.asking import handler, status_of
from tracker.web.content_type import ReadableContentType

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=B"
CODECS = ("utf-16", "hex", "rot13", "idna", "unicode_escape", "undefined", "klingon")
ODD = [
    *(f"{kind}; charset={codec}" for kind in (FORM, PARTS, "application/json") for codec in CODECS),
    "multipart/form-data; boundary*=klingon'x'41",
    "application/json; charset*=klingon''x",
    "nonsense",
    "\xff\xfe",
]
BODIES = {
    FORM: b"login=a%5Cud800",
    PARTS: b'--B\r\nContent-Disposition: form-data; name="login"\r\n\r\na\\ud800\r\n--B--\r\n',
}


@pytest.mark.parametrize("content_type", ODD)
@pytest.mark.parametrize(
    ("path", "query"), [("/accounts/login/", "next=/"), ("/help/", "country=GB"), ("/api/v1/alerts/", "open=true")]
)
def test_a_body_of_an_odd_kind_is_refused_and_a_page_is_read_as_ever(settings, content_type, path, query):
    settings.DEBUG = False
    body = next((body for kind, body in BODIES.items() if content_type.startswith(kind)), b"{}")
    site = ReadableContentType(handler())
    assert 400 <= status_of(site, "POST", path, query=query, body=body, CONTENT_TYPE=content_type) < 500
    read = 401 if path.startswith("/api/") else 200
    assert status_of(site, "GET", path, query=query, CONTENT_TYPE=content_type) == read


def kind_for_django(content_type: str) -> str:
    environ = {"CONTENT_TYPE": content_type}
    ReadableContentType(lambda environ, _: [])(environ, lambda *_: None)
    return environ["CONTENT_TYPE"]


@pytest.mark.parametrize(
    "content_type", [FORM, PARTS, f"{FORM}; charset=UTF-8", f'{FORM}; charset="utf-8"', "", "image/jpeg"]
)
def test_an_ordinary_kind_is_left_as_it_is(content_type):
    assert kind_for_django(content_type) == content_type


@pytest.mark.parametrize("codec", CODECS)
def test_json_in_another_charset_is_of_no_kind_that_the_api_reads(codec):
    assert kind_for_django(f"application/json; charset={codec}") == "application/octet-stream"
