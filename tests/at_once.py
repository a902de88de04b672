"""Acts of several threads: at once, each with a connection of its own; or meanwhile, for as long as a block lasts."""

import threading
from collections.abc import Callable
from typing import Self

from django.db import connection


class Meanwhile:
    """Threads that live while a block lasts; they look at `over`, and are waited for."""

    def __init__(self) -> None:
        self.over, self.threads = threading.Event(), list[threading.Thread]()

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, in their order."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
