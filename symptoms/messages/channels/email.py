"""The e-mail channel: what a message says, and handing it to the mail server (or, in the demo, to a folder)."""

import smtplib
import time
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from accounts.models import AccountMail, Sending
from symptoms.messages.channels.interface import NOTHING_LEARNED, Fault, Receipt, Refused
from symptoms.messages.smtp import CutOff
from symptoms.messages.words import notice_of
from symptoms.models import Delivery

# What the mail server says about itself, our sign-in or our address: it may be mended while we wait.
ABOUT_THE_SERVER = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
RECIPIENT_REFUSED = "recipient refused"  # how such an error begins, which says nothing about the server
CLOSING = 421  # "service not available", whatever it was an answer to
BY_A_MACHINE = {"Auto-Submitted": "auto-generated"}  # RFC 3834: out-of-office replies do not come back
ONE_CLICK = "List-Unsubscribe=One-Click"


class Email:
    """E-mail by SMTP."""

    name = Delivery.EMAIL

    def write(self, sending: Sending) -> EmailMessage:
        """A mail about signing in as it was queued, else a line without a word about anyone."""
        headers = {"Message-ID": sending.message_id, **BY_A_MACHINE}
        if isinstance(sending, AccountMail):
            subject, body, to = sending.subject, sending.body, sending.to
        else:
            assert isinstance(sending, Delivery)
            notice = notice_of(sending)
            subject, body, to = notice.subject, notice.body, sending.recipient.email
            if notice.stop:  # RFC 8058: the mail program offers to stop them, with one POST
                headers |= {"List-Unsubscribe": f"<{notice.stop}>", "List-Unsubscribe-Post": ONE_CLICK}
        return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [to], headers=headers)

    def hand_over(self, message: EmailMessage, *, ends: float) -> Receipt:
        """Give the message to the mail server (in the demo, to a folder): a 5xx answer about the recipient or the
        message is a refusal, a 4xx one for now."""
        if time.monotonic() >= ends:
            raise Refused("its turn came too late")
        try:
            message.connection = _connection(ends)
            message.send()
            return NOTHING_LEARNED
        except CutOff as late:
            raise Refused("the mail server did not finish in time") from late
        except smtplib.SMTPRecipientsRefused as refused:
            code = max(code for code, _ in refused.recipients.values())
            raise Refused(f"{RECIPIENT_REFUSED} ({code})", _meant(code)) from refused
        except ABOUT_THE_SERVER as refused:
            raise Refused(f"mail server answered {refused.smtp_code}") from refused
        except smtplib.SMTPResponseException as refused:
            raise Refused(f"mail server answered {refused.smtp_code}", _meant(refused.smtp_code)) from refused
        except (smtplib.SMTPException, OSError) as broken:
            raise Refused(f"mail server not reached ({type(broken).__name__})") from broken


def _meant(code: int) -> Fault:
    if code == CLOSING:
        return Fault.CHANNEL
    return Fault.REFUSED if code >= 500 else Fault.LATER


def _connection(ends: float) -> Any:
    if settings.EMAIL_HOST:
        return get_connection("symptoms.messages.smtp.PunctualBackend", ends=ends)
    return get_connection("symptoms.messages.folder.FolderBackend", file_path=str(settings.MAIL_FOLDER))
