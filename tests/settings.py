"""The settings under which tests run: the project's own, in DEBUG, with their data out of the way.

On SQLite, or on the PostgreSQL server that MENDLINE_TEST_DATABASE_URL names (tests/postgres.py).
"""

import os
import tempfile

os.environ.setdefault("MENDLINE_DEBUG", "1")
os.environ.setdefault("MENDLINE_DATA_DIR", tempfile.mkdtemp(prefix="mendline-tests-"))
# A master key of the tests, and keys beside it, where processes that tests start find them too.
os.environ.setdefault("MENDLINE_KEYS_DIR", f"{os.environ['MENDLINE_DATA_DIR']}/keys")
os.environ.setdefault("MENDLINE_MASTER_KEY_FILE", f"{os.environ['MENDLINE_DATA_DIR']}/master-key")
os.environ["MENDLINE_DATABASE_URL"] = os.environ.get("MENDLINE_TEST_DATABASE_URL", "")

from accounts.keys.master import make_file
from tracker.settings import *  # noqa: F403

if not MASTER_KEY_FILE.exists():  # noqa: F405
    make_file(MASTER_KEY_FILE)  # noqa: F405
# Nothing of a test need survive a power cut, and each patient of the tests has a key.
KEYS_STORE = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": KEYS_DIR}}  # noqa: F405
STORAGES = STORAGES | {"keys": KEYS_STORE}  # noqa: F405

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # WhiteNoise warns of a folder that is not there
ON_POSTGRES = bool(os.environ["MENDLINE_DATABASE_URL"])
if ON_POSTGRES:
    DATABASES["default"]["OPTIONS"]["pool"] = {"max_size": 60}  # noqa: F405  # one for each of 50 who race
# Files are looked for when they are asked for: each test client would otherwise go through all of them first.
WHITENOISE_AUTOREFRESH = True
USE_I18N = True  # some speak a language made up for them (tests/pseudo.py)
