"""What an open page asks to learn whether anything changed: answered at once when something has, else after a while."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, practitioner_required
from accounts.models import Practice
from symptoms.alerts.changes import sign_of


@practitioner_required
@require_safe
def queue_live(request: PracticeRequest) -> HttpResponse:
    """The sign of the reader's practice."""
    return whether_changed(request, request.practice, asker=str(request.user.pk))


def whether_changed(request: HttpRequest, practice: Practice, *, asker: str) -> HttpResponse:
    """The sign of `practice`; where it is the one that the page has, our server keeps the answer back, others do not.

    `asker`: only so many answers are kept back for each.
    """
    sign = sign_of(practice.pk, timezone.now())
    hold = getattr(request.META.get("gunicorn.socket"), "hold", None)  # see tracker/server/held.py
    if hold is not None and request.GET.get("sign") == sign:
        hold(practice.pk, sign, asker)
    return JsonResponse({"sign": sign})
