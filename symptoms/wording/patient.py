"""What a patient reads about a day: the verdict, the steps, whom to call, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from symptoms.recovery.care import SEEK_HELP
from symptoms.recovery.patient_texts import Opening, opening
from symptoms.recovery.phrases import listed, step, title
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.evidence import Flag
from symptoms.wording.findings import Why, patient_text_of, raising, subject_of, why

URGENCIES = {
    Urgency.ON_TRACK: "On track",
    Urgency.WATCH: "Keep an eye on it",
    Urgency.CONTACT: "Contact your clinic",
    Urgency.URGENT: "Be seen today",
    Urgency.EMERGENCY: "Get emergency help now",
}
NOT_JUDGED = "Not checked yet"
CONTACT_ALONE = "Contact a doctor"


@dataclass(frozen=True, slots=True)
class Lines:
    """Whom the patient can call: the clinic ("" when alone), the country's emergency number and urgent-care line."""

    emergency: str
    urgent: str = ""
    clinic: str = ""
    phone: str = ""

    @property
    def has_clinic(self) -> bool:
        return bool(self.clinic)


@dataclass(frozen=True, slots=True)
class Call:
    """A button that calls somebody."""

    label: str
    number: str

    @property
    def tel(self) -> str:
        return "".join(sign for sign in self.number if sign.isdigit() or sign == "+")


@dataclass(frozen=True)
class Verdict:
    """All that is said about one day. `urgency` is the word, or "unjudged"; `flags` as stored, by `version`; `unit` of
    temperatures."""

    urgency: str
    word: str
    heading: str
    line: str
    means: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    sooner: str = ""
    instead: tuple[str, ...] = ()  # when to call the emergency number instead
    flags: Sequence[Flag] = ()
    version: str = ""
    unit: str = "c"
    has_clinic: bool = True

    @property
    def is_emergency(self) -> bool:
        """Whether the emergency number is to be called."""
        return self.urgency == Urgency.EMERGENCY.slug

    @property
    def is_urgent(self) -> bool:
        """Whether it cannot wait for tomorrow: to be seen today, or an emergency."""
        return self.is_emergency or self.urgency == Urgency.URGENT.slug

    @cached_property
    def why(self) -> Why:
        """What was reported, each fact once, and what it counts as; at `watch` what was seen alone."""
        return why(self.flags, self.version, named=self.urgency != Urgency.WATCH.slug, unit=self.unit)

    @property
    def counts_as(self) -> tuple[tuple[str, str], ...]:
        """(concern, what it asks for) of each; none where the heading has said the only one."""
        concerns = self.why.concerns
        if len(concerns) < 2 and not self.is_emergency:
            return ()
        return tuple((title, urgency_word(urgency, has_clinic=self.has_clinic)) for title, urgency in concerns)


def urgency_word(urgency: Urgency | None, *, has_clinic: bool) -> str:
    """The patient's word for an urgency; None: not judged."""
    if urgency is None:
        return NOT_JUDGED
    return CONTACT_ALONE if urgency is Urgency.CONTACT and not has_clinic else URGENCIES[urgency]


def verdict(
    urgency: int | None,
    flags: Sequence[Flag],
    *,
    day: int,
    compared: Iterable[str],
    signs: Collection[str],
    lines: Lines,
    version: str = "",
    unit: str = "c",
) -> Verdict:
    """What to say about `day`, judged (`urgency`, `flags` as stored, `version` of the protocol) or not (None).

    `compared` are the symptoms that were answered, `signs` what was ticked, `unit` the thermometer's ("c" or "f").
    At `watch` no concern is named.
    """
    if urgency is None:
        return _unjudged(lines)
    level = Urgency(urgency)
    first = opening(level, practice=lines.has_clinic, day=day)
    if level is Urgency.ON_TRACK:
        return _on_track(first, day, compared, signs, lines)
    subject = subject_of(flags, unit)
    line = (first.line_for_many if subject.are_many else first.line).format(seen=subject.words, day=day)
    draft = _watched(first, flags, line, lines) if level is Urgency.WATCH else _raised(level, first, flags, line, lines)
    return replace(draft, version=version, unit=unit, has_clinic=lines.has_clinic)


def _unjudged(lines: Lines) -> Verdict:
    first = opening(None, practice=lines.has_clinic)
    heading = "Your log is safe, but we could not check it yet"
    return Verdict(
        "unjudged", NOT_JUDGED, heading, first.line, steps=_filled(first.steps, lines), calls=_clinic(lines),
        sooner="Don’t take this as “all is well”.", instead=SEEK_HELP["emergency"].bullets,
    )  # fmt: skip


def _on_track(first: Opening, day: int, compared: Iterable[str], signs: Collection[str], lines: Lines) -> Verdict:
    symptoms = listed(title(word).lower() for word in compared) or "nothing"
    line = f"{first.line} {first.compared.format(symptoms=symptoms)}"
    if not signs:  # a numb patch on day 1, say, is ordinary, yet was ticked
        line = f"{line} No warning sign was ticked."
    word = urgency_word(Urgency.ON_TRACK, has_clinic=lines.has_clinic)
    heading = first.heading.format(day=day)
    return Verdict("on_track", word, heading, line, steps=first.steps, sooner=first.sooner)


def _watched(first: Opening, flags: Sequence[Flag], line: str, lines: Lines) -> Verdict:
    heading, _, rest = line.partition(". ")
    word = urgency_word(Urgency.WATCH, has_clinic=lines.has_clinic)
    return Verdict("watch", word, heading, rest, steps=first.steps, sooner=first.sooner, flags=flags)


def _raised(level: Urgency, first: Opening, flags: Sequence[Flag], line: str, lines: Lines) -> Verdict:
    """From `contact` up: what it can mean and how to care for it, at the highest urgency only.

    What is urgent must not be lost among what is not: the rest stands under why.
    """
    texts = [patient_text_of(flag) for flag in flags if flag["urgency"] == level.slug]
    is_emergency = level is Urgency.EMERGENCY
    care = dict.fromkeys(line for text in texts for line in text.care)
    heading = f"Call {lines.emergency} now" if is_emergency else texts[0].title
    # in an emergency the pen, or pressing on a wound, comes before company
    steps = (*care, *first.steps) if is_emergency else (*first.steps, *care)
    return Verdict(
        urgency=level.slug,
        word=urgency_word(level, has_clinic=lines.has_clinic),
        heading=heading,
        line=line,
        means=_filled(dict.fromkeys(text.means for text in texts), lines),
        steps=tuple(line for line in _filled(steps, lines) if line != f"{heading}."),
        calls=_calls(level, lines),
        instead=() if is_emergency else SEEK_HELP["emergency"].bullets,
        flags=raising(flags),
    )


def _calls(level: Urgency, lines: Lines) -> tuple[Call, ...]:
    if level is Urgency.EMERGENCY:
        return (Call(f"Call {lines.emergency}", lines.emergency),)
    urgent = (Call(f"Urgent care: {lines.urgent}", lines.urgent),) if lines.urgent and level is Urgency.URGENT else ()
    return (*_clinic(lines), *urgent)


def _clinic(lines: Lines) -> tuple[Call, ...]:
    return (Call(f"Call {lines.clinic}", lines.phone),) if lines.clinic and lines.phone else ()


def _filled(texts: Iterable[str], lines: Lines) -> tuple[str, ...]:
    """The places filled in; without a clinic, a doctor takes its place."""
    urgent = f"the urgent care line, {lines.urgent}," if lines.urgent else "an urgent care line"
    filled = (text.format(number=lines.emergency, urgent_line=urgent, clinic=lines.clinic) for text in texts)
    return tuple(text.replace(",.", ".") if lines.has_clinic else for_alone(text) for text in filled)


def for_alone(text: str) -> str:
    """A sentence about "your clinic", for somebody who has none."""
    return text.replace(",.", ".").replace("your clinic", "a doctor").replace("Your clinic", "A doctor")


def at_most(limit: int) -> str:
    """How much of a symptom is usual: "none", "up to mild"."""
    return "up to very severe" if limit >= 4 else f"up to {step(limit)}" if limit else "none"
