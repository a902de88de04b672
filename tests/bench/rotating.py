"""What a new master key costs: 50,000 patients' keys wrapped anew, in a folder on the disk."""

import resource
import time

from django.conf import settings

from accounts.keys import store
from accounts.keys.master import make_file, new_line

KEYS, MOST = 50_000, 600  # keys, seconds: nobody waits for it, since old keys open meanwhile


def rows() -> list[dict]:
    """The rows of the table: seconds by the clock, and memory."""
    settings.MASTER_KEY_FILE = file = settings.DATA_DIR.parent / "master-key"  # other runs share the one of the tests
    make_file(file)
    store.begin()
    with store.together():
        made = [store.make() for _ in range(KEYS)]
    file.write_text(f"{new_line()}\n{file.read_text()}")
    store.forget_unwrapped()
    began = time.monotonic()
    done = sum(1 for _ in store.rotate())
    seconds = time.monotonic() - began
    assert done == KEYS
    file.write_text(file.read_text().splitlines()[0] + "\n")
    store.forget_unwrapped()
    assert store.check() and all(store.unwrapped(key) for key in made[:: KEYS // 100])
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [
        {
            "what": f"{KEYS:,} keys wrapped by a new master key",
            "measured": f"{seconds:.0f} s, {megabytes} MB",
            "target": f"<= {MOST} s",
            "reached": seconds <= MOST,
            "figure": round(seconds, 1),
        }
    ]
