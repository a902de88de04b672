"""Who is told about an entry, and who is next when they cannot be."""

from datetime import datetime

from accounts.models import Membership, Practice
from accounts.prepared import Prepared, insert
from symptoms.models import Delivery, Entry, Treatment

Why = Delivery.Why
_MEMBERS = Prepared(lambda practice: Membership.objects.current().filter(practice=practice))


def tell(treatment: Treatment, entry: Entry, urgency: int, *, now: datetime) -> list[Delivery]:
    """Queue one message to each person who is to be told; none at all where nobody is reachable.

    The practitioner who treated, else every practitioner of the practice; without any, the practice's admins.
    """
    found = recipients(treatment.patient.practice, treatment)
    rows = [
        Delivery(entry=entry, recipient_id=user, why=why, urgency=urgency, created_at=now, not_before=now)
        for user, why in found
    ]
    return insert(rows, on_conflict="ON CONFLICT DO NOTHING")  # told at this urgency already: once is enough


def recipients(practice: Practice, treatment: Treatment, *, passed_over: frozenset = frozenset()) -> list[tuple]:
    """(user id, why) of those to be told, without those in `passed_over`."""
    treated = treatment.practitioner_id
    # An entry's journal has found that out already (`read_own_journal`); nearly always nothing more need be asked.
    if treated not in passed_over and getattr(treatment, "practitioner_is_there", False):
        return [(treated, Why.TREATED)]
    members = [member for member in _MEMBERS(practice.pk) if member.user_id not in passed_over]
    practitioners = [member.user_id for member in members if member.is_practitioner]
    if treated in practitioners:
        return [(treated, Why.TREATED)]
    if practitioners:
        return [(user, Why.PRACTITIONER) for user in practitioners]
    return [(member.user_id, Why.ADMIN) for member in members if member.is_admin]


def may_still_be_told(delivery: Delivery) -> bool:
    """Whether the recipient still has the right that made them one: asked again right before sending (A6)."""
    if delivery.why == Why.PATIENT:
        return delivery.note.treatment.patient.user_id == delivery.recipient_id
    treatment = delivery.entry.treatment
    # A patient who left may have left an open matter behind: it is still that practice's to answer.
    desks = [treatment.patient.practice_id, *treatment.alerts.open().values_list("practice_id", flat=True)]
    role = {"is_admin": True} if delivery.why == Why.ADMIN else {"is_practitioner": True}
    return Membership.objects.current().filter(user=delivery.recipient_id, practice__in=desks, **role).exists()


def tell_someone_else(failed: Delivery, *, now: datetime) -> list[Delivery]:
    """Queue messages to the next people after one could not be told; none while somebody else has been, or may be."""
    if failed.entry is None or failed.entry.treatment.patient.practice is None:
        return []
    entry = failed.entry
    already = frozenset(Delivery.objects.filter(entry=entry).values_list("recipient_id", flat=True))
    if Delivery.objects.filter(entry=entry, failed_at=None).exclude(pk=failed.pk).exists():
        return []
    found = recipients(entry.treatment.patient.practice, entry.treatment, passed_over=already)
    return Delivery.objects.bulk_create(
        [
            Delivery(entry=entry, recipient_id=user, why=why, urgency=failed.urgency, created_at=now, not_before=now)
            for user, why in found
        ],
        ignore_conflicts=True,
    )


def nobody_told(entry: Entry) -> bool:
    """Whether no message about the entry was sent or is still on its way."""
    return not entry.deliveries.filter(failed_at=None).exists()
