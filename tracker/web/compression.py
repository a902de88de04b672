"""Pages go compressed, with or without a proxy in front."""

from http import HTTPStatus
from pathlib import Path
from wsgiref.headers import Headers

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

OF_TEXT = {
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/problem+json",
    "image/svg+xml",
}  # besides text/…; what is compressed already, as photos are, would cost time for nothing


class CompressionMiddleware(GZipMiddleware):
    """Django's own, which hides a page's exact length as well, for whole answers of text that nobody compares.

    It would weaken a strong ETag, and a program could no longer say with it which version it corrects (`If-Match`).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where it is text and its reader takes gzip."""
        type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        is_text = type.startswith("text/") or type in OF_TEXT
        is_part = response.status_code == HTTPStatus.PARTIAL_CONTENT  # its places are counted in what is not compressed
        if not is_text or is_part or response.headers.get("ETag", "").startswith('"'):
            return response
        return super().process_response(request, response)


def say_version(headers: Headers, path: str, url: str) -> None:
    """Let a static file say in its `headers` which version it is without naming its bytes, so that it is compressed.

    For a server that takes files from the code; of collected files WhiteNoise sends what was compressed once for all.
    """
    facts = Path(path).stat()
    headers["ETag"] = f'W/"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
