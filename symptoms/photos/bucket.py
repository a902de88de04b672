"""Files in a bucket of S3, or of what speaks like it: for several machines, in place of a folder that one has.

A store over a network may refuse, answer late or not at all, or say yes and have nothing: each is an OSError within
`LONGEST` seconds, as a full disk is one, and for the next `AWAY_FOR` seconds nobody waits for it again.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from symptoms.photos.storage import StoreAway

log = logging.getLogger(__name__)

T = TypeVar("T")
LONGEST = 5.0  # seconds that anybody waits for a file of a photo, however slowly bytes come
AWAY_FOR = 5.0  # seconds
AT_ONCE = 4  # in each process
IN_MEMORY = 4_000_000  # bytes of a file that is read; a larger one lies on the disk meanwhile, without a name
MARK = ".site"  # the file that says whose a bucket is
MISSING = {"404", "NoSuchKey", "NotFound"}
PATIENCE = Config(
    connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1}, max_pool_connections=AT_ONCE,
    signature_version="s3v4", request_checksum_calculation="when_required",  # others than Amazon know no newer ones
)  # fmt: skip


class Bucket(S3Storage):
    """Files of `bucket` whose names begin with `prefix`; `endpoint` where it is not Amazon's own.

    What is stored is there: asked for once more before it counts. `longest` is for files that may be large.
    """

    def __init__(self, bucket: str, endpoint: str, region: str, prefix: str, longest: float = LONGEST):
        super().__init__(
            bucket_name=bucket, location=prefix, endpoint_url=endpoint or None, region_name=region or None,
            client_config=PATIENCE.merge(Config(s3={"addressing_style": "path" if endpoint else "auto"})),
            default_acl=None, file_overwrite=True, querystring_auth=False, gzip=False,
        )  # fmt: skip
        self._prefix, self._longest = f"{prefix}/", longest
        self._names = {"Bucket": bucket}

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name. Raises StoreAway."""
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens when it is gone. Raises StoreAway."""
        self._asked(lambda client: client.delete_object(**self._named(name)))

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        at: datetime = self._head(name)["LastModified"]
        return at

    def url(self, name: str | None, *_: Any, **__: Any) -> str:
        """Raises ValueError: whoever may see a file is given it by a view that has asked whether they may."""
        raise ValueError("This file is not accessible via a URL.")

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files below `path`. Raises StoreAway."""
        below = f"{path}/" if path else ""
        rest = [name.removeprefix(below) for name in self.walk(below)]
        return sorted({name.partition("/")[0] for name in rest if "/" in name}), [n for n in rest if "/" not in n]

    def walk(self, below: str = "") -> Iterator[str]:
        """Every name that begins so, a thousand at each question. Raises StoreAway."""
        more: dict[str, str] = {}
        while True:
            page = self._page(Prefix=self._prefix + below, **more)
            names = (entry["Key"].removeprefix(self._prefix) for entry in page.get("Contents", ()))
            yield from (name for name in names if name != MARK)
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _page(self, **asked: str) -> dict[str, Any]:
        return self._asked(lambda client: dict(client.list_objects_v2(**self._names, **asked)))

    def take(self, path: Path, name: str) -> None:
        """Store a file of this machine, which goes. Raises StoreAway; the file stays then."""
        self._asked(lambda client: client.upload_file(str(path), self._names["Bucket"], self._prefix + name))
        self._check(name, path.stat().st_size)
        path.unlink()

    def is_ours(self) -> bool:
        """Whether the bucket is this site's, which a bucket that is nobody's becomes. Raises StoreAway.

        What no row of ours names is removed from it: in another site's, that would be all it has.
        """
        mark = self._names | {"Key": f"{self._prefix}{MARK}"}
        try:
            owner = self._asked(lambda client: client.get_object(**mark)["Body"].read().decode())
        except FileNotFoundError:
            owner = settings.SITE_URL
            self._asked(lambda client: client.put_object(**mark, Body=owner.encode()))
        return bool(owner == settings.SITE_URL)

    def try_out(self) -> None:
        """Store something, read it and remove it. Raises OSError."""
        name = f"try-out/{time.time_ns()}"
        self.save(name, ContentFile(b""))
        with self.open(name) as file:
            file.read()
        self.delete(name)

    def _save(self, name: str, content: "File[Any]") -> str:
        """Store a file. Raises StoreAway; it may be there all the same, and is swept then."""
        content.seek(0)
        data = content.read()
        self._asked(lambda client: client.put_object(**self._named(name), Body=data))
        self._check(name, len(data))
        return name

    def _check(self, name: str, size: int) -> None:
        """One that says yes and has nothing is no store: found now, not when somebody looks for their photo."""
        try:
            found = self.size(name)
        except FileNotFoundError:
            found = None
        if found != size:
            breaker.open()
            log.error("the bucket said that it took a file, and does not have it")
            raise StoreAway("the bucket does not have what it took")

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        """A file, whole before it is given. Raises FileNotFoundError and StoreAway."""

        def fetch(client: Any) -> IO[bytes]:
            return _copied(client.get_object(**self._named(name))["Body"], self._longest)

        return File(self._asked(fetch), name)

    def _head(self, name: str) -> dict[str, Any]:
        return self._asked(lambda client: dict(client.head_object(**self._named(name))))

    def _named(self, name: str) -> dict[str, str]:
        return self._names | {"Key": self._normalize_name(clean_name(name))}

    def _asked(self, question: Callable[[Any], T]) -> T:
        """What the bucket answers within `longest` seconds; at once no, where it did not a moment ago."""
        if not breaker.is_closed():
            raise StoreAway("the bucket did not answer a moment ago")
        try:
            return _within(self._longest, lambda: question(self.bucket.meta.client))
        except ClientError as fault:
            code = str(fault.response.get("Error", {}).get("Code", ""))
            if code in MISSING:
                raise FileNotFoundError(code) from fault
            why: str = code
        except (BotoCoreError, TimeoutError, OSError) as fault:
            why = type(fault).__name__
        except Exception as fault:  # boto3 has faults of its own for what it sends in parts
            why = type(fault).__name__
        breaker.open()
        log.error("the bucket does not answer as it should (%s)", why)
        raise StoreAway(f"the bucket does not answer as it should ({why})")


class Breaker:
    """Open for a while after a fault: who comes meanwhile need not wait to hear the same. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._until = clock, 0.0

    def is_closed(self) -> bool:
        return self._clock() >= self._until

    def open(self) -> None:
        self._until = self._clock() + AWAY_FOR


def _within(seconds: float, question: Callable[[], T]) -> T:
    """What a thread hears that can wait for longer than anybody wants to. Raises TimeoutError, and what it met.

    It holds up neither whoever asked nor the end of the process.
    """
    ends = time.monotonic() + seconds
    if not _places.acquire(timeout=seconds):
        raise TimeoutError
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as fault:
            answer.set_exception(fault)
        finally:
            _places.release()

    threading.Thread(target=ask, name="bucket", daemon=True).start()
    return answer.result(max(0.0, ends - time.monotonic()))


def _copied(body: Any, seconds: float) -> IO[bytes]:
    """What a body says, in a file; small pieces, so that one that trickles in is given up soon."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(settings.UPLOAD_ROOT))  # noqa: SIM115  # for its reader
    ends, piece = time.monotonic() + seconds, 256 if seconds <= LONGEST else 1 << 16
    while data := body.read(piece):
        if time.monotonic() > ends:
            body.close()
            raise TimeoutError
        file.write(data)
    file.seek(0)
    return file


breaker = Breaker()
_places = threading.BoundedSemaphore(AT_ONCE)
