"""What waited on a phone is sent in any order of its days, again and again, and broken off at every point: it is there
once, and all of it."""

from random import Random
from uuid import uuid4

import pytest
from django.urls import reverse

from symptoms.models import Alert, Entry, Photo
from tests import images, people
from tests.pages.patient.log_page import typed
from tests.treatments import pen
from tests.tries import chance, tries

pytestmark = [pytest.mark.django_db, pytest.mark.faults("F7", "F9")]
SUBMISSIONS = tries(40, 1000)
DAYS, VERSIONS = tries(5, 14), 3


class Phone:
    """A phone with a fortnight of days, each written down and changed twice, and some photos; it drops what was
    acknowledged, and now and then sends what it dropped, as a second tab would."""

    def __init__(self, session, browser, chance: Random):
        self.session, self.browser, self.chance = session, browser, chance
        self.waiting = {day: self._versions(day) for day in range(DAYS)}
        self.written = [item for items in self.waiting.values() for item in items]
        self.photos = [(uuid4(), day, images.photo((30 * day, 90, 120))) for day in range(3)]

    def _versions(self, day: int) -> list[dict]:
        items: list[dict] = []
        for version in range(VERSIONS):
            facts = {"account": str(self.session.patient.user_id), "treatment": str(self.session.pk)}
            place = {"instead_of": items[-1]["id"] if items else ""}
            # Answers that differ, of which the second is an alarm.
            items.append({**typed(day, redness=str(version), pain="4" if version == 1 else "0"), **facts, **place})
        return items

    def submit(self) -> None:
        """One try: it does not arrive, or its answer does not, or all is well."""
        day = self.chance.choice([day for day in self.waiting if self.waiting[day]] or list(range(DAYS)))
        is_again = not self.waiting[day] or self.chance.random() < 0.3
        item = self.chance.choice(self.written) if is_again else self.waiting[day][0]
        if self.chance.random() < 0.2:
            return
        waited = any(item in items for items in self.waiting.values())
        if is_again and waited:
            return  # a phone that has not sent the first of a day does not send its second
        answer = self.browser.post(reverse("offline_entry"), item)
        assert answer.status_code in (200, 201), answer.content
        if waited and self.chance.random() < 0.7:
            self.waiting[day].remove(item)

    def submit_photo(self, id, day: int, data: bytes) -> None:
        address = reverse("api_photo", args=[self.session.pk, id])
        answer = self.browser.put(f"{address}?day={day}&view=front", data, content_type="image/jpeg")
        assert answer.status_code in (200, 201), answer.content


def test_what_is_submitted_again_and_again_is_there_exactly_once(clinic, ana, noted):
    session = pen(ana, days_ago=DAYS)
    phone = Phone(session, people.signed_in(ana), chance("sent again and again"))
    for _ in range(SUBMISSIONS):
        phone.submit()
    for photo in phone.chance.sample(phone.photos * 2, 6):
        phone.submit_photo(*photo)
    while any(phone.waiting.values()):
        phone.submit()
    assert sorted(str(id) for id in Entry.objects.values_list("pk", flat=True)) == sorted(
        item["id"] for item in phone.written
    )
    for day in range(DAYS):
        entries = Entry.objects.filter(day=day).order_by("received_at")
        assert [entry.answers["symptoms"]["redness"] for entry in entries] == list(range(VERSIONS))
        assert [entry.is_current for entry in entries] == [False] * (VERSIONS - 1) + [True]
    assert Photo.objects.count() == len(set(phone.photos))
    open_ones = [(alert.treatment_id, alert.concern) for alert in Alert.objects.filter(resolved_at=None)]
    assert len(open_ones) == len(set(open_ones)) and open_ones
    noted(SUBMISSIONS)
    noted(DAYS, kind="F9")
