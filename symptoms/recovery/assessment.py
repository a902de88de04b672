"""The judgement: a course and a day in, an assessment with its flags and the facts behind them out."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from symptoms.recovery.course import Course, as_seen_from
from symptoms.recovery.day import Day, Fact
from symptoms.recovery.protocol import PROTOCOL, Protocol
from symptoms.recovery.vocabulary import Concern, Urgency

# What an earlier session may still show, on its own day (docs/clinical.md, "Criteria").
LATE_FAMILIES = ("LATE-", "GRAN-", "PIG-", "PALE-", "SCAR-", "VOL-", "BBV-")
EARLIER_FOR = 180  # days; docs/decisions/0010
_URGENCY = attrgetter("urgency")


class Finding(NamedTuple):
    """A criterion that held, at which urgency, on which facts, from which source. `treatment_offset`: days by which an
    earlier session preceded the one being judged; 0 when it is that one itself."""

    criterion: str
    urgency: Urgency
    evidence: tuple[Fact, ...]
    treatment_offset: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """One concern at its highest urgency, with every criterion that held, the most urgent first."""

    concern: Concern
    urgency: Urgency
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is to be said about one day, and by which protocol."""

    day: int
    urgency: Urgency
    flags: tuple[Flag, ...]
    protocol_version: str
    protocol_hash: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values: urgencies and concerns as words, flags most urgent first, facts under `evidence`."""
        return {
            "day": self.day,
            "urgency": self.urgency.slug,
            "flags": [_flag_json(flag) for flag in self.flags],
            "protocol_version": self.protocol_version,
            "protocol_hash": self.protocol_hash,
        }


def assess(course: Course, protocol: Protocol = PROTOCOL, *, day: int) -> Assessment:
    """Judge the entry of `day`, with the entries up to that day only.

    Earlier sessions up to 180 days old are heard as well, on their own days, for what shows late.

    Raises:
        ValueError: there is no entry on `day`.
    """
    today = Day(course, day)
    raised = list(_findings(today, protocol))
    for days_before, earlier in course.earlier:
        if day + days_before <= EARLIER_FOR:
            then = Day(as_seen_from(earlier, days_before, today.entries), day + days_before)
            raised += _findings(then, protocol, only=LATE_FAMILIES, offset=days_before)
    flags = _flags(raised)
    urgency = flags[0].urgency if flags else Urgency.ON_TRACK  # the most urgent comes first
    return Assessment(day, urgency, flags, protocol.version, protocol.hash)


def _findings(
    day: Day, protocol: Protocol, *, only: tuple[str, ...] = (), offset: int = 0
) -> Iterator[tuple[Concern, Finding]]:
    for criterion in protocol.by_day.on(day.band, day.day, day.reported):
        if only and not criterion.id.startswith(only):
            continue
        if facts := criterion.predicate.facts(day):
            each_once = tuple(dict.fromkeys(facts))
            finding = Finding(criterion.id, criterion.urgency_on(day), each_once, offset, criterion.source)
            for concern in criterion.concerns(day.day):
                yield concern, finding


def _flags(raised: list[tuple[Concern, Finding]]) -> tuple[Flag, ...]:
    by_concern: dict[Concern, list[Finding]] = {}
    for concern, finding in raised:
        by_concern.setdefault(concern, []).append(finding)
    urgent_first = {concern: sorted(findings, key=_URGENCY, reverse=True) for concern, findings in by_concern.items()}
    flags = [Flag(concern, findings[0].urgency, tuple(findings)) for concern, findings in urgent_first.items()]
    return tuple(sorted(flags, key=_URGENCY, reverse=True))


def _flag_json(flag: Flag) -> dict[str, Any]:
    return {
        "concern": str(flag.concern),
        "urgency": flag.urgency.slug,
        "criteria": [_finding_json(finding) for finding in flag.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.criterion,
        "urgency": finding.urgency.slug,
        "source": finding.source,
        "evidence": [
            {"kind": kind, "word": str(word), "day": day, "value": value, "limit": limit}
            for kind, word, day, value, limit in finding.evidence
        ],
        "treatment_offset": finding.treatment_offset,
    }
