"""What Mendline is for, in the words that stand in the API and the README as well."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def intended_use() -> str:
    """The intended use, in the reader's language."""
    return str(settings.INTENDED_USE)
