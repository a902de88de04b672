"""Which program calls: by a token for programs, as long as its scope covers what it asks for."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.models import ProgramToken, User
from accounts.program_tokens import find_token, is_enough, note_use

READS_ONLY = _("This token may only read. Make one that may act, under Account.")
UNKNOWN = _("No such token. It may have ended: see For programs, under Account.")


class ByToken(TokenAuthentication):  # type: ignore[misc]  # Knox has no types
    """`Authorization: Token ...`; in one statement, where Knox takes two and deletes while it looks."""

    def authenticate(self, request: Request) -> tuple[User, ProgramToken] | None:
        found: tuple[User, ProgramToken] | None = super().authenticate(request)
        if found is None:
            return None
        if not is_enough(found[1], request.method or ""):
            raise PermissionDenied(READS_ONLY)
        note_use(found[1], timezone.now())
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[User, ProgramToken]:
        """Whose token it is; one that never was, has ended, or is no text is answered alike."""
        found = find_token(token.decode("utf-8", "replace"), timezone.now())
        if found is None or not found.user.is_active:
            raise AuthenticationFailed(UNKNOWN)
        return found.user, found
