"""Where a patient stands now: one row a patient, kept by the verbs, so that the queue need not read every course."""

from datetime import date

from django.db import models

from accounts.models import Patient, Practice
from symptoms.models.entry import Entry
from symptoms.models.treatment import Treatment
from symptoms.recovery.vocabulary import Urgency


class PatientStatus(models.Model):
    """Derived, never the truth: `refresh_status` works it out from alerts, entries and assessments."""

    patient = models.OneToOneField(Patient, primary_key=True, on_delete=models.CASCADE, related_name="status")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    treatment = models.ForeignKey(
        Treatment, on_delete=models.CASCADE, related_name="+", db_index=False, help_text="the newest"
    )
    entry = models.ForeignKey(
        Entry, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, help_text="the newest"
    )
    urgency = models.PositiveSmallIntegerField(null=True, help_text="of the newest entry; empty while unjudged or none")
    alert_urgency = models.PositiveSmallIntegerField(default=0, help_text="the highest open alert's; 0: none is open")
    waiting_since = models.DateTimeField(null=True, help_text="of the longest-waiting alert at that urgency")
    log_due_on = models.DateField(null=True, help_text="the next day on which a log is asked for; empty after the last")
    current_until = models.DateField(
        null=True, help_text="when a newer log than the newest was first asked for; empty after the last"
    )
    logs_until = models.DateField(
        null=True, help_text="the last day of their course; empty while the record is nobody's account"
    )
    quiet_at = models.DateTimeField(
        null=True, help_text="when silence becomes an alert; empty where nothing is open, or it has"
    )
    logged_at = models.DateTimeField(null=True, help_text="when the last log came in, of whichever day")
    message_since = models.DateTimeField(null=True, help_text="of the patient's oldest message that nobody has read")
    # Of what is open; see `alerts/place_in_queue.py`.
    waits_until = models.DateTimeField(null=True, help_text="the patient's turn, or a day's, until then; empty: ours")
    is_free = models.BooleanField(default=False, help_text="nobody has what is most urgent")
    is_raised = models.BooleanField(default=False, help_text="the newest log still raises what is most urgent")
    is_over = models.BooleanField(default=False, help_text="the newest log raises nothing of what is open any more")
    has_left = models.BooleanField(default=False, help_text="what is open stayed on the desk of the practice they left")

    class Meta:
        indexes = [
            # Whom a list by urgency may hold, with all by which it is counted and put in order: rows lie apart.
            # Its condition names no value, for which SQLite would plan a statement anew each time.
            models.Index(
                fields=[
                    "practice",
                    "waits_until",
                    "message_since",
                    "has_left",
                    "alert_urgency",
                    "is_free",
                    "is_raised",
                    "is_over",
                    "urgency",
                    "waiting_since",
                    "patient",
                ],
                name="queue_open_or_unread",
                condition=models.Q(waiting_since__isnull=False) | models.Q(message_since__isnull=False),
            ),
            models.Index(fields=["practice", "urgency"], name="queue_by_verdict"),
            models.Index(
                fields=["practice", "log_due_on"], name="logs_due", condition=models.Q(log_due_on__isnull=False)
            ),
            models.Index(
                fields=["practice", "-logged_at"], name="last_log", condition=models.Q(logged_at__isnull=False)
            ),
            models.Index(fields=["quiet_at"], name="going_quiet", condition=models.Q(quiet_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id}: {self.alert_urgency}"

    @property
    def has_open_concern(self) -> bool:
        """Whether something of `contact` or above is not dealt with, or the newest entry raised it."""
        return max(self.alert_urgency, self.urgency or 0) >= Urgency.CONTACT

    def is_current(self, today: date) -> bool:
        """Whether the newest verdict is a word about `today`: no log was due before that day, nor one newer than it."""
        return all(day is None or day >= today for day in (self.log_due_on, self.current_until))

    @property
    def is_on_track(self) -> bool:
        """Whether the newest entry was judged, and raised nothing."""
        return self.urgency == Urgency.ON_TRACK

    def is_on_track_at(self, today: date) -> bool:
        """Whether the newest verdict is "On track", and a word about `today`."""
        return self.is_on_track and self.is_current(today)
