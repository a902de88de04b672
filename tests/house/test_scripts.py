"""Comments are left out of the scripts that are sent; nothing else is."""

import re

from tests.house import tree
from tracker.static_files import without_comments

SCRIPTS = sorted((tree.ROOT / "static").rglob("*.js"))
GOES_ON = re.compile(r"^[ \t]*[^ \t/\n].*?/\*(?!.*\*/)", re.MULTILINE)  # a comment behind code, over several lines
WRITTEN = """/* What it is for,
   on two lines. */

import "./a.js"; // why
// Alone, /* and not the beginning of another.
/* one */ const two = "// no comment"; /* two */
  /** Indented. */
const three = `/* none */`;
"""
SENT = """
import "./a.js"; // why
/* one */ const two = "// no comment"; /* two */
const three = `/* none */`;
"""


def test_comments_on_lines_of_their_own_are_left_out_and_nothing_else():
    assert without_comments(WRITTEN.encode()).decode() == SENT
    for script in SCRIPTS:
        text = script.read_text()
        assert not GOES_ON.search(text) and GOES_ON.search("a(); /* b\n// c */"), script
        assert not [line for line in text.splitlines() if line.count("`") % 2], f"{script}: a text of several lines"
