"""A form that broke off on its way writes nothing down: half of a day's answers is not what was said."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings

from symptoms.models import Entry
from symptoms.recovery.vocabulary import Sign
from tests.data_folders import put_database
from tests.house.asking import handler, status_of
from tests.house.test_starting import run
from tests.treatments import pen
from tracker.web.request_body import RejectTruncatedBody

GUARD = "a" * 32
FINE = {
    "redness": "1",
    "swelling": "1",
    "pain": "1",
    "warmth": "1",
    "none_right_now": "on",
    "nothing_new": "on",
    "note": "It hurts.",
}


@pytest.fixture
def sent(ana, phone):
    """Sends Ana's log, in either kind of form, cut off after so many bytes."""
    pen(ana)
    fields = {"csrfmiddlewaretoken": GUARD, "id": str(uuid4()), "day": "0", **FINE}
    pairs = [*fields.items(), *(("shown", sign) for sign in Sign)]
    parts = "".join(f'--B\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in pairs)
    bodies = {
        "multipart/form-data; boundary=B": f"{parts}--B--\r\n".encode(),
        "application/x-www-form-urlencoded": urlencode(pairs).encode(),
    }
    session = phone.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={GUARD}"

    def send(kind: str, cut: int = 0, **headers: str) -> int:
        body, length = bodies[kind], str(len(bodies[kind]))
        arrived = body[: len(body) - cut]
        about = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": length, "HTTP_COOKIE": cookies, **headers}
        return status_of(RejectTruncatedBody(handler()), "POST", "/log/", body=arrived, **about)

    return send


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=B", "application/x-www-form-urlencoded"])
def test_a_form_that_broke_off_saves_nothing_and_the_whole_one_is_saved(sent, kind):
    for cut in (1, 25, 60):  # its last byte, within the note, before it
        assert sent(kind, cut) == 403  # the guard reads it first
        assert sent(kind, cut, HTTP_X_CSRFTOKEN=GUARD) == 422
    assert not Entry.objects.exists()
    assert sent(kind) == 302
    assert Entry.objects.get().note == "It hurts."


def test_the_server_is_given_the_application_with_its_guards(tmp_path):
    guards = """
from tracker.wsgi import application as a
while a:
    print(type(a).__name__)
    a = vars(a).get("application")
"""
    put_database(tmp_path)
    said = run(tmp_path, "-c", guards).stdout.split()
    assert said[:-1] == ["WithRequestId", "RejectTruncatedBody", "ReadableContentType"]
