"""What a practice may know of what happened to the alerts of its patients, also of those who left it."""

from django.db.models import Exists, OuterRef, Q

from accounts.models import Practice
from symptoms.journal.visibility import Visibility
from symptoms.models import AlertEvent
from symptoms.models.alert import AlertEventQuerySet

What = AlertEvent.What
BY_THE_PRACTICE = (What.ACKNOWLEDGED, What.RESOLVED, What.KEPT_OPEN, What.HANDED_OVER)


def known_events(visibilities: list[Visibility], practice: Practice) -> AlertEventQuerySet:
    """Of alerts on the practice's desk what happened until the patient left, the leaving and what its own people did
    since; of alerts that have moved on, what happened while they were here."""
    moved = AlertEvent.objects.filter(alert=OuterRef("alert"), what=What.MOVED, id__gt=OuterRef("id"))
    treatments = [visibility.treatment.pk for visibility in visibilities]
    its_own = Q(alert__treatment__in=treatments, what__in=(*BY_THE_PRACTICE, What.LEFT))
    may_know = within(visibilities, "at", "alert__treatment") | its_own
    on_desk = AlertEvent.objects.filter(may_know, alert__practice=practice).exclude(Exists(moved))
    of_others = AlertEvent.objects.exclude(alert__practice=practice).exclude(what=What.MOVED)
    return on_desk | of_others.filter(_during_stays(visibilities))


def _during_stays(visibilities: list[Visibility]) -> Q:
    """A condition on events: while the treatment's alerts lay on the practice's desk, before the patient left it."""
    condition = Q(pk__in=[])
    for visibility in visibilities:
        for stay in visibility.accesses:
            if stay.until is not None:
                began = Q(at__gte=stay.since) if stay.since else Q()
                condition |= began & Q(alert__treatment=visibility.treatment.pk, at__lte=stay.until)
    return condition


def within(visibilities: list[Visibility], moment: str, treatment: str = "treatment") -> Q:
    """A condition on rows of these treatments: those whose time `moment` the reader's practice may know."""
    condition = Q(pk__in=[])
    for visibility in visibilities:
        until = {} if visibility.until is None else {f"{moment}__lte": visibility.until}
        condition |= Q(**{treatment: visibility.treatment.pk}, **until)
    return condition
