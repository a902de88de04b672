"""Pages go compressed, with or without a proxy in front."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressionMiddleware(GZipMiddleware):
    """Django's own, which hides a page's exact length as well; what is compressed already costs no time again."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where it is text and its reader takes gzip."""
        if response.headers.get("Content-Type", "").startswith("image/jpeg"):
            return response
        return super().process_response(request, response)
