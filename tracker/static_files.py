"""Leaves source maps and ReDoc out of collectstatic, draws the pictures of the levels for it, and tells whether what
was collected is up to date."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from symptoms.recovery.swatches.strip import NAMES, strip

SOURCE_MAP = "sourceMappingURL"
IMPORT = re.compile(rb"""\b(from |import |import\()"\./""")
HASH = re.compile(rb"\.[0-9a-f]{12}(?=\.js\b)")


class Collected(StaticFilesConfig):
    """Django's own app, which leaves half of 9 MB where it is."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "drf_spectacular_sidecar/redoc/*"]


class Drawings(BaseFinder):
    """Draws the pictures of the levels as they are looked for: none is kept with the code."""

    folder = Path(settings.DATA_DIR) / "drawn"

    def find(  # type: ignore[override]  # the stubs say it in overloads, one for each `find_all`
        self, path: str, find_all: bool = False
    ) -> str | list[str]:
        """Where a drawing lies now, empty for anything that is none: a demo's server sends files from the disk."""
        drawn = [str(self._draw(path))] if path in NAMES else []
        return drawn if find_all or not drawn else drawn[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, InMemoryStorage]]:
        """Every drawing, with the storage that it can be read from."""
        storage = InMemoryStorage()
        for name in NAMES:
            storage.save(name, ContentFile(strip(*NAMES[name])))
            yield name, storage

    def _draw(self, name: str) -> Path:
        """Put a drawing on the disk, whole: several servers of a demo may do so at once."""
        path, svg = self.folder / name, strip(*NAMES[name])
        if not path.is_file() or path.read_text() != svg:
            path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.folder) as unfinished:
                (Path(unfinished) / path.name).write_text(svg)
                (Path(unfinished) / path.name).replace(path)
        return path


class Storage(CompressedManifestStaticFilesStorage):
    """Named by content and compressed, also where a script imports another; a comment that names a map is left as it
    is, since the map is not there."""

    support_js_module_import_aggregation = True  # otherwise a browser keeps an old module beside a new page
    patterns = tuple(
        (files, tuple(rule for rule in rules if SOURCE_MAP not in str(rule)))
        for files, rules in HashedFilesMixin.patterns
    )

    def out_of_date(self) -> str:
        """The first file that is not collected as the code has it now; empty when all are."""
        for finder in get_finders():
            for name, source in finder.list(Collected.ignore_patterns):
                collected = self.hashed_files.get(self.hash_key(name))
                if collected is None or not Path(self.path(collected)).is_file():
                    return name
                with source.open(name) as file:
                    content = file.read()
                    # Addresses inside it were exchanged, so that its name tells nothing about its source.
                    is_changed_anyway = name.endswith(".css") and (b"url(" in content or b"@import" in content)
                    if name.endswith(".js") and IMPORT.search(content):
                        if HASH.sub(b"", Path(self.path(collected)).read_bytes()) != content:
                            return name
                    elif not is_changed_anyway and collected != self.hashed_name(name, file):
                        return name
        return ""
