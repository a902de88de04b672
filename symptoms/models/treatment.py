"""One microneedling session, with the skin, conditions and medicines of that day."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Patient, Practice, User
from accounts.names import PlainOrderField
from accounts.search_words import LAST, squeezed
from symptoms.recovery.depth import DEEPEST_MM, DEEPEST_NEEDLES_MM, LEAST_MM
from symptoms.recovery.vocabulary import Answer, Device
from symptoms.wording import treatment as words

DEVICES = [(str(device), name) for device, name in words.DEVICES.items()]
SETTINGS = [(str(setting), name) for setting, name in words.SETTINGS.items()]
ANTIVIRALS = list(words.ANTIVIRALS.items())
ANSWERS = [(str(answer), word) for answer, word in words.ANSWERS.items()]


LONGEST_LOT = 60  # characters


class SqueezedLotField(PlainOrderField):  # type: ignore[type-arg]  # Django's fields are not subscriptable
    """The model's `cartridge_lot` without case, spaces and hyphens; kept whenever a row is made or saved."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_LOT, "editable": False, **kwargs})

    def pre_save(self, model_instance: Any, add: bool) -> str:
        value = squeezed(model_instance.cartridge_lot)[:LONGEST_LOT]
        setattr(model_instance, self.attname, value)
        return value


def is_expired(expiry: date, on: date) -> bool:
    """Whether the month that begins on `expiry` is over on a day: it is good until the month's end."""
    return (on.year, on.month) > (expiry.year, expiry.month)


class TreatmentQuerySet(models.QuerySet["Treatment"]):
    """Whose treatments one may see."""

    def of_lot(self, practice: Practice, beginning: str) -> "TreatmentQuerySet":
        """Those open to the practice whose cartridge's lot begins so, however it is written."""
        lot = squeezed(beginning)
        return self.filter(open_to=practice, squeezed_lot__gte=lot, squeezed_lot__lt=lot + LAST) if lot else self.none()

    def of_product_lot(self, practice: Practice, beginning: str) -> "TreatmentQuerySet":
        """Those open to the practice in which a product was used whose lot begins so, however it is written."""
        lot = squeezed(beginning)
        if not lot:
            return self.none()
        lots = ProductLot.objects.filter(lot__gte=lot, lot__lt=lot + LAST)
        # No index may be used for the practice: SQLite would go through all of its treatments.
        is_open = Case(When(open_to=practice, then=Value(True)), default=Value(False))
        return self.annotate(is_open=is_open).filter(is_open=True, pk__in=lots.values("treatment"))

    def bulk_create(self, objs: Iterable["Treatment"], *args: Any, **kwargs: Any) -> list["Treatment"]:
        """As ever, with the lots by which each is found."""
        made = super().bulk_create(objs, *args, **kwargs)
        ProductLot.objects.bulk_create([row for treatment in made for row in ProductLot.rows_of(treatment)])
        return made

    def visible_to(self, user: User) -> "TreatmentQuerySet":
        """A patient's own; for a practitioner those open to the practice now, and those it kept when the patient left.

        Of the latter only what was there then may be read: `symptoms.journal.visibility` gives exactly that.
        """
        if not user.is_authenticated:
            return self.none()
        practice = user.practice_as_practitioner
        if practice is None:
            return self.filter(patient__user=user)
        # Asked row by row: whoever looks at one treatment or patient does not gather all that the practice may see.
        return self.filter(Q(open_to=practice) | Exists(TreatmentAccess.objects.kept_by(practice, OuterRef("pk"))))

    def all_visible_to(self, user: User) -> "list[TreatmentQuerySet]":
        """The same, for a list of all of them: in parts that share none, each found by an index of its own."""
        practice = user.practice_as_practitioner if user.is_authenticated else None
        if practice is None:
            return [self.visible_to(user)]
        kept = TreatmentAccess.objects.kept().filter(practice=practice).values("treatment")
        return [self.filter(open_to=practice), self.filter(pk__in=kept).exclude(open_to=practice)]

    def newest_first(self) -> "TreatmentQuerySet":
        """By day and time, and without ties: every page and every judgement has the same newest one."""
        return self.order_by("-day_zero", "-performed_at", "-recorded_at", "-id")

    def managed_by(self, user: User) -> "TreatmentQuerySet":
        """Those on which a practitioner may act: open to the practice now."""
        practice = user.practice_as_practitioner if user.is_authenticated else None
        return self.filter(open_to=practice) if practice is not None else self.none()


class Treatment(models.Model):
    """What was done, to whom, on day 0; the vocabulary's words are kept as lists, in the words of `recovery`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="treatments")
    practice = models.ForeignKey(
        Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="treatments", help_text="who did it"
    )
    open_to = models.ForeignKey(
        Practice,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="the patient's present practice, where it may see this treatment",
    )
    practitioner = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    day_zero = models.DateField(help_text="the date of the session where the patient was; days are counted from it")
    performed_at = models.DateTimeField()
    device = models.CharField(max_length=10, choices=DEVICES)
    device_model = models.CharField(max_length=80, blank=True)
    needle_depth_mm = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_MM), MaxValueValidator(DEEPEST_MM)],
    )
    passes = models.PositiveSmallIntegerField(null=True, blank=True)
    energy_mj = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    setting = models.CharField(max_length=10, choices=SETTINGS, default="clinic")
    areas = models.JSONField(default=list)
    areas_other = models.CharField(max_length=120, blank=True)
    operator = models.CharField(max_length=120, blank=True)
    cartridge_lot = models.CharField(max_length=LONGEST_LOT, blank=True)
    squeezed_lot = SqueezedLotField(help_text="as it is looked for")
    cartridge_expiry = models.DateField(null=True, blank=True, help_text="the first day of the last month it is good")
    products = models.JSONField(default=list, blank=True)
    same_day_injection = models.BooleanField(default=False)
    needles_new = models.CharField(
        max_length=10, choices=ANSWERS, default=str(Answer.UNKNOWN), help_text="sealed until the treatment"
    )
    needles_shared = models.CharField(
        max_length=10, choices=ANSWERS, default=str(Answer.UNKNOWN), help_text="or the blood kit, by somebody else"
    )

    fitzpatrick = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(6)], help_text="what counts"
    )
    skin_colour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(6)], help_text="as the patient sees it; 0: not sure"
    )
    skin_burning = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(6)], help_text="as the patient knows it; 0: not sure"
    )
    conditions = models.JSONField(default=list, blank=True)
    medications = models.JSONField(default=list, blank=True)
    baseline = models.JSONField(default=dict, blank=True)
    antiviral = models.CharField(
        max_length=10, choices=ANTIVIRALS, blank=True, help_text="given against cold sores; empty: not asked"
    )

    same_as = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates", help_text="recorded twice"
    )
    kept_apart_at = models.DateTimeField(null=True, blank=True)  # the patient said: not the same session
    questions_asked_at = models.DateTimeField(
        null=True, editable=False, help_text="when the patient was last asked about needles, skin and depth"
    )

    objects = TreatmentQuerySet.as_manager()

    if TYPE_CHECKING:  # annotated by journal/loading.py
        agreed: bool
        last_logged: int | None  # journal/course_days.py
        asks_before: bool  # views/patient/own_treatments.py
        log_due_on: date | None  # the same
        phone_is_gone: bool  # the same
        erased_on: datetime | None  # the same

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-day_zero"], name="treatments_newest_first"),
            models.Index(fields=["open_to", "-recorded_at"], name="treatments_open_to"),
            models.Index(fields=["open_to", "squeezed_lot", "patient"], name="treatments_by_lot"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(needle_depth_mm=None)
                | Q(needle_depth_mm__gt=0, needle_depth_mm__lte=DEEPEST_NEEDLES_MM)
                | Q(needle_depth_mm__gt=0, needle_depth_mm__lte=DEEPEST_MM, device=str(Device.RF)),
                name="needles_go_no_deeper_than_they_are_made",
            ),
        ]

    def __str__(self) -> str:
        return _("{device} on {date}").format(device=self.get_device_display(), date=date_format(self.day_zero))

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """As ever, with the lots of its products, by which it is found."""
        with transaction.atomic():
            super().save(*args, update_fields=update_fields, **kwargs)
            if update_fields is None or "products" in update_fields:
                self.product_lots.all().delete()
                ProductLot.objects.bulk_create(ProductLot.rows_of(self))

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """What sorts sessions from the oldest to the newest, as `newest_first` does in the database."""
        return self.day_zero, self.performed_at, self.recorded_at, self.id

    @property
    def had_expired(self) -> bool:
        """Whether the cartridge's month was over on the day of the treatment."""
        return self.cartridge_expiry is not None and is_expired(self.cartridge_expiry, self.day_zero)

    def day_of(self, on: date) -> int:
        """Whole days since day 0; negative before it."""
        return (on - self.day_zero).days

    def date_of(self, day: int) -> date:
        """The calendar date of a day."""
        return self.day_zero + timedelta(days=day)


class ProductLot(models.Model):
    """The lot of a product that was used, without case, spaces and hyphens; the one of the cartridge is in its row."""

    id = models.BigAutoField(primary_key=True)
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="product_lots")
    lot = PlainOrderField(max_length=LONGEST_LOT)

    class Meta:
        indexes = [models.Index(fields=["lot", "treatment"], name="treatments_by_product_lot")]

    def __str__(self) -> str:
        return self.lot

    @classmethod
    def rows_of(cls, treatment: Treatment) -> "list[ProductLot]":
        """A row, not yet saved, for each lot that is written beside a product."""
        lots = {squeezed(product.get("lot", ""))[:LONGEST_LOT] for product in treatment.products}
        return [cls(treatment=treatment, lot=lot) for lot in sorted(lots - {""})]


class TreatmentAccessQuerySet(models.QuerySet["TreatmentAccess"]):
    """Which limits hold now, and what practices kept."""

    def present(self) -> "TreatmentAccessQuerySet":
        """Of practices to which the treatment is open now."""
        return self.filter(until=None)

    def kept(self) -> "TreatmentAccessQuerySet":
        """Of practices that the patient left and that go on reading what was there then."""
        return self.filter(until__isnull=False, ended=False)

    def kept_by(self, practice: Practice, treatment: OuterRef) -> "TreatmentAccessQuerySet":
        """What `practice` kept of a treatment of the query around it."""
        return self.kept().filter(practice=practice, treatment=treatment)


class TreatmentAccess(models.Model):
    """The limits of what one practice sees of a treatment: from when, until when. While open without a row: no limit.

    `since`: notes and photos received before are shown only with `notes` and `photos`; None: the practice was there
    from the start. `until`: when the patient left; None: now. `ended`: the practice keeps nothing of it.
    """

    id = models.BigAutoField(primary_key=True)
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="accesses", db_index=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    notes = models.BooleanField(default=False)
    photos = models.BooleanField(default=False)
    ended = models.BooleanField(default=False)

    objects = TreatmentAccessQuerySet.as_manager()

    if TYPE_CHECKING:
        was: dict[str, Any] | None  # journal/visibility.py

    class Meta:
        indexes = [models.Index(fields=["treatment", "practice", "until"], name="access_to_a_treatment")]
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "practice"], condition=Q(until=None), name="one_present_access_a_practice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} until {self.until or 'now'}"

    def shows_note_of(self, received_at: datetime) -> bool:
        """Whether the note of an entry received then falls within this access."""
        is_late = self.until is not None and received_at > self.until
        return not is_late and (self.notes or self.since is None or received_at >= self.since)


class TreatmentRevision(models.Model):
    """How a treatment read before somebody changed it."""

    id = models.BigAutoField(primary_key=True)
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="revisions")
    was = models.JSONField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"until {self.changed_at}"
