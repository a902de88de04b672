"""The receipt of what was erased, at an address that its patient was shown before: they have no account any more, and
the letter with it may not arrive.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.access import public
from accounts.durations import in_words
from symptoms.journal.erasing import COPIES_LAST
from symptoms.models import Erasure


@public
@require_safe
@cache_control(private=True, no_store=True)
def receipt(request: HttpRequest, erasure_id: UUID) -> HttpResponse:
    """What went and when, in counts: nobody's name, clinic or health. Before that, when it goes."""
    erasure = get_object_or_404(Erasure, pk=erasure_id, undone_at=None)
    if erasure.done_at is not None and not erasure.receipt:
        raise Http404
    context = {"erasure": erasure, "zone": ZoneInfo(settings.TIME_ZONE), "copies_last": in_words(COPIES_LAST)}
    return render(request, "public/receipt.html", context)
