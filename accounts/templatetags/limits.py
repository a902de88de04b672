"""Limits in templates, so that no page says a time of its own."""

from django import template

from accounts.durations import in_words
from accounts.models import INVITATION_LASTS
from accounts.web.sessions import why_signed_out
from accounts.web.unsent_forms import KEPT_FOR

register = template.Library()
register.filter("why_signed_out", why_signed_out)


@register.simple_tag
def invitation_lasts() -> str:
    """How long an invitation works, in words."""
    return f"{INVITATION_LASTS.days} days"


@register.simple_tag
def unsent_form_kept() -> str:
    """How long a form waits for whoever was signed out before it arrived, in words."""
    return in_words(KEPT_FOR)
