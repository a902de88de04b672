"""Django's `makemessages`, which finds the texts in TOML files as well: there is no call of gettext around those."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

from symptoms.recovery.texts import as_heading, without_number
from symptoms.wording.findings import WATCHED_KINDS

# The files that hold what people read, and in each the keys of what nobody does: codes, conditions, numbers.
CODES = {
    "patient_texts.toml": {
        "id", "concerns", "concern", "any", "none", "who", "crit", "no_crit", "only", "days", "at", "below",
    },
    "practitioner_texts.toml": {"any", "crit", "no_crit", "days"},
    "questions.toml": {"word", "kind", "asked"},
    "aftercare.toml": {"phases", "days", "who", "must_ask"},
    "screening.toml": {"key", "clearance", "records", "source"},
    "sources.toml": set(),
    "help_numbers.toml": {"emergency", "urgent", "note", "source"},
}  # fmt: skip

BEGINNING = 20  # characters by which the line of a text is found


class TomlFile(makemessages.BuildFile):
    """A file on its way to xgettext; one of TOML as the calls of gettext that its texts would be in Python."""

    def preprocess(self) -> None:
        if Path(self.path).suffix != ".toml":
            super().preprocess()
            return
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        calls = [""] * len(lines)
        for text in texts_of(Path(self.path)):  # each on its own line, which translators are told
            place = next((place for place, line in enumerate(lines) if text[:BEGINNING] in line), 0)
            quoted = json.dumps(text, ensure_ascii=False)  # xgettext misreads the escapes of `repr`
            calls[place] += f"_({quoted});"
        Path(self.work_path).write_text("\n".join(calls), encoding="utf-8")


class Command(makemessages.Command):
    build_file_class = TomlFile

    def handle(self, *args: Any, **options: Any) -> None:
        if options["domain"] == "django" and not options["extensions"]:
            options["extensions"] = ["html", "txt", "py", "toml"]
        super().handle(*args, **options)


def texts_of(path: Path) -> list[str]:
    """What people read of a TOML file, each text once; empty for a file that is not for people."""
    if path.name not in CODES:
        return []
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return list(dict.fromkeys(form for keys, text in _texts(table, CODES[path.name]) for form in _forms(keys, text)))


def _texts(value: Any, codes: set[str], *keys: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text below `value`, with the keys that lead there."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, codes, *keys)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in codes:
                yield from _texts(item, codes, *keys, key)


def _forms(keys: tuple[str, ...], text: str) -> Iterator[str]:
    """The forms in which a text is said: whole, without a number to call, as heading and line."""
    yield text
    if "{number}" in text:
        yield without_number(text)
    if keys[:2] == ("opening", "watch") and keys[2] in WATCHED_KINDS:
        yield from as_heading(text)
