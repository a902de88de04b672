"""How often one person, or one address without a person, may call the API."""

import time
from typing import Any

from django.core.cache import caches
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}


class PerPerson(BaseThrottle):
    """So many calls in each window of time, counted in every server process for itself."""

    def allow_request(self, request: Request, view: Any) -> bool:
        number, _, per = str(api_settings.DEFAULT_THROTTLE_RATES["person"]).partition("/")
        length = SECONDS[per]
        now = time.time()
        self.left = length - now % length
        who = request.user.pk if request.user.is_authenticated else self.get_ident(request)
        return _count(f"{who}:{int(now // length)}", length) <= int(number)

    def wait(self) -> float:
        return self.left


def _count(key: str, seconds: int) -> int:
    counts = caches["throttle"]
    if counts.add(key, 1, timeout=seconds):
        return 1
    try:
        return counts.incr(key)
    except ValueError:  # it ran out between the two calls, so this is a new window's first
        counts.set(key, 1, timeout=seconds)
        return 1
