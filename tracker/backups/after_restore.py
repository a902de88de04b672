"""The question after a restore: what waited to be sent when the backup was made may have been sent since.

No worker starts before it is answered (`preflight.refuse_unanswered`). Meanwhile pages say that nobody is being told.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import AccountMail
from symptoms.models import Alert, Delivery, Upkeep

LET_GO = "let go after a restore: it may have been sent before"


@dataclass(frozen=True)
class Waiting:
    """What a worker would begin with: messages and mail that were not sent, open alerts that are in nobody's hands."""

    messages: int
    letters: int
    alerts: int

    @property
    def words(self) -> str:
        """The same in a sentence."""
        return (
            f"{self.messages} messages about patients and {self.letters} letters about accounts waited to be sent, and "
            f"may have been sent since; {self.alerts} open alerts are in nobody's hands, and are told on"
        )


def ask(made: datetime) -> None:
    """Let the question stand: the rows are those of a backup that was made then."""
    Upkeep.objects.update_or_create(kind=Upkeep.RESTORED, defaults={"done_at": None, "failed_at": made, "said": ""})


def asked() -> datetime | None:
    """When the backup was made that the question is about; None where there is no question."""
    return Upkeep.objects.filter(kind=Upkeep.RESTORED, done_at=None).values_list("failed_at", flat=True).first()


def waiting() -> Waiting:
    """What a worker would begin with."""
    messages, letters = (kind.objects.filter(sent_at=None, failed_at=None).count() for kind in (Delivery, AccountMail))
    return Waiting(messages, letters, Alert.objects.open().filter(acknowledged_at=None).count())


def answer(now: datetime, *, is_sent: bool) -> int:
    """What waited is sent by the next worker, or let go; gives how many that are.

    Of an alert that is let go nobody may have heard: it stays open, and is told on by the practice's steps.
    """
    waited = 0
    for kind in (Delivery, AccountMail):
        rows = kind.objects.filter(sent_at=None, failed_at=None)
        if is_sent:
            waited += rows.count()
        else:
            erased = {"body": ""} if kind is AccountMail else {}
            waited += rows.update(failed_at=now, last_error=LET_GO, **erased)
    Upkeep.objects.filter(kind=Upkeep.RESTORED).update(done_at=now, failed_at=None)
    return waited
