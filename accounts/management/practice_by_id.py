"""How an operator names a practice on the command line."""

from uuid import UUID

from django.core.management.base import CommandError

from accounts.models import Practice


def practice_by_id(id: str) -> Practice:
    """The open practice of this id.

    Raises:
        CommandError: there is none.
    """
    try:
        return Practice.objects.get(pk=UUID(id), closed_at=None)
    except (ValueError, Practice.DoesNotExist) as unknown:
        raise CommandError(f"{id!r} is no open clinic. list_practices prints their ids.") from unknown
