"""A file that the worker has made, as it is handed out."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from symptoms.models.own_data import MadeFile


def as_download(file: MadeFile, body: Iterator[bytes], name: str) -> HttpResponse:
    """The answer that holds a file that is ready; `name` comes before its date, and is nobody's."""
    answer = StreamingHttpResponse(body, content_type="application/zip")
    answer["Content-Length"] = str(file.size)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate(file.made_at):%Y-%m-%d}.zip"'
    return answer  # type: ignore[return-value]  # it is sent as it is opened
