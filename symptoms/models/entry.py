"""What a patient reported for one day, kept whole; an amendment is a new entry that takes the day over."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from accounts.free_text import FreeText
from accounts.models import User
from symptoms.models.treatment import Treatment, TreatmentAccess

if TYPE_CHECKING:
    from symptoms.models.assessment import Assessment

LONGEST_NOTE = 2000  # characters


class EntryQuerySet(models.QuerySet["Entry"]):
    """Whose entries one may see, and which wait to be judged."""

    def visible_to(self, user: User) -> "EntryQuerySet":
        """Of the treatments that one may see; a practice that the patient left sees what had come until then."""
        practice = user.practice_as_practitioner if user.is_authenticated else None
        if practice is None:
            return self.filter(treatment__in=Treatment.objects.visible_to(user))
        access = TreatmentAccess.objects.kept_by(practice, OuterRef("treatment"))
        return self.filter(Q(treatment__open_to=practice) | Exists(access.filter(until__gte=OuterRef("received_at"))))

    def current(self) -> "EntryQuerySet":
        """One a day: the last received."""
        return self.filter(is_current=True)

    def received_until(self, until: datetime | None) -> "EntryQuerySet":
        """Those that had come by `until`; None: all."""
        return self if until is None else self.filter(received_at__lte=until)

    def current_at(self, until: datetime | None) -> "EntryQuerySet":
        """One a day, the last received by `until`; None: by now."""
        if until is None:
            return self.current()
        return self.received_until(until).filter(~Exists(_later_of_the_day(until)))

    def with_place(self, until: datetime | None) -> "EntryQuerySet":
        """Each with `was_current`: whether it was the current one of its day at `until`; None: now."""
        is_current = F("is_current") if until is None else ~Exists(_later_of_the_day(until))
        return self.annotate(was_current=is_current)  # type: ignore[no-redef]  # declared on the model

    def unjudged(self) -> "EntryQuerySet":
        return self.filter(is_current=True, is_judged=False)


def _later_of_the_day(until: datetime) -> EntryQuerySet:
    later = {"received_at__gt": OuterRef("received_at"), "received_at__lte": until}
    return Entry.objects.filter(treatment=OuterRef("treatment"), date=OuterRef("date"), **later)


class Entry(models.Model):
    """One day as the patient reported it. `answers` is the document in the vocabulary's words:

    `{"symptoms": {"pain": 2, "redness": 0}, "asked": ["pain", "redness"], "signs": ["pus"], "temperature_c": 38.1,
    "exposures": ["makeup"]}`. A symptom in neither `symptoms` nor `asked` was not answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the client, so that a repeat is recognised
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="entries", db_index=False)
    date = models.DateField(help_text="the calendar date it was written for, where the patient was; it never changes")
    day = models.PositiveSmallIntegerField(help_text="follows from the date and the treatment's; never below 0")
    answers = models.JSONField()
    note = FreeText(blank=True, max_length=LONGEST_NOTE, bound="note of an entry")
    digest = models.CharField(max_length=64, help_text="the mark of what was reported, see `accounts.keys.patients`")
    reported_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)
    is_judged = models.BooleanField(default=False)
    judge_again_at = models.DateTimeField(null=True, blank=True)
    judge_attempts = models.PositiveSmallIntegerField(default=0)

    objects = EntryQuerySet.as_manager()

    if TYPE_CHECKING:  # by annotation and prefetching, and only then
        was_current: bool  # with_place
        is_change: bool  # views/clinic/history.py
        assessment: "Assessment | None"  # journal/visibility.py, as is the next
        judged_urgency: int | None  # alerts/answering.py
        assessments_then: list["Assessment"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "day"], condition=Q(is_current=True), name="one_current_entry_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["treatment", "day"], name="entries_by_day"),
            models.Index(
                fields=["judge_again_at"], name="entries_to_judge", condition=Q(is_current=True, is_judged=False)
            ),
        ]

    def __str__(self) -> str:
        return f"day {self.day}"

    def get_absolute_url(self) -> str:
        return reverse("entry", args=[self.id])
