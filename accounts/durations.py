"""Durations in the words of a sentence."""

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.translation import ngettext


def in_words(duration: timedelta) -> str:
    """A duration of whole minutes, hours or days: "five minutes", "an hour", "14 days"."""
    if duration.days:
        count, words = duration.days, ngettext("a day", "{count} days", duration.days)
    elif duration and duration % timedelta(hours=1) == timedelta():
        count = duration // timedelta(hours=1)
        words = ngettext("an hour", "{count} hours", count)
    else:
        count = duration // timedelta(minutes=1)
        words = ngettext("a minute", "{count} minutes", count)
    return words.format(count=apnumber(count))
