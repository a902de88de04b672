"""Mendline's own settings, with the floor beside it: an endpoint and a list that do the least any such page must do."""

from pathlib import Path

from tracker.settings import *  # noqa: F403
from tracker.settings import INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.floor"]
ROOT_URLCONF = "tests.bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
