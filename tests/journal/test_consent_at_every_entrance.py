"""Without the consent to care nothing that a patient writes about their health is kept, whichever way it comes."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.models import Entry, Photo, Screening, Treatment, TreatmentRevision
from tests import people
from tests.accounts.calls import LEVELS
from tests.api.programs import jpeg, of, program, put_entry
from tests.pages.patient.log_page import typed
from tests.treatments import pen

pytestmark = pytest.mark.django_db
TYPED = {
    "device": "pen", "needle_depth_mm": "1.5", "setting": "clinic", "areas": ["face"], "same_day_injection": "no",
    "skin_colour": "2", "skin_burning": "2", "performed_at": "2026-01-12T10:00",
}  # fmt: skip
FACTS = {"device": "pen", "areas": ["face"], "same_day_injection": False}


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("x.jpg", jpeg(), "image/jpeg")


# What each is answered: 302 leads back to Today.
ENTRANCES = {
    "log": (403, lambda by, own: by.page("log", **typed(1), left=photo())),
    "photo": (422, lambda by, own: by.page("photo_add", 1, id=uuid4(), left=photo())),
    "treatment": (422, lambda by, own: by.page("treatment_new", id=uuid4(), **TYPED)),
    "change": (422, lambda by, own: by.page("my_treatment", own.id, **{**TYPED, "needle_depth_mm": "2"})),
    "same": (302, lambda by, own: by.page("same_session", own.id, answer="same")),
    "before": (422, lambda by, own: by.page("before", rosacea="yes")),
    "api entry": (422, lambda by, own: put_entry(by.program, own, {"day": 1, "symptoms": LEVELS})),
    "api photo": (422, lambda by, own: by.program.generic(
        "PUT", f"{of(own, 'photos', uuid4())}?day=1&view=left", jpeg(), content_type="image/jpeg"
    )),
    "api treatment": (422, lambda by, own: by.program.post(
        "/api/v1/treatments/", {**FACTS, "performed_at": timezone.now().isoformat()}, format="json"
    )),
    "api change": (422, lambda by, own: by.program.patch(of(own), {"passes": 2}, format="json")),
}  # fmt: skip


class By:
    """Ana's phone, and a program of hers."""

    def __init__(self, ana):
        self.phone, self.program = people.signed_in(ana), program(ana)

    def page(self, route: str, *args: object, **fields: object):
        return self.phone.post(reverse(route, args=args), fields)


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_nothing_is_kept_without_the_consent_to_care(noor, ana, entrance):
    pen(ana, days_ago=3, by=noor)
    own = pen(ana, days_ago=3)
    withdraw_consent(ana, "care", timezone.now())
    by, (status, enter) = By(ana), ENTRANCES[entrance]
    answer = enter(by, own)
    assert answer.status_code == status, answer.content
    assert status == 302 or "not agreed" in answer.content.decode()
    assert not Entry.objects.exists() and not Photo.objects.exists() and not TreatmentRevision.objects.exists()
    assert Treatment.objects.filter(same_as=None).count() == 2 and not Screening.objects.exists()
