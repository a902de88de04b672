"""Members who are not told of all: named to those who manage the practice, once for each time that it begins."""

from datetime import datetime

from accounts.models import ContactMethod, Membership, Reach
from symptoms.alerts.telling import LEAST_URGENCY, colleagues_of
from symptoms.models import Delivery
from symptoms.models.delivery import reason_of

# In the reason of a message: the least urgency of which they are told; 0: of nothing.
TOLD_FROM = {
    Reach.NOTHING: 0,
    Reach.URGENT: LEAST_URGENCY[ContactMethod.Kind.SMS],
    Reach.EMERGENCIES: LEAST_URGENCY[ContactMethod.Kind.PHONE],
}


def name_unreachable(now: datetime) -> int:
    """Tell the admins of each practice which member nothing reaches, or only their phone; gives how many messages
    were queued.

    An admin whom nothing reaches is told nothing; while none is reached, it is tried again.
    """
    reach = Membership.objects.reach()
    members = Membership.objects.filter(pk__in=reach).select_related("practice", "user")
    reasons = {_reason_of(member, reach[member.pk]): member for member in members}
    named = set(Delivery.objects.filter(reason__in=reasons).values_list("reason", flat=True))
    return sum(_name(member, reason, now) for reason, member in reasons.items() if reason not in named)


def _reason_of(member: Membership, reach: Reach) -> str:
    """One for each time that their last working way fails, or the last that tells of all."""
    failing = ContactMethod.objects.filter(user=member.user_id, failing_since__isnull=False)
    newest = failing.order_by("-failing_since").values_list("failing_since", flat=True).first()
    return reason_of("member", member.pk, TOLD_FROM[reach], at=newest)


def _name(member: Membership, reason: str, now: datetime) -> int:
    admins = [person for person in colleagues_of(member.practice, now) if person.is_admin]
    rows = [
        Delivery(
            recipient_id=admin.user, practice=member.practice, why=Delivery.Why.MEMBER, reason=reason, channel=way,
            created_at=now, not_before=now,
        )
        for admin in admins
        for way in admin.ways_for(0)
    ]  # fmt: skip
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))
