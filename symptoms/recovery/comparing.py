"""What another version of the protocol says otherwise: which days gain or lose which flags, counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symptoms.recovery.vocabulary import Urgency

Flags = Iterable[Mapping[str, Any]]  # as `Assessment.as_json` or `assess_cases --json` write them
UNKNOWN_SKIN = "unknown"


@dataclass(frozen=True, slots=True)
class FlagChange:
    """One concern of one day, before and after; ON_TRACK where it was not, or is no longer, raised."""

    concern: str
    before: Urgency
    after: Urgency
    gained: tuple[str, ...]  # criteria that hold now
    lost: tuple[str, ...]


def changes_between(before: Flags, after: Flags) -> list[FlagChange]:
    """The concerns of a day whose urgency or criteria differ, by name."""
    was, became = _by_concern(before), _by_concern(after)
    changes = []
    for concern in sorted({*was, *became}):
        (old, old_criteria), (new, new_criteria) = was.get(concern, _NOTHING), became.get(concern, _NOTHING)
        if (old, old_criteria) != (new, new_criteria):
            gained, lost = sorted(new_criteria - old_criteria), sorted(old_criteria - new_criteria)
            changes.append(FlagChange(concern, old, new, tuple(gained), tuple(lost)))
    return changes


@dataclass
class Tally:
    """How many days were compared, and what changed on them: by urgency, by criterion and by skin type.

    A change of urgency is counted as (concern, before, after); a skin type is 1 to 6 or "unknown", with the days whose
    highest urgency went up or down.
    """

    days: int = 0
    changed: int = 0
    urgencies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    criteria: Counter[tuple[str, str]] = field(default_factory=Counter)
    skin: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, before: Flags, after: Flags, *, fitzpatrick: int | None) -> list[FlagChange]:
        """Count a day; gives what changed on it."""
        before, after = list(before), list(after)
        self.days += 1
        if before == after:
            return []
        changes = changes_between(before, after)
        self.changed += bool(changes)
        for change in changes:
            if change.before != change.after:
                self.urgencies[change.concern, change.before.slug, change.after.slug] += 1
            self.criteria.update(("gained", criterion) for criterion in change.gained)
            self.criteria.update(("lost", criterion) for criterion in change.lost)
        if (old := _highest(before)) != (new := _highest(after)):
            self.skin[str(fitzpatrick or UNKNOWN_SKIN), "higher" if new > old else "lower"] += 1
        return changes

    def add_all(self, other: "Tally") -> None:
        """Count all days of another one as well."""
        self.days += other.days
        self.changed += other.changed
        self.urgencies += other.urgencies
        self.criteria += other.criteria
        self.skin += other.skin

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; each list most frequent first."""
        return {
            "days": self.days,
            "changed": self.changed,
            "urgencies": [
                {"concern": concern, "before": before, "after": after, "days": days}
                for (concern, before, after), days in self.urgencies.most_common()
            ],
            "criteria": [
                {"criterion": criterion, "change": change, "days": days}
                for (change, criterion), days in self.criteria.most_common()
            ],
            "skin_types": [
                {"fitzpatrick": skin, "change": change, "days": days}
                for (skin, change), days in sorted(self.skin.items())
            ],
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Tally":
        """What `as_json` wrote, as it was."""
        tally = cls(written["days"], written["changed"])
        for row in written["urgencies"]:
            tally.urgencies[row["concern"], row["before"], row["after"]] = row["days"]
        for row in written["criteria"]:
            tally.criteria[row["change"], row["criterion"]] = row["days"]
        for row in written["skin_types"]:
            tally.skin[row["fitzpatrick"], row["change"]] = row["days"]
        return tally

    def as_table(self) -> str:
        """The same for people, a line a row."""
        lines = [f"{self.days:,} days compared, {self.changed:,} changed."]
        lines += [
            f"  {days:>7,}  {concern}: {old} -> {new}" for (concern, old, new), days in self.urgencies.most_common()
        ]
        lines += [f"  {days:>7,}  {criterion} {change}" for (change, criterion), days in self.criteria.most_common()]
        lines += [f"  {days:>7,}  skin type {skin}: {change}" for (skin, change), days in sorted(self.skin.items())]
        return "\n".join(lines)


_NOTHING: tuple[Urgency, frozenset[str]] = (Urgency.ON_TRACK, frozenset())


def _by_concern(flags: Flags) -> dict[str, tuple[Urgency, frozenset[str]]]:
    return {
        flag["concern"]: (
            Urgency.of(flag["urgency"]),
            frozenset(each["id"] if isinstance(each, Mapping) else each for each in flag["criteria"]),
        )
        for flag in flags
    }


def _highest(flags: Flags) -> Urgency:
    return max((Urgency.of(flag["urgency"]) for flag in flags), default=Urgency.ON_TRACK)
