"""Whom to call where: emergency and urgent-care numbers by country, and which country a clock hangs in."""

import re
import tomllib
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from accounts.models import Patient
from accounts.names import folded

TABLE = Path(__file__).with_suffix(".toml")
ELSEWHERE = "ZZ"  # stored for a country that the table does not have, with the number that the patient wrote
NOT_COUNTRIES = {"EU", ELSEWHERE}
NUMBER = re.compile(r"[0-9+*#][0-9+*# ]*")
LONGEST = 15  # digits and signs of a number, without spaces


class WrongNumbers(Exception):
    """The operator's file of numbers cannot be used; `str()` says what is wrong, and where."""


@dataclass(frozen=True)
class HelpNumbers:
    """A country's numbers; `urgent` is empty without a national line, `emergency` where no country is known."""

    country: str = ""
    name: str = ""
    emergency: str = ""
    urgent: str = ""
    note: str = ""
    source: str = ""
    verified: date | None = None


UNKNOWN = HelpNumbers()
COLUMNS = {field.name for field in fields(HelpNumbers)} - {"country"}


def all_numbers() -> dict[str, HelpNumbers]:
    """The numbers of every country by its code: Mendline's own, with the operator's over them."""
    return _merged(settings.HELP_NUMBERS)


def check_numbers(today: date) -> None:
    """Read all numbers as they are now, for a start.

    Raises:
        WrongNumbers: as `read_numbers`, for a date after `today`, and for a site's country that is not listed.
    """
    table = read_numbers(TABLE, {}, today)
    if settings.HELP_NUMBERS:
        table = read_numbers(settings.HELP_NUMBERS, table, today)
    if settings.COUNTRY and settings.COUNTRY not in table:
        raise WrongNumbers(f"MENDLINE_COUNTRY: {settings.COUNTRY} is no country of the table of numbers to call")


@cache
def _merged(path: Path | None) -> dict[str, HelpNumbers]:
    table = read_numbers(TABLE, {})
    return read_numbers(path, table) if path else table


def read_numbers(path: Path, below: dict[str, HelpNumbers], today: date | None = None) -> dict[str, HelpNumbers]:
    """`below` with the rows of a file over it; a row that changes a number is verified only by its own date.

    `today`: a date after it is a mistake; None: that was checked at the start.

    Raises:
        WrongNumbers: the file cannot be read, or a row has a wrong code, name, number or date.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise WrongNumbers(f"{path} cannot be read as TOML ({fault})") from fault
    table = dict(below)
    for code, row in rows.items():
        if reason := _fault_of(code, row, is_new=code not in below, today=today):
            raise WrongNumbers(f"{path}: {code}: {reason}")
        table[code] = replace(below.get(code, HelpNumbers(country=code)), **{"verified": None, **row})
    return dict(sorted(table.items(), key=lambda item: item[1].name))


def _fault_of(code: str, row: Any, *, is_new: bool, today: date | None) -> str:
    if not re.fullmatch("[A-Z]{2}", code) or code in NOT_COUNTRIES or not isinstance(row, dict):
        return "a country is a table named by its code of two capital letters, like [GB]"
    if unknown := sorted(set(row) - COLUMNS):
        return f"there is no column {unknown[0]!r}"
    if missing := sorted({"name", "emergency"} - set(row)) if is_new else []:
        return f"a country that is new needs {missing[0]!r}"
    for column in sorted(set(row) - {"verified"}):
        if not isinstance(row[column], str):
            return f"{column} must be text in quotes"
    if "name" in row and not row["name"].strip():
        return "the name is empty"
    for column in ("emergency", "urgent"):
        if column in row and not (column == "urgent" and row[column] == "") and not is_number(row[column]):
            return f"{column} {row[column]!r} is no number to call (digits, +, * and #, at most {LONGEST})"
    verified = row.get("verified")
    if verified is None:
        return ""
    if type(verified) is not date:
        return f"verified {str(verified)!r} is not a date, like 2026-11-28 without quotes"
    return f"verified {verified} is in the future" if today and verified > today else ""


def is_number(text: str) -> bool:
    """Whether a phone can dial it: digits, +, * and #, at most 15 of them; spaces do not count."""
    return bool(NUMBER.fullmatch(text)) and any(map(str.isdigit, text)) and len(text.replace(" ", "")) <= LONGEST


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country of the table, by the name that is read."""
    choices = [(code, gettext(numbers.name)) for code, numbers in all_numbers().items()]
    return sorted(choices, key=lambda choice: folded(choice[1]))


def numbers_of(country: str) -> HelpNumbers:
    """The numbers of a country by its code; none for a code that is not listed: no country stands for another."""
    return all_numbers().get(country, UNKNOWN)


def numbers_for(patient: Patient | None) -> HelpNumbers:
    """The numbers of the country that a patient said they live in; none for somebody who was not asked yet."""
    if patient is None:
        return UNKNOWN
    if patient.country == ELSEWHERE:
        return HelpNumbers(country=ELSEWHERE, emergency=patient.emergency_number)
    return numbers_of(patient.country)


def country_of_zone(zone: str) -> str:
    """The code of the one country that an IANA time zone belongs to; "" for UTC, Etc/* and zones of several."""
    by_zone, shared, renamed = _zones()
    if zone in by_zone:
        return by_zone[zone]
    current = renamed.get(zone, "") if "/" in zone else ""  # "CET" and "EST" name a clock, no place
    return "" if current in shared else by_zone.get(current, "")


@cache
def _zones() -> tuple[dict[str, str], set[str], dict[str, str]]:
    """The country of each zone that one country claims; zones kept by several; old names and what they are now."""
    database = files("tzdata") / "zoneinfo"

    def rows(name: str) -> list[list[str]]:
        lines = (database / name).read_text(encoding="utf-8").splitlines()
        return [line.split() for line in lines if line and not line.startswith("#")]

    claims: dict[str, set[str]] = {}
    for code, _place, zone, *_rest in rows("zone.tab"):
        claims.setdefault(zone, set()).add(code)
    by_zone = {zone: next(iter(codes)) for zone, codes in claims.items() if len(codes) == 1}
    shared = {row[2] for row in rows("zone1970.tab") if "," in row[0]}
    return by_zone, shared, {row[2]: row[1] for row in rows("tzdata.zi") if row[0] == "L"}
