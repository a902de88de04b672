"""What people agree to, in which version, and that taking it back keeps what was said."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.consents import consent_texts, give_consent, withdraw_consent
from accounts.models import CONSENT_VERSION
from tests import people
from tests.house.tree import ROOT

pytestmark = pytest.mark.django_db


def test_the_intended_use_reads_the_same_on_the_pages_in_the_api_and_in_the_readme():
    intended_use = str(settings.INTENDED_USE)
    assert settings.SPECTACULAR_SETTINGS["DESCRIPTION"] == intended_use
    for page in ("/", "/accounts/signup/"):
        assert intended_use in " ".join(Client().get(page).content.decode().split())
    assert intended_use.partition(" ")[2] in " ".join((ROOT / "README.md").read_text().split())


def test_a_consent_holds_its_version_and_time_and_survives_being_taken_back():
    ana, now = people.ana(consents=()), timezone.now()
    assert not ana.agreed_to("care")
    given = give_consent(ana, "care", now)
    assert (given.version, given.given_at) == (CONSENT_VERSION, now)
    assert ana.agreed_to("care") and not ana.agreed_to("photos")
    withdraw_consent(ana, "care", now)
    assert not ana.agreed_to("care")
    assert ana.consents.get().withdrawn_at == now


def test_a_second_yes_changes_nothing_and_a_yes_to_a_new_text_is_a_new_one():
    ana, now = people.ana(consents=()), timezone.now()
    first = give_consent(ana, "photos", now)
    assert give_consent(ana, "photos", now) == first
    ana.consents.update(version="2001-01")
    assert give_consent(ana, "photos", now) != first
    assert ana.consents.filter(withdrawn_at=None).count() == 1


def test_somebody_alone_is_not_told_that_a_clinic_sees_their_logs():
    (alone,) = consent_texts(None)
    assert "Nobody else sees it" in alone.detail
    (left,) = consent_texts(None, has_left=True)
    assert "Nobody else sees it" not in left.detail and "The clinic you left keeps what it saw" in left.detail
    care, photos = consent_texts(people.practice())
    assert "my clinic" in care.title
    assert care.is_needed and not photos.is_needed


def test_an_unknown_purpose_is_refused():
    with pytest.raises(ValueError):
        give_consent(people.ana(), "marketing", timezone.now())
