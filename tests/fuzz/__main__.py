"""`make fuzz`: Schemathesis against a site as it runs, as a patient, as a practice that reads or acts, and as nobody.

    python -m tests.fuzz [--minutes 10] [--seed 2026] [--scope own]

The demo's people on a data folder of their own, with a limit of calls that nobody reaches. Each of the four asks for so
many minutes; what fails is said with the call that shows it again, and ends the program with 1.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests import data_folders
from tests.browser.site import Site, running
from tests.fuzz.world import Actor, actors
from tests.house import tree

PROGRAM = Path(sys.executable).parent / "st"
CONFIGURATION = tree.ROOT / "tests" / "fuzz" / "schemathesis.toml"
LOG = Path(tempfile.gettempdir()) / "mendline-fuzz.log"
NOBODY = "00000000-0000-4000-8000-000000000000"  # where there is nothing of a kind


@dataclass
class Outcome:
    """What came of one who asked: a count of (operation, status), what Schemathesis reports, and what it said."""

    answers: Counter
    report: dict
    said: str

    @property
    def failed(self) -> bool:
        return bool(self.report["exit_code"])

    def row(self, name: str) -> str:
        done = {key.rpartition(" ")[0] for key in self.answers if key.rpartition(" ")[2].startswith("2")}
        tested, all_of_them = self.report["operations"]["tested"], self.report["operations"]["total"]
        found = self.report["test_cases"]["unique_failures"] + len(self.report["errors"])
        return f"{name:<14}{self.answers.total():>8,}{f'{tested} of {all_of_them}':>12}{len(done):>10}{found:>10}"


def main() -> int:
    """Ask as each of them; 1 where anything was found."""
    wanted = argparse.ArgumentParser(prog="make fuzz", description="Holds a running site to the API's description.")
    wanted.add_argument("--minutes", type=float, default=10, help="for each who asks")
    wanted.add_argument("--seed", type=int, default=2026)
    wanted.add_argument("--scope", help="of one token alone: own, practice_read, practice_act or none")
    options = wanted.parse_args()
    os.chdir(tree.ROOT)
    with tempfile.TemporaryDirectory(prefix="mendline-fuzz-") as made:
        folder = Path(made)
        data_folders.TEMPLATES = folder
        keys = {"MENDLINE_MASTER_KEY_FILE": str(tree.MASTER_KEY), "MENDLINE_KEYS_DIR": str(folder / "keys")}
        with (
            LOG.open("w") as log,
            running(folder / "data", log, MENDLINE_API_RATE="1000000/sec", **keys) as site,
        ):
            asking = [actor for actor in actors(site) if options.scope in (None, actor.name)]
            outcomes = {actor.name: _ask(site, actor, folder / actor.name, options) for actor in asking}
    for outcome in outcomes.values():
        if outcome.failed:
            print(f"{outcome.said}\nWhat the site said meanwhile is in {LOG}.")
    print(f"\n{'':<14}{'calls':>8}{'operations':>12}{'with 2xx':>10}{'failures':>10}")
    for name, outcome in outcomes.items():
        print(outcome.row(name))
    return int(any(outcome.failed for outcome in outcomes.values()))


def _ask(site: Site, actor: Actor, folder: Path, options: argparse.Namespace) -> Outcome:
    folder.mkdir()
    shutil.copy(CONFIGURATION, folder)
    for name, ids in actor.ids.items():
        (folder / f"{name}.dict").write_text("".join(f'"{id}"\n' for id in ids or [NOBODY]))
    print(f"as {actor.name} ...", flush=True)
    environment = {
        "PYTHONPATH": str(tree.ROOT),
        "FUZZ_ANSWERS": str(folder / "answers.json"),
        "FUZZ_PATIENT": actor.ids["patients"][0] if actor.name.startswith("practice") else "",
    }
    done = subprocess.run(
        [
            PROGRAM, "--config-file", folder / CONFIGURATION.name, "--no-color", "run", f"{site.url}/api/schema/",
            "--max-time", str(int(options.minutes * 60)), "--seed", str(options.seed), "--output-sanitize", "false",
            "--report", "json", "--report-json-path", folder / "report.json", *actor.headers,
        ],
        env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    report = json.loads((folder / "report.json").read_text()) if (folder / "report.json").exists() else {}
    if not report.get("operations"):  # it could not even begin
        sys.exit(f"{done.stdout}\nWhat the site said meanwhile is in {LOG}.")
    return Outcome(Counter(json.loads((folder / "answers.json").read_text())), report, done.stdout)


if __name__ == "__main__":
    sys.exit(main())
