"""The WSGI entry point that gunicorn serves."""

import os
import sys
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

from tracker.preflight import APP_LOAD_ERROR, or_sentence, refuse_unready, refuse_without_static_files
from tracker.web.content_type import ReadableContentType
from tracker.web.request_body import RejectTruncatedBody
from tracker.web.request_ids import WithRequestId

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")


def _started() -> WSGIApplication:
    applications = []
    steps = (lambda: applications.append(get_wsgi_application()), refuse_unready, refuse_without_static_files)
    status = or_sentence(*steps, status=APP_LOAD_ERROR)
    if status:
        sys.exit(status)
    return applications[0]


application = WithRequestId(RejectTruncatedBody(ReadableContentType(_started())))
