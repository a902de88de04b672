"""What stands beside messages between a patient and their clinic: when somebody reads, and ready-made words."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Practice
from accounts.practices import NEXT_DAY, SAME_DAY
from accounts.zones import clock_of, differ
from symptoms.wording.phrases import small
from symptoms.wording.times import full

A_DAY, NEAR = timedelta(days=1), timedelta(days=6)  # within which the day of the week is enough


class QuickAnswer(TextChoices):
    """What a patient can answer with one tap."""

    CALL_TODAY = "call_today", gettext_lazy("I will call today")
    CALL_BACK = "call_back", gettext_lazy("Please call me back")
    QUESTION = "question", gettext_lazy("I have a question")


class QuickReply(TextChoices):
    """What a practice can write with one tap; how it reads depends on what is open."""

    RING_NOW = "ring_now"
    COME_TODAY = "come_today"
    PHOTO = "photo"
    HOW = "how"


def quick_replies(reason: str = "", day: int | None = None) -> Mapping[str, str]:
    """The sentence of each quick reply, with {time} where one is to be said.

    `reason`: what is open, as the patient has read it, raised on `day`; empty: nothing is.
    """
    if not reason or day is None:
        return {
            QuickReply.RING_NOW: _("Please ring us now."),
            QuickReply.COME_TODAY: _("Please come in today at {time}."),
            QuickReply.PHOTO: _("Please send a photo."),
            QuickReply.HOW: _("How is your skin today?"),
        }
    # The title may hold braces no more than a name may: it is one of the protocol's.
    sentences = {
        QuickReply.RING_NOW: _("About {reason} on day {day}: please ring us now."),
        QuickReply.COME_TODAY: _("About {reason} on day {day}: please come in today at {time}."),
        QuickReply.PHOTO: _("About {reason} on day {day}: please send a photo."),
        QuickReply.HOW: _("About {reason} on day {day}: how is it today?"),
    }
    return {key: text.format(reason=small(reason), day=day, time="{time}") for key, text in sentences.items()}


def not_for_emergencies(number: str) -> str:
    """That a message is no call for help; `number` is empty where the country's is not known."""
    if not number:
        return _("Not for emergencies: then call your local emergency number.")
    return _("Not for emergencies: then call {number}.").format(number=number)


def not_reached(practice: Practice, reader: ZoneInfo, now: datetime) -> str:
    """That nobody at the clinic is being told of messages now, whom to call, and until when it is closed."""
    sentences = [_("We cannot reach your clinic right now. Please call them.")]
    if practice.phone:
        sentences = [_("We cannot reach your clinic right now. Please call {number}.").format(number=practice.phone)]
    opens = practice.hours.opens_next(now) if practice.hours.are_known else None
    if opens is not None and practice.hours.span_at(now) is None:
        sentences.append(_closed_until(opens, practice, reader, now))
    return " ".join(sentences)


def when_read(practice: Practice, reader: ZoneInfo, now: datetime) -> str:
    """When somebody at the clinic looks, by its clock, which is named where the reader's shows another time; empty
    where nothing is known of when it is open.

    "They usually read within 2 hours when open. The clinic is closed until Monday 09:00."
    """
    hours, sentences = practice.hours, []
    if not hours.are_known:
        return ""
    span, opens = hours.span_at(now), hours.opens_next(now)
    if span is None and opens is None:
        return _("The clinic is closed for now. Please call them.")
    if practice.answers_within:
        sentences.append(_usually(practice.answers_within))
    if span is None and opens is not None:
        sentences.append(_closed_until(opens, practice, reader, now))
    elif span is not None and span.closes - now < A_DAY:
        sentences.append(_("The clinic is open until {time}.").format(time=_clock(span.closes, practice, reader)))
    return " ".join(sentences)


def _usually(within: int) -> str:
    if within >= NEXT_DAY:
        return _("They usually read by the next working day.")
    if within >= SAME_DAY:
        return _("They usually read on the same working day.")
    pattern = ngettext(
        "They usually read within {count} hour when open.", "They usually read within {count} hours when open.", within
    )
    return pattern.format(count=within)


def _closed_until(opens: datetime, practice: Practice, reader: ZoneInfo, now: datetime) -> str:
    time, local = _clock(opens, practice, reader), opens.astimezone(practice.zone)
    if local.date() == now.astimezone(practice.zone).date():
        return _("The clinic is closed until {time}.").format(time=time)
    day = date_format(local, "l") if opens - now < NEAR else full(local.date())
    return _("The clinic is closed until {day} {time}.").format(day=day, time=time)


def _clock(moment: datetime, practice: Practice, reader: ZoneInfo) -> str:
    shown = date_format(moment.astimezone(practice.zone), "TIME_FORMAT")
    if not differ(reader, practice.zone, moment):
        return shown
    return _("{time} ({clock})").format(time=shown, clock=clock_of(practice.zone))
