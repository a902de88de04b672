"""Lets a member of a clinic open its records: for an admin who has no second admin to agree to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.addresses import canonical_address
from accounts.management.practice_by_id import practice_by_id
from accounts.members import change_member
from accounts.models import SecondYes
from accounts.second_yes import record_operator


class Command(BaseCommand):
    help = "Makes a member of a clinic a practitioner, who is mailed; what else they are stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("practice", help="its id, as list_practices prints it")
        parser.add_argument("email", help="of the member")

    @transaction.atomic
    def handle(self, *, practice: str, email: str, **options: Any) -> None:
        found, now = practice_by_id(practice), timezone.now()
        members = found.memberships.current().select_related("user", "practice")
        member = members.filter(user__email=canonical_address(email)).first()
        if member is None:
            raise CommandError(f"{email} does not work at {found}.")
        change_member(member, is_practitioner=True, is_admin=member.is_admin, now=now)
        record_operator(member, SecondYes.About.SIGHT, now)
        self.stdout.write(f"{member.user.email} is a practitioner at {found}, and opens its records.")
