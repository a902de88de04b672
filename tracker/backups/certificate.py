"""What a drill came to, as JSON and in words: kept beside the backups, and shown to whoever runs Mendline."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tracker.backups.files import written

KEPT = 24  # certificates


@dataclass(frozen=True)
class Certificate:
    """Of one drill."""

    at: str
    is_well: bool
    release: str
    database: str
    backup: str  # the name of its file
    tables: int
    facts: dict[str, Any]  # what `restore` counted
    wrong: list[str]  # sentences
    seconds: dict[str, float]

    @property
    def words(self) -> str:
        """The same for people."""
        first = "Everything that was backed up can be put back." if self.is_well else "This backup is not whole."
        counted = [f"{name.replace('_', ' ')}: {value}" for name, value in self.facts.items()]
        took = ", ".join(f"{name} {value} s" for name, value in self.seconds.items())
        return "\n".join([
            first, f"Drill of {self.at}, Mendline {self.release} on {self.database}, of {self.backup}.",
            f"Each of {self.tables} tables has the same rows by digest; each photo has the same SHA-256, and opens."
            if self.is_well else "", *self.wrong, *counted, f"It took: {took}.",
        ])  # fmt: skip


def keep(certificate: Certificate, folder: Path | None, stamp: str) -> Path:
    """Write it down beside the backups, as JSON and in words; old ones go. Gives the file in words."""
    assert folder is not None, "the backup was made there"
    for ending, text in ((".json", json.dumps(asdict(certificate), indent=1)), (".txt", certificate.words)):
        with written(folder / f"drill-{stamp}{ending}") as file:
            file.write(text.encode() + b"\n")
    for ending in (".json", ".txt"):
        for old in sorted(folder.glob(f"drill-*{ending}"))[:-KEPT]:
            old.unlink()
    return folder / f"drill-{stamp}.txt"
