"""The icons of the installed site, which Chromium draws from static/icons/icon.svg: run it when that changes."""

import io
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "static" / "icons"
DRAWING = (FOLDER / "icon.svg").read_text()
GROUND, ROUND = "#0b625c", ' rx="15"'
SAFE = 0.8  # of a maskable icon's width is seen, whatever shape a phone cuts it to
# File, pixels, and how wide the drawing stands on a ground that goes to the edge; None: as it is, with round corners.
ICONS = (
    ("icon-192.png", 192, None),
    ("icon-512.png", 512, None),
    ("maskable-512.png", 512, SAFE),
    ("icon.png", 180, 1),  # for iOS, which rounds the corners itself and paints what is transparent black
)


def main() -> None:
    """Draw each, in as few colours as it takes."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, size, share in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            _draw(page, size, share).quantize(128).save(FOLDER / name, optimize=True)
        browser.close()


def _draw(page: Page, size: int, share: float | None) -> Image.Image:
    width = size if share is None else round(size * share)
    drawing = DRAWING if share is None else DRAWING.replace(ROUND, "")
    ground = "transparent" if share is None else GROUND
    page.set_content(
        f"<style>body {{ margin: 0; background: {ground}; display: grid; place-content: center; height: 100vh }}"
        f"svg {{ width: {width}px; display: block }}</style>{drawing}"
    )
    return Image.open(io.BytesIO(page.screenshot(omit_background=share is None)))


if __name__ == "__main__":
    main()
