"""Photos in a real browser: what is said about a file before it is sent, and every photo large, by keyboard."""

import base64
import math
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from symptoms.demo.cast import NOOR, PASSWORD
from symptoms.photos.intake import take_in
from symptoms.photos.refusals import HEIC_ON_AN_IPHONE, HEIC_ON_ANDROID, Refusal
from tests import images

pytestmark = pytest.mark.browser

PIXEL = "Mozilla/5.0 (Linux; Android 16; Pixel 8 Pro) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile Safari/604.1"
HEIC = b"\0\0\0\x18ftyp%s" + bytes(100)


@pytest.fixture
def adding(visitor):
    """The page on which Tom adds photos of day 9, in the browser of a phone."""

    def open_page(agent: str = "") -> Page:
        guest = visitor(**({"user_agent": agent} if agent else {}))
        guest.sign_in("tom@patients.example", PASSWORD)
        guest.page.goto("/course/9/photos/")
        return guest.page

    return open_page


def choose(page: Page, file: bytes | Path, kind: str = "image/jpeg", name: str = "front.jpg") -> int:
    """Choose a file for the front; gives how many files stay chosen once the page has looked at it."""
    front = page.locator("input[name=front]")
    front.set_input_files(file if isinstance(file, Path) else {"name": name, "mimeType": kind, "buffer": file})
    expect(page.locator("photo-picker:first-of-type").locator("[role=alert], .shot-preview").first).to_be_attached()
    return front.evaluate("input => input.files.length")


def test_a_heic_photo_is_named_before_it_is_sent_with_what_that_phone_can_do(adding):
    for agent, sentence in ((PIXEL, str(HEIC_ON_ANDROID)), (IPHONE, str(HEIC_ON_AN_IPHONE))):
        page = adding(agent)
        for brand, kind, name in (
            ("heic", "image/heic", "a.heic"),
            ("hevc", "", "a.hif"),
            ("mif1", "image/jpeg", "a.jpg"),
        ):
            assert choose(page, HEIC % brand.encode(), kind, name) == 0
            expect(page.get_by_role("alert")).to_have_text(sentence)
    assert choose(page, b"no more than a name", "image/heic", "a.heic") == 0
    expect(page.get_by_role("alert")).to_have_text(str(HEIC_ON_AN_IPHONE))


def test_a_jpeg_stays_chosen_whatever_its_phone_calls_it(adding):
    page = adding()
    for kind in ("image/jpg", "image/pjpeg", "application/octet-stream", "", "image/heic"):
        assert choose(page, images.photo(), kind) == 1, kind
        expect(page.locator(".shot-preview")).to_have_count(1)
        expect(page.get_by_role("alert")).to_have_count(0)
        page.reload()


def test_a_file_over_the_limit_is_said_so_at_once_and_one_at_it_is_not(adding, tmp_path):
    page, file = adding(), tmp_path / "front.jpg"
    file.write_bytes(images.photo().ljust(20_000_001, b"\0"))
    assert choose(page, file) == 0
    expect(page.get_by_role("alert")).to_have_text(str(Refusal.TOO_LARGE.label))
    file.write_bytes(images.photo().ljust(20_000_000, b"\0"))
    assert choose(page, file) == 1
    assert choose(page, b"%PDF-1.7", "application/pdf", "letter.pdf") == 0


def test_android_has_a_way_to_the_camera_and_one_to_the_gallery(adding):
    page = adding(PIXEL)
    page.locator("input[type=file]").evaluate_all(
        "all => all.forEach(one => one.addEventListener('click', () => document.title = one.getAttribute('capture')))"
    )
    for button, camera in (("Use camera: Front", "user"), ("Use camera: Close-up", "environment")):
        with page.expect_file_chooser():
            page.get_by_role("button", name=button).click()
        assert page.title() == camera
    with page.expect_file_chooser():
        page.locator(".shot").first.click()
    assert page.title() == "null"
    expect(adding(IPHONE).get_by_role("button", name="Use camera")).to_have_count(0)


SHOWN_CORNERS = """async source => {
  const image = new Image()
  image.src = source
  await image.decode()
  const canvas = document.createElement("canvas")
  const right = (canvas.width = image.naturalWidth) - 5, bottom = (canvas.height = image.naturalHeight) - 5
  const context = canvas.getContext("2d")
  context.drawImage(image, 0, 0)
  const places = [[4, 4], [right, 4], [4, bottom], [right, bottom]]
  return places.map(place => [...context.getImageData(...place, 1, 1).data].slice(0, 3))
}"""


def test_photos_lie_as_the_browser_of_their_sender_shows_them(chromium):
    page = chromium.new_page()
    pictures = images.oriented_jpegs() | images.unturned_pictures()
    different = []
    for name, data in pictures.items():
        source = "data:;base64," + base64.b64encode(data).decode()
        theirs, ours = page.evaluate(SHOWN_CORNERS, source), images.corners(take_in(data).jpeg)
        if max(map(math.dist, theirs, ours)) > 20:
            different.append(name)
    page.close()
    assert not different


def test_a_practitioner_walks_through_all_photos_large_by_keyboard(visitor):
    noor = visitor()
    noor.sign_in(NOOR, PASSWORD)
    page = noor.page
    page.goto("/practice/?show=all&q=Amara")
    page.locator(".case h2 a").first.click()
    page.get_by_role("link", name="Front, Day 16").focus()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Front, day 16")
    for key, day in (("ArrowLeft", 0), ("ArrowLeft", 0), ("ArrowRight", 16), ("ArrowRight", 22), ("ArrowRight", 22)):
        page.wait_for_load_state()  # the keys are a script's
        page.keyboard.press(key)
        expect(heading).to_contain_text(f"Front, day {day}")
        expect(page.get_by_role("img", name=f"Front, day {day}")).to_have_js_property("complete", True)
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="Left").focus()
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("Left, day 22")
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(heading).to_contain_text("Amara")
    expect(page.get_by_role("link", name="Left 1")).to_have_attribute("aria-current", "true")


def test_without_a_script_every_photo_is_a_page_with_links(visitor):
    amara = visitor(java_script_enabled=False)
    amara.sign_in("amara@patients.example", PASSWORD)
    page = amara.page
    page.goto("/course/22/")
    page.get_by_role("link", name="Front, day 22", exact=True).click()
    page.get_by_role("link", name="Day 16").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Front, day 16")
    alone = page.get_by_role("link", name="Open the picture alone").get_attribute("href")
    expect(page.get_by_role("img", name="Front, day 16")).to_have_attribute("src", alone)
