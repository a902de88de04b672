"""The page of the API: it loads nothing from elsewhere, and its content policy is looser by just what it needs."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.contrib.staticfiles import finders

from tests.api.programs import program

pytestmark = pytest.mark.django_db


def policy(answer) -> dict[str, set[str]]:
    """The content security policy by directive."""
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


def test_the_policy_allows_the_page_s_own_style_and_drawn_icons_and_no_more():
    docs, help_page = program().get("/api/docs/"), program().get("/help/")
    here, elsewhere = policy(docs), policy(help_page)
    [style] = re.findall(r"<style>(.*?)</style>", docs.content.decode(), re.DOTALL)
    by_hash = f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'"
    changed = {name: here[name] - elsewhere[name] for name in here if here[name] != elsewhere[name]}
    assert changed == {"img-src": {"data:"}, "style-src": {by_hash}}
    assert not any("unsafe" in source for sources in here.values() for source in sources)


def test_the_page_holds_no_script_of_its_own_and_names_no_other_host():
    page = program().get("/api/docs/").content.decode()
    assert re.findall(r"<script>", page) == []
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) == 5
    assert all(address.startswith(("/static/", "/api/docs/")) for address in loaded)
    assert all(finders.find(a.removeprefix("/static/")) for a in loaded if a.startswith("/static/"))


def test_the_schema_comes_as_yaml_and_as_json_for_anybody():
    yaml, json = program().get("/api/schema/"), program().get("/api/schema/", HTTP_ACCEPT="application/json")
    assert yaml.content.startswith(b"openapi: 3.")
    assert json.json()["openapi"].startswith("3.")
