"""A photo of one view on one day; the picture itself lies in the private store under `key`."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Consent, Practice, User
from symptoms.models.treatment import Treatment, TreatmentAccess

VIEWS = [
    ("front", gettext_lazy("Front")), ("left", gettext_lazy("Left")),
    ("right", gettext_lazy("Right")), ("close_up", gettext_lazy("Close-up")),
]  # fmt: skip


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Whose photos one may see."""

    def visible_to(self, user: User) -> "PhotoQuerySet":
        """A patient's own; a practitioner's only of treatments open to the practice, while the consent to it stands.

        Those made before the patient joined it are shown only where the patient shared them. A practice that the
        patient left sees none but those it took itself, which need no consent of this kind; patients are not shown
        what a practice took.
        """
        if not user.is_authenticated:
            return self.none()
        practice = user.practice_as_practitioner
        if practice is None:
            return self.own().filter(treatment__patient__user=user)
        # Asked row by row, so that the database starts from the photos that are wanted: a list of all treatments
        # that the practice may see costs more with every patient of every practice.
        agreed = Consent.objects.filter(
            patient=OuterRef("treatment__patient"), practice=practice, purpose="photos", withdrawn_at=None
        )
        hidden = TreatmentAccess.objects.present().filter(
            treatment=OuterRef("treatment"), practice=practice, photos=False, since__gt=OuterRef("received_at")
        )
        kept = TreatmentAccess.objects.kept_by(practice, OuterRef("treatment")).filter(
            until__gte=OuterRef("received_at")
        )
        shared = Q(Exists(agreed), ~Exists(hidden), treatment__open_to=practice)
        return self.filter(shared | Q(Q(treatment__open_to=practice) | Exists(kept), practice=practice))

    def own(self) -> "PhotoQuerySet":
        """Those that patients took of themselves."""
        return self.filter(practice=None)

    def by_day(self) -> "PhotoQuerySet":
        """What was taken before the treatment, then the oldest first; of a day, in the order in which they came.

        As `Photo.sort_key` does.
        """
        return self.order_by("-is_before", "day", "date", "received_at", "id")


class Photo(models.Model):
    """One re-encoded JPEG, upright, in sRGB, without metadata."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)  # made by the client, so that a repeat is recognised
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="photos")
    date = models.DateField(help_text="the calendar date it shows, where the patient was; it never changes")
    day = models.PositiveSmallIntegerField(help_text="follows from the date and the treatment's; never below 0")
    view = models.CharField(max_length=10, choices=VIEWS)
    practice = models.ForeignKey(
        Practice,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="that took it",
    )
    is_before = models.BooleanField(default=False, help_text="taken by the practice before the treatment")
    key = models.CharField(max_length=128, unique=True, help_text="the name of its file in the store of photos")
    sha256 = models.CharField(max_length=64, help_text="of the picture that is kept, before it is sealed")
    digest = models.CharField(max_length=64, help_text="of the picture as it was sent")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField()

    objects = PhotoQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["treatment", "day"], name="photos_by_day")]

    def __str__(self) -> str:
        pattern = _("{view}, before treatment") if self.is_before else _("{view}, day {day}")
        return pattern.format(view=self.get_view_display(), day=self.day)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """What sorts photos as `by_day` does in the database."""
        return not self.is_before, self.day, self.date, self.received_at, self.id
