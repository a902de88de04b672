"""What is written here: nothing half-done, nothing inline, nothing of somebody else's without its licence."""

import ast
import re
from html.parser import HTMLParser

import pytest

from tests.house.tree import ROOT, files, name

# Spelled apart, so that this file does not hold what it forbids.
UNFINISHED = re.compile(
    r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|coming" r" soon|lorem" r" ipsum|not yet imple" r"mented", re.I
)
ELSEWHERE = re.compile(r"/ho" r"me/\w+/|/ro" r"ot/|/wo" r"rk/|\.\./sha" r"red")
OTHER_WORDS = re.compile(r"un" r"assessed", re.I)  # the word is `unjudged`


class Tags(HTMLParser):
    """Collects every start tag of a template with its attributes."""

    def __init__(self):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def tags_of(path) -> list[tuple[str, dict]]:
    parser = Tags()
    parser.feed(re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text()))
    return parser.tags


TEMPLATES = files("templates", suffixes={".html", ".svg"})
LONGEST_LINE = 120


def test_nothing_is_left_unfinished_and_nothing_names_a_machine():
    for path in files():
        text = path.read_text(errors="replace")
        for forbidden in (UNFINISHED, ELSEWHERE, OTHER_WORDS):
            match = forbidden.search(text)
            assert not match, f"{name(path)} says {match[0]!r}"


# A page that patients take away as a file, which has nothing beside it and no policy over it.
TAKEN_AWAY = [path for path in TEMPLATES if path.parent.name == "exported"]


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path not in TAKEN_AWAY], ids=name)
def test_a_template_needs_no_inline_style_or_script_and_no_other_host(path):
    for tag, attributes in tags_of(path):
        where = f"<{tag}> in {name(path)}"
        assert "style" not in attributes and tag != "style", where
        assert not [key for key in attributes if key.startswith("on")], where
        assert tag != "script" or "src" in attributes, where
        loads = attributes.get("src") or (attributes.get("href") if tag in ("link", "use", "image") else None) or ""
        assert not re.match(r"(https?:)?//|data:|javascript:", loads), where


def test_no_line_of_a_template_is_longer_than_a_line_of_code():
    long = [
        f"{name(path)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert not long, long


A_LIMIT = re.compile(r"\b\d[\d,]* (seconds|minutes|hours|days|weeks|characters|MB)\b")


def test_pages_letters_and_scripts_take_their_limits_from_python():
    for path in files("templates", "static/js"):
        limit = A_LIMIT.search(path.read_text())
        assert not limit, f"{name(path)} says {limit[0]!r}"


AN_IMPORT = re.compile(r'\b(?:from |import |import\()"\./([\w-]+\.js)"')


def test_every_script_is_loaded_by_a_page():
    pages = "".join(path.read_text() for path in TEMPLATES)
    scripts = files("static/js", suffixes={".js"})
    imported = {name for script in scripts for name in AN_IMPORT.findall(script.read_text())}
    for script in scripts:
        assert f"js/{script.name}" in pages or script.name in imported, name(script)


def test_one_signs_out_by_the_form_that_asks_about_what_waits_on_the_phone():
    using = {path.name: path.read_text() for path in TEMPLATES}
    assert [name for name, text in using.items() if "action=\"{% url 'account_logout' %}" in text] == ["sign_out.html"]
    pages = [name for name, text in using.items() if 'include "accounts/sign_out.html"' in text]
    assert len(pages) == 4 and all("js/sign-out.js" in using[name] for name in pages)


LONGEST_FUNCTION = 40


@pytest.mark.parametrize("folder", ["tracker", "accounts", "symptoms", "deploy"])
def test_no_function_is_longer_than_a_screen(folder):
    for path in files(folder, suffixes={".py"}):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                assert lines <= LONGEST_FUNCTION, f"{name(path)}: {node.name} has {lines} lines"


def test_what_mypy_is_told_to_ignore_is_named_with_the_reason():
    """`# type: ignore[code]  # why`; a bare one would hide the next fault of the line as well."""
    paths = files("tracker", "accounts", "symptoms", suffixes={".py"})
    ignores = [(name(path), line) for path in paths for line in path.read_text().splitlines() if "type: ignore" in line]
    assert ignores, "the pattern finds nothing any more"
    assert [at for at in ignores if not re.search(r"# type: ignore\[[a-z, -]+\]  # \w", at[1])] == []


def test_nobody_s_words_are_marked_safe():
    for path in TEMPLATES:
        assert not re.search(r"\|\s*safe\b|autoescape off", path.read_text()), name(path)
    for path in files("accounts", "symptoms", "tracker", suffixes={".py"}):
        for line in path.read_text().splitlines():
            if re.search(r"\bmark_safe\(|SafeString\(", line):
                assert "# noqa: S308  " in line, f"{name(path)} marks something safe without saying why: {line.strip()}"


def test_packages_say_nothing_in_their_init():
    for path in files("tracker", "accounts", "symptoms", "tests", suffixes={".py"}):
        if path.name == "__init__.py" and path.parent.name != "models":
            assert path.read_text() == "", name(path)


def test_every_module_says_what_it_is_for():
    for path in files("tracker", "accounts", "symptoms", "deploy", suffixes={".py"}):
        if path.name != "__init__.py" and "migrations" not in path.parts:
            assert path.read_text().startswith(('"""', "# ")), name(path)


def test_every_document_that_is_named_is_here():
    here = {path.name for path in files(suffixes={".md"})}
    for path in files(suffixes={".py", ".md", ".toml", ".html", ".js", ".css", ".sh", ""}):
        named = set(re.findall(r"(?<![\w.…*])([\w-]+\.md)\b", path.read_text()))
        assert named <= here, f"{name(path)} names {sorted(named - here)}"


def test_what_is_not_ours_has_its_licence_beside_it():
    assert "licence" in (ROOT / "static" / "icons" / "LICENSE.txt").read_text()
    vendor = ROOT / "static" / "vendor"
    for folder in vendor.iterdir() if vendor.is_dir() else ():
        assert list(folder.glob("LICENSE*")), name(folder)
    assert "Apache License" in (ROOT / "LICENSE").read_text()
