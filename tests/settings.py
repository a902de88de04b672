"""The settings under which tests run: the project's own, in DEBUG, with their data out of the way."""

import os
import tempfile

os.environ.setdefault("MENDLINE_DEBUG", "1")
os.environ.setdefault("MENDLINE_DATA_DIR", tempfile.mkdtemp(prefix="mendline-tests-"))

from tracker.settings import *  # noqa: F403

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  # WhiteNoise warns of a folder that is not there
