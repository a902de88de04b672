"""Who people are: users, practices and their members, patients, what they agreed to, and who read what."""

import math
import secrets
import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical_address
from accounts.hashers import spellings_of
from accounts.names import FoldedNameField, PlainOrderField, SortNameField
from accounts.opening_hours import OpeningHours, from_stored
from accounts.search_words import LAST, LONGEST_WORD, Sought, sought_in_text, words_of
from accounts.zones import known_zones

ADULT = 18
INVITATION_LASTS = timedelta(days=7)
LONGEST_WALL_LABEL = 60
LAPSE_SAID_FOR = timedelta(days=30)  # after that, whoever did not join does not mean to
UNDONE_WITHIN = timedelta(days=30)  # a wrong "yes, this is the same person"
LONGEST_PATIENT_NUMBER = 40  # characters
LONGEST_PAUSE = timedelta(minutes=20)  # no message is ever put off for longer
CONSENT_VERSION = "2026-11"  # of the texts in accounts/consents.py; a new text is a new version


def validate_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in known_zones():
        raise ValidationError(_("%(name)s is not a time zone we know."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=canonical_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """Somebody who can sign in. What they may see follows from being a patient or a member, not from this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # Django's own way to drop a field
    first_name = None  # type: ignore[assignment]  # likewise
    last_name = None  # type: ignore[assignment]  # likewise
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[assignment, misc]  # it makes users without a username

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Keep the hash of the password's one spelling: an accent is one letter or two, as the keyboard has it."""
        super().set_password(raw_password and spellings_of(raw_password)[0])

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password, however its accents are spelled here or were when it was chosen."""
        return any(super(User, self).check_password(spelling) for spelling in spellings_of(raw_password or ""))

    @cached_property
    def membership(self) -> "Membership | None":
        """Where the user works now, if anywhere."""
        if self.__dict__.get("as_patient") is not None:  # known to be a patient: nobody is both
            return None
        return self.memberships.current().select_related("practice").first()

    @property
    def practice_as_practitioner(self) -> "Practice | None":
        """The practice whose records the user may read: being its admin alone is not enough."""
        return self.membership.practice if self.membership and self.membership.is_practitioner else None

    @property
    def practice_as_admin(self) -> "Practice | None":
        """The practice whose people the user manages."""
        return self.membership.practice if self.membership and self.membership.is_admin else None

    @cached_property
    def as_patient(self) -> "Patient | None":
        """The patient this user is, if any."""
        return Patient.objects.filter(user=self).select_related("practice").first()

    @property
    def zone(self) -> ZoneInfo:
        """The zone by whose clock the user reads: a patient's own, a member's practice's, else the server's."""
        if self.as_patient is not None:
            return self.as_patient.zone
        return self.membership.practice.zone if self.membership else ZoneInfo(settings.TIME_ZONE)

    def look_up_again(self) -> None:
        """Where the user works or which patient they are has just changed: forget what was found before."""
        for name in ("membership", "as_patient"):
            self.__dict__.pop(name, None)


class Practice(models.Model):
    """A clinic that uses Mendline."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    week = models.JSONField(default=dict, blank=True, help_text="opening hours by weekday; empty: not said")
    days_off = models.JSONField(default=list, blank=True, help_text="first and last day of each closure")
    answers_within = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="hours in which an answer usually comes while it is open"
    )
    telling = models.JSONField(
        default=dict, blank=True, help_text="who is told when, read by `symptoms.alerts.policy`; empty: the defaults"
    )
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False, help_text="when the operator closed it")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose clock hangs at the practice."""
        return ZoneInfo(self.time_zone)

    @property
    def hours(self) -> OpeningHours:
        """When it is open."""
        return from_stored(self.zone, self.week, self.days_off)


class Reach(models.TextChoices):
    """What a member is told of whom neither e-mail nor push reaches."""

    NOTHING = "nothing"
    EMERGENCIES = "emergencies"  # by calls alone
    URGENT = "urgent"  # by texts


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about who works where."""

    def current(self) -> "MembershipQuerySet":
        return self.filter(removed_at=None, user__is_active=True)

    def practitioners(self) -> "MembershipQuerySet":
        return self.current().filter(is_practitioner=True)

    def admins(self) -> "MembershipQuerySet":
        return self.current().filter(is_admin=True)

    def reach(self) -> "dict[uuid.UUID, Reach]":
        """By membership what those who work there are told of whom neither e-mail, which fails or is off, nor push
        reaches; whoever is missing is told of all."""
        kinds, offered = ContactMethod.Kind, kinds_offered()
        rows = self.current().with_what_works().filter(email_fails=True, by_push=False)
        return {
            pk: Reach.URGENT if by_sms and kinds.SMS in offered
            else Reach.EMERGENCIES if by_phone and kinds.PHONE in offered
            else Reach.NOTHING
            for pk, by_sms, by_phone in rows.values_list("pk", "by_sms", "by_phone")
        }  # fmt: skip

    def with_what_works(self) -> "models.QuerySet[Any]":
        """With `email_fails` (or is off), and `by_push`, `by_sms`, `by_phone`: one works, should it be offered."""
        methods = ContactMethod.objects.filter(user=OuterRef("user"))
        others = [kind for kind in ContactMethod.Kind.values if kind != ContactMethod.Kind.EMAIL]
        return self.annotate(
            email_fails=Exists(methods.of_the_address().exclude(is_on=True, failing_since=None)),
            **{f"by_{kind}": Exists(methods.working().filter(kind=kind)) for kind in others},
        )


class Membership(models.Model):
    """That a user works in a practice: as practitioner (reads records), as admin (manages people), or both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="memberships")
    is_practitioner = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            # One practice at a time keeps every page free of the question "which clinic are you in?".
            models.UniqueConstraint(
                fields=["user"], condition=Q(removed_at=None), name="one_current_practice_per_member"
            ),
            models.CheckConstraint(condition=Q(is_practitioner=True) | Q(is_admin=True), name="a_member_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.practice}"


class Absence(models.Model):
    """Days on which a member is away, and who stands in; what they would be told of, that colleague is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="absences")
    first_day = models.DateField()
    last_day = models.DateField()
    stands_in = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(null=True, editable=False, help_text="when it was written down or last changed")
    changed_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="an_absence_does_not_end_before"),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


def kinds_offered() -> list[str]:
    """The kinds of contact methods by which people are told; texts and calls where the operator set a service."""
    kinds = ContactMethod.Kind
    return [kinds.EMAIL, kinds.PUSH, *(kind for kind, url in settings.APPRISE_URLS.items() if url)]


class ContactMethodQuerySet(models.QuerySet["ContactMethod"]):
    """Which ways reach somebody."""

    def working(self) -> "ContactMethodQuerySet":
        """Those that are turned on and that nothing speaks against."""
        return self.filter(is_on=True, failing_since=None)

    def of_the_address(self) -> "ContactMethodQuerySet":
        """E-mail to the address that its owner has now: what was known of an earlier one is over."""
        return self.filter(Q(address=F("user__email")) | Q(address=""), kind=ContactMethod.Kind.EMAIL)


class ContactMethod(models.Model):
    """One way by which a member is told: their e-mail, a browser that takes push messages, a number.

    Everybody has e-mail: a row for it is there once something is known of it, that it was tested or comes back.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Push message")
        SMS = "sms", _("Text message")
        PHONE = "phone", _("Phone call")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_methods")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    address = models.TextField(blank=True, help_text="a number; of a browser, what its push service takes, as JSON")
    address_hash = models.CharField(max_length=64, help_text="so that the same browser or number is one row")
    label = models.CharField(max_length=80, blank=True, help_text="what its owner knows it by")
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    proven_at = models.DateTimeField(null=True, blank=True, help_text="when something last surely arrived by it")
    failing_since = models.DateTimeField(null=True, blank=True)
    failing_why = models.CharField(max_length=200, blank=True)

    objects = ContactMethodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "address_hash"], name="one_row_for_a_contact_method")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"

    @property
    def is_working(self) -> bool:
        """Whether it is turned on and nothing speaks against it."""
        return self.is_on and self.failing_since is None


class PatientQuerySet(models.QuerySet["Patient"]):
    """Whose patients one may see, and in which order."""

    def by_name(self) -> "PatientQuerySet":
        """In the order of a list of names, the family name first, whatever their capitals and accents."""
        return self.order_by("sort_name", "id")

    def of_practice(self, practice: Practice) -> "PatientQuerySet":
        """Those whose current practice this is."""
        return self.filter(practice=practice)

    def bulk_create(self, objs: Iterable["Patient"], *args: Any, **kwargs: Any) -> list["Patient"]:
        """As ever, with the words by which each is found."""
        made = super().bulk_create(objs, *args, **kwargs)
        words = [row for patient in made for row in _word_rows(patient.pk, patient.practice_id, patient)]
        PatientWord.objects.bulk_create(words, batch_size=kwargs.get("batch_size"))
        return made


class Patient(models.Model):
    """Somebody whose recovery is followed; `user` is empty until they accept, `practice` while they are alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="patient")
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

    objects = PatientQuerySet.as_manager()

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


def hash_token(token: str) -> str:
    """What is stored of an invitation's token: its SHA-256, so that the table alone lets nobody in."""
    return sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations can still be used."""

    def open(self, now: datetime) -> "InvitationQuerySet":
        """Those that still let somebody in; to a colleague only while whoever invited manages the practice's people."""
        admins = Membership.objects.admins().filter(user=OuterRef("invited_by"), practice=OuterRef("practice"))
        return self.filter(~Q(patient=None) | Exists(admins), used_at=None, withdrawn_at=None, expires_at__gt=now)

    def unsettled(self) -> "InvitationQuerySet":
        """Neither taken for good nor taken back: what a new invitation replaces."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def fruitless(self, now: datetime) -> "InvitationQuerySet":
        """Those by which nobody came who was to: the letter is refused or was given up, or their time is over, since a
        month at most. Whoever invites again, or takes them back, has seen to it."""
        is_to_join = Q(patient=None) | Q(patient__user=None, patient__practice=F("practice"))
        refused = Q(letter__failed_at__isnull=False) | Q(letter__refused_at__isnull=False)
        is_over = Q(expires_at__lte=now, expires_at__gt=now - LAPSE_SAID_FOR)
        waiting = self.filter(is_to_join, used_at=None, withdrawn_at=None)
        return waiting.filter(is_over | (refused & Q(letter__sent_at=None)))

    def to_confirm(self) -> "InvitationQuerySet":
        """Taken by somebody whom the practice has still to recognise."""
        return self.unsettled().exclude(used_at=None)

    def to_undo(self, now: datetime) -> "InvitationQuerySet":
        """Those by which somebody joined who can still be told apart from the patient again."""
        return self.filter(confirmed_at__gte=now - UNDONE_WITHIN, undone_at=None, record_before__isnull=False)

    def forget_records_before(self, now: datetime) -> int:
        """Delete what was kept for undoing a joining that can no longer be undone; gives how many there were."""
        over = self.filter(confirmed_at__lt=now - UNDONE_WITHIN, record_before__isnull=False)
        return over.update(record_before=None)


class Invitation(models.Model):
    """A one-time way in: bound to an address when mailed; shown as a QR code, unbound and confirmed by the practice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="invitations")
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True)
    is_practitioner = models.BooleanField(default=False)
    is_admin = models.BooleanField(default=False)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    choices = models.JSONField(default=dict, help_text="what whoever took it agreed to and shares, see `Joining`")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    record_before = models.JSONField(
        null=True, help_text="the record as the practice had begun it, to undo the joining"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    letter = models.OneToOneField(
        "AccountMail", null=True, blank=True, on_delete=models.SET_NULL, help_text="by which the link was sent"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "expires_at"],
                name="invitations_awaited",
                condition=Q(used_at=None, withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"to {self.email or 'whoever shows it'} from {self.practice}"

    @property
    def is_bound(self) -> bool:
        """Whether only one address can accept it."""
        return bool(self.email)

    @property
    def is_to_confirm(self) -> bool:
        """Whether somebody took it whom the practice has still to recognise."""
        return self.used_at is not None and self.confirmed_at is None

    @property
    def undelivered_at(self) -> datetime | None:
        """Since when its letter could not be delivered; None while it was, or may well be."""
        return self.letter.undelivered_at if self.letter else None

    @staticmethod
    def new_token() -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(32)


class WallLink(models.Model):
    """A way to a practice's wall screen without signing in: numbers alone, until a manager turns it off."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="wall_links")
    label = models.CharField(max_length=LONGEST_WALL_LABEL, help_text="where the screen hangs")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    used_at = models.DateTimeField(null=True, blank=True, help_text="when a screen last showed it, by some minutes")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.label


class AccessRecord(models.Model):
    """That somebody read a patient's record: who, whose, what, when. Only ever added to."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="access_records")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["patient", "-at"], name="who_read_a_patient")]

    def __str__(self) -> str:
        return f"{self.what} at {self.at}"


class SendingQuerySet(models.QuerySet[Any]):
    """What is due to be sent."""

    def due(self, now: datetime) -> Self:
        """Not sent, not given up, and free: never leased, or with a lease that ran out.

        A row that has to wait longer than any pause was put off before the clock was set back: it is due as well.
        """
        is_free = Q(not_before__lte=now) | Q(not_before__gt=now + LONGEST_PAUSE)
        return self.filter(is_free, sent_at=None, failed_at=None)

    def deliverable(self) -> Self:
        """Those that were sent or may soon be: neither given up nor refused."""
        return self.filter(failed_at=None, refused_at=None)


class Sending(models.Model):
    """Something to be handed to a channel: leased, sent, marked; told twice rather than never."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)  # also the fencing number of the current lease
    sent_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="since when it is refused, while it may still be tried; empty once sent",
    )
    failed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = SendingQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    @property
    def undelivered_at(self) -> datetime | None:
        """Since when it could not be delivered; None where it was sent, or may well be."""
        return self.failed_at or self.refused_at

    @property
    def is_on_its_way(self) -> bool:
        """Whether it waits to be sent, and nothing says that it will not arrive."""
        return self.sent_at is None and self.undelivered_at is None

    @property
    def message_id(self) -> str:
        """The same for every try, so that a copy sent twice shows once."""
        return f"<{self.id}@{settings.SITE_URL.partition('://')[2].partition(':')[0]}>"


class AccountMail(Sending):
    """A mail about signing in or an invitation, queued whole by the page that caused it."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    # Erased once sent: the body holds a link that lets somebody in.

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="account_mail_due", condition=Q(sent_at=None, failed_at=None))
        ]
