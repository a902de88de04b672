"""What stands under deploy/ for containers, as far as it can be shown without a container engine: the files are held
against what they promise, and the same commands run on loopback from what the image would hold."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.data_folders import put_database
from tests.house import tree
from tests.messages import mailservers

DEPLOY = tree.ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "mendline"}
IMAGE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
DOCUMENT = (tree.ROOT / "docs" / "containers.md").read_text(encoding="utf-8")
MANY = (tree.ROOT / "docs" / "many-machines.md").read_text(encoding="utf-8")
CELERY = yaml.safe_load((DEPLOY / "compose.celery.yml").read_text(encoding="utf-8"))["services"]


def is_in_the_image(path: str) -> bool:
    """By .dockerignore, whose last line that fits decides."""
    answer = True
    for line in (tree.ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        parts = [path, *map(str, Path(path).parents)]
        if any(fnmatch.fnmatch(part, pattern.removeprefix("**/")) for part in parts):
            answer = line.startswith("!")
    return answer


def test_ours_own_nothing_write_nowhere_else_and_may_do_nothing_more():
    assert set(OURS) == {"prepare", "web", "worker"}
    places = {"/data", "/keys", "/backups", "/key-copies"}
    for service in OURS.values():
        assert service["user"] == "10001:10001" and service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"] and "ports" not in service
        assert {volume.rpartition(":")[2] for volume in service["volumes"]} == places
        assert service["command"][0] == "deploy/start.sh"
    assert re.findall(r"(?m)^USER (.+)", IMAGE) == ["10001:10001"]
    locks = re.findall(r"deploy/requirements\S*txt", IMAGE)  # which install.sh takes by their hashes alone
    assert {"deploy/requirements.txt", "deploy/requirements-many.txt"} == set(locks)
    assert "ARG LOCK=deploy/requirements.txt" in IMAGE and 'sh deploy/install.sh "$LOCK"' in IMAGE
    assert all(place in IMAGE for place in places)


def test_nobody_reaches_the_database_and_the_server_but_by_the_proxy():
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}
    assert COMPOSE["networks"]["inside"] == {"internal": True} and SERVICES["database"]["networks"] == ["inside"]
    assert "inside" not in SERVICES["proxy"]["networks"]
    assert all(service["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
               for name, service in OURS.items() if name != "prepare")  # fmt: skip


def test_each_setting_is_one_and_no_secret_stands_in_a_file_of_ours():
    known = set(re.findall(r'env\.\w+\("(\w+)"', (tree.ROOT / "tracker" / "env.py").read_text(encoding="utf-8")))
    files = "".join((DEPLOY / name).read_text() for name in ("compose.yml", "compose.celery.yml"))
    named = set(re.findall(r"MENDLINE_(\w+)", files + IMAGE + DOCUMENT + MANY)) - {"DEBUG"}
    assert named and named <= known
    assert all(set(source) == {"file"} for source in COMPOSE["secrets"].values())
    files = [path for path in tree.ROOT.glob("deploy/*") if path.is_file()]
    assert files and not is_in_the_image("deploy/compose.env") and not is_in_the_image("deploy/secrets/master-key")


def test_celery_takes_the_place_of_the_worker_and_nobody_else_reaches_its_redis():
    ours = {name: service for name, service in CELERY.items() if name != "redis"}
    assert set(ours) == set(OURS) | {"beat"}
    for service in ours.values():
        assert service["environment"] == {"MENDLINE_REDIS_URL": "redis://redis:6379/0"}
        assert service["build"]["args"]["LOCK"] in IMAGE and (tree.ROOT / service["build"]["args"]["LOCK"]).is_file()
    known = (DEPLOY / "start.sh").read_text(encoding="utf-8")
    for name, word in (("worker", "celery"), ("beat", "beat")):
        assert ours[name]["command"] == ["deploy/start.sh", word] and f"\n    {word})" in known
    assert ours["beat"]["extends"] == {"file": "compose.yml", "service": "worker"}
    redis = CELERY["redis"]
    assert redis["networks"] == ["inside"] and "ports" not in redis and redis["command"][1:3] == ["--save", ""]


def test_the_proxy_is_set_as_the_book_says():
    book = (tree.ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    ours = (DEPLOY / "Caddyfile").read_text(encoding="utf-8").replace("{$SITE}", "mendline.example")
    lines = [line.strip() for line in ours.replace("web:8000", "127.0.0.1:8000").splitlines() if line[:1] != "#"]
    assert "\n".join(filter(None, lines)) in "\n".join(filter(None, (line.strip() for line in book.splitlines())))


@pytest.fixture
def image(tmp_path):
    """A folder that holds what the image holds, and Python where it is there."""
    place = tmp_path / "image"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=tree.ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for path in filter(is_in_the_image, listed):
        if (tree.ROOT / path).is_file():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tree.ROOT / path, place / path)
    (place / ".venv").symlink_to(sys.prefix)
    return place


def test_its_commands_bring_a_site_up_from_what_the_image_holds(image, tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    put_database(data)
    settings = {name: str(value) for name, value in OURS["web"]["environment"].items()}
    places = {"/data": data, "/keys": tmp_path / "keys", "/backups": tmp_path / "b", "/key-copies": tmp_path / "k"}
    settings |= {name: str(places[value]) for name, value in settings.items() if value in places}
    kept = {name: value for name, value in tree.SAFE.items() if name.endswith("MASTER_KEY_FILE")}
    port = mailservers.free_port()
    environment = tree.environment(
        **tree.SAFE | settings | kept | {"HOST": "127.0.0.1", "PORT": str(port), "WEB_PROCESSES": "1"},
    )
    environment.pop("MENDLINE_BACKUP_KEY_FILE")
    started = {"cwd": image, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    prepared = subprocess.run(OURS["prepare"]["command"], **started, check=False)
    assert prepared.returncode == 0, prepared.stderr
    processes = [subprocess.Popen(OURS[name]["command"], **started) for name in ("web", "worker")]
    try:
        check = SERVICES["web"]["healthcheck"]["test"][1:]
        for _ in range(120):
            asked = subprocess.run(check, **started, check=False)
            if asked.returncode == 0 or any(process.poll() is not None for process in processes):
                break
        assert asked.returncode == 0, asked.stderr
        assert all(process.poll() is None for process in processes)
    finally:
        for process in processes:
            process.terminate()
        said = [process.communicate(timeout=45)[1] for process in processes]
    assert "Traceback" not in "".join(said)
