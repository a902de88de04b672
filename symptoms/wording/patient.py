"""What a patient reads about a day: first aid, the verdict, whom to call, what it can mean, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from symptoms.recovery.criteria import Days
from symptoms.recovery.questions import are_answered
from symptoms.recovery.texts import (
    ANY_DAY,
    COMMON,
    CONCERN_TEXTS,
    FIRST_AID,
    OPENINGS,
    FirstAid,
    Grounds,
    Line,
    as_heading,
    box_first_aid,
    fitting,
    heading_of,
    without_number,
)
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.findings import (
    Reported,
    Why,
    grounds_of,
    raising,
    rules_of,
    seen_word,
    subject_of,
    watched,
    why,
)
from symptoms.wording.opening import Opening
from symptoms.wording.phrases import degrees, listed, small, step, title

URGENCIES = {
    Urgency.ON_TRACK: gettext_lazy("On track"),
    Urgency.WATCH: gettext_lazy("Keep an eye on it"),
    Urgency.CONTACT: gettext_lazy("Contact your clinic"),
    Urgency.URGENT: gettext_lazy("Be seen today"),
    Urgency.EMERGENCY: gettext_lazy("Get emergency help now"),
}
NOT_JUDGED = gettext_lazy("Not checked yet")
CONTACT_ALONE = gettext_lazy("Contact a doctor")


@dataclass(frozen=True, slots=True)
class Call:
    """A button that calls somebody; `note`: whether anybody answers now, where that is known."""

    label: str
    number: str
    note: str = ""

    @property
    def tel(self) -> str:
        return quote("".join(sign for sign in self.number if sign.isdigit() or sign in "+*#"), safe="+*")


@dataclass(frozen=True, slots=True)
class Place:
    """A country in which the patient may be, with its numbers; `name` is empty for one that is not listed."""

    name: str
    emergency: str
    urgent: str

    def call(self, number: str) -> Call:
        """A button for one of its numbers that says where it is answered."""
        country = self.name or _("Your own country")
        return Call(_("{country}: {number}").format(country=country, number=number), number)


@dataclass(frozen=True, slots=True)
class PhoneNumbers:
    """Whom the patient can call: the clinic ("" when alone), the country's emergency number and urgent-care line.

    `emergency` is empty where it is not known which country it is; of several `places` the first is the likelier.
    `opening` is None where nothing is known of when the clinic is open.
    """

    emergency: str
    urgent: str = ""
    clinic: str = ""
    phone: str = ""
    places: tuple[Place, ...] = ()
    opening: Opening | None = None

    @property
    def has_clinic(self) -> bool:
        return bool(self.clinic)

    @property
    def closed_line(self) -> str:
        """That the clinic is closed now, and when it opens; empty while it is open, and where that is not known."""
        return self.opening.closed_line if self.opening else ""

    @property
    def clinic_calls(self) -> tuple[Call, ...]:
        """The button that calls the clinic, where it has a number."""
        if not (self.clinic and self.phone):
            return ()
        note = self.opening.beside_call if self.opening else ""
        return (Call(_("Call {clinic}").format(clinic=self.clinic), self.phone, note),)

    @property
    def emergency_calls(self) -> tuple[Call, ...]:
        """The buttons for an emergency: one, or one for each place; 112 where no country is known."""
        if self.places:
            return tuple(place.call(place.emergency) for place in self.places)
        number = self.emergency or "112"
        return (Call(_("Call {number}").format(number=number), number),)

    @property
    def urgent_calls(self) -> tuple[Call, ...]:
        """The buttons for urgent advice, where there is such a line."""
        if self.places:
            return tuple(place.call(place.urgent) for place in self.places if place.urgent)
        return (Call(_("Urgent care: {number}").format(number=self.urgent), self.urgent),) if self.urgent else ()


@dataclass(frozen=True, slots=True)
class ConcernRead:
    """What a patient reads of one concern."""

    title: str
    means: tuple[str, ...]
    care: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Flags that a patient reads as one: what they are called, and how urgent the most urgent of them is, in words."""

    title: str
    urgency: Urgency
    flags: tuple[Flag, ...]
    has_clinic: bool

    @property
    def word(self) -> str:
        """The patient's word for the urgency."""
        return urgency_word(self.urgency, has_clinic=self.has_clinic)

    def rule(self, version: str) -> str:
        """Which rules of that protocol held, and what they rest on."""
        ids, sources = rules_of(self.flags)
        rule = _("{heading}: {word} ({ids}, recovery protocol {version}). Sources: {sources}.")
        word = self.word.lower()
        return rule.format(heading=self.title, word=word, ids=ids, version=version, sources=sources)


@dataclass(frozen=True)
class Verdict:
    """All that is said about one day, in the order in which it stands on the page.

    `urgency` is the word, or "unjudged"; `flags` as stored; `unit` of temperatures ("c" or "f"); `version` of the
    protocol.
    """

    urgency: str
    word: str
    heading: str
    first: tuple[str, ...] = ()  # first aid that cannot wait for the call
    line: str = ""
    steps: tuple[str, ...] = ()  # whom to call, what to do
    calls: tuple[Call, ...] = ()
    closed: str = ""  # that the clinic is closed now, where it cannot wait until it opens
    after_call: tuple[str, ...] = ()  # first aid right after the call
    do_not_wait: str = ""
    concerns: tuple[ConcernRead, ...] = ()
    also: str = ""  # the less urgent concerns, by their titles
    sooner: str = ""
    at_once: str = ""  # when to call the emergency number
    headings: tuple[Heading, ...] = ()
    flags: Sequence[Flag] = ()
    unit: str = "c"
    version: str = ""
    photo_day: int | None = None  # to which a photo is asked for
    press_minutes: int = 0  # for how long first aid says to press; 0 where it does not
    photo_session: UUID | None = None  # of which treatment that is a day; None: the newest

    @property
    def is_emergency(self) -> bool:
        """Whether the emergency number is to be called."""
        return self.urgency == Urgency.EMERGENCY.slug

    @property
    def is_urgent(self) -> bool:
        """Whether it cannot wait for tomorrow: to be seen today, or an emergency."""
        return self.is_emergency or self.urgency == Urgency.URGENT.slug

    @property
    def call_above(self) -> Call | None:
        """Whom to call, in the head as well where first aid would push the button out of sight."""
        return self.calls[0] if self.is_urgent and self.first and self.calls else None

    @cached_property
    def why(self) -> Why:
        """What was reported, each fact once."""
        is_watched = self.urgency == Urgency.WATCH.slug
        return why(self.flags, least=Urgency.WATCH if is_watched else Urgency.CONTACT, unit=self.unit)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Which of our rules held, and what they rest on."""
        return tuple(heading.rule(self.version) for heading in self.headings)


def urgency_word(urgency: Urgency | None, *, has_clinic: bool) -> str:
    """The patient's word for an urgency; None: not judged."""
    if urgency is None:
        return str(NOT_JUDGED)
    return str(CONTACT_ALONE if urgency is Urgency.CONTACT and not has_clinic else URGENCIES[urgency])


def verdict(
    urgency: int | None,
    flags: Sequence[Flag],
    *,
    reported: Reported,
    compared: Iterable[str],
    numbers: PhoneNumbers,
    version: str = "",
    unit: str = "c",
) -> Verdict:
    """What to say about a day, judged (`urgency`, `flags` as stored, `version` of the protocol) or not (None).

    `reported`: the entry, and about whom it is; `compared`: the symptoms that were answered; `unit` of temperatures:
    "c" or "f". At `watch` no concern is named.
    """
    writer = VerdictWriter(numbers)
    if urgency is None:
        return writer.unjudged()
    level = Urgency(urgency)
    if level is Urgency.ON_TRACK:
        return writer.on_track(reported, compared)
    if level is Urgency.WATCH:
        return writer.watch(flags, reported, unit)
    return writer.raised(level, flags, reported, version, unit)


def beneath(verdict: Verdict, above: Verdict | None = None, *, is_of_today: bool = True) -> Verdict:
    """A day's verdict below something that is open: "On track" is not said there.

    Nor is a call in the next days, where what stands `above` says to call now.
    """
    if verdict.urgency == Urgency.ON_TRACK.slug:
        today, earlier = _("Today’s answers fit what we expect"), _("That day’s answers fit what we expect")
        return replace(verdict, word=today if is_of_today else earlier)
    if above is not None and above.is_urgent and verdict.urgency == Urgency.CONTACT.slug:
        return replace(verdict, steps=(), photo_day=None)
    return verdict


def is_said_by(verdict: Verdict, above: Verdict) -> bool:
    """Whether what stands `above` says all of a day's verdict: as urgent, and of the same concerns or more."""
    named, named_above = ({concern.title for concern in each.concerns} for each in (verdict, above))
    return verdict.urgency == above.urgency and named <= named_above


def title_of(flag: Flag, flags: Sequence[Flag], reported: Reported) -> str:
    """What the patient reads as the name of a flag among all `flags` of the entry that was `reported`."""
    return VerdictWriter(PhoneNumbers("", clinic="-")).heading([flag], grounds_of(flags, reported)).title


class VerdictWriter:
    """What is said to somebody who has these numbers to call."""

    def __init__(self, numbers: PhoneNumbers):
        self._numbers = numbers

    def unjudged(self) -> Verdict:
        """An entry that could not be compared yet."""
        return Verdict(
            urgency="unjudged",
            word=urgency_word(None, has_clinic=self._numbers.has_clinic),
            heading=_("Your log is safe, but we could not check it yet"),
            line=self.opening("unjudged", "line"),
            steps=self.sentences("unjudged", "steps"),
            calls=self._numbers.clinic_calls,
            sooner=_("Don’t take this as “all is well”."),
            at_once=self.at_once(),
        )

    def on_track(self, reported: Reported, compared: Iterable[str]) -> Verdict:
        """A day on which nothing was raised; `compared` are the symptoms that were answered."""
        day = reported.entry.day
        symptoms = listed(small(title(symptom)) for symptom in compared) or _("nothing")
        line = self.opening("on_track", "line", day=day, symptoms=symptoms)
        return Verdict(
            urgency="on_track",
            word=self.word(Urgency.ON_TRACK),
            heading=self.opening("on_track", "heading", day=day),
            line=line + unanswered(reported),
            steps=(next_log(reported.next_day, max(day, reported.seen_on)),),
            sooner=self.opening("on_track", "sooner"),
        )

    def watch(self, flags: Sequence[Flag], reported: Reported, unit: str) -> Verdict:
        """A day on which something is to be watched: what was seen, and no concern by its name."""
        first, after_call = self.first_aid(grounds_of(flags, reported))
        heading, line = self.watched(flags, reported, unit)
        return Verdict(
            urgency="watch",
            word=self.word(Urgency.WATCH),
            heading=heading,
            first=first,
            line=line + unanswered(reported),
            steps=self.sentences("watch", "steps"),
            after_call=after_call,
            press_minutes=self.press_minutes(grounds_of(flags, reported)),
            sooner=self.opening("watch", "sooner"),
            at_once=self.at_once(),
            flags=flags,
            unit=unit,
        )

    def raised(self, level: Urgency, flags: Sequence[Flag], reported: Reported, version: str, unit: str) -> Verdict:
        """From `contact` up: whom to call, then what it can mean and how to care for it."""
        grounds = grounds_of(flags, reported)
        first, after_call = self.first_aid(grounds)
        flags_raising = raising(flags)
        headings = self.headings(in_order(flags_raising, reported.entry.day), grounds)
        # What is urgent must not be lost among what is not, so less urgent concerns are named only.
        concerns = tuple(self.read(heading, grounds) for heading in headings if heading.urgency >= level)
        others = [heading.title for heading in headings if heading.urgency < level]
        waits = level < Urgency.URGENT or not self._numbers.has_clinic
        seen = subject_of(flags, unit)
        return Verdict(
            urgency=level.slug,
            word=self.word(level),
            heading=concerns[0].title if concerns else capfirst(seen),  # whom to call is said whatever is lost
            first=first,
            line=self.opening(level.slug, "line", seen=seen),
            steps=self.call_steps(level),
            calls=self.calls(level),
            closed=self._numbers.closed_line if level >= Urgency.URGENT else "",
            after_call=after_call,
            do_not_wait="" if waits else self.opening(level.slug, "do_not_wait"),
            concerns=concerns,
            also=self.said(COMMON["tell_them_too"], titles=listed(map(small, others))) if others else "",
            at_once="" if level is Urgency.EMERGENCY else self.at_once(),
            press_minutes=self.press_minutes(grounds),
            headings=headings,
            flags=flags_raising,
            unit=unit,
            version=version,
            photo_day=reported.entry.day if level is Urgency.CONTACT and self._numbers.has_clinic else None,
            photo_session=reported.session,
        )

    def word(self, urgency: Urgency) -> str:
        """The word for an urgency."""
        return urgency_word(urgency, has_clinic=self._numbers.has_clinic)

    def said(self, text: str, **places: object) -> str:
        """A text of the protocol in the reader's language, with its places filled in."""
        numbers = self._numbers
        if "{number}" in text and not numbers.emergency:
            text = without_number(text)
        return _(text).format(number=numbers.emergency, urgent_line=numbers.urgent, clinic=numbers.clinic, **places)

    def sentence(self, line: Line, **places: object) -> str:
        """A line of the protocol, as somebody with or without a clinic reads it."""
        return self.said(line.text(practice=self._numbers.has_clinic), **places)

    def opening(self, urgency: str, part: str, **places: object) -> str:
        """The first line of a part of what is said first."""
        return self.sentence(OPENINGS[urgency][part][0], **places)

    def sentences(self, urgency: str, part: str) -> tuple[str, ...]:
        """Every line of a part."""
        return tuple(map(self.sentence, OPENINGS[urgency][part]))

    def at_once(self) -> str:
        """When to call the emergency number, whatever else is said."""
        return self.said(COMMON["call_at_once"])

    def call_steps(self, level: Urgency) -> tuple[str, ...]:
        """Whom to call, from `contact` up; where it cannot wait, nobody is sent to a clinic that is closed."""
        part = "steps"
        if level is Urgency.URGENT:
            part += "_closed" if self._numbers.closed_line else ""
            part += "" if self._numbers.urgent else "_without_line"
        return self.sentences(level.slug, part)

    def calls(self, level: Urgency) -> tuple[Call, ...]:
        """The buttons that call, each with its number: first whoever answers now."""
        numbers = self._numbers
        if level is Urgency.EMERGENCY:
            return numbers.emergency_calls
        if level is not Urgency.URGENT:
            return numbers.clinic_calls
        if numbers.closed_line:
            return (*numbers.urgent_calls, *numbers.clinic_calls)
        return (*numbers.clinic_calls, *numbers.urgent_calls)

    def first_aid(self, grounds: Mapping[str, Grounds]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What cannot wait: before the call, and right after it. A line that two concerns share is said once."""
        due = first_aid_due(grounds)
        before, after = (
            dict.fromkeys(self.sentence(aid.line) for aid in due if aid.after_call is late) for late in (False, True)
        )
        return tuple(before), tuple(after)

    def press_minutes(self, grounds: Mapping[str, Grounds]) -> int:
        """For how long it says to press; 0 where it does not."""
        return max((aid.press_minutes for aid in first_aid_due(grounds)), default=0)

    def watched(self, flags: Sequence[Flag], reported: Reported, unit: str) -> tuple[str, str]:
        """The heading, and the line under it: a sentence or two for each kind of thing that is only to be watched."""
        heading, day, sentences = "", reported.entry.day, []
        for group in watched(flags, reported):
            seen = listed(map(seen_word, group.words))
            places = {"seen": capfirst(seen) if group.kind in STARTS_WITH_SEEN else seen, "day": day}
            if group.kind == "temperature":
                places["t"] = degrees(reported.entry.temperature_c or 0, unit)
            text = OPENINGS["watch"][group.kind][0].text(practice=self._numbers.has_clinic, many=group.are_many)
            if not heading:
                first, text = as_heading(text)
                heading = self.said(first, **places)
            sentences.append(self.said(text, **places))
        return heading, " ".join(sentences)

    def headings(self, flags: Iterable[Flag], grounds: Mapping[str, Grounds]) -> tuple[Heading, ...]:
        """What is raised, in the order of `flags`: those that share a heading as one."""
        by_heading: dict[str, list[Flag]] = {}
        for flag in flags:
            by_heading.setdefault(heading_of(flag["concern"]), []).append(flag)
        return tuple(self.heading(as_one, grounds) for as_one in by_heading.values())

    def heading(self, flags: Sequence[Flag], grounds: Mapping[str, Grounds]) -> Heading:
        """The one heading of flags that share it: of the more urgent, or of an infection rather than a late one."""
        concerns = (flag["concern"] for flag in flags)
        concern = max(concerns, key=lambda concern: (grounds[concern].urgency, concern == Concern.INFECTION))
        title = fitting(CONCERN_TEXTS[heading_of(concern)].titles, grounds[concern], concern)[0]
        return Heading(self.sentence(title), grounds[concern].urgency, tuple(flags), self._numbers.has_clinic)

    def read(self, heading: Heading, grounds: Mapping[str, Grounds]) -> ConcernRead:
        """What is said under a heading: what it can mean, and how to care for it."""
        concerns = [flag["concern"] for flag in heading.flags]
        texts = CONCERN_TEXTS[heading_of(concerns[0])]
        means, care = (
            tuple(self.sentence(line) for line in lines if any(line.fits(grounds[c], c) for c in concerns))
            for lines in (texts.means, texts.care)
        )
        return ConcernRead(heading.title, means, care)


def first_aid_due(grounds: Mapping[str, Grounds]) -> list[FirstAid]:
    """What is said on these grounds that cannot wait."""
    return [aid for aid in FIRST_AID if any(aid.line.fits(grounds[c]) for c in aid.concerns & grounds.keys())]


STARTS_WITH_SEEN = ("rise", "clearly_more", "little_more")
# By criterion the days on which it heads the page before skin that looks infected: a burn, and a sign of the red box,
# which names its own concern.
COMES_FIRST = {"BURN-1": Days("0-3"), **dict.fromkeys(("BURN-4", "ALL-1", "ALL-7", "NERV-4", "EYE-1"), ANY_DAY)}
LOOKS_ALIKE = frozenset({Concern.COLD_SORE_REACTIVATION, Concern.INFECTION, Concern.LATE_INFECTION})


def in_order(flags: Iterable[Flag], day: int) -> list[Flag]:
    """The most urgent first; of the same urgency a burn and a sign of the red box before an infection or a cold sore,
    and blood at the end."""
    flags = list(flags)
    held = {criterion["id"] for flag in flags for criterion in flag["criteria"]}
    comes_first = any(COMES_FIRST[id].hold("A", day) for id in held & COMES_FIRST.keys())

    def place(flag: Flag) -> tuple[int, int]:
        concern = flag["concern"]
        last = 3 if concern == Concern.BLOOD_BORNE_INFECTION else 1 if comes_first and concern in LOOKS_ALIKE else 0
        return -Urgency.of(flag["urgency"]), last

    return sorted(flags, key=place)


@dataclass(frozen=True, slots=True)
class BoxAdvice:
    """What a tick of the red box brings up before anything is saved: (text, the signs for which it is said)."""

    before_call: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]
    after_call: tuple[tuple[str, str], ...]


def box_advice(who: frozenset[str], day: int, numbers: PhoneNumbers) -> BoxAdvice:
    """First aid and the call, as the saved verdict will say them; `who` of `recovery.texts.who_of`."""
    writer, rows = VerdictWriter(numbers), box_first_aid(who, day)
    before, after = (
        tuple((writer.sentence(aid.line), " ".join(signs)) for aid, signs in rows if aid.after_call is late)
        for late in (False, True)
    )
    return BoxAdvice(before, writer.call_steps(Urgency.EMERGENCY), after)


def unanswered(reported: Reported) -> str:
    """That the day's warning signs were not answered, or not all of them, after a calm line; empty where they were."""
    signs = reported.entry.signs_answered
    if are_answered(signs):
        return ""
    some, none = _("You did not answer all the warning signs."), _("You did not answer the warning signs.")
    return f" {some if signs else none}"


def next_log(next_day: int | None, day: int) -> str:
    """When the next log is due, seen from `day`; without a next one (None) whenever something changes."""
    if next_day is None:
        return _("Log again whenever something changes.")
    wait = next_day - day
    if wait == 0:
        return _("Next log: today (day {day}).").format(day=next_day)
    if wait == 1:
        return _("Next log: tomorrow (day {day}).").format(day=next_day)
    return ngettext("Next log: in {wait} day (day {day}).", "Next log: in {wait} days (day {day}).", wait).format(
        wait=wait, day=next_day
    )


def day_word(urgency: str, *, has_clinic: bool, is_open: bool) -> str:
    """The word of a day among others, of an urgency's slug or "unjudged": none is on track while something is open."""
    if urgency == Urgency.ON_TRACK.slug and is_open:
        return _("No new concern")
    return urgency_word(None if urgency == "unjudged" else Urgency.of(urgency), has_clinic=has_clinic)


def at_most(limit: int) -> str:
    """How much of a symptom is usual: "none", "up to mild"."""
    return _("up to {level}").format(level=step(min(limit, 4))) if limit else step(0)


def about_needles() -> str:
    """What is said on day 0 to somebody of whose needles it is not known whether they were new and unused."""
    return _(COMMON["needles"])
