"""What Schemathesis cannot think up, pictures and days that have come; and a count of what was answered."""

import atexit
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

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


DAY = {"day": 0, "symptoms": {"redness": 2, "swelling": 1, "pain": 1, "warmth": 1}, "signs": ["pus"], "note": "Sore."}
TREATMENT = {
    "performed_at": (NOW - timedelta(days=2)).isoformat(timespec="seconds"),
    "device": "pen",
    "needle_depth_mm": 1.5,
    "areas": ["face"],
    "same_day_injection": False,
    **({"patient": os.environ["FUZZ_PATIENT"]} if os.environ.get("FUZZ_PATIENT") else {}),
}
EXAMPLES = {
    "EntryIn": DAY,
    "NewEntryIn": {**DAY, "id": str(uuid4())},
    "NewTreatmentIn": TREATMENT,
    "NewTreatmentWithIdIn": TREATMENT,
}


@schemathesis.hook
def before_load_schema(context, raw_schema) -> None:
    """Bodies that are taken, from which what is tried differs in one place: chance alone meets the first refusal."""
    for name, body in EXAMPLES.items():
        raw_schema["components"]["schemas"][name]["example"] = body


@schemathesis.hook
def after_call(context, case, response) -> None:
    ANSWERS[f"{case.operation.label} {response.status_code}"] += 1


@atexit.register
def write() -> None:
    Path(os.environ["FUZZ_ANSWERS"]).write_text(json.dumps(ANSWERS))
