"""Durations in the words of a sentence."""

from datetime import timedelta

from django.contrib.humanize.templatetags.humanize import apnumber

ONE = {timedelta(minutes=1): "a minute", timedelta(hours=1): "an hour"}


def in_words(duration: timedelta) -> str:
    """A duration of whole minutes, of one hour, or of whole days: "five minutes", "an hour", "14 days"."""
    if duration in ONE:
        return ONE[duration]
    count, unit = (duration.days, "days") if duration.days else (duration // timedelta(minutes=1), "minutes")
    return f"{apnumber(count)} {unit}"
