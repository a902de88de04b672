"""What is asked of the queue: which list, narrowed to whom, which page; read from an address, and written in one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from symptoms.models.treatment import DEVICES
from symptoms.views.clinic.search import SOUGHT, sought_by, sought_in
from symptoms.views.clinic.sought_words import sealed
from symptoms.wording.treatment import ROMAN

FROM = "from"  # in the address of a patient's page: the list that led there
LONGEST_ADDRESS, LONGEST_NUMBER = 1_200, 8  # characters of it, digits of a number in it
ME, NOBODY, NOT_KNOWN = "me", "nobody", "unknown"
DAYS = re.compile(r"([0-9]{1,3})-([0-9]{1,3})?")
LETTERS = "abcdefghijklmnopqrstuvwxyz~"  # the last for what comes after z

SHOW = {
    "open": gettext_lazy("Needs action"),
    "mine": gettext_lazy("Mine"),
    "waiting": gettext_lazy("Waiting on patient"),
    "follow_up": gettext_lazy("Follow-up due"),
    "quiet": gettext_lazy("Gone quiet"),
    "not_joined": gettext_lazy("Not joined"),
    "closed": gettext_lazy("Closed today"),
    "all": gettext_lazy("All"),
}
BY_URGENCY = frozenset({"open", "mine", "waiting"})
FILTERS = {
    "owner": gettext_lazy("Owner"),
    "device": gettext_lazy("Device"),
    "skin": gettext_lazy("Skin type"),
    "days": gettext_lazy("Days since the treatment"),
    "log": gettext_lazy("Newest log"),
}


@dataclass(frozen=True)
class Asked:
    """One list as it was asked for. `unknown`: filters that say nothing, by their names; they are left out.

    `at`, `of`: where in it a patient stood whose page it leads to, and among how many; 0 where that is not known.
    """

    show: str = "open"
    sought: str = ""
    narrowed: Mapping[str, str] = field(default_factory=dict)
    page: str = "1"
    letter: str = ""
    at: int = 0
    of: int = 0
    unknown: tuple[str, ...] = ()

    @classmethod
    def by(cls, typed: QueryDict | dict[str, str], sought: str) -> Self:
        """From the query of an address; what is nonsense is left out, and named in `unknown`."""
        show = typed.get("show", "") or ("all" if sought else "open")
        given = {name: typed.get(name, "") for name in FILTERS if typed.get(name)}
        narrowed = {name: value for name, value in given.items() if KNOWN[name](str(value))}
        letter = str(typed.get("letter", ""))
        unknown = [name for name in given if name not in narrowed]
        return cls(
            show=str(show) if show in SHOW else "open",
            sought=sought,
            narrowed={name: str(value) for name, value in narrowed.items()},
            page=str(typed.get("page", "1")),
            letter=letter if letter and letter in LETTERS and show == "all" else "",
            at=_number(typed.get("at", "")),
            of=_number(typed.get("of", "")),
            unknown=(*unknown, *(["show"] if show not in SHOW else [])),
        )

    @property
    def query(self) -> str:
        """The list without its page, as the query of an address."""
        return urlencode({"show": self.show, **({SOUGHT: self.sealed} if self.sought else {}), **self.narrowed})

    @property
    def sealed(self) -> str:
        """What is looked for, as an address may say it."""
        return sealed(self.sought)

    @property
    def is_whole(self) -> bool:
        """Whether the whole list is asked for, neither searched nor narrowed."""
        return not self.sought and not self.narrowed

    @property
    def with_page(self) -> str:
        """The same with its page."""
        return self.query + (f"&page={self.page}" if _number(self.page) > 1 else "")

    def leading_to(self, at: int, of: int) -> str:
        """The query of the page of the patient who stands at a place of the list, so that it leads back and on."""
        return urlencode({FROM: f"{self.with_page}&at={at}&of={of}"})

    def on_page(self, number: int) -> "Asked":
        """The same list at a page."""
        return replace(self, page=str(number))

    def showing(self, show: str) -> str:
        """Another list, narrowed in the same way; a search is over."""
        return replace(self, show=show, sought="", letter="").query

    def without(self, name: str) -> str:
        """The same list without one of its filters."""
        return replace(self, narrowed={key: value for key, value in self.narrowed.items() if key != name}).query


def asked_of(request: HttpRequest) -> Asked:
    """The list that the address of a request asks for."""
    return Asked.by(request.GET, sought_in(request))


def asked_in(address: str) -> Asked:
    """The list in the `from` of a patient's page; the queue for nonsense."""
    typed = dict(parse_qsl(address[:LONGEST_ADDRESS].replace("\0", "")))
    return Asked.by(typed, sought_by(typed))


def kept_list(request: HttpRequest) -> str:
    """The list that led to a patient's page, as a query that keeps it; empty where none did."""
    asked = list_behind(request)
    return f"?{asked.leading_to(asked.at, asked.of)}" if asked else ""


def list_behind(request: HttpRequest) -> Asked | None:
    """The list that led to a patient's page; None where none did."""
    return asked_in(request.GET[FROM]) if request.GET.get(FROM) else None


def _number(typed: Any) -> int:
    """A whole number as addresses have it; 0 for anything else."""
    text = str(typed)
    return int(text) if len(text) < LONGEST_NUMBER and text.isascii() and text.isdigit() else 0


def _is_owner(value: str) -> bool:
    if value in (ME, NOBODY):
        return True
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def _is_span(value: str) -> bool:
    match = DAYS.fullmatch(value)
    return match is not None and (match[2] is None or int(match[1]) <= int(match[2]))


KNOWN: Mapping[str, Callable[[str], bool]] = {
    "owner": _is_owner,
    "device": dict(DEVICES).__contains__,
    "skin": lambda value: value == NOT_KNOWN or (len(value) == 1 and _number(value) in ROMAN),
    "days": _is_span,
    "log": lambda value: value in ("watch", "on_track"),
}
