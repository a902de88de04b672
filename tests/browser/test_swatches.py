"""The drawings of the levels as a browser shows them: each level is told from the next on every skin, and they are
fetched only by who looks."""

import base64
import io
import math
from itertools import pairwise

import pytest
from PIL import Image, ImageCms
from playwright.sync_api import Locator, expect

from symptoms.demo.cast import PASSWORD
from symptoms.recovery.swatches.paint import HEIGHT, WIDTH
from symptoms.recovery.swatches.skin import Tone
from symptoms.recovery.swatches.strip import DRAWN, LEVELS, NAMES, strip
from symptoms.recovery.vocabulary import Symptom

pytestmark = pytest.mark.browser
Patch = list[tuple[float, int, int]]  # CIE L*a*b*
TO_LAB = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
LIGHTNESS, REDDISH = 0, 1  # where they stand in a point
SEEN = 8  # how far two colours are apart that nobody takes for the same: three times what can just be told
# What the words of a level say of how much of the skin it covers: at least, and at most.
SPREAD = {
    (Symptom.DARK_PATCHES, 2): (0.2, 0.5),
    (Symptom.DARK_PATCHES, 3): (0.5, 1),
    (Symptom.DARK_PATCHES, 4): (0.75, 1),
    (Symptom.LIGHT_PATCHES, 2): (0.2, 0.5),
    (Symptom.LIGHT_PATCHES, 3): (0.5, 1),
    (Symptom.LIGHT_PATCHES, 4): (0.75, 1),
    (Symptom.CRUSTING, 1): (0, 0.1),
    (Symptom.CRUSTING, 3): (0.5, 1),
    (Symptom.CRUSTING, 4): (0.7, 1),
    (Symptom.BRUISING, 1): (0, 0.1),
    (Symptom.BRUISING, 4): (0.75, 1),
}
# Somebody on day 0 whose skin is dark brown, and somebody whose skin type nobody knows.
NEW = f"""
from uuid import uuid4
from accounts.models import Practice
from tests import people
from tests.treatments import pen
for fitzpatrick in (6, None):
    patient = people.patient(Practice.objects.first(), "Ida Lund", f"{{uuid4().hex}}@patients.example")
    patient.user.set_password({PASSWORD!r})
    patient.user.save()
    pen(patient, fitzpatrick=fitzpatrick)
    print(patient.user.email)
"""


@pytest.fixture(scope="module")
def patches(chromium) -> dict[str, list[Patch]]:
    """Every drawing, level by level, as the browser paints it."""
    page = chromium.new_page(viewport={"width": WIDTH * len(LEVELS), "height": HEIGHT * len(NAMES)})
    images = "".join(f'<img src="data:image/svg+xml;base64,{_base64(strip(*drawn))}">' for drawn in NAMES.values())
    page.set_content(f"<style>body {{ margin: 0 }} img {{ display: block }}</style>{images}")
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.close()
    return {name: [_patch(shown, row, level) for level in LEVELS] for row, name in enumerate(NAMES)}


def _base64(svg: str) -> str:
    return base64.b64encode(svg.encode()).decode()


def _patch(shown: Image.Image, row: int, level: int) -> Patch:
    return _points(shown.crop((level * WIDTH, row * HEIGHT, (level + 1) * WIDTH, (row + 1) * HEIGHT)))


def _points(shown: Image.Image) -> Patch:
    lab = ImageCms.applyTransform(shown, TO_LAB).tobytes()
    signed = [(value ^ 128) - 128 for value in lab]
    return [(lab[at] / 2.55, signed[at + 1], signed[at + 2]) for at in range(0, len(lab), 3)]


def apart(one: Patch, other: Patch) -> list[float]:
    """How far apart the colours of two patches are, point by point."""
    return [math.dist(*points) for points in zip(one, other, strict=True)]


def mean(values) -> float:
    values = list(values)
    return sum(values) / len(values)


def share_seen(one: Patch, other: Patch) -> float:
    return mean(distance > SEEN for distance in apart(one, other))


@pytest.mark.parametrize("name", NAMES)
def test_a_level_is_told_from_the_next_and_is_farther_from_healthy_skin(patches, name):
    levels = patches[name]
    for level, (less, more) in enumerate(pairwise(levels), 1):
        assert share_seen(less, more) >= 0.01, f"level {level} looks like the one below"
    far = [mean(apart(levels[0], level)) for level in levels]
    for level, (less, more) in enumerate(pairwise(far), 1):
        assert more >= 1.1 * less, f"level {level} is no worse than the one below"


@pytest.mark.parametrize(("symptom", "level"), SPREAD)
def test_a_level_covers_as_much_of_the_skin_as_its_words_say(patches, symptom, level):
    least, most = SPREAD[symptom, level]
    for name, (drawn, _) in NAMES.items():
        if drawn is symptom:
            assert least <= share_seen(patches[name][0], patches[name][level]) <= most, name


@pytest.mark.parametrize(
    ("name", "channel", "way"),
    [
        ("redness-light", REDDISH, 1), ("redness-brown", LIGHTNESS, -1), ("redness-black", LIGHTNESS, -1),
        *[(f"dark_patches-{tone}", LIGHTNESS, -1) for tone in Tone],
        *[(f"light_patches-{tone}", LIGHTNESS, 1) for tone in Tone],
    ],
)  # fmt: skip
def test_redness_is_red_on_light_skin_and_darker_on_other_skin_and_patches_are_what_they_are_called(
    patches, name, channel, way
):
    means = [mean(point[channel] for point in level) for level in patches[f"swatches/{name}.svg"]]
    assert min(way * (more - less) for less, more in pairwise(means)) > 0.3


def test_a_first_log_shows_drawings_on_skin_like_ones_own_and_the_others_by_keyboard(visitor, site):
    own, unknown = site.python(NEW).split()[-2:]
    guest, fetched = visitor(), []
    guest.sign_in(own, PASSWORD)
    page = guest.page
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.goto("/log/")
    redness = page.locator("#redness")
    shown = redness.locator(".ask > .drawing img")
    expect(shown).to_have_count(len(LEVELS))
    expect(shown.last).to_have_js_property("naturalWidth", WIDTH * len(LEVELS))
    shots = [_shot(image) for image in shown.all()]
    far = [mean(apart(shots[0], shot)) for shot in shots]
    assert far[1] > SEEN / 2 and far == sorted(far), "each shows its own level, and all of it"
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]
    seen = {name for name in fetched if name.removesuffix("-black.svg") in set(DRAWN)}
    assert "redness-black.svg" in seen
    assert [name for name in fetched if name.endswith(("-light.svg", "-brown.svg"))] == []
    others = redness.locator("summary", has_text="The same on other skin")
    others.focus()
    page.keyboard.press("Enter")
    for tone in ("light", "olive or light brown"):
        patch = redness.get_by_alt_text(f"Redness, mild, drawn on {tone} skin")
        expect(patch).to_be_visible()
        patch.scroll_into_view_if_needed()
        expect(patch).to_have_js_property("complete", True)
    assert {"redness-light.svg", "redness-brown.svg"} <= set(fetched)

    without_script = visitor(java_script_enabled=False)
    without_script.context.add_cookies(_cookies_of(visitor, unknown))
    page = without_script.page
    page.goto("/log/")
    for tone in ("light", "olive or light brown", "brown or black"):
        expect(page.get_by_alt_text(f"Redness, mild, drawn on {tone} skin")).to_be_visible()


def _shot(image: Locator) -> Patch:
    """What the page shows of a picture, at the size at which it is drawn."""
    return _points(Image.open(io.BytesIO(image.screenshot())).convert("RGB").resize((WIDTH, HEIGHT)))


def _cookies_of(visitor, email: str) -> list:
    guest = visitor()
    guest.sign_in(email, PASSWORD)
    return guest.context.cookies()
