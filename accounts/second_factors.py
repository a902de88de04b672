"""Second factors as the site sees them: who has one, and the way back for whoever lost theirs."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.models import AccountMail, User
from accounts.web.sessions import end_sessions


def has_second_factor(user: User) -> bool:
    """Whether a passkey or codes are set up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


@transaction.atomic
def let_in_again(user: User, by: User | None = None) -> None:
    """Take the second factors from an account whose owner lost them, sign it out everywhere, and mail it to the owner.

    The password ends as well: who gets in is who reads the account's mail, not whoever learned its password and talked
    others into this. `by` is who agreed, None for the operator.
    """
    Authenticator.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    url = settings.SITE_URL + reverse("account_reset_password")
    body = render_to_string("accounts/email/let_in_again.txt", {"url": url})
    AccountMail.objects.create(to=user.email, subject=_("Your passkeys and codes were removed"), body=body)
    practice = user.membership.practice if user.membership else None
    audit.did(gettext_noop("let in somebody who lost passkey and codes"), by=by, practice=practice, thing=user.pk)
