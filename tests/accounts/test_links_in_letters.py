"""Each link in a letter begins with MENDLINE_SITE_URL: no template and no code of ours asks the request for a host."""

import re

import pytest

from accounts.allauth_adapters import _on_our_site
from tests.house import tree

LETTERS = [path for path in tree.files("templates", suffixes={".txt"}) if path.parent.name in ("email", "messages")]
OF_THE_REQUEST = re.compile(r"current_site|\bsite\.|\brequest\b|://")
ASKS_THE_REQUEST = re.compile(r"build_absolute_uri|get_host\(|HTTP_HOST|get_current_site")
# What allauth hands to its templates is turned to our site by the end of its name (`Adapter.send_mail`).
FROM_ALLAUTH = ("account", "mfa")


def test_there_are_letters():
    assert len(LETTERS) > 30


@pytest.mark.parametrize("path", LETTERS, ids=tree.name)
def test_a_letter_takes_no_host_from_the_request(path):
    text = path.read_text(encoding="utf-8")
    assert not OF_THE_REQUEST.search(text)
    if path.parts[-3] in FROM_ALLAUTH:
        links = [word for word in re.findall(r"{{\s*(\w+)", text) if "url" in word or "link" in word]
        assert all(word.endswith("_url") for word in links), links


def test_no_code_of_ours_asks_the_request_for_its_host():
    paths = tree.files("accounts", "symptoms", suffixes={".py"})
    assert [tree.name(path) for path in paths if ASKS_THE_REQUEST.search(path.read_text(encoding="utf-8"))] == []


def test_a_link_of_another_host_leads_to_ours(settings):
    settings.SITE_URL = "https://mendline.example"
    assert _on_our_site("http://evil.example:1234/a/?b=c") == "https://mendline.example/a/?b=c"
