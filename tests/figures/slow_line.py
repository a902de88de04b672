"""A day on a slow line: from Save to its verdict, then three large photos."""

import io
import time

from PIL import Image
from playwright.sync_api import Page, expect

from symptoms.demo.drawing.photo import draw
from tests import images

LINE = {"offline": False, "latency": 150, "downloadThroughput": 750_000 / 8, "uploadThroughput": 750_000 / 8}
SHOWN = "h1"  # of the verdict
VIEWS = ("front", "left", "right")
TWELVE_MEGAPIXELS = (3024, 4032)
SIZES = """() => {
  const { send } = XMLHttpRequest.prototype;
  window.sizes = [];
  XMLHttpRequest.prototype.send = function (body) { window.sizes.push(body.size); return send.call(this, body); };
}"""


def rows(page: Page) -> list[dict]:
    """Seconds from Save to the verdict at 750 kbit/s and 150 ms, then for three large photos, and their size."""
    page.goto("/log/")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", LINE)
    for tap in ("label:has(#none_right_now)", "label:has(#nothing_new)", "[data-fill=none]"):
        page.locator(tap).click()
    started = time.monotonic()
    page.get_by_role("button", name="Save day 5").click(no_wait_after=True)
    page.get_by_role("heading", name="As expected on day 5").wait_for()
    to_verdict = time.monotonic() - started
    page.wait_for_load_state("networkidle")
    page.evaluate(SIZES)
    photos = [_photo(seed) for seed in range(len(VIEWS))]
    started = time.monotonic()
    for view, photo in zip(VIEWS, photos, strict=True):
        page.locator(f"input[name={view}]").set_input_files(photo)
    expect(page.get_by_text("3 of 3 sent")).to_be_visible(timeout=120_000)
    to_sent = time.monotonic() - started
    largest = max(page.evaluate("window.sizes")) / 1000
    return [
        _row("Save to verdict on a slow line", to_verdict, "s", 1.5),
        _row("three photos of 12 megapixels on a slow line", to_sent, "s", 25),
        _row("the largest of them as it is sent", largest, "KB", 500),
    ]


def _photo(seed: int) -> dict:
    """A drawn face of 12 megapixels with the grain of a camera, which is what makes a photo large."""
    face = Image.open(io.BytesIO(draw(seed=seed, tone=3, view="front", pustules=0.8))).resize(TWELVE_MEGAPIXELS)
    grain = Image.effect_noise(TWELVE_MEGAPIXELS, 12).convert("RGB")
    noisy = Image.blend(face.convert("RGB"), grain, 0.06)
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": images.encoded(noisy, quality=90)}


def _row(what: str, measured: float, unit: str, most: float) -> dict:
    shown = f"{measured:.2f} {unit}"
    return {"what": what, "measured": shown, "target": f"<= {most} {unit}", "reached": measured <= most}
