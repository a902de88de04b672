"""A program that speaks plain http is refused: a redirect would hide that its token went over the line in clear."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from symptoms.api.problems import MEDIA_TYPE


class RefusePrograms(MiddlewareMixin):
    """Answers 403 to plain http under /api/ where pages are redirected to HTTPS (ASVS 4.1.2)."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure() or not request.path.startswith("/api/"):
            return None
        title = _("Use https")
        detail = _("Nothing was done. A token that was sent in clear may have been read: make another.")
        body = {"type": "about:blank#plain-http", "title": title, "status": 403, "detail": detail, "errors": []}
        return JsonResponse(body, status=403, content_type=MEDIA_TYPE)
