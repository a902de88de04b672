"""The next fourteen days as an emergency would find them: when its first step reaches nobody who is here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from accounts.models import ContactMethod, Membership, Practice, Reach
from symptoms.alerts.policy import Group, Policy, policy_of
from symptoms.alerts.telling import Colleague, ways_of, who_is_told
from symptoms.models import Delivery, Treatment
from symptoms.recovery.vocabulary import Urgency

DAYS_AHEAD = 14
NOON = time(12)
Kind = ContactMethod.Kind
OTHERS = [kind for kind in Kind.values if kind != Kind.EMAIL]


class Gap(StrEnum):
    """What is missing on a day."""

    NOBODY = "nobody"  # whoever would be told is away, opens no record, or is reached by nothing
    ON_CALL = "on_call"  # nobody of the rota would, so everybody is told


@dataclass(frozen=True)
class Stretch:
    """Days in a row, by the practice's calendar, on which the same is missing."""

    gap: Gap
    first: date
    last: date


@dataclass
class Person:
    """A member with what reaches them now, and their absences in the days ahead: first and last day, who stands in."""

    member: UUID
    user: UUID
    name: str
    is_practitioner: bool
    is_admin: bool
    ways: frozenset[str]
    is_refused: bool  # mail to their address comes back
    away: list[tuple[date, date, UUID | None]]

    @property
    def reach(self) -> Reach | None:
        """What they are told of, None for all: as `MembershipQuerySet.reach` has it."""
        if self.ways & {str(Kind.EMAIL), str(Kind.PUSH)}:
            return None
        if str(Kind.SMS) in self.ways:
            return Reach.URGENT
        return Reach.EMERGENCIES if str(Kind.PHONE) in self.ways else Reach.NOTHING

    def on(self, day: date) -> Colleague:
        """As telling needs them on a day, by what reaches them now."""
        stands_in = [who for first, last, who in self.away if first <= day <= last]
        as_now = Colleague(
            self.member, self.user, self.is_practitioner, self.is_admin, self.ways, bool(stands_in), None
        )
        return replace(as_now, stands_in=stands_in[0]) if stands_in else as_now


def last_day_ahead(practice: Practice, now: datetime) -> date:
    """The last of the days that are looked at, by the practice's calendar."""
    return now.astimezone(practice.zone).date() + timedelta(days=DAYS_AHEAD - 1)


def refused_addresses() -> Any:
    """Rows of addresses that are in use and refuse mail, to be asked of a membership."""
    own = ContactMethod.objects.filter(user=OuterRef("user"), is_on=True, failing_since__isnull=False)
    return own.of_the_address()


def people_ahead(practice: Practice, now: datetime) -> list[Person]:
    """Who works at a practice, with their absences in the days ahead: one statement, however many."""
    today, last = now.astimezone(practice.zone).date(), last_day_ahead(practice, now)
    in_sight = Q(absences__last_day__gte=today, absences__first_day__lte=last)
    members = Membership.objects.current().filter(practice=practice).with_what_works()
    rows = members.annotate(
        is_refused=Exists(refused_addresses()), ahead=FilteredRelation("absences", condition=in_sight)
    ).order_by("joined_at", "id", "ahead__first_day")
    others = [f"by_{kind}" for kind in OTHERS]
    people: dict[UUID, Person] = {}
    for row in rows.values(
        "pk", "user", "user__name", "user__email", "is_practitioner", "is_admin", "email_fails", "is_refused", *others,
        "ahead__first_day", "ahead__last_day", "ahead__stands_in",
    ):  # fmt: skip
        person = people.setdefault(row["pk"], _person(row))
        if row["ahead__first_day"]:
            person.away.append((row["ahead__first_day"], row["ahead__last_day"], row["ahead__stands_in"]))
    return list(people.values())


def _person(row: dict[str, Any]) -> Person:
    ways = ways_of(row["email_fails"], [kind for kind in OTHERS if row[f"by_{kind}"]])
    name = row["user__name"] or row["user__email"]
    roles = row["is_practitioner"], row["is_admin"]
    return Person(row["pk"], row["user"], name, *roles, ways, row["is_refused"], [])


def gaps_ahead(practice: Practice, people: Sequence[Person], now: datetime) -> list[Stretch]:
    """When, from today on, an emergency's first step reaches nobody who is here, or nobody of the rota."""
    stretches: list[Stretch] = []
    for day, gap in _by_day(practice, people, now):
        before = stretches[-1] if stretches else None
        if gap is None:
            continue
        if before and before.gap == gap and before.last == day - timedelta(days=1):
            stretches[-1] = replace(before, last=day)
        else:
            stretches.append(Stretch(gap, day, day))
    return stretches


def _by_day(practice: Practice, people: Sequence[Person], now: datetime) -> Iterator[tuple[date, Gap | None]]:
    policy, today = policy_of(practice), now.astimezone(practice.zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)):
        yield day, _gap(practice, policy, [person.on(day) for person in people], day)


def _gap(practice: Practice, policy: Policy, colleagues: list[Colleague], day: date) -> Gap | None:
    """What is missing on a day, asked of the very function that chooses who is told; of nobody's patient."""
    groups = policy.steps[Urgency.EMERGENCY][0].groups
    noon = datetime.combine(day, NOON, practice.zone)
    told = who_is_told(colleagues, groups, Treatment(), (), policy, practice, noon)
    if not any(person.is_practitioner and not person.is_away for person, _why in told):
        return Gap.NOBODY
    tells_rota_alone = Group.ON_CALL in groups and Group.EVERYBODY not in groups
    is_rota_told = any(why == Delivery.Why.ON_CALL for _person, why in told)
    return Gap.ON_CALL if tells_rota_alone and not is_rota_told else None
