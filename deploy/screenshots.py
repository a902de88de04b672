"""The pictures under docs/screenshots: the demo as a phone and a desk show it, with drawn photos of nobody."""

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from symptoms.demo.cast import NOOR, PASSWORD  # noqa: E402
from tests import data_folders  # noqa: E402
from tests.browser.site import running  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 844}
GROUND, EDGE = "#e9e4dc", 40


def main(folder: str) -> None:
    """Start the demo in `folder`, take each picture, put two beside each other for the README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    data_folders.TEMPLATES = Path(folder)
    with running(Path(folder) / "data") as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        patient = _signed_in(browser, site.url, "julia@patients.example", PHONE)
        patient.goto("/course/4/")
        patient.locator('a[href^="/entries/"]').first.click()
        _keep(patient, "verdict")
        practitioner = _signed_in(browser, site.url, NOOR, DESK)
        practitioner.goto("/practice/")
        _keep(practitioner, "queue")
        practitioner.locator(".case h2 a", has_text="Julia").click()
        _keep(practitioner, "patient")
        browser.close()
    _beside("verdict", "queue")


def _signed_in(browser: Browser, url: str, email: str, size: dict) -> Page:
    page = browser.new_context(base_url=url, viewport=size, color_scheme="light", locale="en-GB").new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/accounts/login/" not in address)
    return page


def _keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    _smaller(Image.open(file)).save(file, optimize=True)


def _beside(left: str, right: str) -> None:
    pictures = [Image.open(FOLDER / f"{name}.png").convert("RGB") for name in (left, right)]
    wide = sum(picture.width for picture in pictures) + EDGE * 3
    whole = Image.new("RGB", (wide, max(picture.height for picture in pictures) + EDGE * 2), GROUND)
    across = EDGE
    for picture in pictures:
        whole.paste(picture, (across, EDGE))
        across += picture.width + EDGE
    _smaller(whole).save(FOLDER / "overview.png", optimize=True)


def _smaller(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(temporary)
