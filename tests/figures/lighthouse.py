"""What Lighthouse says of a patient's pages on a phone, as it imitates a slow one."""

import json
import subprocess
from pathlib import Path

from tests.browser.conftest import program

LIGHTHOUSE = Path(__file__).parent / "node_modules" / ".bin" / "lighthouse"
PAGES = {"today": "/today/", "log": "/log/", "result": "", "course": "/course/", "without a network": "/offline/"}
CATEGORIES = ("performance", "accessibility", "best-practices")
LARGEST_WITHIN = 1.2  # seconds until the largest part is shown


def rows(url: str, cookies: list[dict]) -> list[dict]:
    """A row a page: three scores of 100, and the seconds until its largest part is shown."""
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    return [_row(name, _report(url, path or _newest_result(url, cookie), cookie)) for name, path in PAGES.items()]


def _newest_result(url: str, cookie: str) -> str:
    import re
    import urllib.request

    with urllib.request.urlopen(urllib.request.Request(f"{url}/course/4/", headers={"Cookie": cookie})) as page:
        return re.search(r"/entries/[0-9a-f-]{36}/", page.read().decode())[0]


def _report(url: str, path: str, cookie: str) -> dict:
    asked = [
        str(LIGHTHOUSE), url + path, "--quiet", "--output=json", "--form-factor=mobile",
        f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={json.dumps({'Cookie': cookie})}",
        "--chrome-flags=--headless=new --no-sandbox --disable-background-networking",
    ]  # fmt: skip
    done = subprocess.run(
        asked, capture_output=True, text=True, check=False, env={"CHROME_PATH": program(), "PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _row(name: str, report: dict) -> dict:
    scores = [round(report["categories"][category]["score"] * 100) for category in CATEGORIES]
    largest = report["audits"]["largest-contentful-paint"]["numericValue"] / 1000
    failing = [
        audit["id"]
        for audit in report["audits"].values()
        if audit["score"] is not None and audit["score"] < 1 and audit["scoreDisplayMode"] == "binary"
    ]
    measured = f"{' / '.join(map(str, scores))}, largest part after {largest:.1f} s"
    return {
        "what": f"Lighthouse: {name}",
        "measured": measured + (f"; {', '.join(failing)}" if failing and min(scores) < 100 else ""),
        "target": f"100 / 100 / 100, <= {LARGEST_WITHIN} s",
        "reached": min(scores) == 100 and largest <= LARGEST_WITHIN,
    }
