"""In two hours instead: said from a reminder itself, by the script of the browser that shows it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import public
from symptoms.alerts.reminder_wishes import remind_later, who_is_reminded
from symptoms.wording.reminders import is_later


@csrf_exempt  # a service worker has no page, and perhaps no session; that browser alone knows the ids in the address
@public
@require_POST
def push_later(request: HttpRequest, delivery_id: UUID, method_id: UUID) -> HttpResponse:
    """The line that the browser shows in the reminder's place; none where it cannot come later today."""
    now = timezone.now()
    patient = who_is_reminded(delivery_id, method_id, now)
    if patient is None:
        return HttpResponse(status=404)
    at = remind_later(patient, now)
    return JsonResponse({"title": is_later(at, patient.zone) if at else ""})
