"""The page on which a manager reads what the audit record says of the practice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, admin_required
from accounts.audit import Kind
from accounts.models import AuditRecord, Membership, Patient, Practice, User
from accounts.templatetags.readings import in_words

SHOWN = 50
ABOUT_SIGNING_IN = (Kind.SIGNED_IN, Kind.SIGNED_OUT, Kind.FAILED, Kind.LOCKED_OUT)
# What each chip shows; the first is everything.
CHOICES = {
    "": (gettext_lazy("All"), tuple(Kind)),
    "read": (gettext_lazy("Opened"), (Kind.READ,)),
    "did": (gettext_lazy("Changed"), (Kind.DID,)),
    "told": (gettext_lazy("Told"), (Kind.TOLD,)),
    "signing-in": (gettext_lazy("Signing in"), ABOUT_SIGNING_IN),
    "roles": (gettext_lazy("Roles"), (Kind.ROLE,)),
}


@dataclass(frozen=True)
class Line:
    """A record, or several alike of one minute, in words for a manager.

    `about` names nobody whose record the reader may not open.
    """

    at: datetime
    kind: str
    who: str
    what: str
    about: str
    network: str


@admin_required
@require_safe
def practice_audit(request: PracticeRequest) -> HttpResponse:
    """What happened at the practice, the last first; patients are named to those alone who may open records."""
    shown = request.GET.get("show", "")
    shown = shown if shown in CHOICES else ""
    before = request.GET.get("before", "")
    records = _records(request.practice, CHOICES[shown][1], int(before) if _is_id(before) else None)
    page, has_more = records[:SHOWN], len(records) > SHOWN
    context = {
        "lines": _lines(page, request.practice, names_patients=request.user.practice_as_practitioner is not None),
        "choices": [(name, words, name == shown) for name, (words, _kinds) in CHOICES.items()],
        "shown": shown, "before": before, "older": page[-1].pk if has_more else None,
        "practice": request.practice, "tab": "practice", "page": "audit",
    }  # fmt: skip
    return render(request, "accounts/audit.html", context)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _records(practice: Practice, kinds: Iterable[str], before: int | None) -> list[AuditRecord]:
    """One more than a page. A wrong password is kept for an account alone: those of the members are looked up, for as
    long as they worked here."""
    rows = AuditRecord.objects.order_by("-id").select_related("patient")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.filter(practice=practice, kind__in=kinds)[: SHOWN + 1])
    unplaced = [kind for kind in kinds if kind in (Kind.FAILED, Kind.LOCKED_OUT)]
    if unplaced:
        members = Membership.objects.filter(practice=practice)
        meanwhile = members.filter(user=OuterRef("user"), joined_at__lte=OuterRef("at")).exclude(
            removed_at__lt=OuterRef("at")
        )
        of_members = rows.filter(Exists(meanwhile), practice=None, kind__in=unplaced, user__in=members.values("user"))
        found += of_members[: SHOWN + 1]
    return list(islice(sorted(found, key=lambda row: -row.pk), SHOWN + 1))


def _lines(records: list[AuditRecord], practice: Practice, *, names_patients: bool) -> list[Line]:
    memberships = Membership.objects.filter(practice=practice).select_related("user")
    colleagues = {member.user_id: str(member.user) for member in memberships}
    runs_the_site = _("{name}, who runs this site")
    staff = {user.pk: runs_the_site.format(name=user) for user in User.objects.filter(is_staff=True)}
    members: dict[UUID | None, str] = {member.pk: str(member.user) for member in memberships}

    def who(record: AuditRecord) -> str:
        if record.user_id is None:
            return _("Mendline") if record.kind != Kind.ROLE else _("Whoever runs this site")
        return colleagues.get(record.user_id) or staff.get(record.user_id) or _("The patient")

    def about(record: AuditRecord) -> str:
        if record.kind == Kind.ROLE:
            return members.get(record.thing, "")
        if record.subject is None:
            return ""
        return _name_of(record.patient, practice) if names_patients else _("a patient")

    lines = []
    for _alike, together in groupby(records, key=_what_is_alike):
        rows = list(together)
        names = ", ".join(dict.fromkeys(filter(None, map(about, rows))))
        lines.append(Line(rows[0].at, rows[0].kind, who(rows[0]), _in_words(rows[0]), names, rows[0].network))
    return lines


def _what_is_alike(record: AuditRecord) -> tuple[Any, ...]:
    return record.user_id, record.kind, record.what, record.network, record.at.replace(second=0, microsecond=0)


def _name_of(patient: Patient | None, practice: Practice) -> str:
    is_here = patient is not None and patient.practice_id == practice.pk
    return str(patient) if is_here else _("a former patient")


def _in_words(record: AuditRecord) -> str:
    what = in_words(record.what)
    sentences: dict[str, Any] = {
        Kind.READ: _("opened: {what}"),
        Kind.TOLD: _("was told ({what})"),
        Kind.ROLE: _("gave or took a role: {what}"),
    }
    return str(sentences.get(record.kind, "{what}")).format(what=what)
