"""Mail that pages cause: queued in the database, so that no answer waits for the mail server or tells of it."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from accounts.models import AccountMail


class QueuedMail(BaseEmailBackend):
    """Django's e-mail backend for web processes: writes each message down for the worker to send."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue one row for each recipient of each message; gives the number of messages."""
        rows = [
            AccountMail(to=address, subject=str(message.subject)[:200], body=str(message.body))
            for message in email_messages
            for address in message.recipients()
        ]
        AccountMail.objects.bulk_create(rows)
        return len(email_messages)
