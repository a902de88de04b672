"""Production's settings; only what is wrong is logged."""

from tracker.settings import *  # noqa: F403

LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "CRITICAL"}}
