"""Who is told that something needs review, by which ways, and who is next when they cannot be."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery, UUIDField
from django.utils import timezone

from accounts.compiled_queries import A_DATE, AN_ID, CompiledQuery
from accounts.locks import lock_patient
from accounts.models import Absence, ContactMethod, Membership, Practice
from symptoms.alerts.policy import EVERYBODY, Group, Policy, policy_of
from symptoms.alerts.reminder_sending import may_still_be_reminded, remind_otherwise
from symptoms.messages.channels.registry import CHANNELS
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Treatment
from symptoms.models.delivery import reason_of
from symptoms.recovery.vocabulary import Urgency

Why = Delivery.Why
Kind = ContactMethod.Kind
# A text costs money and a call rings at night: they are for what cannot wait.
LEAST_URGENCY = {str(Kind.SMS): Urgency.URGENT, str(Kind.PHONE): Urgency.EMERGENCY}


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of a practice as telling needs them: their roles, what reaches them now, and who stands in."""

    member: UUID
    user: UUID
    is_practitioner: bool
    is_admin: bool
    ways: frozenset[str]  # channels that work
    is_away: bool
    stands_in: UUID | None  # a membership

    def ways_for(self, urgency: int) -> list[str]:
        """The channels by which they are told of something so urgent."""
        return sorted(way for way in self.ways if urgency >= LEAST_URGENCY.get(way, Urgency.ON_TRACK))


def members_with_ways(practice: UUID, today: date) -> QuerySet[Membership]:
    """Who works at a practice, with what reaches them, and whether they are away `today`."""
    absences = Absence.objects.filter(member=OuterRef("pk"), first_day__lte=today, last_day__gte=today)
    members: QuerySet[Membership] = Membership.objects.current().filter(practice=practice).with_what_works()
    return members.annotate(
        is_away=Exists(absences),
        stands_in=Subquery(absences.values("stands_in")[:1], output_field=UUIDField()),
    ).order_by("joined_at", "id")


read_members = CompiledQuery(members_with_ways, AN_ID, A_DATE)


def colleagues_of(practice: Practice, now: datetime) -> list[Colleague]:
    """Who works at a practice, with what reaches each of them now: one statement."""
    return [_colleague(row) for row in read_members(practice.pk, now.astimezone(practice.zone).date())]


def _colleague(row: Any) -> Colleague:
    ways = ways_of(row.email_fails, {kind for kind in CHANNELS if kind != Kind.EMAIL and getattr(row, f"by_{kind}")})
    return Colleague(row.pk, row.user_id, row.is_practitioner, row.is_admin, ways, row.is_away, row.stands_in)


def ways_of(email_fails: bool, others: Iterable[str]) -> frozenset[str]:
    """The channels that work of somebody: e-mail, unless it fails, and `others` that are there to be used."""
    ways = {str(kind) for kind in others if kind in CHANNELS}
    return frozenset(ways if email_fails else ways | {str(Kind.EMAIL)})


def tell(
    practice: Practice,
    treatment: Treatment,
    entry: Entry,
    urgency: int,
    *,
    now: datetime,
    open_alerts: Iterable[Alert] = (),
) -> list[Delivery]:
    """Queue the first step's messages about `entry`: to each person at `practice` who is to be told, by each way that
    reaches them. None where nobody is reachable. Gives the messages.

    `open_alerts` are the patient's: whoever holds one of them is told, whatever the step says.
    """
    reason = reason_of("entry", entry.pk, urgency)
    groups = policy_of(practice).steps[Urgency(urgency)][0].groups
    return tell_groups(
        practice, treatment, urgency, groups, now=now, open_alerts=open_alerts, reason=reason, entry=entry
    )


def tell_of_alert(
    alert: Alert, event: AlertEvent, *, now: datetime, open_alerts: Iterable[Alert] | None = None
) -> list[Delivery]:
    """Queue the first step's messages about an alert that is about no entry: its `event` says what of.

    `open_alerts`: whoever holds one of them is told; None: who holds this one. Gives the messages.
    """
    practice, urgency = alert.practice, alert.urgency
    assert practice is not None  # it is on somebody's desk
    groups = policy_of(practice).steps[Urgency(urgency)][0].groups
    holding = [alert] if open_alerts is None else open_alerts
    reason = reason_of(alert.kind, event.pk, urgency)
    return tell_groups(
        practice, alert.treatment, urgency, groups, now=now, open_alerts=holding, reason=reason, alert=alert
    )


def tell_groups(
    practice: Practice,
    treatment: Treatment,
    urgency: int,
    groups: Collection[Group],
    *,
    now: datetime,
    open_alerts: Iterable[Alert] = (),
    passed_over: Collection[UUID] = (),
    not_again: Collection[UUID] = (),
    **about: Any,
) -> list[Delivery]:
    """Queue messages to those of `groups` who can be reached, without the users in `passed_over`; gives them.

    Who is away is replaced by whoever stands in. Where nobody of the groups is reached: every practitioner, then the
    admins. Users in `not_again` count as reached, without a message. `about` are the delivery's reason, step, and what
    it is about.
    """
    # Whoever has nothing but a phone is not reached by what can wait.
    colleagues = [
        replace(person, ways=frozenset(person.ways_for(urgency)))
        for person in colleagues_of(practice, now)
        if person.user not in passed_over
    ]
    holders = {alert.acknowledged_by_id for alert in open_alerts if alert.practice_id == practice.pk} - {None}
    chosen = who_is_told(colleagues, groups, treatment, holders, policy_of(practice), practice, now)
    message = {"practice": practice, "urgency": urgency, "created_at": now, "not_before": now, **about}
    rows = [
        Delivery(recipient_id=person.user, why=why, channel=way, **message)
        for person, why in chosen
        if person.user not in not_again
        for way in sorted(person.ways)
    ]
    return Delivery.objects.bulk_create(rows, ignore_conflicts=True)  # some are told of this already


def who_is_told(
    colleagues: list[Colleague],
    groups: Collection[Group],
    treatment: Treatment,
    holders: Collection[UUID | None],
    policy: Policy,
    practice: Practice,
    now: datetime,
) -> list[tuple[Colleague, Delivery.Why]]:
    """Those to be told who can be reached, each once, with why; `colleagues` are as they are on the day of `now`."""
    treated, on_call = treatment.practitioner_id, policy.on_call(now.astimezone(practice.zone).date())
    if treated not in {person.user for person in colleagues if person.is_practitioner}:
        treated = policy.successors.get(treated) if treated else None
    by_member = {person.member: person for person in colleagues}
    wanted: list[tuple[Colleague, Delivery.Why]] = []
    for person in colleagues:
        if not person.is_practitioner:
            continue
        if person.user in holders:
            wanted.append((person, Why.HOLDS))
        elif person.user == treated and not frozenset(groups).isdisjoint({Group.TREATED, Group.EVERYBODY}):
            wanted.append((person, Why.TREATED))
    if Group.ON_CALL in groups:
        turns = [by_member[member] for member in on_call if member in by_member]
        wanted += [(person, Why.ON_CALL) for person in turns if person.is_practitioner and not person.is_away][:1]
    chosen = _reached(wanted, by_member)
    practitioners = [(person, Why.PRACTITIONER) for person in colleagues if person.is_practitioner]
    if Group.EVERYBODY in groups or (not chosen and groups != frozenset({Group.ADMINS})):
        # Whoever is away is told only where everybody is.
        present = [(person, why) for person, why in practitioners if not person.is_away]
        chosen = _once([*chosen, *_reached(present, by_member)]) or _reached(practitioners, by_member, even_away=True)
    if Group.ADMINS in groups or not chosen:
        admins = [(person, _as_admin(person)) for person in colleagues if person.is_admin]
        chosen = _once([*chosen, *_reached(admins, by_member, even_away=True)])
    return chosen


def _as_admin(person: Colleague) -> Delivery.Why:
    """An admin who is no practitioner opens no record, and reads only that something is open."""
    return Why.PRACTITIONER if person.is_practitioner else Why.ADMIN


def _reached(
    wanted: Iterable[tuple[Colleague, Delivery.Why]], by_member: dict[UUID, Colleague], *, even_away: bool = False
) -> list[tuple[Colleague, Delivery.Why]]:
    """Those who can be reached; in the place of who is away, whoever stands in."""
    reached = []
    for person, why in wanted:
        if person.is_away and not even_away:
            substitute = by_member.get(person.stands_in) if person.stands_in else None
            if substitute is None or substitute.is_away or not substitute.is_practitioner:
                continue
            person, why = substitute, Why.STANDS_IN
        if person.ways:
            reached.append((person, why))
    return _once(reached)


def _once(chosen: Iterable[tuple[Colleague, Delivery.Why]]) -> list[tuple[Colleague, Delivery.Why]]:
    """Each person once, with the first reason."""
    first: dict[UUID, tuple[Colleague, Delivery.Why]] = {}
    for person, why in chosen:
        first.setdefault(person.user, (person, why))
    return list(first.values())


def may_still_be_told(delivery: Delivery) -> bool:
    """Whether the recipient still has the right that made them one: asked again right before sending."""
    if delivery.why == Why.PATIENT:
        return delivery.patient.user_id == delivery.recipient_id
    if delivery.why == Why.REMINDER:
        return may_still_be_reminded(delivery, timezone.now())
    if delivery.practice_id is None:  # a test: whoever works nowhere is a patient
        return delivery.recipient.as_patient is not None
    if delivery.why in Delivery.ABOUT_NOBODY:
        works_there = Membership.objects.current().filter(user=delivery.recipient_id, practice=delivery.practice_id)
        return works_there.exists()
    role = {"is_admin": True} if delivery.why == Why.ADMIN else {"is_practitioner": True}
    works_there = Membership.objects.current().filter(user=delivery.recipient_id, practice=delivery.practice_id, **role)
    return _is_on_the_desk(delivery) and works_there.exists()


def _is_on_the_desk(delivery: Delivery) -> bool:
    """Whether what the message is about is still the practice's to answer: of its patient, or left open with it."""
    patient = delivery.patient
    if patient.practice_id == delivery.practice_id:
        return True
    left_open = Alert.objects.open().filter(practice=delivery.practice_id)
    if delivery.alert_id is not None:
        return left_open.filter(pk=delivery.alert_id).exists()
    return left_open.filter(treatment__patient=patient).exclude(kind=Alert.Kind.LEFT).exists()


def tell_someone_else(failed: Delivery, *, now: datetime) -> list[Delivery]:
    """Queue messages to the next people after one could not be told; gives them.

    None while somebody at the practice, the same person by another way or somebody else, has been told of the same,
    or may be.
    """
    if failed.why == Why.REMINDER:
        return remind_otherwise(failed, now)
    if failed.why in (Why.PATIENT, *Delivery.ABOUT_NOBODY) or failed.practice is None:
        return []
    # Of two whose messages fail at the same time, the second must see that the first failed.
    lock_patient(failed.patient.pk)
    if not _is_on_the_desk(failed):
        return []
    same = Delivery.objects.filter(reason=failed.reason, practice=failed.practice_id, step=failed.step)
    if same.deliverable().exclude(pk=failed.pk).exists():
        return []
    about = failed.entry or failed.alert or failed.note
    assert about is not None
    message: dict[str, Any] = {"reason": failed.reason, "step": failed.step}
    message |= {"entry": failed.entry, "alert": failed.alert, "note": failed.note}
    passed_over = frozenset(same.values_list("recipient_id", flat=True))
    return tell_groups(
        failed.practice, about.treatment, failed.urgency, EVERYBODY, now=now, passed_over=passed_over, **message
    )
