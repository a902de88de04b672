"""The page on which somebody shows that they read the mail of their account."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import AuthenticatedHttpRequest, signed_in
from accounts.forms import MailCodeForm
from accounts.limits import TooManyTries
from accounts.mailbox_proof import is_mail_code_sent, must_show_mailbox, send_mail_code, take_mail_code


@signed_in
@require_http_methods(["GET", "POST"])
def mailbox(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Send a code, or take it; only for who could not set up a second factor otherwise."""
    if not must_show_mailbox(request.user):
        return redirect("mfa_index")
    form, is_refused = MailCodeForm(), False
    if request.method == "POST" and "code" in request.POST:
        form = MailCodeForm(request.POST)
        if form.is_valid() and _takes(request, form):
            messages.success(request, _("It is you. Now set up a passkey, or codes from an app."))
            return redirect("mfa_index")
    elif request.method == "POST":
        is_refused = not send_mail_code(request, request.user)
    context = {"form": form, "is_sent": is_mail_code_sent(request), "is_refused": is_refused, "tab": "account"}
    status = 429 if is_refused else 422 if form.is_bound else 200
    return render(request, "accounts/mailbox.html", context, status=status)


def _takes(request: AuthenticatedHttpRequest, form: MailCodeForm) -> bool:
    try:
        is_right = take_mail_code(request, request.user, form.cleaned_data["code"])
    except TooManyTries as refusal:
        form.add_error("code", get_adapter().validation_error(str(refusal)))
        return False
    if not is_right:
        form.add_error("code", form.WRONG)
    return is_right
