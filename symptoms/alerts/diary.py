"""Whether a patient is to be reminded at one of their hours: by their last log, what is open, and the rhythm."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from accounts.models import Patient
from symptoms.alerts.silence import is_asked_on, is_worse_after, reached_last
from symptoms.models import Alert, PatientStatus, Reminding
from symptoms.recovery.prompting import ONCE_MORE

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Diary:
    """What a patient logged last and what is open, as reminders need it; `status` is None before any treatment."""

    patient: Patient
    status: PatientStatus | None

    @classmethod
    def of(cls, patient: Patient) -> "Diary":
        """As it is stored now."""
        status = PatientStatus.objects.filter(patient=patient).select_related("treatment", "entry").first()
        if status is not None:
            status.treatment.patient = patient
        return cls(patient, status)

    @cached_property
    def _can_be_reminded(self) -> bool:
        return self.patient.user_id is not None and self.patient.agreed_to("care")

    @cached_property
    def _open_alerts(self) -> list[Alert]:
        still_open = Alert.objects.open().filter(treatment__patient=self.patient)
        return list(still_open.exclude(kind=Alert.Kind.LEFT))

    @cached_property
    def _reached_at(self) -> datetime | None:
        return reached_last(self.status.treatment) if self.status else None

    def day_on(self, on: date) -> int:
        """The number of a date."""
        assert self.status is not None
        return self.status.treatment.day_of(on)

    def wants_log(self, on: date) -> bool:
        """Whether a log is asked for on that date, and has not come."""
        status = self.status
        if status is None or status.log_due_on is None or status.log_due_on > on or not self._can_be_reminded:
            return False
        return is_asked_on(
            on, self.patient, status.treatment, status.entry, status.urgency, self._open_alerts, self._reached_at
        )

    def was_left_out(self, on: date) -> bool:
        """Whether it was asked for in the first week, and has not come: then once more the next morning."""
        return self.status is not None and self.day_on(on) in ONCE_MORE and self.wants_log(on)

    def is_worse(self, on: date) -> bool:
        """Whether the last log says that a new one is wanted in the morning of that date."""
        status = self.status
        assert status is not None
        return status.entry is not None and is_worse_after(status.treatment, status.entry, self.day_on(on))

    def has_logged_since(self, at: datetime) -> bool:
        """Whether a log has come at that moment or later, of whichever day."""
        return self.status is not None and self.status.logged_at is not None and self.status.logged_at >= at


def is_due(reminding: Reminding, diary: Diary, at: datetime, on: date, *, is_own: bool) -> bool:
    """Whether they are to be reminded at one of the moments of a date (`Reminding.moments`), by what is known now."""
    was_said = reminding.said_on is not None and reminding.said_on >= on
    if reminding.not_on == on or (was_said and at != reminding.later_at):
        return False
    if diary.has_logged_since(at) or not diary.wants_log(on):
        return False
    return is_own or (reminding.once_more and diary.was_left_out(on - ONE_DAY)) or diary.is_worse(on)
