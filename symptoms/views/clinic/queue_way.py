"""From one patient's page to the next of the list that led there, and back to the list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PracticeRequest, practitioner_required
from accounts.models import Departure, Patient, Practice, User
from accounts.names import family_first
from symptoms.forms.fields import typed_id
from symptoms.views.clinic.queue_asked import BY_URGENCY, FROM, SHOW, Asked, asked_in, list_behind
from symptoms.views.clinic.queue_page import members, ordered
from symptoms.views.clinic.search import SOUGHT, sought_of
from symptoms.views.clinic.sought_words import sealed

PREVIOUS, NEXT = "previous", "next"
IN_TURN = BY_URGENCY | {"follow_up", "quiet"}  # lists that are worked off: whoever closes goes on to the next in it


@practitioner_required
@require_POST
def practice_search(request: PracticeRequest) -> HttpResponse:
    """From the words of a search, which came in a form, to what is found: by an address that does not hold them."""
    sought = sought_of(request.POST.get("q", ""))
    if request.POST.get("to") == "treatment":
        return redirect(f"{reverse('practice_treatment_new')}?{urlencode({SOUGHT: sealed(sought)})}")
    return redirect(f"{reverse('queue')}?{Asked.by(request.POST, sought).query}")


@practitioner_required
@require_safe
def queue_step(request: PracticeRequest) -> HttpResponse:
    """Lead to the patient before or after one in a list, as the list is now; to the list itself at its ends.

    Whoever is not in the list any more counts as standing where they stood: the next is who took their place.
    """
    asked, now = asked_in(request.GET.get(FROM, "")), timezone.now()
    step = -1 if request.GET.get("step") == PREVIOUS else 1
    here = typed_id(request.GET, "patient")
    found = _neighbour(asked, request.practice, request.user, now, here, step)
    if found is None:
        end = _("That was the last in this list.") if step > 0 else _("That was the first in this list.")
        messages.info(request, end)
        return redirect(f"{reverse('queue')}?{asked.with_page}")
    patient, at, of = found
    return redirect(f"{reverse('patient', args=[patient])}?{asked.leading_to(at, of)}")


def _neighbour(
    asked: Asked, practice: Practice, by: User, now: datetime, here: UUID | None, step: int
) -> tuple[UUID, int, int] | None:
    """The id of the neighbour, its place and how many there are; None at an end."""
    rows = members(asked, practice, by, now)
    if asked.show not in BY_URGENCY and asked.show != "quiet":
        return _by_name(asked, rows, _place_of(here, practice), step)
    ids = list(ordered(asked, practice, rows).values_list("pk", flat=True))
    stood = max(asked.at - 1, 0)
    at = ids.index(here) + step if here in ids else (stood if step > 0 else stood - 1)
    return (ids[at], at + 1, len(ids)) if 0 <= at < len(ids) else None


def _place_of(patient: UUID | None, practice: Practice) -> tuple[str, UUID] | None:
    """Where in a list by name the practice has somebody, or had who left it: of nobody else's patient is it told."""
    if patient is None:
        return None
    known = Patient.objects.of_practice(practice).filter(pk=patient).values_list("sort_name", "pk").first()
    if known is not None:
        return known
    left = Departure.objects.filter(practice=practice, patient=patient).order_by("-at").first()
    return (family_first(left.name), patient) if left else None


def _by_name(asked: Asked, rows: Any, here: tuple[str, UUID] | None, step: int) -> tuple[UUID, int, int] | None:
    """The same in a list that is sorted by name, by one look into its index: it may hold everybody."""
    if here is None:
        return None
    name, id = here
    if step > 0:
        later = rows.filter(Q(sort_name=name, pk__gt=id) | Q(sort_name__gt=name), sort_name__gte=name)
        other = later.order_by("sort_name", "id").values_list("pk", flat=True).first()
    else:
        earlier = rows.filter(Q(sort_name=name, pk__lt=id) | Q(sort_name__lt=name), sort_name__lte=name)
        other = earlier.order_by("-sort_name", "-id").values_list("pk", flat=True).first()
    return (other, max(asked.at + step, 1), asked.of) if other else None


def way_of(request: PracticeRequest, patient: UUID, *, leads_to_queue: bool) -> dict[str, Any]:
    """Where a patient's page leads back and on, for way.html. Without a list behind it, to the queue or to all."""
    asked = list_behind(request)
    if asked is None:
        show = "open" if leads_to_queue else "all"
        return {"back": "" if leads_to_queue else "?show=all", "back_to": _list_word(show), "way": {}}
    way = {
        "at": asked.at,
        "of": asked.of,
        "previous": step_address(asked, patient, PREVIOUS) if asked.at > 1 else "",
        "next": step_address(asked, patient, NEXT) if asked.at < asked.of else "",
    }
    way = way if asked.at and asked.of > 1 else {}
    return {"back": f"?{asked.with_page}#row-{patient}", "back_to": _list_word(asked.show), "way": way}


def step_address(asked: Asked, patient: UUID, step: str) -> str:
    """Where `queue_step` leads on from a patient."""
    return f"{reverse('queue_step')}?{asked.leading_to(asked.at, asked.of)}&patient={patient}&step={step}"


def _list_word(show: str) -> str:
    return str({"open": _("To review"), "all": _("Patients")}.get(show) or SHOW[show])
