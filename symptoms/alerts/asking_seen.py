"""Four hours after an urgent verdict the patient is asked, once, whether they were seen; also who is alone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.locks import lock_patient
from accounts.models import Consent
from symptoms.alerts.passing_over import passed_over, trying
from symptoms.models import Alert, AlertEvent, Delivery, Entry
from symptoms.models.alert import AlertQuerySet
from symptoms.models.delivery import reason_of
from symptoms.recovery.prompting import PROMPT_AFTER_HOURS
from symptoms.recovery.vocabulary import Urgency

AFTER = timedelta(hours=PROMPT_AFTER_HOURS)
NO_LONGER_AFTER = timedelta(days=1)  # after an outage: by then they are asked for the next day's log
WORD = "seen"  # of `Delivery.reason`


def ask_next(now: datetime) -> bool:
    """Queue the question to one patient who was told to be seen, and neither logged nor answered since; False when
    there is none. The message is the row by which it is sent once.

    It belongs to no practice: it is no sign that anybody there was told.
    """
    others = _to_ask(now).exclude(treatment__patient__in=passed_over())
    first = others.values_list("treatment__patient", flat=True).order_by("worsened_at").first()
    if first is None:
        return False
    with trying(first), transaction.atomic():
        patient = lock_patient(first)
        for entry in {alert.raised_by for alert in _to_ask(now).filter(treatment__patient=patient)}:
            assert patient.user_id is not None
            Delivery.objects.create(
                entry=entry, recipient_id=patient.user_id, practice=None, why=Delivery.Why.PATIENT,
                reason=reason_of(WORD, entry.pk), created_at=now, not_before=now,
            )  # fmt: skip
    return True


def _to_ask(now: datetime) -> AlertQuerySet:
    """Open concerns of who is to be asked now."""
    newer = Entry.objects.filter(
        treatment__patient=OuterRef("treatment__patient"), received_at__gt=OuterRef("entry__received_at")
    )
    answers = AlertEvent.objects.filter(
        alert=OuterRef("pk"), what=AlertEvent.What.ANSWERED, at__gte=OuterRef("worsened_at")
    )
    asked = Delivery.objects.filter(entry=OuterRef("entry"), why=Delivery.Why.PATIENT)
    agreed = Consent.objects.filter(
        patient=OuterRef("treatment__patient"), purpose=Consent.Purpose.CARE, withdrawn_at=None
    )
    return (
        Alert.objects.open()
        .filter(Exists(agreed))
        .filter(kind=Alert.Kind.CONCERN, urgency__gte=Urgency.URGENT, treatment__patient__user__isnull=False)
        .filter(worsened_at__lte=now - AFTER, worsened_at__gt=now - NO_LONGER_AFTER)
        .exclude(Exists(newer))
        .exclude(Exists(answers))
        .exclude(Exists(asked))
        .select_related("entry", "treatment")
    )
