"""How a member is told: their channels with the state of each and its test; only they add or change one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import contact_methods
from accounts.access import PracticeRequest, admin_required, member_required, public
from accounts.contact_methods import email_of, is_by_phone, is_unproven_number, renew_browser
from accounts.models import ContactMethod, Membership, Practice, User
from accounts.templatetags.devices import device_name
from symptoms.alerts.morning_list import unproven
from symptoms.forms.channels import BrowserForm, NumberForm, kinds_with_numbers
from symptoms.messages.channel_tests import TooManyTests, answer_test, note_arrival, send_test
from symptoms.messages.push_keys import public_key
from symptoms.views.channel_rows import name_of, rows_of
from symptoms.wording.channels import channels_in_words

EMAIL = "email"  # in the place of an id: its row is there only once something is known of it


@member_required
@require_GET
def own_channels(request: PracticeRequest) -> HttpResponse:
    """How I am told."""
    return _own_page(request)


@member_required
@require_POST
def own_channel_add(request: PracticeRequest) -> HttpResponse:
    """Take push messages in this browser, or add a number."""
    membership = request.user.membership
    assert membership is not None  # the rule saw to it
    is_push = request.POST.get("kind") == ContactMethod.Kind.PUSH
    form = BrowserForm(request.POST) if is_push else NumberForm(request.POST)
    if form.is_valid():
        try:
            label = device_name(request.headers.get("User-Agent", ""))
            method = form.save(membership, label=label)
            send_test(method, request.practice, timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except TooManyTests:
            return _refused(request, _too_many(), "own_channels")
        else:
            messages.success(request, _("Added. A test is on its way: say here whether it arrived."))
            return redirect("own_channels")
    return _own_page(request, **{"browser_form" if is_push else "number_form": form}, status=422)


@member_required
@require_POST
def own_channel_change(request: PracticeRequest) -> HttpResponse:
    """Test one of my channels, say whether a test arrived, turn it on or off, or remove it."""
    method, action, now = _method(request, request.user), request.POST.get("action"), timezone.now()
    others = _others_working(request.user, method)
    # Beside numbers alone, e-mail or push is the last that tells of what can wait.
    is_last = method.is_working and (not others or (not is_by_phone(method) and all(map(is_by_phone, others))))
    if is_last and action in ("off", "remove") and request.POST.get("sure") != "yes":
        return _own_page(request, asked=method, asked_action=action, has_phone_left=bool(others), status=409)
    if action == "test":
        return _tested(request, method, "own_channels")
    if action in ("arrived", "not_arrived"):
        if not answer_test(method, action == "arrived", now):
            return _refused(request, _("There is no test to say that of."), "own_channels")
    elif action == "on" and is_unproven_number(method):
        return _refused(request, _("A number is used once a test by it has arrived."), "own_channels")
    elif action in ("on", "off"):
        contact_methods.turn(method, is_on=action == "on")
    elif action == "remove" and method.kind != ContactMethod.Kind.EMAIL:
        contact_methods.remove(method)
    else:
        raise Http404
    return _back_to(method, "own_channels")


@admin_required
@require_http_methods(["GET", "POST"])
def member_channels(request: PracticeRequest, member_id: UUID) -> HttpResponse:
    """How a member is told, for who manages the practice: they see what works, and send tests."""
    members = request.practice.memberships.current().select_related("user")
    member = get_object_or_404(members, pk=member_id)
    if request.method == "POST":
        method = _method(request, member.user)
        return _tested(request, method, "member_channels", member_id)
    return _page(request, request.practice, member, {"is_own": False, "tab": "practice"})


@csrf_exempt
@public
@require_POST
def push_arrived(request: HttpRequest, delivery_id: UUID, method_id: UUID) -> HttpResponse:
    """A browser's script says that a message arrived: it may have no session, and knows the message's id."""
    return HttpResponse(status=204 if note_arrival(delivery_id, method_id, timezone.now()) else 404)


@csrf_exempt
@public
@require_POST
def push_renewed(request: HttpRequest) -> HttpResponse:
    """A browser's script says that its subscription was renewed: it may have no session, and knows the old one."""
    reader = request.user if request.user.is_authenticated else None
    is_renewed = renew_browser(request.POST.get("old", ""), request.POST.get("new", ""), reader=reader)
    return HttpResponse(status=204 if is_renewed else 404)


def _method(request: HttpRequest, user: User) -> ContactMethod:
    """The channel of `user` that the form names; the row of their e-mail is made where there is none."""
    named = request.POST.get("method", "")
    if named == EMAIL:
        return email_of(user)
    try:
        return get_object_or_404(_methods(user), pk=UUID(named))
    except ValueError as fault:
        raise Http404 from fault


def _methods(user: User) -> QuerySet[ContactMethod]:
    return ContactMethod.objects.filter(user=user)


def _others_working(user: User, method: ContactMethod) -> list[ContactMethod]:
    return [row.method for row in rows_of(user) if row.is_working and row.method.pk != method.pk]


def _tested(request: PracticeRequest, method: ContactMethod, page: str, *ids: Any) -> HttpResponse:
    try:
        send_test(method, request.practice, timezone.now())
    except TooManyTests:
        return _refused(request, _too_many(), page, *ids)
    return _back_to(method, page, *ids)


def _refused(request: PracticeRequest, sentence: str, page: str, *ids: Any) -> HttpResponse:
    """The page again, from its top, where it says why nothing was done."""
    messages.error(request, sentence)
    return redirect(page, *ids)


def _back_to(method: ContactMethod, page: str, *ids: Any) -> HttpResponse:
    """The page again, at the channel of which something was asked."""
    return redirect(f"{reverse(page, args=ids)}#channel-{name_of(method)}")


def _too_many() -> str:
    return _("This was tested often enough for now. Try again in an hour.")


def _own_page(request: PracticeRequest, status: int = 200, **more: Any) -> HttpResponse:
    membership = request.user.membership
    assert membership is not None
    kinds = kinds_with_numbers()
    context = {
        "is_own": True,
        "push_key": public_key(),
        "browser_form": BrowserForm(),
        "number_form": NumberForm() if kinds else None,
        "tab": "account",
        **more,
    }
    return _page(request, membership.practice, membership, context, status)


def _page(
    request: PracticeRequest, practice: Practice, member: Membership, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    reach = Membership.objects.filter(pk=member.pk).reach().get(member.pk, "")
    late = unproven(practice, timezone.now()).get(member.user_id, [])
    context |= {"member": member, "rows": rows_of(member.user, practice.zone), "reach": reach}
    context["unproven"] = channels_in_words(late) if late else ""
    return render(request, "practitioner/channels.html", context, status=status)
