"""What is open at a practice, for a template of a page that knows nothing of symptoms."""

from django import template

from symptoms.alerts.open_numbers import open_numbers

register = template.Library()
register.simple_tag(open_numbers, name="open_here")
