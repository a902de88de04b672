"""Time zones as people read them."""

from django import template

from accounts.fields import zone_place

register = template.Library()
register.filter(zone_place)
