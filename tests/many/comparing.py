"""Who lives on the machines, and whether all that was acknowledged to them is there in the end, once and in time."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from tests.many.faults import KINDS, Fault
from tests.many.story import Told

LATE = 150  # seconds from a message to its letter: a lease, a look, and the pauses of a mail server that refused
MAY_DOUBLE = ("worker", "database", "mail")  # a letter that was taken and could not be marked


@dataclass
class Row:
    """What came of the faults of one kind: of what was acknowledged after the last of them had begun."""

    count: int = 0
    lost: int = 0
    doubled: int = 0
    late: int = 0


def make_people(count: int) -> tuple[list[tuple[str, str]], str]:
    """(token, treatment) of patients treated three days ago, and the token of who treated them."""
    from tests import people
    from tests.treatments import pen

    clinic = people.practice(telling={"morning_list": "never"})
    noor = people.dr_noor(clinic)
    patients = [people.patient(clinic, f"Person {number}") for number in range(count)]
    return [(people.token_of(one.user), str(pen(one, days_ago=3, by=noor).id)) for one in patients], people.token_of(
        noor
    )


def compare(
    told: Told, faults: list[Fault], letters: Counter[str], is_settled: bool
) -> tuple[dict[str, Row], list[str]]:
    """A row of the report for each kind, and in sentences what is wrong."""
    import django

    django.setup()
    report = {kind: Row(sum(fault.kind == kind for fault in faults)) for kind in KINDS}
    at = Attribution(faults)
    lost = [*_lost_entries(told), *_lost_photos(told), *_lost_acts(told)]
    doubled, sent = _doubled(told), _messages()
    for moment in lost:
        report[at.kind(moment)].lost += 1
    for moment in doubled:
        report[at.kind(moment)].doubled += 1
    again = 0
    for id, created, sent_at in sent:
        report[at.kind(sent_at or created)].lost += not letters[id]
        report[at.kind(created)].late += bool(sent_at and (sent_at - created).total_seconds() > LATE)
        again += max(0, letters[id] - 1)
    waits = sorted((sent_at - created).total_seconds() for _id, created, sent_at in sent if sent_at)
    _say(told, waits, again)
    allowed = sum(fault.kind.startswith(MAY_DOUBLE) for fault in faults)
    return report, verdict(report, told, again, allowed, is_settled)


def _say(told: Told, waits: list[float], again: int) -> None:
    print(
        f"Acknowledged: {len(told.entries)} entries, {len(told.photos)} photos, {len(told.acts)} acts; people sent "
        f"{told.sent_again} times again. {len(waits)} letters, half of them within {waits[len(waits) // 2]:.1f} s, "
        f"the last after {waits[-1]:.0f} s; {again} were sent again under the same Message-ID."
    )


class Attribution:
    """By which fault something came, as far as one can tell: the last that had begun."""

    def __init__(self, faults: list[Fault]):
        self._faults, self._moments = faults, [fault.at for fault in faults]

    def kind(self, moment: datetime) -> str:
        return self._faults[max(0, bisect_right(self._moments, moment) - 1)].kind


def table(report: dict[str, Row]) -> str:
    """The report for people."""
    lines = [f"| {'kind':20} | count | lost | doubled | late |", f"| {'-' * 20} | ----: | ---: | ------: | ---: |"]
    every = Row(*(sum(getattr(row, name) for row in report.values()) for name in ("count", "lost", "doubled", "late")))
    for kind, row in [*report.items(), ("in all", every)]:
        lines.append(f"| {kind:20} | {row.count:5} | {row.lost:4} | {row.doubled:7} | {row.late:4} |")
    return "\n".join(lines)


def verdict(report: dict[str, Row], told: Told, again: int, allowed: int, is_settled: bool) -> list[str]:
    """What is wrong, in sentences: letters may have come `again` as often as there were faults that have that as a
    consequence, under the same Message-ID."""
    wrong = []
    for name in ("lost", "doubled", "late"):
        kinds = [f"{getattr(row, name)} by {kind}" for kind, row in report.items() if getattr(row, name)]
        wrong += [f"{name}: {', '.join(kinds)}."] if kinds else []
    if again > allowed:
        wrong.append(f"{again} letters were sent again, and {allowed} faults may have had that for a consequence.")
    if told.wrong:
        wrong.append(f"Answered otherwise than one may expect: {dict(told.wrong)}.")
    if not is_settled:
        wrong.append("Something still waited in the end.")
    if not (told.entries and told.photos and told.acts):
        wrong.append("The story did not go on.")
    return wrong


def _lost_entries(told: Told) -> list[datetime]:
    """Entries that are not there, not judged, or whose alarm is nobody's."""
    from symptoms.models import Alert, Assessment, Entry

    there = set(map(str, Entry.objects.filter(is_judged=True).values_list("pk", flat=True)))
    judged = set(map(str, Assessment.objects.values_list("entry", flat=True)))
    lost = [at for id, at in told.entries.items() if id not in there or id not in judged]
    alarming = Entry.objects.filter(answers__signs__contains=["pus"]).values_list("treatment", flat=True)
    without = set(alarming) - set(Alert.objects.values_list("treatment", flat=True))
    return lost + list(told.entries.values())[: len(without)]


def _lost_photos(told: Told) -> list[datetime]:
    """Photos without a row, and rows without the picture that was sent."""
    from symptoms.models import Photo
    from symptoms.photos import files

    readable = {}
    for photo in Photo.objects.all():
        try:
            files.read(photo)
            readable[str(photo.pk)] = photo.received_at
        except files.PhotoLost:
            continue
    broken = [photo.received_at for photo in Photo.objects.all() if str(photo.pk) not in readable]
    return [at for id, at in told.photos.items() if id not in readable] + broken


def _lost_acts(told: Told) -> list[datetime]:
    from symptoms.models import AlertEvent

    there = {(str(alert), what) for alert, what in AlertEvent.objects.values_list("alert", "what")}
    return [at for act, at in told.acts.items() if act not in there]


def _doubled(told: Told) -> list[datetime]:
    """Entries and photos that nobody was told of, acts that were done twice, and messages that say the same."""
    from django.db.models import Count

    from symptoms.models import AlertEvent, Delivery, Entry, Photo

    rows = [*Entry.objects.values_list("pk", "received_at"), *Photo.objects.values_list("pk", "received_at")]
    known = told.entries.keys() | told.photos.keys()
    again = [at for id, at in rows if str(id) not in known]
    acts = AlertEvent.objects.filter(what__in=["acknowledged", "resolved"]).values("alert", "what").order_by()
    for act in acts.annotate(n=Count("pk")).filter(n__gt=1):
        again += [told.acts.get((str(act["alert"]), act["what"]), datetime.now().astimezone())]
    same = Delivery.objects.values("recipient", "channel", "reason").order_by().annotate(n=Count("pk")).filter(n__gt=1)
    return again + [datetime.now().astimezone() for _ in same]


def _messages() -> list[tuple[str, datetime, datetime | None]]:
    from symptoms.models import Delivery

    return [(row.message_id, row.created_at, row.sent_at) for row in Delivery.objects.filter(failed_at=None)]
