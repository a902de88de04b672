"""Photos: send one, list them, take one away; each in a request of its own, so that none costs an entry."""

from io import BytesIO
from typing import Any, BinaryIO
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from symptoms.api.base import (
    AuthenticatedRequest,
    Endpoint,
    own_treatment,
    record_reading,
    refuse_unknown_query,
    treatment_read_by,
    treatment_seen_by,
)
from symptoms.api.parsers import PhotoFormParser, PictureParser
from symptoms.api.permissions import IsPatientOrPractitioner, IsSignedIn
from symptoms.api.schema import CURSOR, operation
from symptoms.api.serializers.photo import A_DAY, VIEW_WORDS, PhotoFactsInSerializer, PhotoInSerializer, PhotoSerializer
from symptoms.journal.photos import attach_photo, remove_photo
from symptoms.photos.uploads import place_for_upload

WHERE = "With a picture as the body: "
DAY = OpenApiParameter("day", A_DAY, description=f"{WHERE}the day that it shows.")
VIEW = OpenApiParameter("view", str, enum=VIEW_WORDS, description=f"{WHERE}the side that it shows.")
PICTURES = ("image/jpeg", "image/png", "image/webp")


class Photos(Endpoint):
    """The photos of a treatment."""

    may = {"GET": IsPatientOrPractitioner}
    query = frozenset({"cursor"})

    @operation(
        "list_photos",
        "List photos",
        "What is known of each, the last received first. A practitioner sees them while the patient's consent stands.",
        answers={200: PhotoSerializer(many=True)},
        parameters=(CURSOR,),
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID) -> Response:
        return self.page(treatment_read_by(request.user, treatment_id).photos(), PhotoSerializer)


class OnePhoto(Endpoint):
    """One photo."""

    may = {"GET": IsPatientOrPractitioner, "PUT": IsSignedIn, "DELETE": IsSignedIn}
    parser_classes = [PhotoFormParser, PictureParser]
    query = frozenset({"day", "view"})

    @operation(
        "read_photo", "Read about a photo", "What is known of it; `url` is the picture.", answers={200: PhotoSerializer}
    )
    def get(self, request: AuthenticatedRequest, treatment_id: UUID, photo_id: UUID) -> Response:
        refuse_unknown_query(request, known=frozenset())
        visibility = treatment_seen_by(request.user, treatment_id)
        photo = get_object_or_404(visibility.photos(), pk=photo_id)
        record_reading(request.user, visibility.treatment)
        return Response(PhotoSerializer(photo).data)

    @operation(
        "put_photo",
        "Send a photo",
        "As a form with `day`, `view` and `photo`, or as the picture itself with `day` and `view` in the query. It is "
        "decoded, turned upright and written anew; nothing else of the file is kept. Sent again it is kept once (200). "
        "A picture that cannot be kept is refused with 422 and the reason; the day's entry is not touched.",
        body={"multipart/form-data": PhotoInSerializer, **dict.fromkeys(PICTURES, OpenApiTypes.BINARY)},
        answers={201: PhotoSerializer, 200: PhotoSerializer},
        more=(409, 422),
        parameters=(DAY, VIEW),
    )
    def put(self, request: AuthenticatedRequest, treatment_id: UUID, photo_id: UUID) -> Response:
        own_treatment(request.user, treatment_id)
        picture, facts = self._read(request)
        with place_for_upload(request.user.pk):
            photo, is_new = attach_photo(
                treatment_id, id=photo_id, **facts, data=picture.read(), by=request.user, now=timezone.now()
            )
        return Response(PhotoSerializer(photo).data, status=201 if is_new else 200)

    @operation("remove_photo", "Remove a photo", "For good: the row first, then the file.", answers={204: None})
    def delete(self, request: AuthenticatedRequest, treatment_id: UUID, photo_id: UUID) -> Response:
        refuse_unknown_query(request, known=frozenset())
        treatment = own_treatment(request.user, treatment_id)
        photo = get_object_or_404(treatment.photos.own(), pk=photo_id)
        remove_photo(photo.pk, by=request.user)
        return Response(status=204)

    def _read(self, request: AuthenticatedRequest) -> tuple[BinaryIO, dict[str, Any]]:
        """The picture, and day and view: from the form, or from the query beside a picture."""
        body = request.data
        if (request.content_type or "").startswith("image/"):
            assert isinstance(body, dict)  # as `PictureParser` gives it
            facts = PhotoFactsInSerializer(data=request.query_params.dict())
            facts.is_valid(raise_exception=True)
            return body.get("photo", BytesIO()), facts.validated_data
        refuse_unknown_query(request, known=frozenset())
        form = dict(self.read(PhotoInSerializer()))
        return form.pop("photo"), form
