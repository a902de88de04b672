"""What is said of a member whom not everything reaches, to them and to those who manage the practice."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Reach

register = template.Library()

# What they are told of, and what to do about it.
TO_THEMSELVES = {
    Reach.NOTHING: (
        _("No channel reaches you now: you are told of nothing."),
        _("Send a test, turn one on or add one."),
    ),
    Reach.EMERGENCIES: (
        _("Only calls reach you now: you are told only of emergencies."),
        _("Turn on e-mail or push to be told of the rest."),
    ),
    Reach.URGENT: (
        _("Only your phone reaches you now: you are told only of what is urgent."),
        _("Turn on e-mail or push to be told of the rest."),
    ),
}
TO_OTHERS = {
    Reach.NOTHING: (
        _("No channel reaches them now: they are told of nothing."),
        _("Send a test, or put somebody else on the rota."),
    ),
    Reach.EMERGENCIES: (
        _("Only calls reach them now: they are told only of emergencies."),
        _("Ask them to turn on e-mail or push."),
    ),
    Reach.URGENT: (
        _("Only their phone reaches them now: they are told only of what is urgent."),
        _("Ask them to turn on e-mail or push."),
    ),
}


@register.simple_tag
def words_of_reach(reach: str, is_own: bool) -> dict[str, Promise]:
    """`title` and `text` about a member of this reach, for themselves (`is_own`) or for others."""
    title, text = (TO_THEMSELVES if is_own else TO_OTHERS)[Reach(reach)]
    return {"title": title, "text": text}
