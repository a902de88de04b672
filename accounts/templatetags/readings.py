"""What the records of access keep, in words: a row keeps a word in English, whoever reads it later."""

from django import template
from django.utils.translation import gettext

from accounts.patients import CHANGED

register = template.Library()


@register.filter
def in_words(what: str) -> str:
    """What was read or changed of a record: "record", "changed name, phone"."""
    if not what.startswith(CHANGED):
        return gettext(what)
    fields = ", ".join(map(gettext, what.removeprefix(CHANGED).split(", ")))
    return gettext("changed {fields}").format(fields=fields)
