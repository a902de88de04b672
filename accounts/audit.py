"""The audit record: writing down what happened, sealing it in blocks, and finding whatever was changed since.

Each block's fingerprint (SHA-256) is made of the seal before it and of its rows: a row that is changed, added or taken
away later fits no more, nor does any seal after it. Whoever can write to the database could make all seals anew; who
keeps a seal elsewhere (the worker logs each) finds that too.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.audit_guards import missing_guards
from accounts.models import AuditRecord, AuditSeal, Membership, Patient, Practice, User
from accounts.networks import network_of

log = logging.getLogger(__name__)

Kind = AuditRecord.Kind
SEALED = ("id", "at", "kind", "what", "user_id", "practice_id", "subject", "thing", "network")
BLOCK = 10_000  # rows, at most
BEGINNING = "0" * 64  # what the first seal has in the place of the seal before it

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def origin_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is written down while a request is answered comes from that request's network."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = _request.set(request)
        try:
            return get_response(request)
        finally:
            _request.reset(token)

    return middleware


def origin() -> str:
    """The network from which the request comes that is answered just now; "" for what no request asked for."""
    request = _request.get()
    if request is None:
        return ""
    try:
        return network_of(get_adapter().get_client_ip(request))[:50]
    except PermissionDenied:  # behind a proxy that names no address
        return "unknown"


def note(
    kind: Kind, what: str, *, user: User | UUID | None, patient: Patient | UUID | None = None,
    practice: Practice | UUID | None = None, thing: UUID | None = None, now: datetime | None = None,
) -> None:  # fmt: skip
    """Write down what happened: one row, in the caller's transaction. `what` is a word of ours, never of a record."""
    note_all([row(kind, what, user=user, patient=patient, practice=practice, thing=thing, now=now)])


def did(
    what: str, *, by: User | UUID | None, patient: Patient | None = None, practice: Practice | UUID | None = None,
    thing: UUID | None = None, now: datetime | None = None,
) -> None:  # fmt: skip
    """Write down that `by` changed something; at the practice that `patient` has now, where none is named."""
    practice = practice or (patient.practice_id if patient else None)
    note(Kind.DID, what, user=by, patient=patient, practice=practice, thing=thing, now=now)


def row(
    kind: Kind, what: str, *, user: User | UUID | None, patient: Patient | UUID | None = None,
    practice: Practice | UUID | None = None, thing: UUID | None = None, now: datetime | None = None,
) -> AuditRecord:  # fmt: skip
    """A row that is not written yet, for `note_all`."""
    about = _id(patient)
    return AuditRecord(
        kind=kind, what=what, user_id=_id(user), practice_id=_id(practice), subject=about, patient_id=about,
        thing=thing, at=now or timezone.now(), network=origin(),
    )  # fmt: skip


def note_role(
    member: Membership, roles: Mapping[str, bool] | None = None, *, by: User | None, now: datetime | None = None
) -> None:
    """Write down what `member` may do from now on (`roles`; None: what the row says), and who said so: None for the
    operator."""
    may = roles or {"is_practitioner": member.is_practitioner, "is_admin": member.is_admin}
    named = {"practitioner": may["is_practitioner"], "admin": may["is_admin"]}
    what = " and ".join(name for name, has in named.items() if has)
    note(Kind.ROLE, what, user=by, practice=member.practice_id, thing=member.pk, now=now)


def note_all(rows: Iterable[AuditRecord]) -> None:
    """Write down several things that happened: one statement."""
    AuditRecord.objects.bulk_create(rows)


def _id(row: Any) -> UUID | None:
    id: UUID | None = getattr(row, "pk", row)
    return id


def seal() -> int:
    """Seal what was written since the last seal; gives how many rows. Two workers at once seal nothing twice."""
    sealed = 0
    while count := _seal_block():
        sealed += count
    return sealed


@transaction.atomic
def _seal_block() -> int:
    _let_writers_end()
    last = AuditSeal.objects.order_by("-number").first()
    rows = AuditRecord.objects.filter(id__gt=last.last if last else 0).order_by("id").values_list(*SEALED)[:BLOCK]
    block = list(rows)
    if not block:
        return 0
    made = AuditSeal.objects.create(
        number=last.number + 1 if last else 1,
        last=block[-1][0],
        count=len(block),
        digest=_digest(last.digest if last else BEGINNING, block),
    )
    log.info("audit record sealed to %s: seal %s:%s", made.last, made.number, made.digest)
    return len(block)


def _let_writers_end() -> None:
    """On PostgreSQL ids are given in another order than they are committed in: wait for those that are on their way.

    SQLite has one writer at a time, which is us.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {AuditRecord._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _digest(before: str, rows: Iterable[tuple[Any, ...]]) -> str:
    digest = sha256(before.encode())
    for id, at, *others in rows:
        known = [id, at.astimezone(UTC).isoformat(), *(str(other) if other is not None else None for other in others)]
        digest.update(json.dumps(known).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Verified:
    """What `verify` found: how much is sealed, the last seal, and what is wrong, in words for the operator."""

    rows: int
    seals: int
    digest: str
    unsealed: int
    wrong: list[str]


def verify() -> Verified:
    """Read the whole audit record and compare it with its seals. Some 8 seconds for a million rows."""
    wrong = [f"The database has no guard {name}: rows could be changed." for name in missing_guards(connection)]
    rows, number, before, previous = 0, 0, 0, BEGINNING
    for found in AuditSeal.objects.order_by("number").iterator():
        number += 1
        if found.number != number:
            wrong.append(f"Seal {number} is missing.")
            break
        block = list(AuditRecord.objects.filter(id__gt=before, id__lte=found.last).order_by("id").values_list(*SEALED))
        if _digest(previous, block) != found.digest or len(block) != found.count:
            wrong.append(
                f"Seal {number} does not fit records {before + 1} to {found.last}: {found.count} were sealed "
                f"at {found.at:%Y-%m-%d %H:%M} UTC, {len(block)} are there, or something in them was changed."
            )
        rows, before, previous = rows + len(block), found.last, found.digest
    return Verified(rows, number, previous, AuditRecord.objects.filter(id__gt=before).count(), wrong)
