"""What is known of a way to reach a member, in words."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHANNELS = {
    "email": gettext_lazy("e-mail"),
    "push": gettext_lazy("push"),
    "sms": gettext_lazy("text message"),
    "phone": gettext_lazy("phone call"),
}
MAILBOX_FULL = ("422", "452", "552")  # what mail servers answer where there is no room


def channels_in_words(names: Iterable[str]) -> str:
    """ "e-mail and push": channels as `Delivery.channel` has them, each once."""
    return get_text_list([str(CHANNELS.get(name, name)) for name in dict.fromkeys(names)], _("and"))


def state_in_words(
    is_on: bool, failing_since: datetime | None, why: str, proven_at: datetime | None, zone: ZoneInfo
) -> str:
    """Whether it works: "Came back on 23 November: the mailbox is full.", on the practice's clock."""
    if failing_since is not None:
        return _failing(why).format(day=_day(failing_since, zone))
    if not is_on:
        return _("Off. Last proven on {day}.").format(day=_day(proven_at, zone)) if proven_at else _("Off.")
    return _("On. Last proven on {day}.").format(day=_day(proven_at, zone)) if proven_at else _("On. Not proven yet.")


def _failing(why: str) -> str:
    if why == "ended":
        return _("Ended on {day}: the browser no longer takes messages.")
    if why == "unarrived":
        return _("A test did not arrive on {day}.")
    if _is_full(why):
        return _("Came back on {day}: the mailbox is full.")
    return _("Came back on {day}: the mail server refused it.")


def _is_full(why: str) -> bool:
    """Whether the code in what a mail server answered says that there is no room."""
    code = re.search(r"\d{3}", why)
    return code is not None and code[0] in MAILBOX_FULL


def trial_in_words(
    kind: str,
    created_at: datetime,
    sent_at: datetime | None,
    arrived_at: datetime | None,
    refused_at: datetime | None,
    why: str,
    zone: ZoneInfo,
    *,
    is_missing: bool = False,
) -> str:
    """What became of a test, on the practice's clock; `kind` and `why` (it was refused) as `Delivery` has them.

    `is_missing`: its owner said that it did not arrive.
    """
    if arrived_at is not None and sent_at is not None:
        sentence = _("Test handed over on {sent}, arrived on {arrived}.")
        return sentence.format(sent=_moment(sent_at, zone), arrived=_moment(arrived_at, zone))
    if arrived_at is not None:  # the browser was quicker than the mark
        return _("Test arrived on {arrived}.").format(arrived=_moment(arrived_at, zone))
    if sent_at is not None and is_missing:
        return _("Test handed over on {sent}. It did not arrive.").format(sent=_moment(sent_at, zone))
    if sent_at is not None:
        return _("Test handed over on {sent}. Nobody has said yet that it arrived.").format(sent=_moment(sent_at, zone))
    if refused_at is not None:
        return _refused(kind, why).format(at=_moment(refused_at, zone))
    return _("A test is on its way, since {at}.").format(at=_moment(created_at, zone))


def _refused(kind: str, why: str) -> str:
    has_code = re.search(r"\d{3}", why) is not None
    if kind == "email" and _is_full(why):
        return _("Test refused on {at}: the mailbox is full.")
    if kind == "email" and has_code:
        return _("Test refused on {at}: the mail server does not take it.")
    if kind == "push" and not has_code:
        return _("Test refused on {at}: the browser no longer takes messages.")
    return _("Test refused on {at}: it could not be handed over.")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return date_format(moment.astimezone(zone), "MONTH_DAY_FORMAT")


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return date_format(moment.astimezone(zone), _("j F, H:i"))
