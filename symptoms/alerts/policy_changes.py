"""How a manager changes whom the practice tells and when: what stands there now, saving it, and what the rota lacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.edits import Reading, refuse_if_changed
from accounts.locks import lock_practice
from accounts.members import user_name
from accounts.models import Absence, Membership, Practice, User
from symptoms.alerts.policy import DEFAULT_STEPS, TOLD_OF, Group, Policy, policy_of
from symptoms.wording.times import short

WEEKDAYS = range(7)


class NotOnTheRota(Exception):
    """Somebody on the rota works here no more, or is no practitioner; `fields` are where they stand."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields)
        self.fields = fields


def turn_fields(day: int) -> tuple[str, str]:
    """What the two turns of a weekday (0: Monday) are called in forms and readings: on call, and if no answer."""
    return f"first_{day}", f"second_{day}"


def telling_of(practice: Practice) -> dict[str, Any]:
    """What a manager may change of whom `practice` tells: by urgency its steps, by weekday its turns, and times."""
    policy = policy_of(practice)
    turns: dict[str, Any] = {}
    for day in WEEKDAYS:
        turn = policy.rota.get(day)
        members = (turn.first, turn.second) if turn else (None, None)
        turns |= {name: str(member or "") for name, member in zip(turn_fields(day), members, strict=True)}
    quiet = practice.telling.get("quiet_from"), practice.telling.get("quiet_until")
    return {
        **{urgency.slug: [step.as_json() for step in policy.steps[urgency]] for urgency in TOLD_OF},
        **turns,
        "quiet": [list(quiet)] if all(quiet) else [],
        "morning_list_at": practice.telling.get("morning_list_at") or "",
        "morning_list": str(policy.morning_list),
    }


@transaction.atomic
def change_telling(
    practice: Practice, telling: Mapping[str, Any], *, by: User, now: datetime, reading: Reading | None = None
) -> bool:
    """Write down whom a practice tells and when, cleaned and by the names of `telling_of`; whether that is new.

    Raises:
        ChangedMeanwhile: something else stands there by now than `reading`, what `by` had before them.
        NotOnTheRota: somebody on the rota left meanwhile.
    """
    stored = lock_practice(practice.pk)
    current = telling_of(stored)
    refuse_if_changed(reading, current, by=stored.changed_by, at=stored.changed_at)
    if {**current, **telling} == current:
        return False
    _check_rota(stored, telling)
    successors = {name: value for name, value in stored.telling.items() if name == "successors"}
    stored.telling, stored.changed_by, stored.changed_at = _as_stored(telling) | successors, by, now
    stored.save(update_fields=["telling", "changed_by", "changed_at"])
    audit.did(gettext_noop("changed who is told"), by=by, practice=practice, now=now)
    return True


def _check_rota(practice: Practice, telling: Mapping[str, Any]) -> None:
    here = Membership.objects.practitioners().filter(practice=practice).values_list("pk", flat=True)
    known = {"", *map(str, here)}
    names = [name for day in WEEKDAYS for name in turn_fields(day)]
    if wrong := [name for name in names if telling[name] not in known]:
        raise NotOnTheRota(wrong)


def _as_stored(telling: Mapping[str, Any]) -> dict[str, Any]:
    """What `policy_of` reads; steps that are the defaults are left out, and follow them."""
    defaults = {urgency.slug: [step.as_json() for step in steps] for urgency, steps in DEFAULT_STEPS.items()}
    turns = {str(day): [telling[name] or None for name in turn_fields(day)] for day in WEEKDAYS}
    quiet_from, quiet_until = telling["quiet"][0] if telling["quiet"] else ("", "")
    document = {
        "steps": {slug: telling[slug] for slug, steps in defaults.items() if telling[slug] != steps},
        "rota": {day: turn for day, turn in turns.items() if turn[0]},
        "quiet_from": quiet_from, "quiet_until": quiet_until,
        "morning_list_at": telling["morning_list_at"], "morning_list": telling["morning_list"],
    }  # fmt: skip
    return {name: value for name, value in document.items() if value}


@dataclass(frozen=True)
class RotaGaps:
    """What a manager should know of a rota: by weekday, and of the whole."""

    by_day: Mapping[int, str]
    whole: str


def rota_gaps(practice: Practice, now: datetime) -> RotaGaps:
    """Where nobody is on call, or who is on call is away in the next seven days: then everybody is told."""
    policy = policy_of(practice)
    uses_rota = any(Group.ON_CALL in step.groups for steps in policy.steps.values() for step in steps)
    if not policy.rota:
        unmanned = _("Nobody is on the rota. Where a step tells whoever is on call, everybody is told.")
        return RotaGaps({}, unmanned if uses_rota else "")
    gaps = dict(_gaps(practice, policy, now.astimezone(practice.zone).date()))
    unused = _("No step tells whoever is on call, so the rota changes nothing. Tick “On call” in a step.")
    return RotaGaps(gaps, "" if uses_rota else unused)


def _gaps(practice: Practice, policy: Policy, today: date) -> Iterator[tuple[int, str]]:
    members = Membership.objects.practitioners().filter(practice=practice).select_related("user")
    names = {member.pk: user_name(member.user) for member in members}
    until = today + timedelta(days=len(WEEKDAYS) - 1)
    away = Absence.objects.filter(member__practice=practice, first_day__lte=until, last_day__gte=today)
    absences = list(away.values_list("member", "first_day", "last_day"))
    for day in (today + timedelta(days=ahead) for ahead in WEEKDAYS):
        turns = policy.on_call(day)
        absent = {member for member, first, last in absences if first <= day <= last}
        present = [member for member in turns if member in names and member not in absent]
        if not present or present[0] != turns[0]:
            yield day.weekday(), _gap(day, today, turns, present, names)


def rota_days_of(member: Membership) -> str:
    """The weekdays on which a member stands on the rota, first or second, in words; empty for none."""
    rota = policy_of(member.practice).rota
    days = [WEEKDAY_NAMES[day] for day in WEEKDAYS if day in rota and member.pk in (rota[day].first, rota[day].second)]
    return get_text_list([str(day) for day in days], _("and"))


def _gap(day: date, today: date, turns: list[UUID], present: list[UUID], names: Mapping[UUID, str]) -> str:
    if not turns:
        return _("Nobody is on call: everybody is told.")
    if turns[0] not in names and present:
        sentence = _("Who is on call no longer works here as a practitioner, so {other} is. Choose somebody else.")
        return sentence.format(other=names[present[0]])
    if turns[0] not in names:
        return _("Who is on call no longer works here as a practitioner, so everybody is told. Choose somebody else.")
    on, who = short(day, today), names[turns[0]]
    if present:
        sentence = _("{day}: {name} is away, so {other} is on call.")
        return sentence.format(day=on, name=who, other=names[present[0]])
    return _("{day}: {name} is away and nobody else is on call, so everybody is told.").format(day=on, name=who)
