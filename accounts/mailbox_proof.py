"""A code by letter, which shows that somebody reads the mail of their account.

Asked of a member who sets up the first second factor after the days for it are over, and of whoever runs the site,
whose factor opens records (accounts/break_glass.py), at any time: until then the password alone was known to whoever is
there, and a stranger who learned it would set up a factor of their own.
"""

import secrets
import time
from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.durations import in_words
from accounts.keys.faults import Damaged, KeyLost
from accounts.keys.sealing import open_for_site, seal_for_site
from accounts.limits import count_code, may_send_letter, uncount
from accounts.models import AccountMail, User
from accounts.second_factors import has_second_factor

MAIL_CODE_DIGITS = 8
MAIL_CODE_LASTS = timedelta(minutes=15)
MAILBOX_SHOWN_FOR = timedelta(hours=1)
SENT, SHOWN = "mail_code", "mailbox_shown_at"  # keys of the session


def must_show_mailbox(user: User) -> bool:
    """Whether a password alone is not enough to set up a second factor."""
    return user.is_kept_out or (user.is_staff and not has_second_factor(user))


def send_mail_code(request: HttpRequest, user: User) -> bool:
    """Queue a letter with a new code, the only one that is taken from now on; False when too many letters went."""
    if not may_send_letter(request, user.email):
        return False
    code = f"{secrets.randbelow(10**MAIL_CODE_DIGITS):0{MAIL_CODE_DIGITS}}"
    until = time.time() + MAIL_CODE_LASTS.total_seconds()
    request.session[SENT] = {"sealed": seal_for_site(code, _bound(user)), "until": until}
    words = {"code": code, "time": in_words(MAIL_CODE_LASTS), "is_member": user.membership is not None}
    body = render_to_string("accounts/email/mail_code.txt", words)
    AccountMail.objects.create(to=user.email, subject=_("Your code for Mendline"), body=body)
    return True


def is_mail_code_sent(request: HttpRequest) -> bool:
    """Whether this session waits for a code."""
    return bool(request.session.get(SENT, {}).get("until", 0) > time.time())


def take_mail_code(request: HttpRequest, user: User, typed: str) -> bool:
    """Whether it is the code; a right one is used up, and shows for a while that the mailbox is read.

    Raises:
        TooManyTries: it was not looked at (as `accounts.limits.count_code` does).
    """
    usages = count_code(request, user)
    if not is_mail_code_sent(request) or not secrets.compare_digest(_code(request, user), _digits(typed)):
        audit.note(audit.Kind.FAILED, gettext_noop("a wrong code"), user=user)
        return False
    uncount(usages)
    del request.session[SENT]
    request.session[SHOWN] = time.time()
    return True


def is_mailbox_shown(request: HttpRequest) -> bool:
    """Whether that was shown in this session, a while ago at most."""
    return bool(time.time() - request.session.get(SHOWN, 0) < MAILBOX_SHOWN_FOR.total_seconds())


def _code(request: HttpRequest, user: User) -> bytes:
    try:
        return open_for_site(request.session[SENT]["sealed"], _bound(user)).encode()
    except (Damaged, KeyLost):
        return b"-"


def _digits(typed: str) -> bytes:
    return "".join(sign for sign in typed if sign.isalnum()).encode()


def _bound(user: User) -> str:
    return f"code by letter\0{user.pk}"
