"""The settings under which `migrate --run-syncdb` makes each table as its model is by now, without one migration.

That takes a fifth of the time; `tests/migrations/` sees to it that the migrations come to the same.
"""

from django.apps import AppConfig

from tracker.settings import *  # noqa: F403

MIGRATION_MODULES = dict.fromkeys(AppConfig.create(app).label for app in INSTALLED_APPS)  # noqa: F405
