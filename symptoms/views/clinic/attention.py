"""What needs somebody's hand at a practice, with the button that mends it for who may press it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PracticeRequest, member_required, practitioner_required, record_listing
from accounts.members import user_name
from accounts.models import Patient, Practice
from symptoms.alerts.attention import count_now, needs_attention, try_again
from symptoms.alerts.read_receipts import LISTED
from symptoms.wording.attention import Kind, what_is_well
from symptoms.wording.phrases import in_a_row

MOST_ADMINS = 3  # are named to those who may mend nothing themselves


@member_required
@require_safe
def attention(request: PracticeRequest) -> HttpResponse:
    """What needs attention, for managers and practitioners; each thing goes away by itself once it is mended."""
    practice, now = request.practice, timezone.now()
    opens_records = request.user.practice_as_practitioner is not None
    found = needs_attention(practice, now, opens_records=opens_records)
    if opens_records:
        record_listing(request.user, _named(found.items), LISTED, now)
    context = {
        "practice": practice, "now": now, "items": found.items, "more": _more(found.more), "count": found.count,
        "well": what_is_well(found.items),
        "heading": _heading(found.count), "admins": _admins(practice), "operator_contact": settings.OPERATOR_CONTACT,
        "tab": "practice", "page": "attention",
    }  # fmt: skip
    return render(request, "practitioner/attention.html", context)


@member_required
@require_safe
def attention_count(request: PracticeRequest) -> HttpResponse:
    """A link to what needs attention, saying how many things do; nothing where nothing does. For the queue's page."""
    count = count_now(request.practice, timezone.now())
    return render(request, "practitioner/attention_count.html", {"count": count})


@practitioner_required
@require_POST
def attention_try_again(request: PracticeRequest, patient_id: UUID) -> HttpResponse:
    """Send a patient once more what their address refused."""
    patient = get_object_or_404(Patient.objects.of_practice(request.practice), pk=patient_id)
    if try_again(patient, request.practice, timezone.now()):
        messages.success(request, _("It is on its way again. If it is refused again, it comes back here."))
    else:
        messages.error(request, _("There is nothing to send again."))
    return redirect("attention")


def _named(items: list[Any]) -> list[UUID]:
    """The patients whose names stand on the page."""
    return [item.about["patient"] for item in items if item.about.get("patient")]


def _heading(count: int) -> str:
    if not count:
        return _("Nothing needs attention")
    return ngettext("{count} needs attention", "{count} need attention", count).format(count=count)


def _more(more: Any) -> list[str]:
    """What is not listed, by kind, in a sentence."""
    sentences = {
        Kind.MEMBER: _("And {count} more members who are not told of all."),
        Kind.PROOF: _("And {count} more members of whom nothing shows that alerts reach them."),
        Kind.PATIENT: _("And {count} more patients whose address refuses e-mail."),
        Kind.INVITATION: _("And {count} more invitations that did not arrive or have lapsed."),
        Kind.UNTOLD: _("And {count} more patients who could not be told that their records go."),
    }
    return [sentences[kind].format(count=count) for kind, count in more.items()]


def _admins(practice: Practice) -> str:
    """Who manages the practice, by name: "Mr Price or Dr Noor"."""
    admins = practice.memberships.admins().select_related("user").order_by("joined_at")[:MOST_ADMINS]
    return in_a_row(user_name(member.user) for member in admins)
