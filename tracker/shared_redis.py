"""The Redis that all machines of a site share: whether it is the site's own, and the counts that are kept in it.

Nothing in it is worth anything: hints for workers, and counts of an hour at most. While it is away each process counts
for itself, and workers find what is due once it is back.
"""

import json
import logging
import time
from collections.abc import Callable
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError
from redis.retry import Retry

from symptoms.messages.push_keys import public_key
from tracker.preflight import CannotStart

log = logging.getLogger(__name__)

T = TypeVar("T")
PREFIX = "mendline:"  # of every key of ours
MARK = f"{PREFIX}of"  # by which a site knows its Redis
PATIENCE = 0.5  # seconds that a request may wait for it
AWAY_FOR = 5.0  # seconds for which nobody asks one that did not answer
LOOKED_THROUGH = 10_000  # keys


def client(patience: float = 2.0) -> Redis:
    """A connection that waits no longer than `patience`, once."""
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=patience, socket_connect_timeout=patience, retry=Retry(NoBackoff(), 0)
    )


def refuse_foreign() -> None:
    """See to it that Redis is this site's alone, and that all its machines have one key for push.

    One that does not answer is no reason not to start: what people write is taken all the same.

    Raises:
        CannotStart: somebody else's keys are in it, or it does not let us in.
    """
    try:
        with client() as redis:
            mark = _marked(redis)
            foreign = any(map(_is_foreign, islice(redis.scan_iter(count=1000), LOOKED_THROUGH)))
    except (AuthenticationError, ResponseError) as fault:
        raise CannotStart(f"Redis does not let Mendline in ({fault}). Correct MENDLINE_REDIS_URL") from fault
    except RedisError as fault:
        log.warning("Redis does not answer (%s): workers are told of nothing until it does", type(fault).__name__)
        return
    if foreign:
        raise CannotStart(
            "there are keys of somebody else in the Redis that MENDLINE_REDIS_URL names. Give Mendline one of its own, "
            "or a number of its own at the end of the address"
        )
    _compare(mark)


def what_is_wrong() -> str:
    """What keeps it from being of use, or takes away what is in it; empty when all is well."""
    try:
        with client() as redis:
            policy = redis.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except ResponseError:  # a managed one may not say how it is set
        return ""
    except RedisError as fault:
        return f"It does not answer ({type(fault).__name__}): workers do nothing, and limits are counted by process."
    if policy.startswith("allkeys"):
        return f"maxmemory-policy is {policy}: what workers are told may be thrown away. Set it to noeviction."
    return ""


def _marked(redis: Redis) -> dict[str, str]:
    ours = {"site": settings.SITE_URL, "push": _print_of(public_key())}
    redis.set(MARK, json.dumps(ours), nx=True)
    mark: dict[str, str] = json.loads(redis.get(MARK) or "{}")
    return mark


def _compare(mark: dict[str, str]) -> None:
    if mark.get("site") != settings.SITE_URL:
        raise CannotStart(
            f"the Redis that MENDLINE_REDIS_URL names is that of {mark.get('site')}. Give this site one of its own; "
            f"where the site has moved, delete {MARK} in it"
        )
    if mark.get("push") != _print_of(public_key()):
        raise CannotStart(
            "push-keys.json in the data folder is not that of the other machines. Copy theirs, so that all can send to "
            f"the same browsers; where it was made anew, delete {MARK} in Redis"
        )


def _print_of(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:16]


def _is_foreign(key: bytes) -> bool:
    return not key.startswith(PREFIX.encode())


class Json:
    """Values as JSON: whoever writes into Redis must not be able to run code here."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class Counts(RedisCache):
    """Counts of all machines together; each process counts for itself while Redis does not answer at once."""

    def __init__(self, server: str, params: dict[str, Any], clock: Callable[[], float] = time.monotonic):
        waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
        super().__init__(server, params | {"OPTIONS": {"serializer": Json, **waits}})
        self._here = LocMemCache("throttle", params | {"OPTIONS": {"MAX_ENTRIES": 100_000}})
        self._clock = clock

    def add(self, *given: Any, **more: Any) -> bool:
        return self._asked(lambda: super(Counts, self).add(*given, **more), lambda: self._here.add(*given, **more))

    def get(self, *given: Any, **more: Any) -> Any:
        return self._asked(lambda: super(Counts, self).get(*given, **more), lambda: self._here.get(*given, **more))

    def set(self, *given: Any, **more: Any) -> None:
        self._asked(lambda: super(Counts, self).set(*given, **more), lambda: self._here.set(*given, **more))

    def delete(self, *given: Any, **more: Any) -> bool:
        return self._asked(
            lambda: super(Counts, self).delete(*given, **more), lambda: self._here.delete(*given, **more)
        )

    def _asked(self, redis: Callable[[], T], here: Callable[[], T]) -> T:
        """What Redis says; what this process knows where it does not."""
        global _away_until
        if self._clock() >= _away_until:
            try:
                return redis()
            except (RedisError, ValueError) as fault:  # a value that is none of ours
                _away_until = self._clock() + AWAY_FOR
                log.warning("Redis does not answer (%s): each process counts for itself", type(fault).__name__)
        return here()


_away_until = 0.0  # of this process: each of its threads has a cache of its own
