"""Whose recovery is followed, what they agreed to, whom they left, and the words by which they are found."""

import math
import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import FilteredRelation, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.practice import Practice, validate_zone
from accounts.names import FoldedNameField, PlainOrderField, SortNameField
from accounts.search_words import LAST, LONGEST_WORD, Sought, sought_in_text, words_of

ADULT = 18
LONGEST_PATIENT_NUMBER = 40  # characters
CONSENT_VERSION = "2026-11"  # of the texts in accounts/consents.py; a new text is a new version


class PatientQuerySet(models.QuerySet["Patient"]):
    """Whose patients one may see, and in which order."""

    def by_name(self) -> "PatientQuerySet":
        """In the order of a list of names, the family name first, whatever their capitals and accents."""
        return self.order_by("sort_name", "id")

    def of_practice(self, practice: Practice) -> "PatientQuerySet":
        """Those whose current practice this is."""
        return self.filter(practice=practice)

    def with_departure(self, practice: Practice) -> "PatientQuerySet":
        """Each with `departure`, the last time that they left `practice`, if they did: for one patient, by `first`."""
        left = FilteredRelation("departures", condition=Q(departures__practice=practice))
        return self.annotate(departure=left).select_related("departure").order_by("-departure__at")  # type: ignore[no-redef,misc]  # declared on the model; a FilteredRelation, unknown to the plugin

    def bulk_create(self, objs: Iterable["Patient"], *args: Any, **kwargs: Any) -> list["Patient"]:
        """As ever, with the words by which each is found."""
        made = super().bulk_create(objs, *args, **kwargs)
        words = [row for patient in made for row in _word_rows(patient.pk, patient.practice_id, patient)]
        PatientWord.objects.bulk_create(words, batch_size=kwargs.get("batch_size"))
        return made


class Patient(models.Model):
    """Somebody whose recovery is followed; `user` is empty until they accept, `practice` while they are alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="patient"
    )
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="patients")
    name = models.CharField(max_length=120)
    folded_name = FoldedNameField()
    sort_name = SortNameField()
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    year_of_birth = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.CharField(max_length=LONGEST_PATIENT_NUMBER, blank=True, help_text="the practice's own")
    drug_allergies = models.JSONField(
        null=True, blank=True, help_text="the `drug` and what `happened` of each; empty: none known; null: not asked"
    )
    country = models.CharField(max_length=2, blank=True, help_text="empty until the patient has said it")
    emergency_number = models.CharField(max_length=40, blank=True, help_text="in a country that is not listed")
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_zone])
    zone_confirmed_at = models.DateTimeField(null=True, blank=True)
    welcomed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, editable=False, help_text="when they last left a practice")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    data_keys = models.JSONField(
        default=list, editable=False, help_text="ids of the keys that seal the record, in use the last; `accounts.keys`"
    )

    objects = PatientQuerySet.as_manager()

    if TYPE_CHECKING:
        departure: "Departure | None"  # `with_departure`

    class Meta:
        indexes = [
            models.Index(fields=["practice", "folded_name", "id"], name="patients_by_name"),
            models.Index(fields=["practice", "sort_name", "id"], name="patients_by_family_name"),
            models.Index(
                fields=["practice", "sort_name", "id"], name="patients_not_joined", condition=Q(user__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                "practice", Lower("number"), condition=~Q(number=""), name="one_patient_a_number_in_a_practice"
            ),
        ]

    FOUND_BY = frozenset({"practice", "name", "email", "phone", "number", "year_of_birth"})

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """As ever, with the words by which the patient is found; a name that is saved alone takes its folded forms
        along."""
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "folded_name", "sort_name"}
        with transaction.atomic():
            super().save(*args, update_fields=update_fields, **kwargs)
            if update_fields is None or self.FOUND_BY & set(update_fields):
                keep_words(self)

    @property
    def zone(self) -> ZoneInfo:
        """The patient's time zone once they chose it, the practice's until then."""
        name = self.time_zone or (self.practice.time_zone if self.practice else settings.TIME_ZONE)
        return ZoneInfo(name)

    @property
    def likely_country(self) -> str:
        """Where the patient lives, or else their practice is: for units, never for numbers to call."""
        return self.country or (self.practice.country if self.practice else "")

    def today(self, now: datetime) -> date:
        """The patient's date at the aware time `now`."""
        return now.astimezone(self.zone).date()

    def seconds_left_today(self, now: datetime) -> int:
        """Whole seconds from the aware time `now` to the patient's next midnight, at least 1."""
        tomorrow = self.today(now) + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time.min, self.zone)
        return max(1, math.ceil(midnight.timestamp() - now.timestamp()))

    def after_leaving(self, now: datetime) -> datetime:
        """`now`, or a moment after the last leaving of a practice where a verb had to wait for that.

        That practice sees what was there until then, so nothing that comes later may carry an earlier time.
        """
        return now if self.left_at is None else max(now, self.left_at + timedelta(microseconds=1))

    def age(self, now: datetime) -> int | None:
        """Whole years at most reached this year (only the year of birth is kept), None when unknown."""
        return self.today(now).year - self.year_of_birth if self.year_of_birth else None

    def agreed_to(self, purpose: str) -> bool:
        """Whether the consent for `purpose` stands; the one to photos only for the practice it was given to."""
        is_for_a_practice = purpose == Consent.Purpose.PHOTOS
        return any(
            consent.purpose == purpose and (consent.practice_id == self.practice_id or not is_for_a_practice)
            for consent in self.consents.filter(withdrawn_at=None)
        )


class Departure(models.Model):
    """That a patient left a practice, and when; and how the practice knew them then, which is how it goes on."""

    AS_KNOWN = ("name", "email", "phone", "year_of_birth", "number", "drug_allergies", "country", "time_zone")

    id = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="departures")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    name = models.CharField(max_length=120)
    folded_name = FoldedNameField()
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    year_of_birth = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.CharField(max_length=LONGEST_PATIENT_NUMBER, blank=True)
    drug_allergies = models.JSONField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "patient", "-at"], name="departures_from_a_practice")]

    def __str__(self) -> str:
        return f"from {self.practice_id} at {self.at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As ever, with the words by which that practice finds the patient from now on."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            keep_words(self.patient)

    def patient_then(self) -> Patient:
        """The patient as the practice knew them when they left: for reading only, never to be saved."""
        details = {name: getattr(self, name) for name in self.AS_KNOWN}
        return Patient(
            pk=self.patient_id,
            user_id=self.patient.user_id,
            practice=self.practice,
            zone_confirmed_at=self.at,
            welcomed_at=self.at,
            left_at=self.at,
            created_at=self.patient.created_at,
            **details,
        )


class PatientWordQuerySet(models.QuerySet["PatientWord"]):
    """Whom a practice finds."""

    def beginning(self, practice: Practice, beginnings: Iterable[str]) -> "PatientWordQuerySet":
        """The words that the practice knows and that begin so: ranges of one index."""
        ranges = Q()
        for beginning in beginnings:
            ranges |= Q(practice=practice, word__gte=beginning, word__lt=beginning + LAST)  # each by itself: SQLite
        return self.filter(ranges)

    def patients_found(self, practice: Practice, text: str) -> "list[models.QuerySet[Any]]":
        """The ids of the patients that the practice finds by a text: each of these queries gives some of them."""
        sought: Sought = sought_in_text(text)
        found = [self.beginning(practice, sought.codes)] if sought.codes else []
        if sought.words:
            first, *others = sought.words
            in_name = self.beginning(practice, first)
            for word in others:
                in_name = in_name.filter(patient__in=self.beginning(practice, word).values("patient"))
            found.append(in_name)
        return [rows.values("patient") for rows in found]


class PatientWord(models.Model):
    """A word by which a practice finds a patient: of its own as they are, of who left it as it knew them then."""

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="words")
    word = PlainOrderField(max_length=LONGEST_WORD)

    objects = PatientWordQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "word", "patient"], name="patients_found_by_a_word")]

    def __str__(self) -> str:
        return self.word


def keep_words(patient: Patient) -> None:
    """Bring the words by which practices find `patient` to what these know: two statements where nothing changed."""
    known: dict[uuid.UUID | None, Any] = {row.practice_id: row for row in patient.departures.order_by("at")}
    known[patient.practice_id] = patient
    wanted: dict[tuple[uuid.UUID, str], PatientWord] = {}
    for practice, as_known in known.items():
        wanted |= {(row.practice_id, row.word): row for row in _word_rows(patient.pk, practice, as_known)}
    kept = {(row.practice_id, row.word): row.pk for row in patient.words.all()}
    if over := [pk for key, pk in kept.items() if key not in wanted]:
        PatientWord.objects.filter(pk__in=over).delete()
    PatientWord.objects.bulk_create(row for key, row in wanted.items() if key not in kept)


def _word_rows(patient: uuid.UUID, practice: uuid.UUID | None, known: Any) -> "list[PatientWord]":
    if practice is None:
        return []
    return [PatientWord(patient_id=patient, practice_id=practice, word=word) for word in sorted(words_of(known))]


class Consent(models.Model):
    """One yes for one purpose, with the version of the text it was given to; withdrawn, never deleted."""

    class Purpose(models.TextChoices):
        CARE = "care", _("My logs")
        PHOTOS = "photos", _("My photos")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="consents")
    practice = models.ForeignKey(Practice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    version = models.CharField(max_length=20, default=CONSENT_VERSION)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "purpose"], condition=Q(withdrawn_at=None), name="one_standing_consent_per_purpose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"
