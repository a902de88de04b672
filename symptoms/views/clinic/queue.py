"""The practitioner's list: who needs them first, and why."""

from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Exists, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import PracticeRequest, practitioner_required, record_listing
from accounts.models import Invitation, Membership, Patient, Practice, User
from symptoms.alerts.changes import questions_about_changes, sign_in
from symptoms.alerts.conversation import not_read_by_patients
from symptoms.alerts.counts import counted
from symptoms.alerts.read_receipts import LISTED
from symptoms.messages.standstill import overdue_of
from symptoms.models import Alert, WorkerBeat
from symptoms.views.clinic.new_in_queue import looked_before, mark_new, news_in, questions_about_news
from symptoms.views.clinic.pulse import pulse_in, questions_about_the_pulse
from symptoms.views.clinic.queue_asked import BY_URGENCY, FILTERS, LETTERS, SHOW, Asked, asked_of
from symptoms.views.clinic.queue_filters import choices
from symptoms.views.clinic.queue_left import left_alerts, read_left, stand_first
from symptoms.views.clinic.queue_lists import closed_today, counted_in, counts, in_order, statuses_in
from symptoms.views.clinic.queue_page import ROWS, members, page_of
from symptoms.views.clinic.queue_reading import add_closed, in_lists, rows_of
from symptoms.views.clinic.queue_row import Row
from symptoms.views.clinic.search import LONGEST_NAME

MOST_TO_CONFIRM = 5
MOST_NOT_READ = 10


@practitioner_required
@require_safe
def queue(request: PracticeRequest) -> HttpResponse:
    """A page of patients: what needs action by urgency and waiting, others by name."""
    practice, now, asked = request.practice, timezone.now(), asked_of(request)
    is_queue = asked.query == Asked().query
    since = looked_before(request, now, is_look=asked.show == "open" and not asked.sought)
    known = _known(asked, practice, request.user, now, since)  # before the rows: what changes later changes the page
    left = read_left(practice) if is_queue and known["counts"]["left"] else []
    asked = _at_letter(asked, known)
    page, page_note = page_of(asked, practice, request.user, now, known["counts"]["page"])
    rows = rows_of(page, request.user, practice, now)
    _lead_on(rows, asked, page)
    if asked.show == "closed":
        add_closed(rows, closed_today(practice, now))
    mark_new(rows, request.user, since)
    above = _above(practice, now, known) | {"news": news_in(known, rows)}
    context = {
        "practice": practice,
        "now": now,
        "asked": asked,
        "show": asked.show,
        "page": page,
        "by_urgency": asked.show in BY_URGENCY,
        "lists": in_lists([row for row in rows if not _is_folded(asked, row)], asked.show),
        "calm_rows": [row for row in rows if _is_folded(asked, row)],
        "left": left,
        "left_first": stand_first(left, rows),
        "query": asked.query + "&",
        "longest_name": LONGEST_NAME,
        "pulse": pulse_in(known, practice, now),
        "quiet_list": _nothing_waits(practice, request.user, now, known) if is_queue and not rows else "",
        "said": [*filter(None, [page_note]), *_unknown(asked)],
        **_heading(asked, known),
        **_ways(asked, practice, known),
        **above,
        "tab": "queue" if asked.show != "all" and not asked.sought else "patients",
    }
    record_listing(request.user, _listed(rows, left, above), LISTED, now)
    return render(request, "practitioner/queue.html", context)


def _lead_on(rows: list[Row], asked: Asked, page: "Page[Any]") -> None:
    """Let each row lead to its patient's page with the list behind it; and the first of a letter be its mark."""
    letters: set[str] = set()
    for at, row in enumerate(rows, page.start_index()):
        row.way = asked.on_page(page.number).leading_to(at, page.paginator.count)
        letter = row.patient.sort_name[:1]
        if asked.show == "all" and letter not in letters:
            row.letter = letter if letter in LETTERS else "~"
        letters.add(letter)


def _is_folded(asked: Asked, row: Row) -> bool:
    return asked.show == "open" and row.is_calm


def _listed(rows: list[Row], left: list[Alert], above: dict[str, Any]) -> list[UUID]:
    """The patients who are named somewhere on the page."""
    listed = [row.patient.pk for row in rows] + [alert.treatment.patient.pk for alert in left]
    listed += [invitation.patient_id for invitation in above["to_confirm"] if invitation.patient_id]
    listed += [above["news"].patient] if above["news"] else []
    return listed + [note.treatment.patient_id for note in above["not_read"]]


def _unknown(asked: Asked) -> list[str]:
    """That filters said nothing, which they are."""
    words = {**FILTERS, "show": _("List")}
    pattern = _("“{filter}” in the address says nothing that we know. It was left out.")
    return [pattern.format(filter=words[name]) for name in asked.unknown]


def _heading(asked: Asked, known: dict[str, Any]) -> dict[str, Any]:
    """How many need action, and how many were found."""
    numbers = known["counts"]
    waiting, hits = numbers["open"] + numbers["left"], numbers["page"]
    needs = ngettext("{number} needs action", "{number} need action", waiting).format(number=waiting)
    found = ""
    if asked.sought:
        found = ngettext("{count} patient found for “{sought}”", "{count} patients found for “{sought}”", hits)
    elif asked.narrowed:
        found = ngettext("{count} patient with these filters", "{count} patients with these filters", hits)
    return {
        "waiting": waiting,
        "needs_action": needs,
        "sought": asked.sought,
        "hits": found.format(count=hits, sought=asked.sought),
    }


def _nothing_waits(practice: Practice, by: User, now: datetime, known: dict[str, Any]) -> str:
    """What is so while nobody needs anything: one statement, as there are no rows to be read."""
    on_track = members(Asked("all", narrowed={"log": "on_track"}), practice, by, now).count()
    pattern = _("{on_track} on track, {quiet} gone quiet. No alert needs action, and every message has been read.")
    return pattern.format(on_track=on_track, quiet=known["counts"]["quiet"])


def _ways(asked: Asked, practice: Practice, known: dict[str, Any]) -> dict[str, Any]:
    """The other lists with how many stand in each, the filters, the letters of All that somebody's name begins with."""
    numbers = known["counts"] | {"open": known["counts"]["open"] + known["counts"]["left"]}
    colleagues = Membership.objects.practitioners().filter(practice=practice).select_related("user")
    filters = choices(asked, [(member.user_id, str(member.user)) for member in colleagues.order_by("user__name")])
    letters = [(letter, known[f"letter_{letter}"]) for letter in LETTERS if f"letter_{letter}" in known]
    return {
        "shows": [(name, word, numbers[name], asked.showing(name)) for name, word in SHOW.items()],
        "choices": filters,
        "removed": [(one.label, one.word, asked.without(one.name)) for one in filters if one.chosen],
        "letters": letters if any(occurs for _letter, occurs in letters) else [],
        "counts": numbers,
    }


def _at_letter(asked: Asked, known: dict[str, Any]) -> Asked:
    """The list at the page on which the names begin with the letter asked for."""
    if not asked.letter:
        return asked
    return asked.on_page((known["before_letter"] or 0) // ROWS + 1)


def next_to_review(practice: Practice, by: User, now: datetime) -> UUID | None:
    """The first in the queue whom nobody has, or whose message nobody has read."""
    waiting = in_order(statuses_in(practice, by, now)["open"].filter(patient__practice=practice))
    waiting = waiting.filter(Q(is_free=True) | Q(message_since__isnull=False))
    patient: UUID | None = waiting.values_list("patient", flat=True).first()
    return patient


def _known(asked: Asked, practice: Practice, by: User, now: datetime, since: datetime) -> dict[str, Any]:
    """What is asked of the whole practice, in one statement: how many stand in each list and on this one, what is new,
    what stands above the list, whether the worker runs, what tells this state of the practice from later ones."""
    used = Invitation.objects.to_confirm().filter(practice=practice).exclude(patient=None)
    questions: dict[str, Any] = {
        "is_any_used": Exists(used),
        "stuck_since": Subquery(overdue_of(practice, now).values("created_at")[:1]),
        "is_any_not_read": Exists(not_read_by_patients(practice, now)),
        "is_alive": WorkerBeat.alive(now),
        "count_left": counted(left_alerts(practice)),
        **counts(practice, by, now),
        **_letters(asked, practice),
        **questions_about_the_pulse(practice, now, by),
        **questions_about_news(practice, by, since),
        **questions_about_changes(now),
    }
    if not asked.is_whole:
        questions["count_page"] = counted(members(asked, practice, by, now))
    known: Any = Practice.objects.filter(pk=practice.pk).values(**questions).get()
    numbers = counted_in(known)
    return {**known, "counts": {"page": numbers[asked.show], **numbers}}


def _letters(asked: Asked, practice: Practice) -> dict[str, Any]:
    """Which letters somebody's family name begins with: one look into an index for each; and how many come before the
    one asked for."""
    if asked.query != Asked("all").query:
        return {}
    everybody = Patient.objects.of_practice(practice).order_by()
    ends = {**dict(pairwise(LETTERS)), LETTERS[-2]: "{", LETTERS[-1]: "\U0010ffff"}
    begin = {letter: everybody.filter(sort_name__gte=letter, sort_name__lt=end) for letter, end in ends.items()}
    each: dict[str, Any] = {f"letter_{letter}": Exists(rows) for letter, rows in begin.items()}
    if asked.letter:
        each["before_letter"] = counted(everybody.filter(sort_name__lt=asked.letter))
    return each


def _above(practice: Practice, now: datetime, known: dict[str, Any]) -> dict[str, Any]:
    """What stands above the list, nearly always nothing: a statement for each list that is not empty.

    First who took a code at the desk and waits to be recognised. Then since when messages of the practice have been
    waiting although they should have gone, None when they go out. One recipient who is refused does not count: the row
    of their patient says so, and others were told instead. Last, messages that patients have not read for two days.
    """
    used = Invitation.objects.to_confirm().filter(practice=practice).exclude(patient=None)
    longest_waiting = used.select_related("patient").order_by("used_at")
    not_read = not_read_by_patients(practice, now).select_related("treatment__patient")
    return {
        "to_confirm": list(longest_waiting[:MOST_TO_CONFIRM]) if known["is_any_used"] else [],
        "stuck_since": known["stuck_since"],
        "sign": sign_in(known),
        "is_blind": not known["is_alive"],
        "not_read": list(not_read[:MOST_NOT_READ]) if known["is_any_not_read"] else [],
    }
