"""The e-mail channel: what a message says, and handing it to the mail server (or, in the demo, to a folder)."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import AccountMail, Sending
from symptoms.models import Delivery

SOCKET_TIMEOUT = 10  # seconds without any answer


class Refused(Exception):
    """The mail server did not take the message; `for_good` when trying again is useless."""

    def __init__(self, reason: str, *, for_good: bool = False):
        self.for_good = for_good
        super().__init__(reason)


def written(sending: Sending) -> EmailMessage:
    """The message for `sending`: a mail about signing in as it was queued, else a line that holds no word about anyone."""
    if isinstance(sending, AccountMail):
        subject, body, to = sending.subject, sending.body, sending.to
    else:
        subject, body, to = *_notice(sending), sending.recipient.email
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers={"Message-ID": sending.message_id})


def hand_over(message: EmailMessage) -> None:
    """Give the message to the mail server.

    Raises:
        Refused: it was not taken, for now or (a 5xx answer about the recipient or the message) for good.
    """
    try:
        message.connection = _connection()
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = max(code for code, _ in refused.recipients.values())
        raise Refused(f"recipient refused ({code})", for_good=code >= 500) from refused
    except smtplib.SMTPResponseException as refused:
        taken_back = isinstance(refused, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError)
        raise Refused(f"mail server answered {refused.smtp_code}", for_good=refused.smtp_code >= 500 and not taken_back) from refused
    except (smtplib.SMTPException, OSError) as broken:
        raise Refused(f"mail server not reached ({type(broken).__name__})") from broken


def _connection():
    if settings.EMAIL_HOST:
        return get_connection("django.core.mail.backends.smtp.EmailBackend", timeout=SOCKET_TIMEOUT)
    return get_connection("symptoms.messages.folder.FolderBackend", file_path=str(settings.MAIL_FOLDER))


def _notice(delivery: Delivery) -> tuple[str, str]:
    kind = "message" if delivery.note_id else "review"
    page = reverse("today" if delivery.note_id else "queue")
    body = render_to_string(f"messages/{kind}.txt", {"link": f"{settings.SITE_URL}{page}"})
    subject, _, rest = body.partition("\n")
    return subject.strip(), rest.strip() + "\n"
