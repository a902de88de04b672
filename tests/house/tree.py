"""The files of the project as they lie on the disk, without what is made from them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from accounts.keys.master import make_file

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ("tracker", "accounts", "symptoms", "templates", "static", "tests", "docs", "deploy", ".ci")
MADE = {"__pycache__", "node_modules"}
WRITTEN = {".py", ".html", ".txt", ".css", ".js", ".toml", ".md", ".sh", ".json", ".svg", ".yml", ".xml", ""}
MASTER_KEY = Path(tempfile.gettempdir()) / f"mendline-tests-{os.getuid()}.master-key"
if not MASTER_KEY.exists():
    make_file(MASTER_KEY)
# Settings as an operator would choose them.
SAFE = {
    "MENDLINE_SECRET_KEY": "for-a-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "MENDLINE_ALLOWED_HOSTS": "mendline.example",
    "MENDLINE_SITE_URL": "https://mendline.example",
    "MENDLINE_SMTP_HOST": "mail.example",
    "MENDLINE_SMTP_SECURITY": "starttls",
    "MENDLINE_MASTER_KEY_FILE": str(MASTER_KEY),
}


def files(*folders: str, suffixes: set[str] = WRITTEN):
    """Every file under these folders (or all of ours, and the root's) with one of these suffixes."""
    roots = [ROOT / folder for folder in folders or OURS]
    paths = [path for root in roots for path in root.rglob("*") if path.is_file()]
    if not folders:
        paths += [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]  # a file in a worktree
    return sorted(path for path in paths if path.suffix in suffixes and MADE.isdisjoint(path.parts))


def name(path: Path) -> str:
    """A file as one names it from the root."""
    return path.relative_to(ROOT).as_posix()


def environment(**ours: str) -> dict[str, str]:
    """The environment of a fresh process: this one's without any setting of the tests, and with `ours`."""
    others = {key: value for key, value in os.environ.items() if not key.startswith(("MENDLINE_", "DJANGO_"))}
    return others | ours


def manage(environment: dict[str, str], *command: str) -> str:
    """What `manage.py` says to a command that works, in `environment`."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
