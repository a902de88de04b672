"""What the schema generator cannot see by itself: our own fields by their names, closed objects, problems."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from symptoms.api.fields import StrictField, StrictSerializer
from symptoms.api.problems import MEDIA_TYPE

ALWAYS = (400, 401, 403, 404, 406, 429, 503)
WITH_A_BODY = (*ALWAYS, 413, 415)
MEANINGS = {
    400: "Something in the request is wrong; `errors` says what and where.",
    401: "No token, none that is known, or a token or session that ended.",
    403: "Not open to this account or token: another role, a scope too small, or a session without its CSRF token.",
    404: "It does not exist, or is not yours to see.",
    406: "Only JSON can be answered.",
    409: "The id was used for something else before, or it is not as the program saw it; nothing was changed.",
    412: "Somebody changed it since the program read what `If-Match` names; `changes` says what, where that is known.",
    413: "The body is too large.",
    415: "A kind of body that is not read here.",
    422: "Well formed, yet it cannot be done; `detail` says why.",
    429: "Too many calls; `Retry-After` says how long to wait.",
    503: "Busy. Nothing was saved; send it again after `Retry-After` seconds.",
}
CURSOR = OpenApiParameter("cursor", str, description="Where the page begins; take it from `next` or `previous`.")


class ErrorSerializer(serializers.Serializer):
    """One thing that is wrong."""

    pointer = serializers.CharField(help_text="A JSON pointer into what was sent; empty: all of it.")
    detail = serializers.CharField(help_text="A sentence for people.")


class ProblemSerializer(serializers.Serializer):
    """What went wrong, after RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field of that name
    today = serializers.IntegerField(
        required=False, help_text="Where a day has not come yet: the day of the treatment that it is by the server."
    )


class ChangeSerializer(serializers.Serializer):
    """One field that somebody changed."""

    field = serializers.CharField()
    was = serializers.JSONField(allow_null=True)
    became = serializers.JSONField(allow_null=True)


class ChangedProblemSerializer(ProblemSerializer):
    """The same, with what somebody changed meanwhile."""

    changes = ChangeSerializer(many=True, required=False)
    changed_by = serializers.CharField(required=False)
    changed_at = serializers.DateTimeField(required=False, allow_null=True)


class ToConfirmProblemSerializer(ProblemSerializer):
    """The same, with what a person has to know first, and what the program then sends along."""

    news = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Sentences for people: which colleague has it, what the patient logged, answered or wrote since.",
    )
    seen_at = serializers.DateTimeField(required=False, help_text="Up to when `news` is known. Send it to confirm.")
    known_holders = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="Who has it. Send it to confirm."
    )


PROBLEMS = {412: ChangedProblemSerializer}


def operation(
    name: str,
    summary: str,
    description: str,
    *,
    answers: dict[int, Any],
    body: Any = None,
    more: tuple[int, ...] = (),
    parameters: tuple[OpenApiParameter, ...] = (),
    problems: Mapping[int, Any] = PROBLEMS,
) -> Callable[..., Any]:
    """Describe an operation: `answers` by status, the serializer of its `body`, `more` ways in which it can fail.

    `problems`: the serializers of those answers that say more than every problem does.
    """
    fails = (*(WITH_A_BODY if body is not None else ALWAYS), *more)
    refusals = {
        (status, MEDIA_TYPE): OpenApiResponse(problems.get(status, ProblemSerializer), description=MEANINGS[status])
        for status in fails
    }
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        request=body,
        responses={**answers, **refusals},
        parameters=list(parameters),
    )


class OwnFields(OpenApiSerializerFieldExtension):
    """Our fields say their own schema."""

    target_class = StrictField
    match_subclasses = True

    def get_name(self) -> str | None:
        return self.target.component or None

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = self.target.openapi()
        if isinstance(schema.get("items"), StrictField):
            schema["items"] = auto_schema._map_serializer_field(schema["items"], direction)
        return schema


class ClosedObjects(OpenApiSerializerExtension):
    """A strict serializer takes no other names."""

    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}


class ByTokenScheme(OpenApiAuthenticationExtension):
    """How the API's description names it."""

    target_class = "symptoms.api.authentication.ByToken"
    name = "tokenAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": (
                "`Token` and the token, which is made under Account, For programs. It has a scope: one's own record, "
                "for patients; reading what its owner may read at the clinic, with GET alone; or doing what its owner "
                "may do there. It ends after 30, 90 or 365 days, when its owner ends it, and with their sessions."
            ),
        }
