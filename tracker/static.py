"""What of the libraries' files is collected: neither source maps nor the viewer that nobody opens."""

from django.contrib.staticfiles.apps import StaticFilesConfig
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
