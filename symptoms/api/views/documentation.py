"""The API's own description: the schema for programs, and a page on which people read and try it."""

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.http import Http404
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from symptoms.api.base import refuse_unknown_query

# Swagger UI draws its icons from data: addresses, and its page holds one small style, named here by its hash.
LOOSENED = {"img-src": ["data:"], "style-src": ["'sha256-MMpT0iDxyjALd9PdfepImGX3DBfJPXZ4IlDWdPAgtn0='"]}


class Readable(APIView):
    """Only read, by anybody; what goes wrong is a problem document here too, in no template or YAML."""

    permission_classes = [AllowAny]
    http_method_names = ["get", "head"]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        if getattr(response, "exception", False):
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)


@extend_schema(exclude=True)
class Schema(Readable, SpectacularAPIView):
    """The OpenAPI schema, as YAML or JSON. It is the same for everybody, so each process works it out once."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown_query(request, known=frozenset())
        return Response(_schema())


@extend_schema(exclude=True)
@method_decorator(csp_update(LOOSENED), name="dispatch")
class Docs(Readable, SpectacularSwaggerSplitView):
    """The schema as a page."""

    url_name = "api_schema"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown_query(request, known=frozenset({"script"}))
        return super().get(request, *args, **kwargs)


@extend_schema(exclude=True)
class NotFoundView(APIView):
    """Every other address below /api/: never a redirect to one with a slash, which would lose what was sent."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


@cache
def _schema() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)
