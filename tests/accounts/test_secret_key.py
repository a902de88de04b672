"""A new SECRET_KEY signs nobody out and breaks no link while the old one is named in SECRET_KEY_FALLBACKS."""

import re

import pytest
from django.core import mail, signing
from django.test import Client

from symptoms.messages.words import STOPPING
from tests import people

pytestmark = pytest.mark.django_db
NEW = "a-new-secret-that-is-longer-than-fifty-characters-0123456789"


@pytest.mark.parametrize("is_named", [True, False])
def test_sessions_and_links_go_on_as_long_as_the_old_key_is_named(settings, clinic, is_named):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    somebody = people.user("Somebody", "somebody@example.org")
    phone = people.signed_in(somebody)
    Client().post("/accounts/password/reset/", {"email": somebody.email})
    link = re.search(r"(/accounts/password/reset/key/\S+)", mail.outbox[0].body)[1]
    stop = STOPPING.sign("somebody")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY] if is_named else []
    assert (phone.get("/account/").status_code == 200) == is_named
    assert ("password1" in Client().get(link, follow=True).content.decode()) == is_named
    try:
        assert signing.Signer(salt=STOPPING.salt).unsign(stop) == "somebody" and is_named
    except signing.BadSignature:
        assert not is_named
