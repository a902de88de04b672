"""The e-mail channel: what a message says, and handing it to the mail server (or, in the demo, to a folder)."""

import smtplib
import time
from enum import Enum

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import AccountMail, Sending
from symptoms.messages.smtp import CutOff
from symptoms.models import Delivery

# What the mail server says about itself, our sign-in or our address: it may be mended while we wait.
ABOUT_THE_SERVER = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
CLOSING = 421  # "service not available", whatever it was an answer to


class Fault(Enum):
    """Why a message was not taken, which decides whether and how long it is tried again."""

    SERVER = "the mail server takes nothing from us now"
    LATER = "not this message, or not for this recipient, for now"
    FOR_GOOD = "never this message or this recipient"
    OURS = "we could not write or hand over this message"


class Refused(Exception):
    """The mail server did not take the message, and whose `fault` it was."""

    def __init__(self, reason: str, fault: Fault = Fault.SERVER):
        self.fault = fault
        super().__init__(reason)


def written(sending: Sending) -> EmailMessage:
    """The message for `sending`: a mail about signing in as it was queued, else a line without a word about anyone."""
    if isinstance(sending, AccountMail):
        subject, body, to = sending.subject, sending.body, sending.to
    else:
        assert isinstance(sending, Delivery)
        subject, body, to = *_notice(sending), sending.recipient.email
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers={"Message-ID": sending.message_id})


def hand_over(message: EmailMessage, *, ends: float) -> None:
    """Give the message to the mail server; over, one way or the other, when the monotonic clock says `ends`.

    Raises:
        Refused: it was not taken: a 5xx answer about the recipient or the message is for good, a 4xx for now.
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
        raise Refused(f"recipient refused ({code})", _meant(code)) from refused
    except ABOUT_THE_SERVER as refused:
        raise Refused(f"mail server answered {refused.smtp_code}") from refused
    except smtplib.SMTPResponseException as refused:
        raise Refused(f"mail server answered {refused.smtp_code}", _meant(refused.smtp_code)) from refused
    except (smtplib.SMTPException, OSError) as broken:
        raise Refused(f"mail server not reached ({type(broken).__name__})") from broken


def _meant(code: int) -> Fault:
    if code == CLOSING:
        return Fault.SERVER
    return Fault.FOR_GOOD if code >= 500 else Fault.LATER


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
