"""`make simulate`: how often ordinary people are alarmed, and how many complications are told in time, by skin type.

Figures stand beside those of the last run, which are kept in `last.json`. Only their differences mean anything: the
people and the noise are invented (people.py, courses.py).
"""

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

from symptoms.recovery.assessment import assess
from symptoms.recovery.course import Course
from symptoms.recovery.protocol import PROTOCOL
from symptoms.recovery.vocabulary import Urgency
from tests.simulator.courses import COMPLICATIONS, logged
from tests.simulator.people import Person, somebody

LAST = Path(__file__).parent / "last.json"
ROMAN = ("I", "II", "III", "IV", "V", "VI")
EACH = 150  # people for a complication


def main() -> None:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--people", type=int, default=3000, help="ordinary people; fewer than 3000 are not kept")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    figures = simulate(options.people, options.seed)
    last = json.loads(LAST.read_text()) if LAST.exists() else {}
    for name, value in figures.items():
        before = f"  (last {last[name]:.2f})" if name in last else ""
        print(f"{name:<58}{value:>7.2f}{before}")
    print(f"Protocol {PROTOCOL.version}, seed {options.seed}; the noise is invented, so only differences count.")
    if options.people >= 3000:
        LAST.write_text(json.dumps(figures, indent=1) + "\n")


def simulate(people: int, seed: int) -> dict[str, float]:
    """Figures by name, in per cent."""
    figures = _alarms(people, seed, usual_told=True)
    figures["usual levels not told: contact or more, % of entries"] = _alarms(people, seed, usual_told=False)[
        "contact or more, % of entries"
    ]
    return figures | _in_time(seed, each=max(12, EACH * people // 3000))


def _alarms(people: int, seed: int, *, usual_told: bool) -> dict[str, float]:
    entries, alarms, alarmed = Counter(), defaultdict(Counter), Counter()
    chance = Random(seed)
    for number in range(people):
        skin = number % 6
        person = somebody(chance, skin=skin + 1, usual_told=usual_told)
        urgencies = _urgencies(logged(chance, person))
        entries[skin] += len(urgencies)
        alarmed["people"] += any(urgency >= Urgency.CONTACT for urgency in urgencies)
        for urgency in urgencies:
            alarms[skin][urgency] += 1
    figures = {
        "contact or more, % of entries": _share(alarms, entries, range(6), Urgency.CONTACT),
        "contact or more, % of people": 100 * alarmed["people"] / people,
        "urgent or more, % of entries": _share(alarms, entries, range(6), Urgency.URGENT),
    }
    by_skin = {
        f"contact or more, type {ROMAN[skin]}": _share(alarms, entries, [skin], Urgency.CONTACT) for skin in range(6)
    }
    spread = max(by_skin.values()) - min(by_skin.values())
    return figures | by_skin | {"spread across skin types, points": spread}


def _share(alarms, entries, skins, least: Urgency) -> float:
    above = sum(count for skin in skins for urgency, count in alarms[skin].items() if urgency >= least)
    return 100 * above / sum(entries[skin] for skin in skins)


def _urgencies(course: Course) -> list[Urgency]:
    return [assess(course, day=entry.day).urgency for entry in course.entries]


def _in_time(seed: int, each: int) -> dict[str, float]:
    """Of those who logged in time, how many were told of the concern at `contact` or above; types I-III and IV-VI."""
    figures = {}
    for name, complication in COMPLICATIONS.items():
        chance = Random(f"{seed} {name}")
        caught, logs = Counter(), Counter()
        for number in range(each):
            person = _whom(chance, complication.who, skin=number % 6 + 1)
            begins = chance.randint(complication.first, complication.last)
            course = logged(chance, person, name, begins=begins)
            due = [entry.day for entry in course.entries if begins <= entry.day <= begins + complication.in_time]
            dark = number % 6 >= 3
            logs[dark] += bool(due)
            caught[dark] += any(
                flag.concern in complication.concerns and flag.urgency >= Urgency.CONTACT
                for day in due
                for flag in assess(course, day=day).flags
            )
        for dark, types in ((False, "I-III"), (True, "IV-VI")):
            figures[f"{name}: told in time, types {types}, %"] = 100 * caught[dark] / max(1, logs[dark])
    return figures


def _whom(chance: Random, fits, skin: int) -> Person:
    while not fits(person := somebody(chance, skin=skin)):
        pass
    return person


if __name__ == "__main__":
    main()
