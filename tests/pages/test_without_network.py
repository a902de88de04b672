"""What a phone installs and keeps for when there is no network: public, whole, and the same for everybody."""

import io
import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests import people
from tests.pages.html import select, text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NAMED = re.compile(r'"(?:/static/|\./)([\w./-]+?\.(?:css|js|svg|json))(?:#[\w-]+)?"')


def kept() -> dict:
    """What the worker is told to keep."""
    script = Client().get(reverse("service_worker")).content.decode()
    return json.loads(re.match(r"KEPT=(\{.*\});\n", script)[1])


def file(address: str) -> bytes:
    with open(finders.find(address.removeprefix("/static/")), "rb") as opened:
        return opened.read()


def test_the_manifest_names_icons_of_the_sizes_that_it_says():
    page = Client().get("/")
    (address,) = [link.get("href") for link in select(page, "link[@rel='manifest']")]
    answer = Client().get(address)
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    icons = {(icon["sizes"], icon["purpose"]): Image.open(io.BytesIO(file(icon["src"]))) for icon in manifest["icons"]}
    assert icons.keys() == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for (size, purpose), icon in icons.items():
        assert f"{icon.width}x{icon.height}" == size
        # What a phone cuts off may not be see-through; elsewhere the corners are round.
        assert (icon.convert("RGBA").getpixel((0, 0))[3] == 255) is (purpose == "maskable")
    (touch,) = [link.get("href") for link in select(page, "link[@rel='apple-touch-icon']")]
    touched = Image.open(io.BytesIO(file(touch)))
    assert touched.size == (180, 180) and touched.convert("RGBA").getextrema()[3] == (255, 255)


def test_everything_that_the_kept_page_loads_is_kept_with_it():
    told = kept()
    have = {told["page"]: Client().get(told["page"]).content}
    have |= {address: file(address) for address in told["files"]}
    named = {name for content in have.values() for name in NAMED.findall(content.decode(errors="replace"))}
    named = {name if "/" in name else f"js/{name}" for name in named}
    assert {f"/static/{name}" for name in named} - have.keys() == set()


def test_the_kept_page_is_the_same_for_everybody_and_says_when_to_get_help(clinic):
    ana = people.ana(clinic)
    pen(ana, days_ago=3)
    strangers = Client().get(reverse("offline"))
    hers = people.signed_in(ana).get(reverse("offline"), headers={"Cookie": "zone_here=Europe/Vienna"})
    assert strangers.content == hers.content
    assert "no-store" in hers["Cache-Control"]
    text = text_of(strangers)
    assert "Any one of these" in text and "trouble breathing" in text.lower() and "112 works from most" in text
    assert clinic.name not in text and "csrfmiddlewaretoken" not in strangers.content.decode()


def test_installing_is_offered_after_the_second_logged_day_on_ones_own_phone(clinic):
    ana = people.ana(clinic)
    session, phone = pen(ana, days_ago=3), people.signed_in(ana)

    def is_offered() -> bool:
        return bool(select(phone.get(reverse("today")), "install-offer"))

    offered = [is_offered()]
    for day in (2, 2, 3):
        logged(session, day)
        offered.append(is_offered())
    assert offered == [False, False, False, True]
    browser = phone.session
    browser.set_expiry(0)  # a shared phone
    browser.save()
    assert not is_offered()
