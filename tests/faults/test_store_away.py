"""F10: a store of photos that is away, or refuses, costs no entry and answers nobody with a fault."""

from contextlib import contextmanager

import pytest
from django.urls import reverse

from symptoms.models import Entry, Photo
from symptoms.photos.storage import PrivateStorage
from tests.api.programs import program
from tests.faults.sending import SENT, decoded_once, items
from tests.people import signed_in
from tests.treatments import pen
from tests.tries import chance, tries

TRIES = tries(4, 100)
FAULTS = (ConnectionRefusedError("refused"), TimeoutError("slow"), OSError("503 Slow Down"), PermissionError("403"))


@contextmanager
def away(monkeypatch, fault: Exception):
    """Whatever is asked of the store raises `fault`."""

    def refuse(*given):
        raise fault

    with monkeypatch.context() as patched:
        for name in ("_save", "_open", "exists", "delete"):
            patched.setattr(PrivateStorage, name, refuse)
        yield


@pytest.mark.django_db
@pytest.mark.faults("F10")
def test_while_the_store_is_away_entries_are_kept_and_photos_come_once_it_is_back(
    ana, photo_folder, monkeypatch, noted
):
    session = pen(ana, days_ago=30)
    client, browser, drawn = program(ana), signed_in(ana), chance("stores that are away")
    sent = items(drawn, range(30), TRIES)
    with decoded_once():
        for item in sent:
            with away(monkeypatch, drawn.choice(FAULTS)):
                answer = item.send(client, session)
                assert answer.status_code == (503 if item.is_photo else 201), answer.content
                assert not item.is_photo or answer["Retry-After"]
            assert Photo.objects.filter(pk=item.id).exists() is False
            assert item.send(client, session).status_code in SENT
        with away(monkeypatch, drawn.choice(FAULTS)):
            shown = [browser.get(reverse("photo", args=[pk])) for pk in Photo.objects.values_list("pk", flat=True)]
            assert {page.status_code for page in shown} == {404}
            assert browser.get(reverse("course")).status_code == 200
    noted(TRIES, lost=TRIES - Entry.objects.count() - Photo.objects.count())
    assert shown
