"""How large a photo may be."""

MAX_BYTES = 20_000_000
MEGABYTES = MAX_BYTES // 1_000_000  # as people are told
# By kind of file. A phone "of 64 megapixels" has up to 9,248 x 6,936.
MAX_PIXELS = {"JPEG": 65_000_000, "PNG": 24_000_000, "WEBP": 24_000_000, "HEIF": 65_000_000}
