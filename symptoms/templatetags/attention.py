"""How many things need attention at a practice, for a page that shows no more of them."""

from django import template
from django.utils import timezone

from accounts.models import Practice
from symptoms.alerts.attention import count_now

register = template.Library()


@register.simple_tag
def attention_at(practice: Practice) -> int:
    """The number of things to mend: two statements, and two more while mail is in doubt."""
    return count_now(practice, timezone.now())
