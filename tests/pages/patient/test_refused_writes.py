"""F4, F5: a full disk or a long lock costs nobody what they typed, and a full photo store never costs an entry."""

import errno
from contextlib import contextmanager
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from symptoms.api import parsers
from symptoms.models import Entry, Photo
from symptoms.photos import uploads
from symptoms.photos.storage import PrivateStorage
from tests import images, people
from tests.api.programs import QUIET, of, program, put_entry
from tests.database_errors import DISK, FULL, LOCKED, NO_COLUMN, POSTGRES_FULL, POSTGRES_STOPPED
from tests.pages.html import held, select, text_of
from tests.pages.patient.log_page import typed
from tests.treatments import pen

pytestmark = pytest.mark.django_db
LOG = reverse("log")


@pytest.fixture
def treatment(ana):
    return pen(ana, days_ago=3)


@pytest.fixture
def full_store(monkeypatch):
    def full(store, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(PrivateStorage, "_save", full)


@contextmanager
def refusing(table: str, error: Exception):
    """The database refuses to write in `table`."""

    def refuse(execute, sql, *rest):
        if sql.startswith(f'INSERT INTO "{table}"'):
            raise error
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("skin.jpg", images.photo(), "image/jpeg")


@pytest.mark.faults("F4")
@pytest.mark.parametrize("error", [LOCKED, FULL, DISK, POSTGRES_STOPPED, POSTGRES_FULL])
def test_an_entry_that_cannot_be_written_answers_503_and_can_be_sent_again_from_there(phone, treatment, error):
    sent = typed(3, pain="3", signs=["pus", "chills"], note="It <throbs>.")
    with refusing("symptoms_entry", error):
        page = phone.post(LOG, sent)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "Not saved yet" in text_of(page)
    assert not Entry.objects.exists()
    fields = held(page, LOG)
    assert fields == {name: value if isinstance(value, list) else [value] for name, value in sent.items()}
    assert phone.post(LOG, fields).status_code == 302
    assert Entry.objects.get().note == "It <throbs>."


def test_the_page_that_says_so_reads_nothing_and_works_with_the_guard_on(ana, treatment):
    phone = Client(enforce_csrf_checks=True)
    phone.force_login(ana.user)
    guard = phone.get(LOG).cookies["csrf"].value
    with refusing("symptoms_entry", LOCKED):
        page = phone.post(LOG, typed(3) | {"csrfmiddlewaretoken": guard})
    token = select(page, "input[@name='csrfmiddlewaretoken']")[0].get("value")
    assert phone.post(LOG, held(page) | {"csrfmiddlewaretoken": token}).status_code == 302


def test_a_password_is_never_written_into_that_page():
    with refusing("accounts_user", LOCKED):
        page = Client().post(
            "/accounts/signup/", {"name": "Eva", "email": "e@example.org", "password1": people.PASSWORD}
        )
    assert page.status_code == 503
    assert people.PASSWORD not in page.content.decode() and not select(page, "input[@type='hidden']")


def test_a_fault_of_ours_stays_a_fault(phone, treatment):
    phone.raise_request_exception = False
    with refusing("symptoms_entry", NO_COLUMN):
        assert phone.post(LOG, typed(3)).status_code == 500


@pytest.mark.faults("F4")
def test_a_photo_by_itself_answers_503_on_page_and_api(phone, ana, treatment, full_store):
    page = phone.post(reverse("photo_add", args=[3]), {"id": str(uuid4()), "front": photo()})
    assert page.status_code == 503 and "no room for photos just now" in text_of(page)
    answer = program(ana).generic(
        "PUT", f"{of(treatment, 'photos', uuid4())}?day=3&view=front", images.photo(), content_type="image/jpeg"
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "no room for photos" in answer.json()["detail"]
    assert not Photo.objects.exists()


@pytest.mark.faults("F4")
@pytest.mark.parametrize("writes", [0, 1, 2])
def test_an_upload_that_finds_no_room_on_its_way_answers_503_on_page_and_api(
    phone, ana, treatment, monkeypatch, writes
):
    """A photo comes in pieces: the disk takes `writes` of them."""

    class Full(BytesIO):
        left = writes

        def write(self, data):
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(uploads, "nameless_file", Full)
    large = SimpleUploadedFile("skin.jpg", images.photo() + bytes(3 * 64 * 1024), "image/jpeg")
    page = phone.post(reverse("photo_add", args=[3]), {"id": str(uuid4()), "front": large})
    assert page.status_code == 503 and "no room for photos just now" in text_of(page)
    large.seek(0)
    monkeypatch.setattr(parsers, "nameless_file", Full)
    address = f"{of(treatment, 'photos', uuid4())}?day=3&view=front"
    answer = program(ana).generic("PUT", address, large.read(), content_type="image/jpeg")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert not Photo.objects.exists()


@pytest.mark.faults("F4")
def test_an_entry_by_a_program_answers_503_when_the_disk_is_full(ana, treatment):
    with refusing("symptoms_entry", FULL):
        answer = put_entry(program(ana), treatment, QUIET)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
