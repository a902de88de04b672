"""On which days members are away, and who stands in: written down by the practice's manager."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import Reading, refuse_if_changed
from accounts.locks import lock_practice
from accounts.members import user_name
from accounts.models import Absence, Membership, MembershipQuerySet, Practice, User

LONGEST = timedelta(days=366)

Days = tuple[date, date]  # the first and the last


class WrongAbsence(Exception):
    """An absence that cannot be written down: `str()` says why, `field` beside which field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass
class AbsenceRead:
    """An absence that is not over, with who stands in and what its reader should know of it."""

    absence: Absence
    stands_in: str
    remarks: list[str] = field(default_factory=list)


@transaction.atomic
def add_absence(
    member: Membership, *, first_day: date, last_day: date, stands_in: Membership | None, by: User, now: datetime
) -> Absence:
    """Write down that a member is away from `first_day` to `last_day`, as `by` says.

    Raises:
        WrongAbsence: the days are over, too many or taken, or whoever is to stand in cannot.
    """
    absence = Absence(member=member, first_day=first_day, last_day=last_day, stands_in=stands_in)
    absence.changed_by, absence.changed_at = by, now
    _check(absence, lock_practice(member.practice_id), now)
    absence.save()
    _note(gettext_noop("wrote down an absence"), absence, by, now)
    return absence


@transaction.atomic
def remove_absence(absence: Absence, *, by: User, now: datetime) -> None:
    """Take back that a member is away."""
    _note(gettext_noop("took an absence back"), absence, by, now)
    absence.delete()


def _note(what: str, absence: Absence, by: User, now: datetime) -> None:
    audit.did(what, by=by, practice=absence.member.practice_id, thing=absence.member_id, now=now)


@transaction.atomic
def change_absence(
    absence_id: UUID, *, first_day: date, last_day: date, stands_in: Membership | None, by: User, now: datetime,
    reading: Reading | None = None,
) -> Absence:  # fmt: skip
    """Give an absence other days or somebody else who stands in.

    Raises:
        Absence.DoesNotExist: somebody removed it meanwhile.
        ChangedMeanwhile: something else stands there by now than `reading`.
        WrongAbsence: as for `add_absence`.
    """
    absences = Absence.objects.select_related("member__user", "stands_in__user", "changed_by")
    practice = lock_practice(absences.get(pk=absence_id).member.practice_id)
    absence = absences.get(pk=absence_id)  # as it is now that nobody else changes it
    stored = days_of(absence)
    refuse_if_changed(reading, stored, by=absence.changed_by, at=absence.changed_at)
    absence.first_day, absence.last_day, absence.stands_in = first_day, last_day, stands_in
    _check(absence, practice, now)
    if days_of(absence) != stored:
        absence.changed_by, absence.changed_at = by, now
        absence.save()
        _note(gettext_noop("changed an absence"), absence, by, now)
    return absence


def days_of(absence: Absence) -> dict[str, str]:
    """What a manager may change of an absence, as a page's reading carries it."""
    first, last, stands_in = absence.first_day, absence.last_day, absence.stands_in_id
    return {"first_day": first.isoformat(), "last_day": last.isoformat(), "stands_in": str(stands_in or "")}


def _check(absence: Absence, practice: Practice, now: datetime) -> None:
    """The practice is locked: nobody writes down another one meanwhile. Raises WrongAbsence."""
    first_day, last_day = absence.first_day, absence.last_day
    if last_day < first_day:
        raise WrongAbsence("last_day", _("The last day is before the first."))
    if last_day < now.astimezone(practice.zone).date():
        raise WrongAbsence("last_day", _("These days are over."))
    if last_day - first_day > LONGEST:
        raise WrongAbsence("last_day", _("Write a year at most."))
    if _overlapping(absence.member, absence).exclude(pk=absence.pk).exists():
        raise WrongAbsence("first_day", _("Some of these days are written down already."))
    if absence.stands_in is not None:
        _check_stands_in(absence.member, absence.stands_in, absence)


def _overlapping(member: Membership, absence: Absence) -> QuerySet[Absence]:
    return Absence.objects.filter(member=member, first_day__lte=absence.last_day, last_day__gte=absence.first_day)


def _check_stands_in(member: Membership, stands_in: Membership, absence: Absence) -> None:
    """The practice is locked: nobody leaves it or changes roles meanwhile."""
    name = user_name(stands_in.user)
    if stands_in == member:
        raise WrongAbsence("stands_in", _("Choose somebody else to stand in."))
    if not colleagues(member).filter(pk=stands_in.pk).exists():
        raise WrongAbsence("stands_in", _("{name} no longer works here as a practitioner.").format(name=name))
    if _overlapping(stands_in, absence).exists():
        sentence = _("{name} is away on some of these days too. Choose somebody else.")
        raise WrongAbsence("stands_in", sentence.format(name=name))


def colleagues(member: Membership) -> MembershipQuerySet:
    """Who can stand in for a member: the other practitioners."""
    others = Membership.objects.practitioners().filter(practice=member.practice_id).exclude(pk=member.pk)
    return others.select_related("user").order_by("user__name", "user__email")


def stood_in_for(member: Membership, now: datetime) -> list[str]:
    """The colleagues for whom a member stands in, today or on a day to come, by name."""
    today = now.astimezone(member.practice.zone).date()
    ahead = Absence.objects.filter(stands_in=member, last_day__gte=today, member__removed_at=None)
    people = User.objects.filter(memberships__absences__in=ahead).distinct()
    return [user_name(person) for person in people.order_by("name", "email")]


def absences_of(member: Membership, now: datetime) -> list[AbsenceRead]:
    """A member's absences that are not over, the first first. Three statements, however many there are."""
    today = now.astimezone(member.practice.zone).date()
    ahead = member.absences.filter(last_day__gte=today).select_related("stands_in__user", "changed_by")
    here = set(Membership.objects.practitioners().filter(practice=member.practice_id).values_list("pk", flat=True))
    away: dict[UUID, list[Days]] = {}
    rows = Absence.objects.filter(member__practice=member.practice_id, last_day__gte=today)
    for of, first, last in rows.values_list("member", "first_day", "last_day"):
        away.setdefault(of, []).append((first, last))
    return [_read(absence, here, away, today) for absence in ahead.order_by("first_day")]


def _read(absence: Absence, here: Collection[UUID], away: Mapping[UUID, Sequence[Days]], today: date) -> AbsenceRead:
    stands_in, remarks = absence.stands_in, []
    name = user_name(stands_in.user) if stands_in else ""
    if stands_in and stands_in.pk not in here:
        remarks.append(_("{name} no longer works here as a practitioner. Choose somebody else.").format(name=name))
    elif stands_in and any(
        first <= absence.last_day and absence.first_day <= last for first, last in away.get(stands_in.pk, ())
    ):
        remarks.append(_("{name} is away on some of these days too.").format(name=name))
    if day := _first_without_anybody(
        max(absence.first_day, today), absence.last_day, [away.get(pk, ()) for pk in here]
    ):
        sentence = _("On {day} no practitioner is here. What comes in then is told to everybody, away or not.")
        remarks.append(sentence.format(day=date_format(day)))
    return AbsenceRead(absence, name, remarks)


def _first_without_anybody(first: date, last: date, away: Sequence[Sequence[Days]]) -> date | None:
    """The first of these days on which all are away."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if all(any(since <= day <= until for since, until in absences) for absences in away):
            return day
    return None
