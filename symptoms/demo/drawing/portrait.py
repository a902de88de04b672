"""A portrait without findings: wall, clothes, skin, features, hair."""

import math

from PIL import Image, ImageChops, ImageOps

from symptoms.demo.drawing.brush import add_grain, blank, clouds, enlarged, noise_of, share_of, softened, spot, tint
from symptoms.demo.drawing.features import paint_ears, paint_features
from symptoms.demo.drawing.hair import paint_back_hair, paint_hair
from symptoms.demo.drawing.head import EYE_T, Head
from symptoms.demo.drawing.light import BODY, FACE, HAIRY, crevices, fill_buffer, layer_mask, lit
from symptoms.demo.drawing.person import Person, stream_of
from symptoms.demo.drawing.scene import Scene, background_of, on_cheek, skin_ramp
from symptoms.demo.drawing.shapes import HEIGHT, SIZE, WIDTH, Point, clamp, times


def portrait_of(person: Person, seed: int, turn: float, swelling: float) -> Scene:
    """Draw the person without findings, except that a swelling shapes the cheek."""
    head = Head(person, turn, swelling)
    buffer = fill_buffer(head)
    shade, shine = lit(buffer)
    shade = ImageChops.subtract(shade, crevices(buffer))
    shade = enlarged(shade, 5)
    rng = stream_of(seed, person.tone, "texture")
    shade = add_grain(shade, clouds(rng, 14, 0.07))
    shade = add_grain(shade, noise_of(rng, SIZE, 1.1, 0.042))
    image = background_of(person, seed)
    if person.long_hair:
        image = paint_back_hair(image, head, rng)
    image = paint_ears(image, head, shade, before=True)
    skin = _skin(head, shade, enlarged(shine, 6))
    image.paste(skin, mask=layer_mask(buffer, (BODY, FACE), 7, 0.5, 2.6))
    image.paste(skin, mask=layer_mask(buffer, (BODY, FACE, HAIRY), 16, 0.86, 4))
    image = _shirt(image, head, shade, layer_mask(buffer, (BODY,), 7, 0.5, 2.6))
    image = paint_ears(image, head, shade, before=False)
    image = paint_features(image, head, rng)
    image = paint_hair(image, head, buffer, shade, rng)
    face = layer_mask(buffer, (FACE,), 3)

    def cheek(u: float, v: float) -> Point | None:
        return on_cheek(head, 1, u, v)

    def other(u: float, v: float) -> Point | None:
        return on_cheek(head, -1, u, v)

    return Scene(person, seed, image, cheek, other, 1.0, face)


def _skin(head: Head, shade: Image.Image, shine: Image.Image) -> Image.Image:
    """Colour the lit head as skin, with redder cheeks, nose and ears and a soft shine."""
    person = head.person
    skin = skin_ramp(person, shade)
    warm, pen = blank()
    for angle, y, rx, ry, value in (
        (0.72, 620, 80, 62, 200), (-0.72, 620, 80, 62, 200), (0, 650, 40, 30, 200), (0, 860, 60, 30, 130),
    ):  # fmt: skip
        if head.facing(angle) > 0:
            spot(pen, head.place(angle, y)[:2], rx * (0.4 + 0.6 * head.facing(angle)), ry, value)
    fair = clamp((6 - person.tone) / 5)
    skin = tint(skin, softened(warm, 34, 0.85), (1.02, 0.86 + 0.06 * (1 - fair), 0.85 + 0.05 * (1 - fair)))
    under, pen = blank()
    for side in (-1, 1):
        if head.facing(side * EYE_T) > 0.2:
            spot(pen, head.place(side * EYE_T, 540)[:2], 50 * head.facing(side * EYE_T), 24)
    skin = tint(skin, softened(under, 15, 0.55), (0.86, 0.8, 0.82))
    return ImageChops.screen(
        skin,
        Image.merge(
            "RGB", [share_of(shine, s) for s in ((0.17, 0.16, 0.15) if person.tone < 5 else (0.2, 0.19, 0.19))]
        ),
    )


def _shirt(image: Image.Image, head: Head, shade: Image.Image, body: Image.Image) -> Image.Image:
    """Put a plain shirt on the shoulders and the shadow of the chin on the neck."""
    person = head.person
    shadow, pen = blank()
    spot(pen, (head.centre - 26, 880), 190, 92)
    shadow = ImageChops.multiply(softened(shadow, 24, 0.85), body)
    image = tint(image, shadow, (0.58, 0.48, 0.46))
    middle = WIDTH / 2 - 45 * math.sin(head.turn)
    cloth, pen = blank()
    pen.rectangle((0, 1000, WIDTH, HEIGHT), fill=255)
    spot(pen, (middle, 1010), 168, 108, 0)
    edge, pen = blank()
    spot(pen, (middle, 1014), 176, 116, 255)
    spot(pen, (middle, 1004), 162, 104, 0)
    cloth = ImageChops.multiply(softened(cloth, 2), body)
    colour = ImageOps.colorize(
        shade, times(person.shirt, 0.25, 0.25, 0.28), times(person.shirt, 1.2, 1.2, 1.2), person.shirt
    )
    image = Image.composite(colour, image, cloth)
    return tint(image, ImageChops.multiply(softened(edge, 4, 0.5), body), (0.72, 0.72, 0.72))
