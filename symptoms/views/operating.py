"""The page for whoever runs the server: what only they can mend, and numbers; nothing about any patient."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import AuthenticatedHttpRequest, staff_required
from symptoms.alerts.server_health import all_server_items, server_numbers


@staff_required
@require_safe
def operating(request: AuthenticatedHttpRequest) -> HttpResponse:
    """What needs attention on the server, by its own clock."""
    now, zone = timezone.now(), ZoneInfo(settings.TIME_ZONE)
    items = all_server_items(now, zone)
    if items:
        heading = ngettext("{count} needs attention", "{count} need attention", len(items)).format(count=len(items))
    else:
        heading = _("Nothing needs attention")
    context = {
        "now": now, "zone": settings.TIME_ZONE, "items": items, "heading": heading,
        "numbers": server_numbers(now, zone),
    }  # fmt: skip
    return render(request, "operator/operating.html", context)
