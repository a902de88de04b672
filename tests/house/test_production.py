"""What a stranger gets from Mendline in production: every header that protects the reader, and no way around them."""

import json
import re
import subprocess
import sys

import pytest

from symptoms.recovery.swatches.skin import Tone
from symptoms.recovery.swatches.strip import strip
from symptoms.recovery.vocabulary import Symptom
from tests.data_folders import put_database, put_static
from tests.house import tree

PAGES = {
    "/": 200,
    "/help/": 200,
    "/help/?country=US": 200,
    "/accounts/login/": 200,
    "/accounts/signup/": 200,
    "/accounts/password/reset/": 200,
    "/join/no-such-token/": 404,
    "/healthz": 200,
    "/readyz": 200,
    "/no/such/page/": 404,
    "/today/": 302,
    "/practice/": 302,
    "/api/v1/treatments/": 401,
    "/api/no/such/": 404,
    "/static/icons/icon.svg": 200,
}
EVERYWHERE = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' blob:",
    "font-src": "'self'", "connect-src": "'self'", "manifest-src": "'self'", "worker-src": "'self'",
    "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'", "upgrade-insecure-requests": "",
}  # fmt: skip
COMPRESSED = ("css/base.css", "js/clock.js")
IN_CLEAR = {"/api/v1/treatments/": 403, "/api/no/such/": 403, "/help/": 301, "/healthz": 200, "/readyz": 200}
NOT_DRAWN = "/static/swatches/pain-black.svg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("production")


@pytest.fixture(scope="module")
def visits(folder):
    put_database(folder)
    put_static(folder)
    compressed = [f"gzip:{collected(folder, name)}" for name in COMPRESSED] + [f"http:{path}" for path in IN_CLEAR]
    visited = subprocess.run(
        [sys.executable, "-m", "tests.house.visit", *PAGES, "/api/docs/", drawing_in(folder), NOT_DRAWN, *compressed],
        cwd=tree.ROOT, env=tree.environment(MENDLINE_DATA_DIR=str(folder), **tree.SAFE),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert visited.returncode == 0, visited.stderr[-2000:]
    return json.loads(visited.stdout.splitlines()[-1])


def collected(folder, name: str) -> str:
    """The address under which a file of a name was collected."""
    return f"/static/{json.loads((folder / 'static' / 'staticfiles.json').read_text())['paths'][name]}"


def drawing_in(folder) -> str:
    """The address of a drawing of redness among what was collected."""
    return collected(folder, "swatches/redness-black.svg")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_gets_the_page_with_every_header(visits, path):
    page = visits[path]
    assert page["status"] == PAGES[path]
    assert {name: page["headers"].get(name) for name in EVERYWHERE} == EVERYWHERE
    assert not [name for name in page["headers"] if name.startswith("access-control-")]
    policy = dict((part.strip() + " ").split(" ", 1) for part in page["headers"]["content-security-policy"].split(";"))
    assert {name: values.strip() for name, values in policy.items()} == POLICY


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith(("/accounts/", "/join/", "/api/"))])
def test_what_is_about_somebody_stays_in_no_cache(visits, path):
    headers = visits[path]["headers"]
    assert headers["cache-control"] == "no-store, private"
    assert "Cookie" in headers["vary"]


def test_cookies_are_bound_to_the_host_and_to_https(visits):
    cookies = {name: morsel for page in visits.values() for name, morsel in page["cookies"].items()}
    assert set(cookies) <= {"__Host-session", "__Host-csrf", "__Host-help_country"} and "__Host-csrf" in cookies
    for morsel in cookies.values():
        assert morsel["secure"] and morsel["path"] == "/" and not morsel["domain"] and morsel["samesite"] == "Lax"


def test_a_page_fetches_only_from_its_own_host_and_by_names_that_change_with_the_content(visits):
    loaded = re.findall(r'<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"', visits["/"]["body"])
    loaded.remove("/manifest.webmanifest")  # a browser keeps its address, and asks it anew each day
    assert loaded
    for address in loaded:
        assert re.fullmatch(r"/static/[\w./-]+\.[0-9a-f]{12}\.\w+(#.*)?", address), address


def test_stylesheets_and_scripts_are_sent_as_they_were_compressed_when_they_were_collected(visits, folder):
    for name in COMPRESSED:
        file = (folder / collected(folder, name)[1:]).with_suffix(f".{name.rpartition('.')[2]}.gz")
        headers = visits[f"gzip:{collected(folder, name)}"]["headers"]
        assert headers["content-encoding"] == "gzip" and headers["vary"] == "Accept-Encoding", name
        assert int(headers["content-length"]) == file.stat().st_size, name


def test_what_scripts_say_to_their_readers_is_not_sent(visits, folder):
    sent = [*(folder / "static" / "js").glob("*.js"), folder / collected(folder, "js/outbox.js")[1:]]
    assert len(sent) > 40 and not [file.name for file in sent if re.search(r"^\s*(/\*|//)", file.read_text(), re.M)]


def test_a_drawing_of_levels_is_kept_for_long_by_a_name_that_changes_with_it_and_knows_nobody(visits, folder):
    drawing, absent = visits[drawing_in(folder)], visits[NOT_DRAWN]
    assert re.search(r"-black\.[0-9a-f]{12}\.svg$", drawing_in(folder))
    assert drawing["status"] == 200 and drawing["headers"]["content-type"] == "image/svg+xml"
    assert drawing["headers"]["cache-control"] == "max-age=315360000, public, immutable"
    assert drawing["body"] == strip(Symptom.REDNESS, Tone.BLACK) and drawing["cookies"] == {}
    assert absent["status"] == 404


def test_of_the_libraries_files_only_what_a_page_opens_is_collected(visits, folder):
    names = [path.name for path in (folder / "static").rglob("*")]
    assert "swagger-ui-bundle.js" in names
    assert not [name for name in names if name.endswith((".map", ".map.gz")) or name.startswith("redoc.")]


def test_the_page_of_the_api_finds_all_its_files_by_names_that_change_with_the_content(visits, folder):
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', visits["/api/docs/"]["body"])
    assert len(loaded) == 4
    for address in loaded:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address) and (folder / address[1:]).is_file()


def test_errors_speak_to_people_on_pages_and_to_programs_in_the_api(visits):
    assert "<h1" in visits["/no/such/page/"]["body"]
    assert visits["/api/no/such/"]["headers"]["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", IN_CLEAR)
def test_over_plain_http_a_page_leads_to_https_and_a_program_is_told_that_its_token_was_in_clear(visits, path):
    answer = visits[f"http:{path}"]
    assert answer["status"] == IN_CLEAR[path]
    if path.startswith("/api/"):
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert "sent in clear" in json.loads(answer["body"])["detail"] and answer["cookies"] == {}


def test_text_says_how_it_is_encoded(visits):
    kinds = {path: answer["headers"].get("content-type", "") for path, answer in visits.items()}
    assert kinds["/healthz"].startswith("text/plain")
    assert [path for path, kind in kinds.items() if kind.startswith("text/") and "charset=" not in kind] == []
