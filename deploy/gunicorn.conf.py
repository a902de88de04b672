"""How gunicorn serves Mendline: threads, because requests wait for the disk; one process a core is plenty."""

import gc
import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "tracker.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "1"))
threads = 32  # made as they are needed; a phone on a poor line holds one for as long as its photo is on the way
timeout = 60  # a photo may take its decoder 10 s of CPU
graceful_timeout = 30
keepalive = 15
limit_request_line = 4094
limit_request_field_size = 8190
# The proxy in front says which scheme the visitor used; Django reads it only with MENDLINE_TRUST_PROXY.
forwarded_allow_ips = "127.0.0.1,::1"


STALLED = 30  # seconds without a byte of a body, or with nothing taken of an answer


def pre_request(worker, req) -> None:
    """A phone that went out of reach while it sent must not hold a thread for ever; gunicorn itself would wait."""
    req.unreader.sock.settimeout(STALLED)


def post_worker_init(worker) -> None:
    """What is loaded at the start is never garbage: the collector need not walk through it again and again."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns  # brings in every view
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
