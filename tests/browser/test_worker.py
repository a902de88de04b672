"""The service worker by itself: what it answers where the network fails, and how one takes the place of another."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.test_push import until
from tests.house import tree

pytestmark = pytest.mark.browser

PATIENCE = 0.8  # seconds, instead of twelve
SCRIPT = (tree.ROOT / "static" / "sw.js").read_text().replace("SILENCE = 12_000;", f"SILENCE = {PATIENCE * 1000};")
PAGE = (
    "<!doctype html><title>{title}</title><h1>{title}</h1><form method=post action=/slow/><input name=note></form>"
    "<script src=/static/a.js></script>"
)
LOADED = "(path) => import(path).then(() => 'there', () => 'away')"
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
    """A site of three addresses; `files` are those that exist, `kept`
    and `digest` what the worker is to keep; what is `silent` is answered after so many seconds."""

    daemon_threads = True

    def __init__(self):
        self.files, self.digest = {"/static/a.js": "window.isThere = true"}, "one"
        self.silent: dict[str, float] = {}
        self.kept, self.over = ["/static/a.js"], threading.Event()
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> tuple[str, str] | None:
        kept = {"digest": self.digest, "page": "/offline/", "static": "/static/", "files": self.kept}
        kept |= {"outbox": "/outbox.js", "is_named": True}
        if path == "/sw.js":
            return "text/javascript", f"KEPT={json.dumps(kept)};\n{SCRIPT}"
        if path == "/outbox.js":
            return "text/javascript", "self.outbox = { finishLeaving: async () => true }"
        if path.startswith("/static/"):
            return ("text/javascript", self.files[path]) if path in self.files else None
        return "text/html", PAGE.format(title=f"Kept {self.digest}" if path == "/offline/" else "Page")


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.over.wait(self.server.silent.get(self.path, 0))
        found = self.server.answer(self.path)
        self.send_response(200 if found else 404)
        type, body = found or ("text/plain", "")
        self.send_header("Content-Type", type)
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET

    def log_message(self, *said) -> None:
        """Nothing: a test is quiet."""


@pytest.fixture
def server():
    site = Server()
    threading.Thread(target=site.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    site.over.set()
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


def test_a_page_of_which_nothing_comes_gives_way_while_what_is_sent_is_waited_for(page, server):
    assert f"SILENCE = {PATIENCE * 1000};" in SCRIPT, "it is twelve seconds no longer"
    server.silent = {"/private/": 60, "/slow/": 2 * PATIENCE, "/static/a.js": 60}
    began = time.monotonic()
    page.goto("/private/")
    assert page.title() == "Kept one" and PATIENCE <= time.monotonic() - began < 30
    assert page.evaluate("window.isThere") is True  # a kept file is there at once
    page.locator("form").evaluate("form => form.submit()")
    page.wait_for_url("**/slow/")
    assert page.title() == "Page"


def test_an_older_page_finds_its_files_with_a_newer_worker_and_a_newer_page_with_an_older(page, server):
    server.files |= {"/static/b.1.js": "", "/static/b.2.js": ""}
    server.kept = ["/static/a.js", "/static/b.1.js"]
    server.digest = "two"
    assert page.evaluate(UPDATE) == "activated"
    server.kept = ["/static/a.js", "/static/b.2.js"]
    server.digest = "three"
    assert page.evaluate(UPDATE) == "activated"
    del server.files["/static/b.1.js"]  # the site has moved on; this page has not
    assert [page.evaluate(LOADED, f"/static/b.{number}.js") for number in (1, 2)] == ["there", "there"]
    # An update that fails leaves a worker that knows nothing of what newer pages ask for: they have it from the site.
    server.files["/static/c.js"] = ""
    server.digest, server.kept = "four", ["/static/away.js"]
    assert page.evaluate(UPDATE) == "redundant"
    page.reload()
    assert page.evaluate(LOADED, "/static/c.js") == "there"
