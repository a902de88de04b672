"""What a treatment may leave, painted in cheek coordinates: the same place in every view and on every day."""

import math
from collections.abc import Callable

from PIL import ImageChops, ImageFilter

from symptoms.demo.drawing.brush import (
    add_grain,
    blank,
    blob,
    clouds,
    covered,
    noise_of,
    share_of,
    softened,
    spot,
    tint,
)
from symptoms.demo.drawing.person import stream_of
from symptoms.demo.drawing.scene import Scene
from symptoms.demo.drawing.shapes import SIZE, Point, clamp, mix, times


def _red(tone: int) -> tuple[float, float, float]:
    """Say how inflammation colours a skin tone: red on fair skin, a darker purple-brown on dark skin."""
    return {
        1: (0.95, 0.65, 0.64), 2: (0.94, 0.63, 0.62), 3: (0.91, 0.59, 0.59),
        4: (0.83, 0.55, 0.57), 5: (0.72, 0.48, 0.56), 6: (0.62, 0.44, 0.56),
    }[tone]  # fmt: skip


def _narrowing(place: Callable[[float, float], Point | None], u: float, v: float, scale: float) -> float:
    """Tell how much the turn of the head narrows what lies at a place on the cheek."""
    here, beside = place(u, v), place(u + 0.08, v)
    if here is None or beside is None:
        return 0.35
    return clamp(abs(beside[0] - here[0]) / (8.0 * scale), 0.3, 1.0)


def paint_redness(scene: Scene, redness: float, swelling: float) -> None:
    """Redden the cheeks in blotches, the finding cheek more; a swollen cheek is a little red by itself."""
    strength = max(redness, 0.22 * swelling)
    if not strength:
        return
    rng = scene.stream("redness")
    mask, pen = blank()
    for place, share in ((scene.cheek, 1.0), (scene.other_cheek, 0.6)):
        for _ in range(11):
            u, v = rng.gauss(0, 0.42), rng.gauss(-0.05, 0.4)
            size, value = rng.uniform(34, 64), round(255 * share * rng.uniform(0.6, 1))
            at = place(u, v)
            if at:
                size *= scene.scale
                pen.polygon(blob(rng, at, size * _narrowing(place, u, v, scene.scale), size * 0.85), fill=value)
    mask = softened(mask, 19 * scene.scale)
    blotches = clouds(rng, 30 if scene.scale == 1 else 16, 0.75).filter(ImageFilter.GaussianBlur(5 * scene.scale))
    grain = noise_of(rng, SIZE, 2.2 * scene.scale, 0.16)
    mask = ImageChops.multiply(mask, add_grain(blotches.point(lambda v: min(255, 105 + v)), grain))
    mask = ImageChops.multiply(mask, scene.mask)
    scene.image = tint(
        scene.image, share_of(mask, 0.25 * min(1, strength * 3) + 0.75 * strength), _red(scene.person.tone)
    )


def paint_dark_marks(scene: Scene, strength: float) -> None:
    """Leave flat brown patches on the finding cheek."""
    if not strength:
        return
    rng = scene.stream("dark_marks")
    mask, pen = blank()
    for i in range(16):
        u, v, size, value = rng.gauss(0, 0.55), rng.gauss(0.08, 0.5), rng.uniform(6, 17), rng.randint(150, 255)
        shape = stream_of(scene.seed, scene.person.tone, f"dark_mark {i}")
        at = scene.cheek(clamp(u, -0.9, 0.9), clamp(v, -1, 1))
        if at and i < 6 + 10 * strength:
            size *= scene.scale * 0.9
            pen.polygon(
                blob(shape, at, size * _narrowing(scene.cheek, u, v, scene.scale), size * 0.85, 0.35), fill=value
            )
    mask = softened(mask, 3.6 * scene.scale)
    mask = ImageChops.multiply(mask, noise_of(rng, SIZE, 2 * scene.scale, 0.3).point(lambda v: min(255, v + 90)))
    brown = (0.70, 0.58, 0.50) if scene.person.tone < 4 else (0.55, 0.49, 0.48)
    scene.image = tint(scene.image, share_of(ImageChops.multiply(mask, scene.mask), 0.3 + 0.7 * strength), brown)


def paint_dots(scene: Scene, strength: float) -> None:
    """Leave the faint grid of pinpoints that a treatment head leaves."""
    if not strength:
        return
    rng = scene.stream("dots")
    mask, pen = blank()
    for i in range(-11, 12):
        for j in range(-10, 11):
            u, v = i / 12 + rng.gauss(0, 0.004), j / 12 + rng.gauss(0, 0.006)
            value = rng.randint(140, 255)
            at = scene.cheek(u, v)
            if at and u * u + v * v < 0.86:
                size = 1.35 * scene.scale
                spot(pen, at, size * _narrowing(scene.cheek, u, v, scene.scale), size, value)
    halo = ImageChops.multiply(softened(mask, 3 * scene.scale, 1.3), scene.mask)
    scene.image = tint(scene.image, share_of(halo, 0.4 * strength), _red(scene.person.tone))
    spots = ImageChops.multiply(softened(mask, 0.5 * scene.scale, 1.3), scene.mask)
    deep = (0.62, 0.36, 0.34) if scene.person.tone < 4 else (0.45, 0.34, 0.36)
    scene.image = tint(scene.image, share_of(spots, (0.12 + 0.3 * strength) * (1.0 if scene.scale == 1 else 1.5)), deep)


def _bump(scene: Scene, spots: list[tuple[Point, float, float]], amount: float) -> None:
    """Raise round spots out of the skin: lit at the upper right, shaded at the lower left."""
    light, light_pen = blank()
    dark, dark_pen = blank()
    for (x, y), rx, ry in spots:
        spot(dark_pen, (x - rx * 0.35, y + ry * 0.4), rx, ry)
    for (x, y), rx, ry in spots:
        spot(light_pen, (x + rx * 0.25, y - ry * 0.28), rx * 0.7, ry * 0.7)
    scene.image = tint(scene.image, softened(dark, 2.0 * scene.scale, 0.75 * amount), (0.72, 0.62, 0.6))
    scene.image = tint(scene.image, softened(light, 1.8 * scene.scale, 0.8 * amount), (1.1, 1.07, 1.05))


def paint_pustules(scene: Scene, strength: float) -> None:
    """Raise small yellowish heads with a red halo on the finding cheek."""
    if not strength:
        return
    rng = scene.stream("pustules")
    spots: list[tuple[Point, float, float]] = []
    for i in range(18):
        u, v, size = (
            clamp(rng.gauss(0, 0.42), -0.9, 0.85),
            clamp(rng.gauss(0.12, 0.42), -0.85, 1),
            rng.uniform(3.2, 6.8),
        )
        at = scene.cheek(u, v)
        if at and i < 3 + 15 * strength:
            size *= scene.scale * (0.72 + 0.28 * strength) * (1.0 if scene.scale == 1 else 0.8)
            spots.append((at, size * _narrowing(scene.cheek, u, v, scene.scale), size))
    halo, pen = blank()
    for at, rx, ry in spots:
        pen.polygon(blob(rng, at, rx * 2.5, ry * 2.5), fill=255)
    halo = ImageChops.multiply(softened(halo, 4.5 * scene.scale, 0.95), scene.mask)
    scene.image = tint(scene.image, halo, _red(scene.person.tone))
    _bump(scene, [(at, rx * 1.5, ry * 1.5) for at, rx, ry in spots], 0.6)
    heads, pen = blank()
    for at, rx, ry in spots:
        pen.polygon(blob(rng, at, rx * 0.72, ry * 0.72, 0.18), fill=255)
    pus = mix((244, 226, 164), scene.person.skin, 0.15 + 0.08 * (scene.person.tone - 1))
    scene.image = covered(scene.image, softened(heads, 1.35 * scene.scale, 0.78), pus)
    _glints(scene, [(at, rx * 0.8, ry * 0.8) for at, rx, ry in spots], 0.15 * scene.scale)


def _glints(scene: Scene, spots: list[tuple[Point, float, float]], share: float) -> None:
    """Put a small wet highlight on each spot."""
    mask, pen = blank()
    for (x, y), rx, ry in spots:
        spot(pen, (x + rx * 0.3, y - ry * 0.35), max(1.0, rx * 0.26), max(1.0, ry * 0.2))
    scene.image = covered(scene.image, softened(mask, 0.55 * scene.scale, share), (255, 252, 246))


def paint_blisters(scene: Scene, strength: float) -> None:
    """Group small shiny blisters on a red base beside the corner of the mouth."""
    if not strength:
        return
    rng = scene.stream("blisters")
    centre = (-0.6, 0.95) if scene.scale == 1 else (-0.3, 0.35)
    spots: list[tuple[Point, float, float]] = []
    taken: list[tuple[float, float, float]] = []
    for _ in range(400):
        dx, dy, size = rng.gauss(0, 15), rng.gauss(0, 15), rng.uniform(5.0, 9.5)
        if any(math.hypot(dx - x, dy - y) < 0.92 * (size + s) for x, y, s in taken):
            continue
        taken.append((dx, dy, size))
        u, v = centre[0] + dx / (105 if scene.scale == 1 else 130), centre[1] + dy / (100 if scene.scale == 1 else 160)
        at = scene.cheek(u, v)
        if at:
            grown = size * scene.scale * (0.7 + 0.3 * strength)
            spots.append((at, grown * _narrowing(scene.cheek, u, v, scene.scale), grown))
        if len(taken) >= 4 + 7 * strength:
            break
    base, pen = blank()
    for at, rx, ry in spots:
        pen.polygon(blob(rng, at, rx * 2, ry * 1.9), fill=255)
    base = ImageChops.multiply(softened(base, 6 * scene.scale, 0.6 + 0.4 * strength), scene.mask)
    scene.image = tint(scene.image, base, _red(scene.person.tone))
    _bump(scene, [(at, rx * 1.1, ry * 1.1) for at, rx, ry in spots], 1.0)
    domes, pen = blank()
    for at, rx, ry in spots:
        spot(pen, at, rx * 0.88, ry * 0.88)
    fluid = mix(times(scene.person.skin, 1.06, 0.98, 0.92), (240, 214, 190), 0.4 if scene.person.tone < 5 else 0.22)
    scene.image = covered(scene.image, softened(domes, 1.3 * scene.scale, 0.38), fluid)
    rims, pen = blank()
    for (x, y), rx, ry in spots:
        pen.arc((x - rx, y - ry, x + rx, y + ry), 60, 215, 255, max(2, round(1.6 * scene.scale)))
    scene.image = tint(scene.image, softened(rims, 1.0 * scene.scale, 0.8), (0.7, 0.5, 0.5))
    _glints(scene, spots, 0.6 if scene.scale == 1 else 0.9)
