"""The WSGI entry point that gunicorn serves."""

import os
import sys
from wsgiref.types import WSGIApplication

from django.core.wsgi import get_wsgi_application

from tracker.preflight import APP_LOAD_ERROR, or_sentence, refuse_open_demo, refuse_unready, refuse_without_static_files
from tracker.web.content_type import ReadableContentType
from tracker.web.request_body import RejectTruncatedBody
from tracker.web.request_ids import WithRequestId

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")


def _started() -> WSGIApplication:
    applications = []
    host = os.environ.get("HOST", "127.0.0.1")  # as deploy/gunicorn.conf.py reads it
    steps = (
        lambda: applications.append(get_wsgi_application()),
        lambda: refuse_open_demo(host),
        refuse_unready,
        refuse_without_static_files,
    )
    status = or_sentence(*steps, status=APP_LOAD_ERROR)
    if status:
        sys.exit(status)
    return applications[0]


application = WithRequestId(RejectTruncatedBody(ReadableContentType(_started())))
