"""One run over all stored days: its pages are rows, which any process of any machine takes, does and marks as done.

The rows are the only truth: whoever is ended leaves a lease that runs out, and what was marked is not done again.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from symptoms.journal.reassessing import Page, bounds, judge_between
from symptoms.models import Reassessment, ReassessmentPage
from symptoms.recovery.comparing import Tally
from symptoms.recovery.protocol import PROTOCOL

LEASE = timedelta(minutes=1)  # many times what a page takes; two who do the same one only take longer
ROWS_A_TIME = 1_000


class OtherRunUnderWay(Exception):
    """Another process is at a run that this one would put an end to; `str()` is a sentence."""


@dataclass
class Found:
    """What came of some pages: patients, those of whom something else was kept than follows, and their days."""

    patients: int = 0
    places: int = 0
    tally: Tally = field(default_factory=Tally)

    def add(self, other: "Found") -> None:
        """Count another one's as well."""
        self.patients += other.patients
        self.places += other.places
        self.tally.add_all(other.tally)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"patients": self.patients, "places": self.places, "tally": self.tally.as_json()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Found":
        """What `as_json` wrote."""
        return cls(stored["patients"], stored["places"], Tally.from_json(stored["tally"]))

    @classmethod
    def of(cls, page: Page) -> "Found":
        """What came of a page."""
        return cls(page.patients, len(page.out_of_place), page.tally)


def begin(*, store: bool, now: datetime, anew: bool = False) -> Reassessment:
    """The run that is under way by the installed protocol, or a new one over all patients; `anew`: a new one anyway.

    A run by another protocol that was left half done is given up: days are compared with what is stored anyway.

    Raises:
        OtherRunUnderWay: somebody is at one that would be given up.
    """
    run = Reassessment.objects.filter(stores=store, done_at=None).first()
    if run is not None and run.protocol_hash == PROTOCOL.hash and not anew:
        return run
    if run is not None and run.pages.left().filter(leased_until__gt=now).exists():
        raise OtherRunUnderWay(f"Another process judges by protocol {run.protocol_version}. Wait, or end it first.")
    ends = list(bounds())  # outside the transaction: while it writes, nobody else does on SQLite
    try:
        with transaction.atomic():
            Reassessment.objects.filter(stores=store).delete()
            run = Reassessment.objects.create(
                protocol_version=PROTOCOL.version, protocol_hash=PROTOCOL.hash, stores=store, begun_at=now
            )
            pages = zip([None, *ends], [*ends, None], strict=True)
            ReassessmentPage.objects.bulk_create(
                (ReassessmentPage(run=run, after=after, until=until) for after, until in pages), batch_size=ROWS_A_TIME
            )
    except IntegrityError:  # somebody began one in the same moment
        return Reassessment.objects.get(stores=store, done_at=None)
    return run


def take_page(run: Reassessment, *, now: datetime) -> ReassessmentPage | None:
    """The next page that nobody is at, leased; None when there is none."""
    free = run.pages.free(now).order_by("id")
    while (page := free.first()) is not None:
        if free.filter(pk=page.pk).update(leased_until=now + LEASE):
            return page
    return None


def finish_page(page: ReassessmentPage, found: Page, *, now: datetime) -> None:
    """Mark a page as done, with what came of it; the last one ends the run. Done twice, it counts once."""
    done = Found.of(found).as_json()
    is_first = ReassessmentPage.objects.left().filter(pk=page.pk).update(done_at=now, found=done)
    if is_first and not ReassessmentPage.objects.left().filter(run=page.run_id).exists():
        _end(page.run_id, now)


def do_page(page_id: int, *, now: datetime) -> bool:
    """Take one page by its id, judge it, store what differs where its run does, and mark it: one task of many, on any
    machine. False where there is nothing to do: it is done, somebody is at it, or another protocol is installed.

    Raises:
        DatabaseError: the database could not be used for longer than a few tries; the page is free after its lease.
    """
    page = ReassessmentPage.objects.free(now).filter(pk=page_id).select_related("run").first()
    if page is None or page.run.protocol_hash != PROTOCOL.hash:
        return False
    if not ReassessmentPage.objects.free(now).filter(pk=page_id).update(leased_until=now + LEASE):
        return False
    finish_page(page, judge_between(page.after, page.until, store=page.run.stores, now=now), now=now)
    return True


def free_pages(run: Reassessment, *, now: datetime) -> list[int]:
    """The ids of the pages that nobody is at: what tasks are to be made of, and what a sweep finds again."""
    return list(run.pages.free(now).order_by("id").values_list("pk", flat=True))


def give_back(pages: list[ReassessmentPage]) -> None:
    """Leave pages to others that were taken and are not done."""
    ReassessmentPage.objects.left().filter(pk__in=[page.pk for page in pages]).update(leased_until=None)


def found_so_far(run: Reassessment) -> Found:
    """What came of all pages that are done, by whomever."""
    run.refresh_from_db()
    if run.done_at is not None:
        return Found.from_json(run.found)
    found = Found()
    for stored in run.pages.filter(done_at__isnull=False).values_list("found", flat=True).iterator(ROWS_A_TIME):
        found.add(Found.from_json(stored))
    return found


def _end(run_id: int, now: datetime) -> None:
    """Keep what came of all of it, in place of the pages."""
    run = Reassessment.objects.get(pk=run_id)
    found = found_so_far(run)
    with transaction.atomic():
        if Reassessment.objects.filter(pk=run_id, done_at=None).update(done_at=now, found=found.as_json()):
            run.pages.all().delete()
