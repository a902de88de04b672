"""Settings of a site that speaks the language of `tests.pseudo`: DJANGO_SETTINGS_MODULE=tests.pseudo_site."""

from tests import pseudo
from tracker.settings import *  # noqa: F403

LANGUAGE_CODE, USE_I18N = pseudo.CODE, True
pseudo.install()
