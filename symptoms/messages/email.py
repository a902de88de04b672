"""The e-mail channel: what a message says, and handing it to the mail server (or, in the demo, to a folder)."""

import smtplib
import time

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import AccountMail, Sending
from symptoms.messages.smtp import CutOff
from symptoms.models import Delivery

# What the mail server says about itself or our sign-in, not about this message: it may be mended while we wait.
ABOUT_THE_SERVER = (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)


class Refused(Exception):
    """The mail server did not take the message; `for_good` when trying again is useless."""

    def __init__(self, reason: str, *, for_good: bool = False):
        self.for_good = for_good
        super().__init__(reason)


def written(sending: Sending) -> EmailMessage:
    """The message for `sending`: a mail about signing in as it was queued, else a line without a word about anyone."""
    if isinstance(sending, AccountMail):
        subject, body, to = sending.subject, sending.body, sending.to
    else:
        subject, body, to = *_notice(sending), sending.recipient.email
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers={"Message-ID": sending.message_id})


def hand_over(message: EmailMessage, *, ends: float) -> None:
    """Give the message to the mail server; over, one way or the other, when the monotonic clock says `ends`.

    Raises:
        Refused: it was not taken, for now or (a 5xx answer about the recipient or the message) for good.
    """
    if time.monotonic() >= ends:
        raise Refused("its turn came too late")
    try:
        message.connection = _connection(ends)
        message.send()
    except CutOff as late:
        raise Refused("the mail server did not finish in time") from late
    except smtplib.SMTPRecipientsRefused as refused:
        code = max(code for code, _ in refused.recipients.values())
        raise Refused(f"recipient refused ({code})", for_good=code >= 500) from refused
    except smtplib.SMTPResponseException as refused:
        for_good = refused.smtp_code >= 500 and not isinstance(refused, ABOUT_THE_SERVER)
        raise Refused(f"mail server answered {refused.smtp_code}", for_good=for_good) from refused
    except (smtplib.SMTPException, OSError) as broken:
        raise Refused(f"mail server not reached ({type(broken).__name__})") from broken


def _connection(ends: float):
    if settings.EMAIL_HOST:
        return get_connection("symptoms.messages.smtp.PunctualBackend", ends=ends)
    return get_connection("symptoms.messages.folder.FolderBackend", file_path=str(settings.MAIL_FOLDER))


def _notice(delivery: Delivery) -> tuple[str, str]:
    kind, page = _about(delivery)
    body = render_to_string(f"messages/{kind}.txt", {"link": f"{settings.SITE_URL}{page}"})
    subject, _, rest = body.partition("\n")
    return subject.strip(), rest.strip() + "\n"


def _about(delivery: Delivery) -> tuple[str, str]:
    """Which words, and the page that they lead to: an admin reads no record, but can bring somebody who does."""
    if delivery.note_id:
        return "message", reverse("today")
    if delivery.why == Delivery.Why.ADMIN:
        return "nobody", reverse("members")
    return "review", reverse("review", args=[delivery.entry_id])
