"""One message to one person about one entry or note, to be sent or sent; it holds no word about the patient."""

from django.db import models
from django.db.models import Q

from accounts.models import Sending, User
from symptoms.models.alert import Note
from symptoms.models.entry import Entry


class Delivery(Sending):
    """Tells a practitioner that an entry needs review, or a patient that the clinic wrote."""

    class Why(models.TextChoices):
        TREATED = "treated", "treated the patient"
        PRACTITIONER = "practitioner", "practitioner of the practice"
        ADMIN = "admin", "no practitioner could be reached"
        PATIENT = "patient", "is the patient"

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    why = models.CharField(max_length=12, choices=Why.choices)
    entry = models.ForeignKey(
        Entry, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    note = models.ForeignKey(
        Note, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    urgency = models.PositiveSmallIntegerField(default=0, help_text="the most urgent goes first")

    class Meta:
        constraints = [
            # A message about a note has no entry, so that this holds nothing against it.
            models.UniqueConstraint(
                fields=["entry", "recipient", "urgency"], name="told_once_of_an_entry_at_an_urgency"
            ),
            models.CheckConstraint(
                condition=Q(entry=None) ^ Q(note=None), name="a_delivery_is_about_an_entry_or_a_note"
            ),
        ]
        indexes = [
            models.Index(fields=["note"], name="deliveries_of_a_note", condition=Q(note__isnull=False)),
            models.Index(
                fields=["-urgency", "not_before"], name="deliveries_due", condition=Q(sent_at=None, failed_at=None)
            ),
        ]
