"""What kind of device a session is on, as its owner would say it."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()
# A browser names those that it wants to be taken for as well, so the first that fits is the right one.
DEVICES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}
BROWSERS = {"Firefox": "Firefox", "Edg": "Edge", "Chrome": "Chrome", "Safari": "Safari"}


@register.filter
def device_name(user_agent: str) -> str:
    """Device and browser of a User-Agent header: "iPhone, Safari"."""
    device = next((name for sign, name in DEVICES.items() if sign in user_agent), _("Another device"))
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), _("another browser"))
    return _("{device}, {browser}").format(device=device, browser=browser)
