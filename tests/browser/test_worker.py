"""The service worker by itself: what it answers where the network fails, and how one takes the place of another."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.test_push import until
from tests.house import tree

pytestmark = pytest.mark.browser

SCRIPT = (tree.ROOT / "static" / "sw.js").read_text()
PAGE = (
    "<!doctype html><title>{title}</title><h1>{title}</h1><form><input name=note></form>"
    "<script src=/static/a.js></script>"
)
TAKEN = """async (digest) => {
  const caches_ = await caches.keys();
  const { active, installing, waiting } = await navigator.serviceWorker.ready;
  return caches_.includes(`kept-${digest}`) && active?.state === "activated" && !installing && !waiting;
}"""
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  try {
    await registration.update();
  } catch {
    return "refused";
  }
  const fresh = registration.installing ?? registration.waiting;
  if (!fresh) return "none";
  const isOver = () => ["activated", "redundant"].includes(fresh.state);
  await new Promise((done) => fresh.addEventListener("statechange", () => isOver() && done()));
  return fresh.state;
}"""


class Server(ThreadingHTTPServer):
    """A site of three addresses; `files` are those that exist, `digest` names what the worker is to keep."""

    daemon_threads = True

    def __init__(self):
        self.files, self.digest = {"/static/a.js": "window.isThere = true"}, "one"
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> tuple[str, str] | None:
        kept = {"digest": self.digest, "page": "/offline/", "static": "/static/", "files": ["/static/a.js"]}
        kept["outbox"] = "/outbox.js"
        if path == "/sw.js":
            return "text/javascript", f"KEPT={json.dumps(kept)};\n{SCRIPT}"
        if path == "/outbox.js":
            return "text/javascript", ""
        if path.startswith("/static/"):
            return ("text/javascript", self.files[path]) if path in self.files else None
        return "text/html", PAGE.format(title=f"Kept {self.digest}" if path == "/offline/" else "Page")


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.server.answer(self.path)
        self.send_response(200 if found else 404)
        type, body = found or ("text/plain", "")
        self.send_header("Content-Type", type)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *said) -> None:
        """Nothing: a test is quiet."""


@pytest.fixture
def server():
    site = Server()
    threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    site.shutdown()
    site.server_close()


@pytest.fixture
def page(chromium, server):
    """A page of the site, whose worker is there."""
    context = chromium.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.register('/sw.js')")
    until(lambda: page.evaluate(TAKEN, "one"), "no worker")
    yield page
    context.close()


def test_where_the_network_fails_a_page_gives_way_to_the_kept_one_and_nothing_else_does(page, server):
    page.goto("/private/")
    kept = "async () => [...(await (await caches.open('kept-one')).keys())].map(({ url }) => new URL(url).pathname)"
    assert sorted(page.evaluate(kept)) == ["/offline/", "/static/a.js"]  # nothing that was looked at meanwhile
    server.shutdown()
    server.server_close()
    page.goto("/private/?a=b")
    assert (page.title(), page.url) == ("Kept one", f"{server.url}/private/?a=b")
    assert page.evaluate("window.isThere") is True
    assert page.evaluate("fetch('/private/').then(() => 'there', () => 'away')") == "away"


def test_an_update_that_cannot_be_fetched_leaves_the_old_one_working_and_a_whole_one_is_taken(page, server):
    page.locator("input").fill("It pulls.")
    server.digest, a = "two", server.files.pop("/static/a.js")
    assert page.evaluate(UPDATE) == "redundant"
    assert page.evaluate("caches.keys()") == ["kept-one"]
    assert page.evaluate(TAKEN, "one")
    server.files["/static/a.js"] = a
    server.digest = "three"
    assert page.evaluate(UPDATE) == "activated"
    assert page.locator("input").input_value() == "It pulls."  # the form in progress stands as it was
    server.digest = "four"
    assert page.evaluate(UPDATE) == "activated"
    # A page of before still has what was kept in its time; what is older is gone.
    assert sorted(page.evaluate("caches.keys()")) == ["kept-four", "kept-three"]
    server.shutdown()
    server.server_close()
    page.goto("/private/")
    assert page.title() == "Kept four"
