"""What holds the project together: contracts between its parts, settings that are safe or refused, and their words."""

import re
import subprocess
import sys

import pytest

from tests.house import tree
from tracker import env


def start(program: str = "import tracker.settings", **environment: str) -> subprocess.CompletedProcess:
    """Start a fresh process that reads the settings, with this environment and nothing of ours."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree.ROOT, env=tree.environment(DJANGO_SETTINGS_MODULE="tracker.settings") | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_safe_settings_start():
    assert start(**tree.SAFE).returncode == 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"MENDLINE_SECRET_KEY": ""}, "MENDLINE_SECRET_KEY"),
        ({"MENDLINE_SECRET_KEY": "short"}, "MENDLINE_SECRET_KEY"),
        ({"MENDLINE_SECRET_KEY": "demo-only-secret-key-that-production-refuses-to-start-with"}, "MENDLINE_SECRET_KEY"),
        ({"MENDLINE_ALLOWED_HOSTS": ""}, "MENDLINE_ALLOWED_HOSTS"),
        ({"MENDLINE_ALLOWED_HOSTS": "*"}, "MENDLINE_ALLOWED_HOSTS"),
        ({"MENDLINE_SITE_URL": "http://mendline.example"}, "MENDLINE_SITE_URL"),
        ({"MENDLINE_SMTP_HOST": ""}, "MENDLINE_SMTP_HOST"),
        ({"MENDLINE_SMTP_SECURITY": "none"}, "letters with links that let somebody in would go to mail.example"),
        ({"MENDLINE_SMTP_SECURITY": "none", "MENDLINE_SMTP_PASSWORD": "x"}, "the password and letters"),
        ({"MENDLINE_SECRET_KEY_FALLBACKS": "short"}, "MENDLINE_SECRET_KEY_FALLBACKS"),
        ({"MENDLINE_SECURITY_CONTACT": "me@mendline.example"}, "MENDLINE_SECURITY_CONTACT"),
        ({"MENDLINE_SECURITY_CONTACT": "mailto:me@mendline.example"}, "MENDLINE_SECURITY_EXPIRES"),
        ({"MENDLINE_SECURITY_EXPIRES": "soon"}, "SECURITY_EXPIRES"),
        ({"MENDLINE_MASTER_KEY_FILE": ""}, "MENDLINE_MASTER_KEY_FILE"),
        ({"MENDLINE_MASTER_KEY_COMMAND": "print-it"}, "one of the two"),
        ({"MENDLINE_MASTER_KEY_FILE": "/srv/data/key", "MENDLINE_DATA_DIR": "/srv/data"}, "must not lie in the data"),
        ({"MENDLINE_KEYS_DIR": "/srv/data/keys", "MENDLINE_DATA_DIR": "/srv/data"}, "must not lie in the data folder"),
        ({"MENDLINE_BACKUP_DIR": "/srv/data/b", "MENDLINE_DATA_DIR": "/srv/data"}, "it is lost with them"),
        ({"MENDLINE_KEYS_BACKUP_DIR": "/srv/k/b", "MENDLINE_KEYS_DIR": "/srv/k"}, "it is lost with them"),
        ({"MENDLINE_BACKUP_DIR": "/b", "MENDLINE_KEYS_BACKUP_DIR": "/b/keys"}, "must be apart from"),
        ({"MENDLINE_BACKUP_DIR": "/b", "MENDLINE_KEYS_BACKUP_DIR": "/b"}, "must be apart from"),
        ({"MENDLINE_BACKUP_DIR": "/b", "MENDLINE_BACKUP_KEY_FILE": "/b/key"}, "a copy of that would open itself"),
        ({"MENDLINE_BACKUP_KEY_FILE": tree.SAFE["MENDLINE_MASTER_KEY_FILE"]}, "must be another file than"),
        ({"MENDLINE_KEYS_BACKUP_DAYS": "36"}, "KEYS_BACKUP_DAYS"),
        ({"MENDLINE_SMTP_PORT": "a mail port"}, "SMTP_PORT"),
        ({"MENDLINE_SMTP_SECURITY": "perhaps"}, "SMTP_SECURITY"),
        ({"MENDLINE_DEBUG": "perhaps"}, "DEBUG"),
        ({"MENDLINE_API_RATE": "often"}, "API_RATE"),
    ],
)
def test_unsafe_or_unreadable_settings_refuse_to_start_and_say_which(changed, reason):
    started = start(**tree.SAFE | changed)
    assert started.returncode != 0
    assert reason in started.stderr


@pytest.mark.parametrize(("trusted", "address"), [("true", "203.0.113.9"), ("false", "127.0.0.1")])
def test_wrong_tries_are_counted_by_the_visitor_s_address_that_a_trusted_proxy_names(trusted, address):
    process = start(
        **tree.SAFE,
        MENDLINE_TRUST_PROXY=trusted,
        program="import django; django.setup();"
        "from django.test import RequestFactory; from allauth.core.internal.httpkit import get_client_ip;"
        "print(get_client_ip(RequestFactory().get('/', headers={'X-Forwarded-For': '203.0.113.9'})))",
    )
    assert process.stdout.strip() == address, process.stderr


def test_heic_cannot_be_turned_on_without_what_reads_it(monkeypatch):
    monkeypatch.setattr(env, "HEIC", True)
    env.refuse_unsafe()
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    with pytest.raises(env.UnsafeSettings, match=r"extra \[heic\]"):
        env.refuse_unsafe()


def test_every_reason_not_to_start_is_said_at_once():
    errors = start().stderr
    needed = tree.SAFE.keys() - {"MENDLINE_SMTP_SECURITY"}  # refused only of a server that is named
    assert all(name in errors for name in needed)


def test_every_setting_is_documented_and_nothing_else_is():
    read = set(re.findall(r'env\.\w+\("(\w+)"', (tree.ROOT / "tracker" / "env.py").read_text()))
    documented = set(re.findall(r"^\| `MENDLINE_(\w+)` \|", (tree.ROOT / "docs" / "running.md").read_text(), re.M))
    assert read == documented


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-many.txt", "requirements-dev.txt"])
def test_lock_files_pin_every_package_by_hash_and_hold_no_address(lock):
    text = (tree.ROOT / "deploy" / lock).read_text()
    assert not re.search(r"https?://|^--|@ ", text, re.M)
    pinned = re.findall(r"^[a-z0-9][\w.\-]*(?:\[[\w,\-]+\])?==", text, re.M | re.I)
    assert len(pinned) == len(re.findall(r"^[^\s#]", text, re.M)) > 10
    assert len(re.findall(r"^(?=\S)(?:.*\\\n)(?:    --hash=sha256:[0-9a-f]{64}.*\n)+", text, re.M)) == len(pinned)
