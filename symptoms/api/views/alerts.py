"""Alerts, for practitioners' programs: list, acknowledge, resolve."""

from datetime import datetime
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.access import record_access, record_listing
from accounts.models import User
from symptoms.alerts.changed_since import NeedsConfirmation, PageSeen
from symptoms.alerts.handling import IncompleteOutcome, acknowledge, resolve
from symptoms.alerts.read_receipts import BY_PROGRAM, LISTED_BY_PROGRAM
from symptoms.api.base import AuthenticatedRequest, Endpoint
from symptoms.api.fields import moment
from symptoms.api.permissions import IsPractitioner
from symptoms.api.problems import Conflict
from symptoms.api.schema import CURSOR, ToConfirmProblemSerializer, operation
from symptoms.api.serializers.alert import (
    AlertSerializer,
    AlertsSerializer,
    NothingInSerializer,
    ResolutionInSerializer,
)
from symptoms.journal.visibility import alerts_shown
from symptoms.models import Alert
from symptoms.models.alert import AlertQuerySet

OPEN = OpenApiParameter("open", bool, description="Only those that are open, or only those that are not.")
SHOWN = ("treatment__patient__practice", "entry", "acknowledged_by", "resolved_by")


class ToConfirm(Conflict):
    """A person has to know something first; nothing was saved."""

    def __init__(self, unknown: NeedsConfirmation, now: datetime) -> None:
        super().__init__(_("Nothing is saved yet: somebody has to read `news` first."))
        holders = sorted(str(holder) for holder in unknown.holders)
        self.more = {"news": unknown.sentences, "seen_at": moment(now), "known_holders": holders}


class Alerts(Endpoint):
    """The alerts on the desk of one's practice."""

    may = {"GET": IsPractitioner}
    query = frozenset({"cursor", "open"})
    newest_by = "opened_at"

    @operation(
        "list_alerts",
        "List alerts",
        "Those of the practice, the last opened first.",
        answers={200: AlertSerializer(many=True)},
        parameters=(CURSOR, OPEN),
    )
    def get(self, request: AuthenticatedRequest) -> Response:
        rows = _seen_by(request.user)
        if "open" in request.query_params:
            rows = rows.filter(resolved_at__isnull=_yes_or_no(request.query_params["open"], "open"))
        return self.page(rows, AlertSerializer, self._as_seen)

    def _as_seen(self, alerts: list[Alert]) -> list[Alert]:
        patients = [alert.treatment.patient_id for alert in alerts]
        record_listing(self.request.user, patients, LISTED_BY_PROGRAM, timezone.now())
        return alerts_shown(self.request.user, alerts)


class OneAlert(Endpoint):
    """One alert."""

    may = {"GET": IsPractitioner}

    @operation("read_alert", "Read an alert", "One alert of the practice.", answers={200: AlertSerializer})
    def get(self, request: AuthenticatedRequest, alert_id: UUID) -> Response:
        return _answer(request.user, get_object_or_404(_seen_by(request.user), pk=alert_id))


class Acknowledgement(Endpoint):
    """ "I have this"."""

    may = {"POST": IsPractitioner}

    @operation(
        "acknowledge_alert",
        "I have this",
        "Takes all open alerts of the treatment that nobody has taken, and answers with all that are open. The patient "
        "sees that somebody has it in hand.",
        body=NothingInSerializer,
        answers={200: AlertsSerializer},
    )
    def post(self, request: AuthenticatedRequest, alert_id: UUID) -> Response:
        self.read(NothingInSerializer())
        alert = get_object_or_404(_seen_by(request.user), pk=alert_id)
        acknowledge(alert.treatment, by=request.user, now=timezone.now())
        alerts = _seen_by(request.user).open().filter(treatment=alert.treatment_id).order_by("-urgency", "opened_at")
        record_access(request.user, alert.treatment.patient, BY_PROGRAM)
        return Response(AlertsSerializer({"alerts": alerts_shown(request.user, alerts)}).data)


class Resolution(Endpoint):
    """What became of an alert."""

    may = {"POST": IsPractitioner}

    @operation(
        "resolve_alert",
        "Resolve an alert",
        "Closes it with an outcome; an alert that is not a concern, or was treated, needs a reason. `watching` (with "
        "`until` or `comes_back_at`), `not_reached`, and any other with `comes_back_at` leave it open: then it comes "
        "back; who was not reached, unless a moment is named, in an hour where it is an emergency, within four hours "
        "where it is urgent, else on the next working morning. Once it is closed, the same outcome sent again has "
        "the same answer; another has 409. So has one that a colleague has in hand, and one of whose patient something "
        "came since `seen_at`: `news` says what. Once a person has read it, the same request with `seen_at` and "
        "`known_holders` of that answer goes through.",
        body=ResolutionInSerializer,
        answers={200: AlertSerializer},
        more=(409,),
        problems={409: ToConfirmProblemSerializer},
    )
    def post(self, request: AuthenticatedRequest, alert_id: UUID) -> Response:
        resolution = self.read(ResolutionInSerializer())
        alert, now = get_object_or_404(_seen_by(request.user), pk=alert_id), timezone.now()
        page = PageSeen(resolution.pop("seen_at") or alert.worsened_at, frozenset(resolution.pop("known_holders")))
        try:
            is_resolved = resolve(alert, **resolution, by=request.user, now=now, page=page)
        except IncompleteOutcome as refusal:
            raise ValidationError({refusal.field: [str(refusal)]}) from refusal
        except NeedsConfirmation as unknown:
            raise ToConfirm(unknown, now) from unknown
        alert = _seen_by(request.user).get(pk=alert_id)
        if not is_resolved and (alert.outcome, alert.reason) != (resolution["outcome"], resolution["reason"]):
            raise Conflict(_("Somebody resolved this before, with another outcome."))
        return _answer(request.user, alert)


def _seen_by(user: User) -> AlertQuerySet:
    return Alert.objects.managed_by(user).select_related(*SHOWN)


def _answer(user: User, alert: Alert) -> Response:
    record_access(user, alert.treatment.patient, BY_PROGRAM)
    return Response(AlertSerializer(alerts_shown(user, [alert])[0]).data)


def _yes_or_no(word: str, name: str) -> bool:
    if word not in ("true", "false"):
        raise ValidationError({name: [_("Say true or false.")]})
    return word == "true"
