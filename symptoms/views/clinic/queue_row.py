"""One row of the queue: what it says of a patient, in words and by what it wears."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from accounts import allergies
from accounts.models import Patient
from symptoms.models import Alert, Entry, Note, PatientStatus, Treatment
from symptoms.recovery.vocabulary import Device, Symptom, Urgency
from symptoms.views.clinic.open_alerts import quiet_in_words
from symptoms.views.clinic.sparkline import Spark
from symptoms.wording.evidence import Flag, in_a_line, leading_symptom
from symptoms.wording.markers import markers
from symptoms.wording.phrases import millimetres
from symptoms.wording.practitioner import alert_title, flag_title
from symptoms.wording.treatment import DEVICES, ROMAN

DEVICE_NAMES = {str(device): name for device, name in DEVICES.items()} | {str(Device.RF): "RF"}


@dataclass
class Row:
    """One patient in the queue."""

    patient: Patient
    status: PatientStatus | None
    flags: list[Flag] = field(default_factory=list)  # of the newest entry
    alerts: list[Alert] = field(default_factory=list)  # open, the most urgent and longest waiting first
    spark: Spark | None = None
    day: int | None = None
    closed: Alert | None = None  # what was closed last, in the list of what was closed today
    silent_since: int | None = None  # the newest day logged, on track, after which one was due and did not come
    until: datetime | None = None  # when the patient left the practice, if they did
    erased_on: datetime | None = None  # when the record goes: the patient asked, or its retention period is over
    message: Note | None = None  # the oldest that the patient wrote and nobody has read
    is_new: bool = False  # to the reader, since they last opened the queue
    is_calm: bool = False  # on track by now, though something is still open
    words: str = ""  # of the patient, in the newest log
    photo: UUID | None = None  # the newest of the newest session
    photo_day: int | None = None
    letter: str = ""  # where it is the first of the page whose family name begins so
    was: str = ""  # what of the facts was less when the worst was taken
    due: datetime | None = None  # when somebody should be in charge of the worst at the latest; None: somebody is
    last_log: str = ""  # when the newest log came, by the practice's clock
    now: datetime | None = None
    way: str = ""  # the query that leads from the patient's page back to the list, and on

    @cached_property
    def worst(self) -> Alert | None:
        return self.alerts[0] if self.alerts else None

    @property
    def is_silent(self) -> bool:
        """Whether the patient fell silent with something open, and has not logged since."""
        return self._quiet is not None

    @cached_property
    def _quiet(self) -> Alert | None:
        quiet = (alert for alert in self.alerts if alert.kind == Alert.Kind.QUIET and alert.cleared_at is None)
        return next(quiet, None)

    @property
    def silence(self) -> str:
        """That the patient fell silent, in words, where the row speaks of something else."""
        return quiet_in_words(self._quiet) if self._quiet and self._quiet is not self.worst else ""

    @cached_property
    def treatment(self) -> Treatment | None:
        if self.worst is not None:
            return self.worst.treatment
        return self.status.treatment if self.status else None

    @property
    def newest(self) -> Entry | None:
        """The newest entry known of the treatment that is drawn."""
        entry = self.status.entry if self.status and self.until is None else None
        if self.worst is None or (entry is not None and entry.treatment_id == self.worst.treatment_id):
            return entry
        return self.worst.entry

    @cached_property
    def urgency(self) -> str:
        """The slug that the row wears: of the worst open alert, else of the newest entry; empty before the first."""
        if self.worst is not None:
            return self.worst.urgency_slug
        if self.status is None or self.status.entry_id is None or self.silent_since is not None:
            return ""
        return "unjudged" if self.status.urgency is None else Urgency(self.status.urgency).slug

    @cached_property
    def known(self) -> list[Flag]:
        """The flags that the row speaks of: the newest entry's, unless it says nothing of the worst alert any more."""
        worst = self.worst
        if worst is None:
            return self.flags
        is_same_course = self.newest is not None and self.newest.treatment_id == worst.treatment_id
        is_raised = any(flag["concern"] == worst.concern for flag in self.flags)
        return self.flags if is_same_course and is_raised and self.until is None else worst.flags or []

    @cached_property
    def lead(self) -> Flag | None:
        """The flag that the row speaks of: of the worst alert's concern, else the first of the newest entry."""
        if self.worst is None:
            return self.known[0] if self.known else None
        return next((flag for flag in self.known if flag["concern"] == self.worst.concern), None)

    @cached_property
    def drawn(self) -> Symptom | None:
        """The symptom whose curve stands in the row: what it speaks of first; pain where nothing was found.

        None where only signs were: a calm curve beside them would say that all is well.
        """
        if self.lead is None:
            return Symptom.PAIN
        return leading_symptom([self.lead, *self.known])

    @property
    def title(self) -> str:
        """What was reported, in a few words."""
        if self.worst is not None:
            return alert_title(self.worst.kind, self.worst.concern, self.known)
        return flag_title(self.lead, self.known) if self.lead else ""

    @property
    def line(self) -> str:
        """The facts in a line."""
        if self.worst is not None and self.worst.kind == Alert.Kind.QUIET:
            return quiet_in_words(self.worst)
        if self.worst is not None and self.worst.kind == Alert.Kind.UNJUDGED and self.worst.entry is not None:
            pattern = (
                _("day {day} could not be compared at first, it is now")
                if self.worst.entry.is_judged
                else _("day {day} could not be compared, please read it")
            )
            return pattern.format(day=self.worst.entry.day)
        return in_a_line(self.lead) if self.lead else ""

    @property
    def message_line(self) -> str:
        """The first line of what the patient wrote; empty where nothing waits to be read."""
        return self.message.text.partition("\n")[0] if self.message else ""

    @property
    def is_worse(self) -> bool:
        """Whether what somebody has got worse since they took it."""
        worst = self.worst
        return worst is not None and worst.is_held and (worst.is_worse_since_taken or bool(self.was))

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.now is not None and self.due < self.now

    @property
    def tags(self) -> list[str]:
        """What is known of the patient that changes what one thinks of."""
        if self.treatment is None:
            return []
        of, drugs = self.treatment, self.patient.drug_allergies
        told = allergies.in_words(drugs) if drugs else ""
        return markers(of.conditions, of.medications, injected=of.same_day_injection, drugs=told)

    @property
    def has_no_curve(self) -> bool:
        """Whether only signs speak, so that no curve is drawn."""
        return self.worst is not None and self.drawn is None

    @property
    def phone_link(self) -> str:
        return re.sub(r"[^0-9+]", "", self.patient.phone)

    @property
    def session(self) -> str:
        """What was done, in a few words: "Day 4 · Pen 1.5 mm · type II"."""
        if self.treatment is None:
            return _("No treatment yet")
        depth, kind = self.treatment.needle_depth_mm, self.treatment.fitzpatrick
        device = DEVICE_NAMES.get(self.treatment.device, self.treatment.device)
        if depth is not None:
            device = _("{device} {depth}").format(device=device, depth=millimetres(depth))
        parts = [_("Day {day}").format(day=self.day), str(device)]
        return " · ".join([*parts, _("type {number}").format(number=ROMAN[kind])] if kind else parts)

    @property
    def taken_by(self) -> str:
        """Who has it: everything open, or "2 of 3"; empty while nobody has any of it."""
        held = [alert for alert in self.alerts if alert.is_held]
        if not held:
            return ""
        pattern = _("{name} has it") if len(held) == len(self.alerts) else _("{name} has {count} of {open}")
        return pattern.format(name=held[0].acknowledged_by, count=len(held), open=len(self.alerts))
