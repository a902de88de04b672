"""Lists the clinics: who manages them, how many work and are treated there, and when somebody last signed in."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, F, Max, Q

from accounts.models import Practice


class Command(BaseCommand):
    help = "Lists the clinics, one a line: id, name, members, patients, last sign-in of a member, admins."

    def handle(self, **options: Any) -> None:
        works = Q(memberships__removed_at=None, memberships__user__is_active=True)
        rows = Practice.objects.annotate(
            people=Count("memberships", filter=works, distinct=True),
            treated=Count("patients", distinct=True),
            seen=Max("memberships__user__last_login", filter=works),
        )
        for practice in rows.order_by(F("closed_at").asc(nulls_first=True), "name"):
            admins = practice.memberships.admins().select_related("user").order_by("user__email")
            last = f"{practice.seen:%Y-%m-%d %H:%M} UTC" if practice.seen else "never"
            state = f"closed {practice.closed_at:%Y-%m-%d}" if practice.closed_at else f"last sign-in {last}"
            who = ", ".join(member.user.email for member in admins) or "nobody"
            self.stdout.write(
                f"{practice.pk}  {practice.name}  members: {practice.people}, patients: {practice.treated}, {state}, "
                f"managed by {who}"
            )
