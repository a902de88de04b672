"""Leaves source maps, ReDoc and what scripts say to their readers out of collectstatic, makes files for it (pictures of
the levels, the rules for phones), and tells whether what was collected is up to date."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage
from django.utils.translation import override
from whitenoise.storage import CompressedManifestStaticFilesStorage

from symptoms.recovery.swatches.strip import NAMES, strip

SOURCE_MAP = "sourceMappingURL"
IMPORT = re.compile(rb"""\b(from |import |import\()"\./""")
BARE = re.compile(rb'\bimport "(?=\./)')
HASH = re.compile(rb"\.[0-9a-f]{12}(?=\.js\b)")
OWN_SCRIPTS = "js/"
COMMENT = re.compile(rb"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*|//[^\n]*)\n", re.MULTILINE | re.DOTALL)


def without_comments(script: bytes) -> bytes:
    """A script of ours without the comments that stand on lines of their own: a quarter of what a phone would fetch.

    It takes no line for one that lies in a string: ours have none of several lines (tests/house/test_scripts.py).
    """
    return COMMENT.sub(b"", script)


class Collected(StaticFilesConfig):
    """Django's own app, which leaves half of 9 MB where it is."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "drf_spectacular_sidecar/redoc/*"]


class Made(BaseFinder):
    """Makes files as they are looked for: none is kept with the code."""

    folder = Path(settings.DATA_DIR) / "drawn"
    names: Collection[str] = ()

    def make(self, name: str) -> str:
        """What stands in the file of one of the `names`."""
        raise NotImplementedError

    def find(  # type: ignore[override]  # the stubs say it in overloads, one for each `find_all`
        self, path: str, find_all: bool = False
    ) -> str | list[str]:
        """Where a file lies now, empty for one that is not made: a demo's server sends files from the disk."""
        made = [str(self._write(path))] if path in self.names else []
        return made if find_all or not made else made[0]

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, InMemoryStorage]]:
        """Every file, with the storage that it can be read from."""
        storage = InMemoryStorage()
        for name in self.names:
            storage.save(name, ContentFile(self.make(name)))
            yield name, storage

    def _write(self, name: str) -> Path:
        """Put a file on the disk, whole: several servers of a demo may do so at once."""
        path, content = self.folder / name, self.make(name)
        if not path.is_file() or path.read_text() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self.folder) as unfinished:
                (Path(unfinished) / path.name).write_text(content)
                (Path(unfinished) / path.name).replace(path)
        return path


class Drawings(Made):
    """The pictures of the levels."""

    names = NAMES

    def make(self, name: str) -> str:
        return strip(*NAMES[name])


class RedFlags(Made):
    """What a phone judges by without a network, and its words, in each language of the site: made from the protocol."""

    names = {f"red-flags/{language}.json": language for language in (settings.LANGUAGE_CODE,)}

    def make(self, name: str) -> str:
        from symptoms.wording.one_day import phone_file  # Django reads this module before there are models

        with override(self.names[name]):
            return json.dumps(phone_file(), ensure_ascii=False, separators=(",", ":"))


def _is_ours(name: str) -> bool:
    return name.startswith(OWN_SCRIPTS) and name.endswith(".js")


class Storage(CompressedManifestStaticFilesStorage):
    """Named by content and compressed, also where a script imports another; a comment that names a map is left as it
    is, since the map is not there."""

    support_js_module_import_aggregation = True  # otherwise a browser keeps an old module beside a new page
    patterns = tuple(
        (files, tuple(rule for rule in rules if SOURCE_MAP not in str(rule)))
        for files, rules in HashedFilesMixin.patterns
    )

    def _save(self, name: str, content: "File[Any]") -> str:
        if _is_ours(name):
            content = ContentFile(without_comments(b"".join(content.chunks())))
        return super()._save(name, content)

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
                        # Django writes an import without a name and without a space.
                        written = BARE.sub(b'import"', without_comments(content) if _is_ours(name) else content)
                        if HASH.sub(b"", Path(self.path(collected)).read_bytes()) != written:
                            return name
                    elif not is_changed_anyway and collected != self.hashed_name(name, file):
                        return name
        return ""
