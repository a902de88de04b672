"""Without the consent to care nothing that a patient writes about their health is kept, whichever way it comes."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.consents import withdraw_consent
from symptoms.models import Entry, Photo, Treatment, TreatmentRevision
from tests import people
from tests.accounts.calls import LEVELS
from tests.api.programs import jpeg
from tests.treatments import pen

pytestmark = pytest.mark.django_db
TYPED = {
    "device": "pen", "needle_depth_mm": "1.5", "setting": "clinic", "areas": ["face"], "same_day_injection": "no",
    "fitzpatrick": "2", "performed_at": "2026-01-12T10:00",
}  # fmt: skip
FACTS = {"device": "pen", "areas": ["face"], "same_day_injection": False}


def by_page(route: str, *args: object, **fields: object):
    return lambda phone, program: phone.post(reverse(route, args=args), fields)


ENTRANCES = {
    "log": lambda own, theirs: by_page("log", id=uuid4(), day=1, **dict.fromkeys(LEVELS, "1")),
    "photo": lambda own, theirs: by_page(
        "photo_add", 1, id=uuid4(), left=SimpleUploadedFile("x.jpg", jpeg(), "image/jpeg")
    ),
    "treatment": lambda own, theirs: by_page("treatment_new", id=uuid4(), **TYPED),
    "change": lambda own, theirs: by_page("my_treatment", own.id, **{**TYPED, "needle_depth_mm": "2"}),
    "same": lambda own, theirs: by_page("same_session", own.id, answer="same"),
    "api entry": lambda own, theirs: (
        lambda phone, program: program.post(
            f"/api/v1/treatments/{own.id}/entries/", {"id": str(uuid4()), "day": 1, "symptoms": LEVELS}, format="json"
        )
    ),
    "api photo": lambda own, theirs: (
        lambda phone, program: program.put(
            f"/api/v1/treatments/{own.id}/photos/{uuid4()}/?day=1&view=left", jpeg(), content_type="image/jpeg"
        )
    ),
    "api treatment": lambda own, theirs: (
        lambda phone, program: program.post(
            "/api/v1/treatments/", {**FACTS, "performed_at": timezone.now().isoformat()}, format="json"
        )
    ),
    "api change": lambda own, theirs: (
        lambda phone, program: program.patch(f"/api/v1/treatments/{own.id}/", {"passes": 2}, format="json")
    ),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_nothing_is_kept_without_the_consent_to_care(noor, entrance, ana):
    theirs, own = pen(ana, days_ago=3, by=noor), pen(ana, days_ago=3)
    withdraw_consent(ana, "care", timezone.now())
    program = APIClient()
    program.force_authenticate(ana.user)
    answer = ENTRANCES[entrance](own, theirs)(people.signed_in(ana), program)
    assert answer.status_code in (302, 403, 422), answer.content
    if answer.status_code == 302:  # led back to Today, which says it
        assert "not agreed" in people.signed_in(ana).get("/today/").content.decode() or entrance == "same"
    else:
        assert "not agreed" in answer.content.decode()
    assert not Entry.objects.exists() and not Photo.objects.exists() and not TreatmentRevision.objects.exists()
    assert Treatment.objects.filter(same_as=None).count() == 2
