"""Members whom nothing reaches: named to those who manage the practice, once for each time that it begins."""

from datetime import datetime

from accounts.models import ContactMethod, Membership
from symptoms.alerts.telling import colleagues_of
from symptoms.models import Delivery
from symptoms.models.delivery import reason_of


def name_unreachable(now: datetime) -> int:
    """Tell the admins of each practice which member cannot be reached; gives how many messages were queued.

    An admin whom nothing reaches is told nothing; while none is reached, it is tried again.
    """
    members = Membership.objects.unreachable().select_related("practice", "user")
    reasons = {_reason_of(member): member for member in members}
    named = set(Delivery.objects.filter(reason__in=reasons).values_list("reason", flat=True))
    return sum(_name(member, reason, now) for reason, member in reasons.items() if reason not in named)


def _reason_of(member: Membership) -> str:
    """One for each time that their last working way fails."""
    failing = ContactMethod.objects.filter(user=member.user_id, failing_since__isnull=False)
    newest = failing.order_by("-failing_since").values_list("failing_since", flat=True).first()
    return reason_of("member", member.pk, at=newest)


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
