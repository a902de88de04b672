"""Pages and stylesheets go compressed to whoever takes it, with or without a proxy in front; photos as they are."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from tests.treatments import attached, pen

pytestmark = pytest.mark.django_db


def test_text_goes_compressed_to_whoever_takes_it_and_a_photo_as_it_is(ana, photo_folder):
    phone = people.signed_in(ana)
    photo = attached(pen(ana, days_ago=2), day=1)[0]
    for path, is_compressed in ((reverse("today"), True), (reverse("photo", args=[photo.pk]), False)):
        plain, answer = phone.get(path), phone.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.has_header("Content-Encoding") is is_compressed, path
        assert not plain.has_header("Content-Encoding")
        if is_compressed:
            assert b"</html>" in gzip.decompress(answer.content) and len(answer.content) < len(plain.content) / 2


def test_what_is_public_says_that_caches_must_tell_the_two_apart():
    assert "Accept-Encoding" in Client().get("/")["Vary"]
