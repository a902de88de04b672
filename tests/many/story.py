"""People on several machines: patients who log and send photos, a practitioner who deals with what is open. Whatever is
not acknowledged they send again, under the same id, to whichever web server answers."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

from tests import images
from tests.at_once import Meanwhile

LATER = {502, 503, 504, 429}  # what a phone takes for "not now"
GIVES_UP_AFTER = 240  # seconds
FOUR = ("redness", "swelling", "pain", "warmth")
QUIET = {"symptoms": dict.fromkeys(FOUR, 1)}
INFECTED = {"symptoms": dict.fromkeys((*FOUR, "bumps"), 2), "signs": ["pus"], "temperature_c": 38.1}
A_DAY, PHOTOS_A_DAY = 45, 9  # below what one may send
HEADERS = {"Host": "mendline.example", "X-Forwarded-Proto": "https"}


@dataclass
class Told:
    """What was acknowledged, with when; and what went wrong."""

    entries: dict[str, datetime] = field(default_factory=dict)
    photos: dict[str, datetime] = field(default_factory=dict)
    acts: dict[tuple[str, str], datetime] = field(default_factory=dict)  # alert, what was done
    wrong: Counter[str] = field(default_factory=Counter)
    sent_again: int = 0


class People(Meanwhile):
    """They live while the block lasts."""

    def __init__(self, ports: list[int], writers: list[tuple[str, str]], practitioner: str, seed: int):
        super().__init__()
        self._ports, self.told = ports, Told()
        self.threads = [
            threading.Thread(target=self._log, args=(*writer, Random(f"{seed} {number}")))
            for number, writer in enumerate(writers)
        ]
        self.threads.append(threading.Thread(target=self._work, args=(practitioner, Random(f"{seed} noor"))))

    def _log(self, token: str, treatment: str, chance: Random) -> None:
        below, picture = f"/api/v1/treatments/{treatment}", images.photo()
        for number in range(4 * A_DAY):
            if self.over.wait(chance.uniform(1.5, 3.5)):
                return
            day, id = number % 4, str(uuid4())
            body = json.dumps({**(INFECTED if number % 3 == 0 else QUIET), "day": day}).encode()
            if self._sent("PUT", f"{below}/entries/{id}/", token, body) is not None:
                self.told.entries[id] = datetime.now(UTC)
            if number % 4 == 1 and number // 4 < 4 * PHOTOS_A_DAY:
                photo, day = str(uuid4()), number // 4 % 4
                where = f"{below}/photos/{photo}/?day={day}&view=front"
                if self._sent("PUT", where, token, picture, "image/jpeg") is not None:
                    self.told.photos[photo] = datetime.now(UTC)

    def _work(self, token: str, chance: Random) -> None:
        while not self.over.wait(chance.uniform(0.5, 2)):
            found = self._sent("GET", "/api/v1/alerts/?open=true", token)
            for alert in (found or {}).get("results", [])[:2]:
                self._deal_with(alert["id"], token)

    def _deal_with(self, alert: str, token: str) -> None:
        at = f"/api/v1/alerts/{alert}"
        if self._sent("POST", f"{at}/acknowledge/", token, b"{}") is not None:
            self.told.acts[(alert, "acknowledged")] = datetime.now(UTC)
        closing = {"outcome": "seen", "reason": "antibiotics begun"}
        answer = self._sent("POST", f"{at}/resolve/", token, json.dumps(closing).encode(), may={409})
        if answer is not None and "seen_at" in answer and "outcome" not in answer:  # there is news: she has read it
            closing |= {"seen_at": answer["seen_at"], "known_holders": answer["known_holders"]}
            answer = self._sent("POST", f"{at}/resolve/", token, json.dumps(closing).encode(), may={409})
        if answer is not None and answer.get("outcome") == "seen":
            self.told.acts[(alert, "resolved")] = datetime.now(UTC)

    def _sent(
        self, method: str, path: str, token: str, body: bytes = b"", kind: str = "application/json",
        may: frozenset[int] | set[int] = frozenset(),
    ) -> dict | None:  # fmt: skip
        """The answer, once there is one; None, and noted, where it is another than one may expect."""
        ends, turn = time.monotonic() + GIVES_UP_AFTER, hash(token) % 2
        while time.monotonic() < ends:
            status, said = self._asked(self._ports[turn % 2], method, path, token, body, kind)
            if status in (200, 201) or status in may:
                return said
            if status and status not in LATER:
                self.told.wrong[f"{method} {path.split('/')[-3]} {status}: {str(said)[:120]}"] += 1
                return None
            self.told.sent_again += 1
            turn += 1
            time.sleep(0.4)
        self.told.wrong["never acknowledged"] += 1
        return None

    def _asked(self, port: int, method: str, path: str, token: str, body: bytes, kind: str) -> tuple[int, dict]:
        """Status and answer; 0 where there was none."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=12)
        try:
            line.request(method, path, body, HEADERS | {"Authorization": f"Token {token}", "Content-Type": kind})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            line.close()
