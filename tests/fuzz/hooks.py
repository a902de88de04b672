"""What Schemathesis cannot think up, pictures and days that have come; and a count of what was answered."""

import atexit
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

from tests import images

ANSWERS: Counter = Counter()
NOW = datetime.now(UTC)
LAST_YEAR = {"min_value": (NOW - timedelta(days=365)).replace(tzinfo=None), "max_value": NOW.replace(tzinfo=None)}

KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PICTURES = st.sampled_from([images.encoded(images.quarters(), kind) for kind in KINDS.values()] + [images.photo()])
for kind in KINDS:
    schemathesis.openapi.media_type(kind, PICTURES | st.binary(max_size=300))
schemathesis.openapi.format("binary", PICTURES | st.binary(max_size=300))
recently = st.datetimes(**LAST_YEAR, timezones=st.just(UTC)).map(datetime.isoformat)
ever = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
schemathesis.openapi.format("date-time", recently | ever)


@schemathesis.hook
def after_call(context, case, response) -> None:
    ANSWERS[f"{case.operation.label} {response.status_code}"] += 1


@atexit.register
def write() -> None:
    Path(os.environ["FUZZ_ANSWERS"]).write_text(json.dumps(ANSWERS))
