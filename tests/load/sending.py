"""Senders over lines of their own, and what came back to them."""

import http.client
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4


@dataclass
class Answers:
    """What came back: (what was asked, status, seconds), what went wrong otherwise, and which ids are kept."""

    all: list[tuple[str, int, float]] = field(default_factory=list)
    broken: Counter = field(default_factory=Counter)
    kept: dict[str, set[UUID]] = field(default_factory=lambda: {"entry": set(), "photo": set()})

    def took(self, what: str) -> list[float]:
        return sorted(seconds for kind, _, seconds in self.all if kind == what)


class Line:
    """One sender's connection, kept for as long as the server keeps it."""

    def __init__(self, port: int, answers: Answers, **headers: str):
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._answers = answers
        self._headers = {"Host": "mendline.example", "X-Forwarded-Proto": "https", **headers}

    def hang_up(self) -> None:
        """Go over a new line next time: the server closes one on which nothing comes for a while."""
        self._line.close()

    def write(self, what: str, path: str, body: str | bytes, kind: str) -> None:
        """Send an entry or a photo under a new id, in the place of {id} in the address; note whether it is kept."""
        id = uuid4()
        if self.ask(what, "PUT", path.format(id=id), body, kind) in (200, 201):
            self._answers.kept[what].add(id)

    def ask(self, what: str, method: str, path: str, body: str | bytes | None = None, kind: str = "") -> int | None:
        """Send, and note the answer and how long it took; gives its status, None where there was no answer."""
        headers = self._headers | ({"Content-Type": kind} if kind else {})
        began = time.monotonic()
        try:
            self._line.request(method, path, body, headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as fault:
            self._answers.broken[type(fault).__name__] += 1
            self._line.close()
            return None
        if answer.status == 503 and not answer.headers["Retry-After"]:
            self._answers.broken["503 without Retry-After"] += 1
        self._answers.all.append((what, answer.status, time.monotonic() - began))
        return answer.status


def table(title: str, answers: Answers) -> str:
    """What came back, in milliseconds."""
    lines = [title, f"{'':8}{'number':>8}{'503':>6}{'wrong':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}"]
    for what in ("entry", "photo", "queue", "news"):
        took = answers.took(what)
        if not took:
            continue
        statuses = Counter(status for kind, status, _ in answers.all if kind == what)
        wrong = sum(number for status, number in statuses.items() if status not in (200, 201, 503))
        cuts = statistics.quantiles(took, n=100, method="inclusive") if len(took) > 1 else took * 99
        figures = [1000 * value for value in (cuts[49], cuts[94], cuts[98], took[-1])]
        lines.append(f"{what:8}{len(took):8}{statuses[503]:6}{wrong:7}" + "".join(f"{value:8.0f}" for value in figures))
    return "\n".join([*lines, f"broken connections and such: {dict(answers.broken) or 'none'}", ""])


def until_written(
    write: Callable, writers: list[tuple[str, str]], read: Callable, readers: list[str], over: threading.Event
) -> None:
    """Let everybody write, by their number, token and treatment, while others read; then `over` is set."""
    reading = _started(read, [(cookie,) for cookie in readers])
    for writer in _started(write, [(number, *writer) for number, writer in enumerate(writers)]):
        writer.join()
    over.set()
    for reader in reading:
        reader.join()


def _started(act: Callable, arguments: list[tuple]) -> list[threading.Thread]:
    threads = [threading.Thread(target=act, args=each) for each in arguments]
    for thread in threads:
        thread.start()
    return threads
