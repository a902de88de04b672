"""What practitioners read: urgencies, concerns, what became of an alert."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from symptoms.recovery.texts import PRACTITIONER_TEXTS, PractitionerTexts, fitting
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.findings import grounds_of, reported_in
from symptoms.wording.outcomes import outcome_in_words
from symptoms.wording.phrases import in_a_row, small
from symptoms.wording.seen import FOR_THE_PRACTICE, answer_in

URGENCIES = {
    Urgency.ON_TRACK: gettext_lazy("On track"),
    Urgency.WATCH: gettext_lazy("Watch"),
    Urgency.CONTACT: gettext_lazy("Contact"),
    Urgency.URGENT: gettext_lazy("See today"),
    Urgency.EMERGENCY: gettext_lazy("Emergency"),
}
NOT_JUDGED = gettext_lazy("Not judged")
# Whom a step tells, by `alerts.policy.Group`.
GROUPS = {
    "holder": gettext_lazy("who has it"),
    "treated": gettext_lazy("who treated"),
    "on_call": gettext_lazy("who is on call"),
    "everybody": gettext_lazy("every practitioner"),
    "admins": gettext_lazy("the admins"),
}
OPEN = re.compile(rf"(\w+) ({'|'.join(urgency.slug for urgency in Urgency)})(?:, |$)")


def urgency_word(urgency: int | None) -> str:
    """The practitioner's word for an urgency; None: not judged."""
    return str(NOT_JUDGED if urgency is None else URGENCIES[Urgency(urgency)])


def concern_title(concern: str) -> str:
    """What a concern is called where nothing is known of what was reported; empty: an entry that is not judged."""
    if not concern:
        return _("Entry not judged")
    texts = PRACTITIONER_TEXTS.get(concern)
    return _(texts.title) if texts else concern.replace("_", " ").capitalize()


def flag_title(flag: Flag, flags: Iterable[Flag]) -> str:
    """What a flag is called among all `flags` of its entry, by what was reported: "Fever", "Signs of infection"."""
    concern, flags = flag["concern"], list(flags)
    texts = PRACTITIONER_TEXTS.get(concern)
    titles = fitting(texts.titles, grounds_of(flags, reported_in(flags))[concern]) if texts else []
    return _(titles[0].say) if titles else concern_title(concern)


def alert_title(kind: str, concern: str, flags: Iterable[Flag] | None = None) -> str:
    """What an alert is called; `flags` are those of the entry behind it, where they are known."""
    if kind in OF_THE_RECORD:
        return str(OF_THE_RECORD[kind])
    flags = list(flags or ())
    own_flag = next((flag for flag in flags if flag["concern"] == concern), None)
    return flag_title(own_flag, flags) if own_flag else concern_title(concern)


# Alerts that are about no concern.
OF_THE_RECORD = {
    "left": gettext_lazy("Left your clinic"),
    "details": gettext_lazy("Says the record is wrong"),
    "quiet": gettext_lazy("Gone quiet"),
}


def think_of(flag: Flag) -> PractitionerTexts | None:
    """What to see to first, to think of and to record for a flag; None for a concern of a protocol that is gone."""
    texts = PRACTITIONER_TEXTS.get(flag["concern"])
    if texts is None:
        return None
    return replace(texts, first=_(texts.first) if texts.first else "", think=_(texts.think), record=_(texts.record))


# Where a practice reports a device that did harm, by its country.
DEVICE_REPORTS = {
    "US": ("MedWatch", "https://www.fda.gov/medwatch"),
    "GB": ("Yellow Card", "https://yellowcard.mhra.gov.uk/"),
}


def event_in_words(what: str, title: str, urgency: int | None, detail: str, *, zone: ZoneInfo, more: int = 0) -> str:
    """What happened to an alert called `title`, and to `more` with it: "Signs of infection got worse: See today".

    Times are said by the clock of `zone`.
    """
    if what == "left":
        return left_in_words(detail)
    these = ngettext("{title} and {more} more", "{title} and {more} more", more) if more else "{title}"
    patterns = {
        "opened": _("{title}: {urgency}"),
        "rose": _("{title} got worse: {urgency}"),
        "relapsed": _("{title} came back: {urgency}"),
        "acknowledged": _("Took {these}: “I have this”"),
        "taken_back": _("{title} got worse: nobody has it any more"),
        "answers_changed": _("{title}: the answers changed, and nothing raises it any more"),
        "questioned": _("The patient says that something recorded is wrong: “{detail}”"),
        "answered": _("The patient answered about {these}: {answer}"),
        "resolved": _("Closed {these}: {outcome}"),
        "kept_open": _("Left {these} open: {outcome}"),
        "returned": _("{title} came back to be looked at again"),
        "reopened": _("Opened {these} again"),
        "handed_over": _("Handed over {these}: {people}"),
        "escalated": _("{title}: nobody has taken it since, so more were told ({groups})"),
        "moved": _("{title} moved to {detail}"),
    }
    return patterns.get(what, f"{{title}}: {what}").format(
        title=title,
        these=these.format(title=small(title), more=more),
        urgency=urgency_word(urgency),
        detail=detail,
        answer=_answer(detail),
        outcome=outcome_in_words(detail, zone),
        people=_handed_over(detail),
        groups=in_a_row(GROUPS[word] for word in detail.split(", ") if word in GROUPS),
    )


def _handed_over(detail: str) -> str:
    former, _line, successor = detail.partition("\n")
    pattern = _("{name} instead of {former}") if successor else _("nobody instead of {former}, so everybody is told")
    return pattern.format(name=successor, former=former)


def _answer(detail: str) -> str:
    answer, words = answer_in(detail)
    label = str(FOR_THE_PRACTICE.get(answer, answer))
    return _("{answer} (“{words}”)").format(answer=label, words=words) if words else label


def kept_open_in_words(
    outcome: str, label: str, at: datetime | None, comes_back_at: datetime | None, *, zone: ZoneInfo, now: datetime
) -> str:
    """Why an alert was left open, with an outcome called `label`, and when it comes back; empty where it was not.

    "Could not reach, Sat 28 Nov. Again Sat 28 Nov, 14:00", "Watching until 5 Jan 2027, 09:00".
    """
    if not outcome or at is None:
        return ""
    is_due = comes_back_at is None or comes_back_at <= now
    if outcome == "not_reached":
        pattern = (
            _("Could not reach, {written}: try again") if is_due else _("Could not reach, {written}. Again {date}")
        )
    elif outcome == "watching":
        pattern = _("Watched long enough: look again") if is_due else _("Watching until {date}")
    else:
        pattern = _("{outcome}, {written}: look again") if is_due else _("{outcome}, {written}. Look again {date}")
    written, date = at.astimezone(zone), (comes_back_at or now).astimezone(zone)
    this_year = now.astimezone(zone).year
    return pattern.format(
        outcome=label,
        written=date_format(written, _("D j M") if written.year == this_year else _("j M Y")),
        date=date_format(date, _("D j M, H:i") if date.year == this_year else _("j M Y, H:i")),
    )


def _left_title(word: str) -> str:
    if word == "message":
        return _("A message that nobody has read")
    return alert_title(word, "" if word == "unjudged" else word)


def left_in_words(detail: str) -> str:
    """What was open when a patient left: "Left your clinic with 2 open: infection (see today), burn (contact)".

    `detail` is that event's: "2: infection urgent, burn contact".
    """
    count, _colon, listed = detail.partition(": ")
    titles = ((_left_title(word), slug) for word, slug in OPEN.findall(listed))
    named = [f"{small(title)} ({small(urgency_word(Urgency.of(slug)))})" for title, slug in titles]
    return _("Left your clinic with {count} open: {titles}").format(count=count, titles=in_a_row(named))
