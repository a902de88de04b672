"""`make figures`: how quick a day is on a slow phone and a slow line, what Lighthouse says, and the keys a day takes.

    python -m tests.figures [--no-lighthouse]

The site is the whole of `make run` on a folder of its own. Figures go into docs or a note, not into `make test`: they
depend on the machine, and on what else runs on it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from symptoms.demo.cast import PASSWORD
from tests import data_folders
from tests.bench.table import table
from tests.browser.conftest import ENGLISH, PHONE, QUIET, program
from tests.browser.site import Site, running


def main() -> None:
    """Measure everything and print it."""
    wanted = argparse.ArgumentParser(prog="make figures", description="Measures pages as people meet them.")
    wanted.add_argument("--no-lighthouse", action="store_true", help="only what needs no Node.js")
    options = wanted.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.figures import keys, lighthouse, slow_line

    with tempfile.TemporaryDirectory(prefix="mendline-figures-") as folder, _site(Path(folder)) as site:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program(), args=QUIET)
            rows = [
                *slow_line.rows(signed_in(browser, site)),
                *keys.rows(signed_in(browser, site)),
            ]
            cookies = signed_in(browser, site).context.cookies()
            browser.close()
        if not options.no_lighthouse:
            rows += lighthouse.rows(site.url, cookies)
    print(table(rows))
    sys.exit(not all(row["reached"] for row in rows))


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    data_folders.TEMPLATES = folder / "made"
    data_folders.TEMPLATES.mkdir()
    with running(folder / "data") as site:
        yield site


def signed_in(browser, site: Site):
    """The page of somebody on day 5 who has just signed in, on a phone."""
    from tests.browser.somebody import on_day_5

    page = browser.new_context(base_url=site.url, viewport=PHONE, **ENGLISH).new_page()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(on_day_5(site))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Yes, only I use it").check(force=True)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")
    return page


if __name__ == "__main__":
    main()
