"""One message to one person on one channel, to be sent or sent; it holds no word about the patient."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import ContactMethod, Patient, Practice, Sending, User
from symptoms.models.alert import Alert, Note
from symptoms.models.entry import Entry


class Delivery(Sending):
    """Tells a practitioner that something needs review, or a patient that the practice wrote.

    The recipient is any user: a member, or a patient with an account. Whether they may still be told is asked again
    right before sending (`alerts.telling.may_still_be_told`).
    """

    class Why(models.TextChoices):
        HOLDS = "holds", "has the patient in hand"
        TREATED = "treated", "treated the patient"
        ON_CALL = "on_call", "on call that day"
        STANDS_IN = "stands_in", "stands in for a colleague who is away"
        PRACTITIONER = "practitioner", "practitioner of the practice"
        ADMIN = "admin", "no practitioner could be reached"
        PATIENT = "patient", "is the patient"
        REMINDER = "reminder", "is the patient, who wants to be reminded"
        TEST = "test", "asked for a test"
        MORNING_LIST = "morning_list", "the morning's list"
        MEMBER = "member", "manages a practice in which somebody cannot be reached"

    ABOUT_NOBODY = (Why.TEST, Why.MORNING_LIST, Why.MEMBER)  # no patient, no record
    REMIND, TIMER = "remind", "timer"  # words of a `reason`: the day's reminder, and what was asked for once

    TAKEN_OVER = "taken"  # word of a `reason`: a colleague has taken over what the recipient had
    HANDED_OVER = "handed"  # the same: the recipient has taken over from a colleague who works there no more
    EMAIL = "email"  # the name of a channel in `messages.channels`

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.CASCADE, related_name="+", db_index=False,
        help_text="for which somebody is told; empty for a patient who is alone",
    )  # fmt: skip
    why = models.CharField(max_length=12, choices=Why.choices)
    # What the message is about and how urgent that was, made by `reason_of`: "entry:<id>:<urgency>", "note:<id>:0",
    # "left:…" or "details:…" with the id of the event, "alert:<id>:<urgency>:<since>" for a later step. Nobody is told
    # twice of one reason by one channel at one step; the same entry at a higher urgency is another reason. Another kind
    # of message takes a word of its own.
    reason = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, default=EMAIL)
    step = models.PositiveSmallIntegerField(default=0, help_text="0: at once; an escalation of it counts up")
    entry = models.ForeignKey(
        Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    note = models.ForeignKey(
        Note, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    alert = models.ForeignKey(
        Alert,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,
        help_text="where it is about no entry of the practice's own: the patient left, or questions the record",
    )
    method = models.ForeignKey(
        ContactMethod, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries",
        help_text="that a test is about; empty once it is removed",
    )  # fmt: skip
    urgency = models.PositiveSmallIntegerField(default=0, help_text="the most urgent goes first")
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="when its recipient, or their browser, said so")
    opened_at = models.DateTimeField(
        null=True, blank=True, help_text="of a morning list: when its recipient opened the queue, to which it leads"
    )

    if TYPE_CHECKING:  # by annotation, and only then
        session: UUID  # views/clinic/told.py: the treatment of its entry
        read_at: datetime | None  # the same: when its recipient opened the patient's page

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reason", "recipient", "channel", "step"], name="told_once_of_a_reason_by_a_channel_at_a_step"
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False, note=None, alert=None)
                | Q(entry=None, note__isnull=False, alert=None)
                | Q(entry=None, note=None, alert__isnull=False)
                | Q(entry=None, note=None, alert=None, why__in=["test", "morning_list", "member", "reminder"]),
                name="a_delivery_is_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["entry"], name="deliveries_of_an_entry", condition=Q(entry__isnull=False)),
            models.Index(fields=["note"], name="deliveries_of_a_note", condition=Q(note__isnull=False)),
            models.Index(fields=["alert"], name="deliveries_of_an_alert", condition=Q(alert__isnull=False)),
            models.Index(fields=["practice", "why"], name="deliveries_not_sent", condition=Q(sent_at=None)),
            models.Index(fields=["practice", "-created_at"], name="morning_lists", condition=Q(why="morning_list")),
            models.Index(
                fields=["-urgency", "not_before"], name="deliveries_due", condition=Q(sent_at=None, failed_at=None)
            ),
        ]

    @property
    def patient(self) -> Patient:
        """Whom the message is about, or goes to."""
        if self.why == self.Why.REMINDER:
            patient: Patient = self.recipient.patient
            return patient
        about = self.entry or self.note or self.alert
        assert about is not None
        return about.treatment.patient


def reason_of(kind: str, id: UUID | int, urgency: int = 0, at: datetime | None = None) -> str:
    """The reason of telling about one entry, one note, or by its event a leaving or a questioned record; `at`: since
    when an alert's steps count, where it is told on."""
    since = f":{int(at.timestamp())}" if at else ""
    return f"{kind}:{id}:{int(urgency)}{since}"
