"""What needs somebody's hand at a practice: worked out when it is asked for, so that what is mended is gone.

What concerns a patient's skin is in the queue. Nothing of another practice is in it, nor counts for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, Max, Q, QuerySet

from accounts.models import ContactMethod, Invitation, Membership, MembershipQuerySet, Patient, Practice
from accounts.walls import gone_with_their_maker
from symptoms.alerts import server_health
from symptoms.alerts.coming_back import due_again
from symptoms.alerts.counts import counted
from symptoms.alerts.morning_list import OPENED_WITHIN, unproven
from symptoms.alerts.rota_ahead import Gap, Person, Stretch, gaps_ahead, last_day_ahead, people_ahead, refused_addresses
from symptoms.models import Delivery, Erasure
from symptoms.wording import attention as words
from symptoms.wording.attention import Item, Kind, soonest_first

MOST = 5  # of a kind are listed, the others counted


@dataclass(frozen=True)
class Attention:
    """What there is to mend, the most pressing first; `more`: of which kinds there are others, and how many."""

    items: list[Item]
    more: Mapping[Kind, int]

    @property
    def count(self) -> int:
        """How many things there are."""
        return sum(item.count for item in self.items) + sum(self.more.values())


def questions(practice: Practice, now: datetime) -> dict[str, Any]:
    """What a statement about the practice asks along, for `count_in`: names with "attention_" or "server_"."""
    invitations = Invitation.objects.filter(practice=practice)
    push = ContactMethod.objects.filter(kind=ContactMethod.Kind.PUSH, user__memberships__in=_members(practice))
    return {
        "attention_patients": counted(refused_to_patients(practice), distinct="recipient"),
        "attention_invitations": counted(invitations.fruitless(now)),
        "attention_plans": counted(due_again(practice, now)),
        "attention_members": counted(_unreached(practice)),
        "attention_untold": counted(untold(practice), by="practice_id"),
        "attention_walls": counted(gone_with_their_maker(practice, now)),
        "attention_push": Exists(push),
        **server_health.questions(practice, now),
    }


def count_in(known: Mapping[str, Any], practice: Practice, now: datetime) -> int:
    """How many things need attention, by the answers to `questions`: two statements more, for rota, absences and the
    morning's lists, and two while one of these was not opened in time."""
    rows = ("attention_patients", "attention_invitations", "attention_members", "attention_untold")
    of_server = list(server_health.server_items(known, now, practice.zone, with_push=known["attention_push"]))
    people = people_ahead(practice, now)
    gaps = {stretch.gap for stretch in gaps_ahead(practice, people, now)}
    once = bool(known["attention_plans"]) + bool(known["attention_walls"])
    others = once + len(gaps) + len(of_server) + len(_unproven(practice, people, now))
    return sum(known[name] or 0 for name in rows) + others


def count_now(practice: Practice, now: datetime) -> int:
    """How many things need attention: three statements, where nothing is wrong."""
    return count_in(_known(practice, now), practice, now)


def needs_attention(practice: Practice, now: datetime, *, opens_records: bool) -> Attention:
    """What needs attention at a practice, for a reader who `opens_records` of patients or reads numbers alone.

    Twelve statements at most, however much there is.
    """
    known, people = _known(practice, now), people_ahead(practice, now)
    items = list(server_health.server_items(known, now, practice.zone, with_push=known["attention_push"]))
    items += _gaps(practice, people, now)
    unreached = [item for person in people if (item := _member(person))]
    in_doubt = _unproven(practice, people, now)
    patients = _patients(practice, known["attention_patients"], opens_records=opens_records)
    invited = _invitations(practice, now, opens_records=opens_records) if known["attention_invitations"] else []
    plans = [words.overdue_plans(known["attention_plans"])] if known["attention_plans"] else []
    walls = [words.blank_screens(known["attention_walls"])] if known["attention_walls"] else []
    nobody_told = _untold(practice, known["attention_untold"], opens_records=opens_records)
    more = {
        Kind.MEMBER: len(unreached) - MOST,
        Kind.PROOF: len(in_doubt) - MOST,
        Kind.PATIENT: (known["attention_patients"] or 0) - sum(item.count for item in patients),
        Kind.INVITATION: (known["attention_invitations"] or 0) - sum(item.count for item in invited),
        Kind.UNTOLD: (known["attention_untold"] or 0) - sum(item.count for item in nobody_told),
    }
    items += [*soonest_first(unreached)[:MOST], *in_doubt[:MOST], *patients, *invited, *plans, *walls, *nobody_told]
    return Attention(soonest_first(items), {kind: count for kind, count in more.items() if count > 0})


def refused_to_patients(practice: Practice) -> QuerySet[Delivery]:
    """Messages to the practice's patients that did not arrive, while what they are about has not been read here."""
    refused = Q(failed_at__isnull=False) | Q(refused_at__isnull=False)
    unread = Q(note__isnull=False, note__read_at=None) | Q(note=None)
    ours = Delivery.objects.filter(practice=practice, why=Delivery.Why.PATIENT, sent_at=None)
    return ours.filter(refused, unread, recipient__patient__practice=practice)


def untold(practice: Practice) -> QuerySet[Erasure]:
    """What goes there by the retention period, and of whose patient it is known that no letter reached them."""
    return Erasure.objects.filter(practice_id=practice.pk, undone_at=None, done_at=None, undelivered_at__isnull=False)


def try_again(patient: Patient, practice: Practice, now: datetime) -> int:
    """Send what a patient's address refused once more; gives how many messages that are."""
    refused = refused_to_patients(practice).filter(recipient__patient=patient)
    once_more = Delivery.objects.filter(pk__in=list(refused.values_list("pk", flat=True)))
    return once_more.update(failed_at=None, refused_at=None, attempts=0, not_before=now, last_error="")


def _known(practice: Practice, now: datetime) -> dict[str, Any]:
    known: Any = Practice.objects.filter(pk=practice.pk).values(**questions(practice, now)).get()
    return dict(known)


def _members(practice: Practice) -> MembershipQuerySet:
    return Membership.objects.current().filter(practice=practice)


def _unreached(practice: Practice) -> QuerySet[Any]:
    """Members whom neither e-mail nor push reaches, or whose address refuses e-mail."""
    members: QuerySet[Any] = _members(practice).with_what_works().annotate(is_refused=Exists(refused_addresses()))
    return members.filter(Q(email_fails=True, by_push=False) | Q(is_refused=True))


def _gaps(practice: Practice, people: Sequence[Person], now: datetime) -> Iterator[Item]:
    """One for each thing that is missing, whatever the number of stretches."""
    stretches = gaps_ahead(practice, people, now)
    for gap in dict.fromkeys(stretch.gap for stretch in stretches):
        yield _gap(practice, [stretch for stretch in stretches if stretch.gap == gap], gap, now)


def _gap(practice: Practice, stretches: Sequence[Stretch], gap: Gap, now: datetime) -> Item:
    today: date = now.astimezone(practice.zone).date()
    days = [(stretch.first, stretch.last) for stretch in stretches]
    return words.rota_gap(days, today, last_day_ahead(practice, now), is_on_call=gap is Gap.ON_CALL)


def _member(person: Person) -> Item | None:
    if person.reach is None and not person.is_refused:
        return None
    return words.unreached_member(person.name, person.reach, member=person.member, user=person.user)


def _unproven(practice: Practice, people: Sequence[Person], now: datetime) -> list[Item]:
    """Of those whom something is said to reach, and of whom nothing else is said."""
    late = unproven(practice, now)
    return [
        words.unproven_member(person.name, late[person.user], OPENED_WITHIN, member=person.member, user=person.user)
        for person in people
        if person.user in late and _member(person) is None
    ]


def _patients(practice: Practice, number: int | None, *, opens_records: bool) -> list[Item]:
    if not number:
        return []
    if not opens_records:
        return [words.refused_patients(number)]
    by_patient = refused_to_patients(practice).order_by().values(
        email=F("recipient__email"), patient=F("recipient__patient"), name=F("recipient__patient__name"),
        phone=F("recipient__patient__phone"),
    )  # fmt: skip
    rows = by_patient.annotate(at=Max("created_at")).order_by("-at")[:MOST]
    return [
        words.refused_patient(
            row["email"], row["at"], practice.zone, name=row["name"], patient=row["patient"], phone=row["phone"]
        )
        for row in rows
    ]


def _untold(practice: Practice, number: int | None, *, opens_records: bool) -> list[Item]:
    if not number or not opens_records:
        return [words.untold_patients(number)] if number else []
    goes_at = dict(untold(practice).order_by("due_at").values_list("patient_id", "due_at")[:MOST])
    patients = Patient.objects.in_bulk(goes_at)
    known = [(patients[id], at) for id, at in goes_at.items() if id in patients]
    return [
        words.untold_patient(at, practice.zone, name=str(patient), patient=patient.pk, phone=patient.phone)
        for patient, at in known
    ]


def _invitations(practice: Practice, now: datetime, *, opens_records: bool) -> list[Item]:
    """The newest of them; those of patients as a number for who opens no records."""
    fruitless = Invitation.objects.filter(practice=practice).fruitless(now)
    rows = fruitless.select_related("letter", "patient").order_by("-expires_at")
    if opens_records:
        return [_invitation(row, practice) for row in rows[:MOST]]
    items = [_invitation(row, practice) for row in rows.filter(patient=None)[:MOST]]
    of_patients = fruitless.exclude(patient=None).count()
    return [*items, words.unused_invitations(of_patients)] if of_patients else items


def _invitation(invitation: Invitation, practice: Practice) -> Item:
    to = str(invitation.patient or invitation.email)
    about = {"invitation": invitation.pk, "patient": invitation.patient_id}
    if invitation.undelivered_at:
        return words.bounced_invitation(to, invitation.email, **about)
    return words.lapsed_invitation(to, invitation.expires_at, practice.zone, **about)
