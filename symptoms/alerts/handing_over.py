"""Who takes over what a colleague holds who goes, or opens no records any more: what is open, and whom they treated."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.edits import Reading
from accounts.locks import lock_patients, lock_practice
from accounts.members import change_member, remove_member, user_name
from accounts.models import Membership, MembershipQuerySet, Patient, Practice, User
from symptoms.alerts.escalation import STEPS, begin_steps
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_status import refresh_status
from symptoms.alerts.policy import policy_of
from symptoms.alerts.telling import Colleague, colleagues_of
from symptoms.models import Alert, AlertEvent, Delivery
from symptoms.models.delivery import reason_of


class NoSuccessor(Exception):
    """Whoever was to take over cannot, or nobody was named; `str()` says why. Nothing was done."""


@dataclass(frozen=True)
class Work:
    """What a member has: patients of whom they hold something open, and patients whom they treated."""

    held: int = 0
    treated: int = 0


def work_of(practice: Practice) -> dict[UUID, Work]:
    """What each user has at a practice; two statements. Whoever is missing has nothing."""
    open_there = Alert.objects.open().filter(practice=practice, acknowledged_by__isnull=False)
    held = Counter(user for user, _patient in set(open_there.values_list("acknowledged_by", "treatment__patient")))
    users = Patient.objects.filter(practice=practice, treatments__practitioner__isnull=False)
    treated = Counter(user for user, _patient in set(users.values_list("treatments__practitioner", "pk")))
    return {user: Work(held[user], treated[user]) for user in held.keys() | treated.keys()}


def successors_of(member: Membership) -> MembershipQuerySet:
    """Who can take over from a member: the other practitioners."""
    others = Membership.objects.practitioners().filter(practice=member.practice_id).exclude(pk=member.pk)
    return others.select_related("user").order_by("user__name", "user__email")


def proposed(member: Membership, now: datetime) -> UUID | None:
    """The membership with the least work of those who are here today and can be reached; None where nobody is."""
    work, nothing = work_of(member.practice), Work()

    def busy(person: Colleague) -> tuple[int, int]:
        has = work.get(person.user, nothing)
        return has.held, has.treated

    present = [person for person in colleagues_of(member.practice, now) if person.is_practitioner and person.ways]
    free = [person for person in present if not person.is_away and person.member != member.pk]
    return min(free, key=busy).member if free else None


@transaction.atomic
def remove_and_hand_over(
    member: Membership, *, successor: UUID | None, knows_nobody_is_left: bool = False, by: User, now: datetime
) -> Membership | None:
    """End a membership, and give what its member held to the membership `successor`, who is told; gives that.

    None: what they held is nobody's, its steps begin again, and of whom they treated everybody is told. With nobody
    left who opens a record, only where `knows_nobody_is_left`.

    Raises:
        NoSuccessor: the successor works here no more, or is the member; or nobody is left and that was not known.
        LastAdmin: it would leave the practice without an admin.
    """
    practice = lock_practice(member.practice_id)
    chosen = _checked(member, successor, may_be_last=knows_nobody_is_left or not member.is_practitioner)
    remove_member(member, now, by)
    if chosen is not None or member.is_practitioner:  # else whoever took over before stays
        _succeed(practice, member.user_id, chosen.user_id if chosen else None)
    _hand_over(practice, member, chosen, by, now)
    return chosen


@transaction.atomic
def change_roles_and_hand_over(
    member: Membership, *, is_practitioner: bool, is_admin: bool, successor: UUID | None = None,
    knows_nobody_is_left: bool = False, by: User, now: datetime, reading: Reading | None = None,
    except_key: str | None = None,
) -> Membership | None:  # fmt: skip
    """Give a member these roles; what a practitioner had who is none any more goes to `successor`, as with a removal.

    Whoever has nothing goes without a question, also as the last who opens a record.

    Raises:
        ChangedMeanwhile, LastAdmin: as `change_member`.
        NoSuccessor: as `remove_and_hand_over`. The roles are as they were.
    """
    practice = lock_practice(member.practice_id)
    roles = {"is_practitioner": is_practitioner, "is_admin": is_admin}
    change_member(member, **roles, by=by, now=now, reading=reading, except_key=except_key)
    if is_practitioner or not member.is_practitioner or member.removed_at is not None:  # as they stood there until now
        return None
    has_nothing = work_of(practice).get(member.user_id, Work()) == Work()
    chosen = _checked(member, successor, may_be_last=knows_nobody_is_left or has_nothing)
    _succeed(practice, member.user_id, chosen.user_id if chosen else None)
    _hand_over(practice, member, chosen, by, now)
    return chosen


def _checked(member: Membership, successor: UUID | None, *, may_be_last: bool) -> Membership | None:
    """Who takes over from a member; None: nobody. The practice is locked. Raises NoSuccessor."""
    others = {other.pk: other for other in successors_of(member)}
    if successor is not None and successor not in others:
        raise NoSuccessor(_("Choose a practitioner who works here."))
    if not others and not may_be_last:
        raise NoSuccessor(_("Nobody else here opens records any more. Read what follows, and choose again."))
    return others[successor] if successor is not None else None


def _succeed(practice: Practice, former: UUID, successor: UUID | None) -> None:
    """Keep who is told in place of `former`, also for those from whom they had taken over themselves."""
    moved = {was: successor if now == former else now for was, now in policy_of(practice).successors.items()}
    moved[former] = successor
    stored = {str(was): str(now) for was, now in moved.items() if now is not None and was != now}
    practice.telling = {**practice.telling, "successors": stored}
    practice.save(update_fields=["telling"])


def _hand_over(practice: Practice, member: Membership, successor: Membership | None, by: User, now: datetime) -> None:
    """Move what the member holds, and tell whoever has it, or is told of their patients, from now on."""
    handed_over = _move(practice, member, successor, by, now)
    if successor is not None and (handed_over or work_of(practice).get(member.user_id, Work()).treated):
        urgency = max((alert.urgency for alert in handed_over), default=0)
        _tell_successor(practice, member, successor, urgency, now)


def _move(
    practice: Practice, member: Membership, successor: Membership | None, by: User, now: datetime
) -> Collection[Alert]:
    """Move what the member holds; it counts as attended once whoever has it now has opened the record."""
    held = Alert.objects.open().filter(practice=practice, acknowledged_by=member.user_id)
    patients = lock_patients(held.values_list("treatment__patient", flat=True))
    alerts = list(held.select_related("treatment", "entry"))
    for alert in alerts:
        if successor is None or alert.comes_back_at is None:  # what has a day is looked at on that day
            waits_for = begin_steps([alert], practice, now)
            if successor is None and waits_for:
                alert.steps_done, alert.next_step_at = 0, now  # the worker tells the first step as well
        alert.acknowledged_by = successor.user if successor else None
        alert.acknowledged_at = alert.acknowledged_at if successor else None
    Alert.objects.bulk_update(alerts, [*STEPS, "acknowledged_by", "acknowledged_at"])
    names = [user_name(person.user) for person in (member, successor) if person is not None]
    write_events(alerts, AlertEvent.What.HANDED_OVER, at=now, by=by, detail="\n".join(names))
    for patient in patients.values():
        refresh_status(patient)
    return alerts


def _tell_successor(practice: Practice, member: Membership, successor: Membership, urgency: int, now: datetime) -> None:
    """One message however much it is, by each way that reaches them; where it is on their desk, its steps follow."""
    colleague = next(person for person in colleagues_of(practice, now) if person.member == successor.pk)
    Delivery.objects.bulk_create(
        Delivery(
            recipient_id=colleague.user, practice=practice, why=Delivery.Why.MEMBER, channel=way,
            reason=reason_of(Delivery.HANDED_OVER, member.pk, at=now), urgency=urgency, created_at=now,
            not_before=now,
        )
        for way in colleague.ways_for(urgency)
    )  # fmt: skip
