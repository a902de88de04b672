"""What is known of a photo; the picture itself has its own address."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from symptoms.api.fields import Moment, StrictField, StrictSerializer, Word
from symptoms.models.photo import VIEWS
from symptoms.photos.limits import MEGABYTES
from symptoms.recovery.course import LAST_DAY

VIEW_WORDS = [word for word, _ in VIEWS]
A_DAY = {"type": "integer", "minimum": 0, "maximum": LAST_DAY}


class DayInText(StrictField):
    """A day that came as text, in a form or a query."""

    default_error_messages = {"invalid": _("Send a day from 0 to {last}.")}

    def openapi(self) -> dict[str, Any]:
        return A_DAY

    def to_internal_value(self, data: Any) -> int:
        if (
            not isinstance(data, str)
            or not (data.isascii() and data.isdigit() and len(data) <= 3)
            or int(data) > LAST_DAY
        ):
            self.fail("invalid", last=LAST_DAY)
        return int(data)


class PhotoFactsInSerializer(StrictSerializer):
    """Which day and which side a picture shows."""

    day = DayInText()
    view = Word("View", VIEW_WORDS)


class PhotoInSerializer(PhotoFactsInSerializer):
    """The same, with the picture in the form."""

    photo = serializers.FileField(
        help_text=f"JPEG, PNG or WebP, at most {MEGABYTES} MB. Its name is not kept.",
        allow_empty_file=True,
        max_length=300,
    )


class PictureAddress(serializers.CharField):
    """Where the picture of a photo is, by its id."""

    def to_representation(self, photo_id: Any) -> str:
        return reverse("photo", args=[photo_id])


class ByPractice(serializers.BooleanField):
    """Whether a practice took a photo."""

    def get_attribute(self, photo: Any) -> bool:
        return photo.practice_id is not None


class PhotoSerializer(serializers.Serializer):
    """A photo that is kept."""

    id = serializers.UUIDField()
    treatment = serializers.UUIDField(source="treatment_id")
    day = serializers.IntegerField()
    view = Word("View", VIEW_WORDS)
    by_practice = ByPractice(help_text="Whether a practice took it, not the patient.")
    is_before = serializers.BooleanField(help_text="Whether it was taken before the treatment; `day` is 0.")
    width = serializers.IntegerField(help_text="In pixels, as it is kept.")
    height = serializers.IntegerField()
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField()
    received_at = Moment()
    url = PictureAddress(source="id", help_text="Where the picture is, for the signed-in session that may see it.")
