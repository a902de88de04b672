"""The wall screen: what is open at a practice in numbers, for whoever stands before it, without signing in.

No name, no year and no word about health but the urgencies stands here; nothing can be done here.
"""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import public
from accounts.models import WallLink
from accounts.walls import find_link, note_use
from symptoms.views.live import whether_changed
from symptoms.views.wall_context import wall_context


@public
@require_safe
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """The numbers of the practice whose link this is."""
    now = timezone.now()
    link = _link_or_404(request, token, now)
    note_use(link, now)
    return render(request, "public/wall.html", {"token": token, **wall_context(link.practice, now)})


@public
@require_safe
def wall_live(request: HttpRequest, token: str) -> HttpResponse:
    """The sign of that practice."""
    link = _link_or_404(request, token, timezone.now())
    return whether_changed(request, link.practice, asker=str(link.pk))


def _link_or_404(request: HttpRequest, token: str, now: datetime) -> WallLink:
    link = find_link(request, token, now)
    if link is None:
        raise Http404
    return link
