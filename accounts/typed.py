"""What somebody was sending when their time was over: kept until the same person signs in, then offered once more."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TYPED = "typed"
KEPT_FOR = timedelta(hours=1)
MOST = 64_000  # characters; no form of ours that was filled in by hand comes near


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """The form in `request`, field by field, but for its guard against forgeries."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]


def keep_typed(request: HttpRequest, user_id: UUID) -> None:
    """Keep the form in `request` for its sender, in this browser's session; files are not kept."""
    fields = fields_of(request)
    if sum(len(name) + len(value) for name, value in fields) > MOST:
        return
    request.session[TYPED] = {
        "user": str(user_id),
        "path": request.get_full_path(),
        "fields": fields,
        "had_files": bool(request.FILES),
    }
    request.session.set_expiry(KEPT_FOR)


def offer_typed(request: HttpRequest) -> HttpResponse | None:
    """The page on which whoever just signed in sends it after all; None when there is nothing of theirs."""
    typed = request.session.pop(TYPED, None)
    if typed is None or typed["user"] != str(request.user.pk):
        return None
    return render(request, "accounts/typed.html", {"typed": typed})
