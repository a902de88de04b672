"""How gunicorn serves Mendline: few threads, which never wait for a client (tracker/server/)."""

import gc
import os
import subprocess
import sys

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "tracker.wsgi:application"
worker_class = "tracker.server.worker.Worker"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = 8  # more only take turns at the interpreter and at the database, and everybody waits longer
worker_connections = 400  # of each process; below the 1,024 files that a process may usually open
timeout = 60  # without a sign of life from a process's loop, which never waits
graceful_timeout = 30
keepalive = 15  # seconds between two requests on one connection
sendfile = False
limit_request_line = 4094
limit_request_field_size = 8190
# The proxy in front says which scheme the visitor used; Django reads it only with MENDLINE_TRUST_PROXY.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
control_socket_disable = True  # nobody commands it but by signals


def _is_demo() -> bool:
    """Whether lines stay plain; also when the settings cannot be read, which is said below."""
    from environs import EnvError

    try:
        from tracker.env import DEBUG
    except EnvError:
        return True
    return DEBUG


if not _is_demo():
    # gunicorn's own lines, as settings.py has all others; it writes no line for each request.
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "tracker.logs.JsonLines"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "INFO", "handlers": []},
        "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["json"], "propagate": False}},
    }


def on_starting(server) -> None:
    """What keeps Mendline from starting is said once, before there are processes that would each stop over it."""
    check = subprocess.run([sys.executable, "-c", "import tracker.wsgi"], check=False)
    if check.returncode:
        sys.exit(check.returncode)
    _load()


def _load() -> None:
    """Read all code before the processes part: they share the memory that it takes. Nothing opens the database yet."""
    import django
    from django.urls import get_resolver

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    _ = get_resolver().url_patterns  # brings in every view
    gc.collect()
    gc.freeze()


def post_worker_init(worker) -> None:
    """What is loaded at the start is never garbage: the collector need not walk through it again and again.

    Nor need it look for garbage in rings several times a request: most of what a request leaves is in none. But what is
    may not lie there for long: it came to 30 MB a process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 5, 5)
