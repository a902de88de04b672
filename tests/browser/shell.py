"""Python beside a running site. One process runs it all: each of its own would think for a second before it begins."""

import json
import subprocess
import sys

from tests.house import tree

RUN = """
import contextlib, io, json, sys, traceback
import django
django.setup()
from django.db import connections
for line in sys.stdin:
    said, fault = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {"__name__": "beside the site"})
    except BaseException:
        fault = traceback.format_exc()
    connections.close_all()
    print(json.dumps([said.getvalue(), fault]), flush=True)
"""


class Shell:
    """Runs pieces of Python with a site's settings, one after the other; none knows a name of those before it."""

    def __init__(self, environment: dict[str, str]):
        self._environment = {"DJANGO_SETTINGS_MODULE": "tracker.settings", **environment}
        self._process: subprocess.Popen | None = None

    def run(self, code: str) -> str:
        """What `code` printed, once it has come to its end."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", RUN], cwd=tree.ROOT, env=self._environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        self._process.stdin.write(f"{json.dumps(code)}\n")
        self._process.stdin.flush()
        said, fault = json.loads(self._process.stdout.readline())
        assert not fault, fault
        return said

    def end(self) -> None:
        if self._process is not None:
            self._process.communicate(timeout=60)
