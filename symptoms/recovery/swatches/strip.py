"""The drawing of a symptom on one tone of skin: five patches side by side, from none to very severe.

Each is drawn to the words of its level in questions.toml, and is as much our own choice as they are [D]. A level shows
the same places as the one below, and more of it.
"""

from collections.abc import Callable

from symptoms.recovery.swatches import colour, relief, surface
from symptoms.recovery.swatches.paint import BLURS, HEIGHT, WIDTH
from symptoms.recovery.swatches.skin import SKINS, TEXTURE, Skin, Tone, definitions
from symptoms.recovery.vocabulary import Symptom

LEVELS = range(5)
# What can be seen; the rest is felt.
DRAWN: dict[Symptom, Callable[[Skin, int], str]] = {
    Symptom.REDNESS: colour.redness,
    Symptom.SWELLING: relief.swelling,
    Symptom.PEELING: surface.peeling,
    Symptom.BRUISING: colour.bruising,
    Symptom.BLEEDING: surface.bleeding,
    Symptom.OOZING: surface.oozing,
    Symptom.CRUSTING: surface.crusting,
    Symptom.BUMPS: relief.bumps,
    Symptom.DARK_PATCHES: colour.dark_patches,
    Symptom.LIGHT_PATCHES: colour.light_patches,
    Symptom.RAISED_SCAR: relief.raised_scar,
    Symptom.INDENTATIONS: relief.indentations,
}
FLAT = (Symptom.REDNESS, Symptom.BRUISING, Symptom.DARK_PATCHES, Symptom.LIGHT_PATCHES)  # colour alone
FROM_THE_SIDE = (Symptom.SWELLING, Symptom.INDENTATIONS)  # seen along the surface, also where nothing is there


def name_of(symptom: Symptom, tone: Tone) -> str:
    """What the file of a drawing is called among the static files."""
    return f"swatches/{symptom}-{tone}.svg"


NAMES = {name_of(symptom, tone): (symptom, tone) for symptom in DRAWN for tone in Tone}


def strip(symptom: Symptom, tone: Tone) -> str:
    """The whole drawing, as SVG. Raises KeyError for a symptom that is felt."""
    skin = SKINS[tone]
    area = 'x="-50%" y="-50%" width="200%" height="200%"'  # a softened edge reaches beyond its shape
    blurs = "".join(
        f'<filter id="b{n}" {area}><feGaussianBlur stdDeviation="{size}"/></filter>' for n, size in enumerate(BLURS, 1)
    )
    patches = "".join(_patch(symptom, skin, level) for level in LEVELS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(LEVELS)} {HEIGHT}" '
        f'width="{WIDTH * len(LEVELS)}" height="{HEIGHT}"><defs>{blurs}{definitions(skin)}</defs>{patches}</svg>'
    )


def _patch(symptom: Symptom, skin: Skin, level: int) -> str:
    marks = DRAWN[symptom](skin, level) if level or symptom in FROM_THE_SIDE else ""
    texture = TEXTURE if symptom in FLAT else ""
    return f'<svg x="{level * WIDTH}" width="{WIDTH}" height="{HEIGHT}"><use href="#skin"/>{marks}{texture}</svg>'
