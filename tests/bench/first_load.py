"""What a first visit brings over the wire: a fresh browser opens a page, and everything it fetches is counted."""

import gzip
import json
import re
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.bench.people import Seen
from tests.bench.server import Server

MOST_BYTES, MOST_REQUESTS = 60 * 1024, 8
MOST_OFFLINE = 25 * 1024  # bytes for when there is no network, beyond those of the log
OF_THE_LOG = re.compile(rb"/static/js/(clock|drafts|log)\.")
HELD = "/practice/live/"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def first_loads(server: Server, cookie_of, seen: Seen) -> list[dict]:
    """One row for the log, today and the queue, and those of what a phone fetches for when there is no network."""
    patient, practitioner = cookie_of(seen.courses[30]), cookie_of(seen.queues[10_000])
    pages = (
        ("log", "/log/", patient, PHONE),
        ("today", "/today/", patient, PHONE),
        ("queue", "/practice/", practitioner, DESK),
    )
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        try:
            rows = [_row(name, *_visit(browser, server, path, cookie, size)) for name, path, cookie, size in pages]
            return [*rows, *offline_rows(browser, server, patient)]
        finally:
            browser.close()


def offline_rows(browser: Browser, server: Server, patient: str) -> list[dict]:
    """What a log fetches for a bad network once somebody begins it, rules and words included; and the scripts that a
    phone keeps, which is all of them. Without headers, which most lines pack."""

    def weight(path: str) -> int:
        return len(server.ask("GET", path, Accept_Encoding="gzip")[1])

    _, worker = server.ask("GET", "/sw.js", Accept_Encoding="gzip")
    kept = json.loads(re.match(rb"KEPT=(.*);\n", gzip.decompress(worker))[1])["files"]
    own = [file for file in kept if file.endswith(".js") and not OF_THE_LOG.search(file.encode())]
    words = sum(weight(file) for file in kept if file.endswith(".json"))
    begun = _begun(browser, server, patient)
    size, scripts = len(worker) + sum(map(weight, begun)), len(worker) + sum(map(weight, own))
    return [
        _offline_row("what a log fetches once it is begun", size, f"{len(begun) + 1} files, rules and words in it"),
        _offline_row("all scripts that a phone keeps", scripts, f"{words / 1024:.1f} KB of rules and words beside"),
    ]


def _begun(browser: Browser, server: Server, cookie: str) -> list[str]:
    """What is fetched once somebody begins to fill a log in; the worker's script apart."""
    headers = {"X-Forwarded-Proto": "https", "Cookie": cookie}
    context = browser.new_context(viewport=PHONE, extra_http_headers=headers, service_workers="block")
    page, fetched = context.new_page(), []
    page.goto(f"http://127.0.0.1:{server.port}/log/", wait_until="networkidle")
    page.on("requestfinished", lambda request: fetched.append(urlsplit(request.url).path))
    page.locator("daily-log input[type=checkbox]").first.focus()
    page.wait_for_timeout(1500)
    context.close()
    return fetched


def _offline_row(what: str, size: int, more: str) -> dict:
    return {
        "what": f"no network: {what}",
        "measured": f"{size / 1024:.1f} KB, {more}",
        "target": "<= 25 KB more than the log",
        "reached": size <= MOST_OFFLINE,
        "figure": round(size / 1024, 2),
    }


def _row(name: str, size: int, requests: int, hosts: set[str]) -> dict:
    others = hosts - {"127.0.0.1"}
    return {
        "what": f"first load of {name}",
        "measured": f"{size / 1024:.1f} KB, {requests} requests" + (f", also from {sorted(others)}" if others else ""),
        "target": "<= 60 KB, <= 8 requests, no other host",
        "reached": size <= MOST_BYTES and requests <= MOST_REQUESTS and not others,
        "figure": round(size / 1024, 2),
    }


def _visit(browser: Browser, server: Server, path: str, cookie: str, size: dict) -> tuple[int, int, set[str]]:
    """(bytes, requests, hosts), as they go over the wire."""
    context = browser.new_context(viewport=size, extra_http_headers={"X-Forwarded-Proto": "https", "Cookie": cookie})
    fetched: dict[str, str] = {}
    sizes: dict[str, int] = {}
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda e: fetched.setdefault(e["requestId"], e["request"]["url"]))
    wire.on("Network.loadingFinished", lambda e: sizes.__setitem__(e["requestId"], int(e["encodedDataLength"])))
    answer = page.goto(f"http://127.0.0.1:{server.port}{path}", wait_until="networkidle")
    if answer is None or answer.status != 200 or urlsplit(page.url).path != path:
        raise SystemExit(f"{path} could not be opened in the browser: {page.url}")
    # What the queue asks once it stands is answered when there is news: it is no part of what a visit waits for.
    over_wire = {key: url for key, url in fetched.items() if not url.startswith(("data:", "blob:")) and HELD not in url}
    hosts = {urlsplit(url).hostname or "" for url in over_wire.values()}
    context.close()
    return sum(sizes.get(key, 0) for key in over_wire), len(over_wire), hosts
