"""Leaves source maps and ReDoc out of collectstatic, and tells whether what was collected is up to date."""

from pathlib import Path

from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

SOURCE_MAP = "sourceMappingURL"


class Collected(StaticFilesConfig):
    """Django's own app, which leaves half of 9 MB where it is."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.map", "drf_spectacular_sidecar/redoc/*"]


class Storage(CompressedManifestStaticFilesStorage):
    """Named by content and compressed; a comment that names a map is left as it is, since the map is not there."""

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
                    # Addresses inside a stylesheet were exchanged, so that its name tells nothing about its source.
                    is_changed_anyway = name.endswith(".css") and (b"url(" in content or b"@import" in content)
                    if not is_changed_anyway and collected != self.hashed_name(name, file):
                        return name
        return ""
