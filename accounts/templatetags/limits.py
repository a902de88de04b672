"""Limits in templates, so that no page says a time of its own."""

from allauth.account import app_settings
from django import template

from accounts.durations import in_words
from accounts.limits import wait_after
from accounts.models import INVITATION_LASTS
from accounts.web.sessions import why_signed_out
from accounts.web.unsent_forms import KEPT_FOR

register = template.Library()
register.filter("why_signed_out", why_signed_out)


@register.simple_tag
def invitation_lasts() -> str:
    """How long an invitation works, in words."""
    return in_words(INVITATION_LASTS)


@register.simple_tag
def wait_after_requests() -> str:
    """How long to wait after too many requests from one network, in words."""
    return wait_after(app_settings.RATE_LIMITS["reset_password"])


@register.simple_tag
def unsent_form_kept() -> str:
    """How long a form waits for whoever was signed out before it arrived, in words."""
    return in_words(KEPT_FOR)
