"""What stands under deploy/ for production: one file of settings for systemd and sh, documented by its numbers."""

import gc
import re
import runpy
import shutil
import subprocess

import pytest
from django.urls import clear_url_caches, get_resolver

from tests.data_folders import put_database, put_static
from tests.house import tree
from tracker.databases import POOL

EXAMPLE = tree.ROOT / "deploy" / "mendline.env"
RUNNING = (tree.ROOT / "docs" / "running.md").read_text(encoding="utf-8")


def test_systemd_and_sh_read_the_same_from_each_line_of_the_settings():
    # Between single quotes, without quotes or backslashes inside, both take every character as it stands.
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text(encoding="utf-8").splitlines()]
    settings = [line for line in lines if line and not line.startswith(" ")]
    assert len(settings) > 5
    assert all(re.fullmatch(r"(MENDLINE_[A-Z_]+|HOST|PORT|WEB_PROCESSES)='[^'\\]*'", line) for line in settings)
    assert all(f"`{line.partition('=')[0]}`" in RUNNING for line in settings)


def test_the_example_starts_production_once_it_has_a_secret(tmp_path):
    data, file = tmp_path / "data", tmp_path / "mendline.env"
    data.mkdir()
    put_database(data)
    put_static(data)
    secret = 'aB3$ "`xYz' * 6
    filled = EXAMPLE.read_text(encoding="utf-8").replace("SECRET_KEY=''", f"SECRET_KEY='{secret}'")
    file.write_text(f"{filled}MENDLINE_DATA_DIR='{data}'\n", encoding="utf-8")
    command = ["deploy/manage.sh", "check", "--deploy", "--fail-level", "WARNING"]
    unfilled = tmp_path / "unfilled.env"
    unfilled.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    file.chmod(0o644)
    readable = subprocess.run(
        command, cwd=tree.ROOT, env=tree.environment(ENV_FILE=str(file)), capture_output=True, text=True, check=False
    )
    assert readable.returncode == 1 and f"chmod 640 {file}" in readable.stderr
    file.chmod(0o640)
    unfilled.chmod(0o600)
    for settings, status in ((unfilled, 1), (file, 0)):
        environment = tree.environment(ENV_FILE=str(settings))
        done = subprocess.run(command, cwd=tree.ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        assert ("MENDLINE_SECRET_KEY" in done.stderr) == bool(status)


def test_the_numbers_of_the_documentation_are_those_of_the_server(monkeypatch):
    for name in ("HOST", "PORT", "WEB_PROCESSES"):
        monkeypatch.delenv(name, raising=False)
    server = runpy.run_path(str(tree.ROOT / "deploy" / "gunicorn.conf.py"))
    words = {8: "eight", 10: "ten"}
    assert f"`{server['bind'].replace(':', '`) and `PORT` (`')}`)" in RUNNING
    assert f"`WEB_PROCESSES` (`{server['workers']}`" in RUNNING
    assert f"of {words[server['threads']]} threads each" in RUNNING
    assert f"up to {words[POOL['max_size']]} connections" in RUNNING
    assert f"| a connection without a request | {server['keepalive']} s |" in RUNNING
    assert f"{server['worker_connections']} in all" in RUNNING


def test_the_server_reads_every_view_before_its_processes_part_and_each_looks_for_garbage_less_often(monkeypatch):
    server = runpy.run_path(str(tree.ROOT / "deploy" / "gunicorn.conf.py"))
    monkeypatch.setattr(subprocess, "run", lambda *_command, **_options: subprocess.CompletedProcess((), 0))
    monkeypatch.setattr("django.setup", lambda: None)  # it is, in this process
    frozen, thresholds = [], []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append("url_patterns" in vars(get_resolver())))
    monkeypatch.setattr(gc, "set_threshold", lambda *counts: thresholds.append(counts))
    clear_url_caches()
    server["on_starting"](None)
    assert frozen == [True]
    monkeypatch.setattr("django.urls.get_resolver", lambda: pytest.fail("once is enough"))
    server["post_worker_init"](None)
    assert frozen == [True, True] and thresholds and min(thresholds[0]) >= 5


UNITS = sorted((tree.ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("path", UNITS, ids=tree.name)
def test_systemd_keeps_the_history_of_the_code_and_what_others_wrote_out_of_reach(path):
    unit = path.read_text(encoding="utf-8")
    for line in ("InaccessiblePaths=-/srv/mendline/.git", "UMask=0077", "ProtectSystem=strict", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_takes_each_unit_as_it_stands(tmp_path):
    units = [*UNITS, *(tree.ROOT / "deploy").glob("*.timer")]
    assert len(units) == 5 and "deploy/mendline-backup.* deploy/mendline-drill.* /etc/systemd/system/" in RUNNING
    for unit in units:  # the programs that it starts are looked for
        text = re.sub(r"/srv/mendline(?=/|$)", str(tree.ROOT), unit.read_text(encoding="utf-8"), flags=re.M)
        (tmp_path / unit.name.replace("@", "@web")).write_text(text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_commands_of_the_timers_are_commands_of_ours():
    for path in UNITS:
        for command in re.findall(r"manage\.py (\w+)", path.read_text(encoding="utf-8")):
            assert f"| `{command}` |" in RUNNING
