"""People who log all the time, each of a session of their own, and send again what nobody acknowledged."""

import http.client
import json
import os
import threading
import time
from collections import Counter
from uuid import uuid4

from tests.at_once import Meanwhile
from tests.load.__main__ import DAY

LATER = {502, 503, 504}  # what a phone takes for "not now"
GIVES_UP_AFTER = 180  # seconds
DAYS = 170


class People(Meanwhile):
    """They log while the block lasts."""

    def __init__(self, port: int, writers: list[tuple[str, str]], pause: float = 0.2):
        super().__init__()
        self._port, self._pause = port, pause
        self.acknowledged: list[str] = []
        self.wrong: Counter[str] = Counter()
        self.sent_again = 0
        self.threads = [threading.Thread(target=self._write, args=writer) for writer in writers]

    def _write(self, token: str, treatment: str) -> None:
        for day in range(DAYS):
            if self.over.is_set():
                return
            id = str(uuid4())
            self._until_acknowledged(token, f"/api/v1/treatments/{treatment}/entries/{id}/", day)
            self.acknowledged.append(id)
            time.sleep(self._pause)

    def _until_acknowledged(self, token: str, path: str, day: int) -> None:
        ends = time.monotonic() + GIVES_UP_AFTER
        while time.monotonic() < ends:
            status = self._sent(token, path, day)
            if status in (200, 201):
                return
            if status and status not in LATER:
                self.wrong[f"answered {status}"] += 1
            self.sent_again += 1
            time.sleep(0.5)
        self.wrong["never acknowledged"] += 1

    def _sent(self, token: str, path: str, day: int) -> int:
        """The status; 0 where there was no answer."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {
            "Host": "mendline.example", "X-Forwarded-Proto": "https", "Authorization": f"Token {token}",
            "Content-Type": "application/json",
        }  # fmt: skip
        try:
            line.request("PUT", path, json.dumps({"day": day, **DAY}), headers)
            return line.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            line.close()

    def compare(self) -> int:
        """Say what came of it all; 0 when each entry that was acknowledged is there, once, and nothing went wrong."""
        import django

        django.setup()
        from symptoms.models import Entry

        there = Counter(map(str, Entry.objects.values_list("pk", flat=True)))
        lost = [id for id in self.acknowledged if not there[id]]
        others = set(there) - set(self.acknowledged)
        print(
            f"{len(self.acknowledged)} entries acknowledged, {len(lost)} lost, {len(others)} there that were not, "
            f"{self.sent_again} sent again, wrong: {dict(self.wrong)} (process {os.getpid()})"
        )
        return 1 if lost or others or self.wrong else 0
