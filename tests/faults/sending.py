"""What a phone sends, entries with an alarm and photos, and what must be there once it was acknowledged."""

from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch
from uuid import UUID

from symptoms.models import Alert, Assessment, Delivery, Entry, Photo
from symptoms.photos import files, intake
from tests import images
from tests.api.programs import INFECTED, of

SENT = {200, 201}
LATER = {503, 507}  # "send it again", with Retry-After
PICTURE = images.photo()


@dataclass(frozen=True)
class Item:
    """One entry or photo, under the id that the phone made for it."""

    id: str
    day: int
    is_photo: bool

    def send(self, client, session):
        """The answer of the API."""
        if self.is_photo:
            address = f"{of(session, 'photos', self.id)}?day={self.day}&view=front"
            return client.generic("PUT", address, PICTURE, content_type="image/jpeg")
        return client.put(of(session, "entries", self.id), INFECTED | {"day": self.day}, format="json")


def items(drawn: Random, days: range, count: int) -> list[Item]:
    """So many, each with an id of its own; a third are photos."""
    return [
        Item(str(UUID(int=drawn.getrandbits(128), version=4)), drawn.choice(days), drawn.random() < 0.34)
        for _ in range(count)
    ]


def decoded_once():
    """Pictures are decoded before: a process for that in each of hundreds would take most of the time."""
    return patch("symptoms.journal.photos.take_in", return_value=intake.take_in(PICTURE))


@dataclass
class Found:
    """What is there, compared with what was sent and acknowledged."""

    acknowledged: set[str] = field(default_factory=set)

    def lost(self) -> list[str]:
        """Ids that were acknowledged and are not there."""
        return sorted(self.acknowledged - _ids())

    def half(self) -> list[str]:
        """What is there and is not whole: an entry without its judgement or message, a photo without its file."""
        return [*_half_entries(), *_half_photos()]


def _ids() -> set[str]:
    return {str(pk) for model in (Entry, Photo) for pk in model.objects.values_list("pk", flat=True)}


def _half_entries() -> list[str]:
    judged = set(Assessment.objects.values_list("entry_id", flat=True))
    alerted = set(Alert.objects.values_list("treatment_id", flat=True))
    told = set(Delivery.objects.values_list("entry__treatment_id", flat=True))
    rows = Entry.objects.values_list("pk", "treatment_id")
    return [str(pk) for pk, session in rows if pk not in judged or session not in alerted & told]


def _half_photos() -> list[str]:
    half = []
    for photo in Photo.objects.all():
        try:
            files.read(photo)
        except files.PhotoLost:
            half.append(str(photo.pk))
    return half
