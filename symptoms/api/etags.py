"""If-Match on a treatment: a program changes only what it has read (RFC 9110, 13.1.1)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.edits import ChangedMeanwhile, Reading
from accounts.members import user_name
from accounts.models import User
from symptoms.api.fields import moment
from symptoms.journal.treatments import as_document
from symptoms.models import Treatment

NUMBERS = ("needle_depth_mm", "energy_mj")
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of the answer that was read. Refused with 412 when somebody changed the treatment since.",
)


class PreconditionFailed(APIException):
    """Something else stands there than what the program has read."""

    status_code = 412
    default_code = "precondition_failed"
    default_detail = _("Somebody changed this since you read it. Read it again, and send your change once more.")

    def __init__(self, change: ChangedMeanwhile | None = None):
        super().__init__()
        if change is not None:
            self.more = {
                "changes": [_row(name, was, became) for name, (was, became) in change.changes.items()],
                "changed_by": user_name(change.by),
                "changed_at": moment(change.at),
            }


def etag_of(treatment: Treatment) -> str:
    """The entity tag of what people fill in about a treatment: another whenever one of it reads otherwise."""
    return _etag(as_document(treatment))


def reading_in(request: Request, treatment: Treatment, now: datetime) -> Reading | None:
    """What the program has read, by the ETags in `If-Match`; None when it does not say.

    Raises:
        PreconditionFailed: for tags of nothing that ever stood there.
    """
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    tags = parse_etags(header)
    earlier = treatment.revisions.order_by("-changed_at", "-id").values_list("was", flat=True)
    for document in (as_document(treatment), *earlier):
        if _etag(document) in tags:
            return Reading(document, now)
    raise PreconditionFailed


def _row(name: str, was: Any, became: Any) -> dict[str, Any]:
    """A practitioner is told by name, as in the answers about a treatment."""
    if name == "practitioner":
        was, became = (user_name(User.objects.filter(pk=id).first()) if id else None for id in (was, became))
    return {"field": name, "was": was, "became": became}


def _etag(document: Mapping[str, Any]) -> str:
    numbers = {name: str(Decimal(document[name]).normalize()) for name in NUMBERS if document.get(name) is not None}
    at = datetime.fromisoformat(document["performed_at"]).astimezone(UTC).isoformat()
    text = json.dumps({**document, **numbers, "performed_at": at}, sort_keys=True)
    return quote_etag(sha256(text.encode()).hexdigest()[:32])
