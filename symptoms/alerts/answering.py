"""What a patient answers to "Were you seen?", and what that closes for somebody without a practice."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Subquery

from accounts.locks import lock_patient
from accounts.models import User
from symptoms.alerts.events import write_events
from symptoms.alerts.patient_answers import answered_from, open_concerns
from symptoms.alerts.patient_status import refresh_status
from symptoms.models import Alert, AlertEvent, Assessment, Entry
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.seen import SeenAnswer, detail_of

SETTLES = frozenset({SeenAnswer.SEEN, SeenAnswer.TREATED, SeenAnswer.GONE})
ON_TRACK_SETTLES = 2  # the newest logs


class CareNotAgreed(Exception):
    """The patient has not agreed that what they write is kept."""


@transaction.atomic
def answer_seen(
    patient_id: UUID, answer: SeenAnswer, words: str, *, by: User, now: datetime, asked_at: float | None = None
) -> list[Alert]:
    """Keep a patient's answer with every concern of theirs that is open, for the practice to read.

    `asked_at`: when the page that asked was made, in seconds since 1970. What opened or rose since is left unanswered:
    the patient had not read of it.
    Gives the alerts it was kept with: none where the practice has closed them meanwhile. Answering closes nothing at a
    practice; for who has none, see `close_settled`.

    Raises:
        CareNotAgreed: nothing is kept.
    """
    patient = lock_patient(patient_id)
    if not patient.agreed_to("care"):
        raise CareNotAgreed
    concerns = [
        concern
        for concern in open_concerns(patient.pk)
        if asked_at is None or answered_from(concern.alert).timestamp() <= asked_at
    ]
    # A second tap says nothing new.
    newly_answered = [concern.alert for concern in concerns if (concern.answer, concern.words) != (answer, words)]
    write_events(newly_answered, AlertEvent.What.ANSWERED, at=now, by=by, detail=detail_of(answer, words))
    alerts = [concern.alert for concern in concerns]
    if alerts:
        if answer in SETTLES:
            _close_calm(_without_practice(alerts), now)
        refresh_status(patient)
    return alerts


def close_settled(open_alerts: Iterable[Alert], *, now: datetime) -> list[Alert]:
    """Close what a patient without a practice was seen for, or says is gone, once two logs since were on track.

    `open_alerts`: everything that is open about one patient. Gives what stays open.
    """
    open_alerts = list(open_alerts)
    alone = _without_practice(open_alerts)
    if not alone:
        return open_alerts
    concerns = open_concerns(alone[0].treatment.patient_id)
    answered = {concern.alert.pk for concern in concerns if concern.answer in SETTLES}
    closed = _close_calm([alert for alert in alone if alert.pk in answered], now)
    return [alert for alert in open_alerts if alert not in closed]


def _without_practice(alerts: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in alerts if alert.practice_id is None and alert.kind == Alert.Kind.CONCERN]


def _close_calm(answered: list[Alert], now: datetime) -> list[Alert]:
    """Close those of one patient's answered alerts since which two logs were on track, and give them."""
    newest = _newest_logs(answered[0].treatment.patient_id) if answered else []
    closed = [alert for alert in answered if were_on_track(newest, since=alert.worsened_at)]
    if closed:
        Alert.objects.filter(pk__in=[alert.pk for alert in closed]).update(resolved_at=now, next_step_at=None)
        write_events(closed, AlertEvent.What.RESOLVED, at=now)
    return closed


def were_on_track(newest: Sequence[Entry], *, since: datetime) -> bool:
    """Whether the two newest logs, each with its `judged_urgency`, came after `since` and were on track."""
    return len(newest) == ON_TRACK_SETTLES and all(
        entry.is_judged and entry.judged_urgency == Urgency.ON_TRACK and entry.received_at > since for entry in newest
    )


def _newest_logs(patient_id: UUID) -> list[Entry]:
    judged = Assessment.objects.filter(entry=OuterRef("pk"), is_current=True).values("urgency")[:1]
    logs = Entry.objects.current().filter(treatment__patient=patient_id, treatment__same_as=None)
    logs = logs.annotate(judged_urgency=Subquery(judged))  # type: ignore[no-redef]  # declared on the model
    return list(logs.order_by("-date", "-received_at")[:ON_TRACK_SETTLES])
