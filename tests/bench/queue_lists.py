"""What each list of the queue, its last page, a search and a patient's page cost at many patients, beside 100."""

import gzip
import statistics
import time
from collections.abc import Callable

from accounts.models import Patient, User
from symptoms.models import PatientStatus
from tests.bench.server import Server

LISTS = ("open", "mine", "waiting", "follow_up", "quiet", "not_joined", "closed", "all")
MOST_TIMES, MOST_BYTES, MOST_STATEMENTS, LONGEST_SEARCH = 1.5, 15 * 1024, 8, 0.3
RECORD, LONGEST_RECORD, MOST_OF_A_RECORD = "a patient's page", 40, 12  # milliseconds, statements
OF_THE_READER = 3  # rounds in which a search is timed by the clock


def pages_of(user: User) -> dict[str, str]:
    """What is asked for, by its name: addresses for the clinic of `user`."""
    practice = user.memberships.get().practice
    last = Patient.objects.of_practice(practice).count() // 50
    somebody = Patient.objects.of_practice(practice).order_by("sort_name")[len(practice.name)]
    given, family = somebody.name.split()
    return {
        **{show: f"/practice/?show={show}" for show in LISTS},
        "last page of all": f"/practice/?show=all&page={last}",
        "a letter of all": "/practice/?show=all&letter=s",
        "search by given name": f"/practice/?q={given}",
        "search by family name": f"/practice/?q={family}",
        "search by phone": f"/practice/?q={somebody.phone.replace(' ', '+')}",
        "search by last digits": f"/practice/?q={somebody.phone[-6:]}",
        "search by e-mail": f"/practice/?q={somebody.email.replace('@', '%40')}",
        "search by lot": "/practice/?q=p24+007b",
        "search by year of birth": f"/practice/?q={given}+{somebody.year_of_birth}",
    }


def record_of(user: User) -> str:
    """The page of a patient in the clinic of `user`, who has joined, and of whom an emergency is in nobody's hands."""
    of_clinic = PatientStatus.objects.filter(practice=user.memberships.get().practice, patient__user__isnull=False)
    in_need = of_clinic.filter(alert_urgency=4, is_free=True)
    return f"/practice/patients/{in_need.order_by('patient')[0].patient_id}/"


def rows(
    server: Server, queues: dict[int, User], full: dict[str, User], rounds: int,
    cost_of: Callable, page: Callable, counted: Callable,
) -> list[dict]:  # fmt: skip
    """Rows of the table, for each clinic beside the smallest. `full`: whom a list that is short at 100 patients is read
    for, so that either side shows as many rows. `cost_of`, `page`, `counted`: what `measures` measures by."""
    few, *larger = sorted(queues)
    many = larger[-1]
    addresses = {size: pages_of(user) for size, user in queues.items()}
    asks = {
        (name, size): page(address, queues[size]) for size, each in addresses.items() for name, address in each.items()
    }
    asks |= {(name, few): page(addresses[few][name], user) for name, user in full.items()}
    records = {size: record_of(user) for size, user in queues.items()}
    asks |= {(RECORD, size): page(address, queues[size]) for size, address in records.items()}
    cost = cost_of(server, asks, rounds)
    counts = [counted(records[size], queues[size]) for size in (few, many)]
    made = [_beside(name, cost[name, size], cost[name, few], few, size) for size in larger for name in addresses[size]]
    statements = {
        (name, size): counted(address, queues[size])
        for size, each in addresses.items()
        for name, address in each.items()
    }
    worst = max(statements, key=lambda key: statements[key])
    server.reconnect()
    packed = {name: len(gzip.compress(_body(asks[name, many]), 6)) for name in addresses[many]}
    largest = max(packed, key=lambda name: packed[name])
    slowest = max(_by_the_clock(asks[name, many]) for name in addresses[many] if name.startswith("search"))
    return [
        *made,
        *_record_rows(cost[RECORD, many], cost[RECORD, few], counts, f"{few} and {many:,} patients"),
        _row(f"most statements of a list or search, {few} to {many:,} patients", f"{statements[worst]} ({worst[0]})",
             f"<= {MOST_STATEMENTS}", statements[worst] <= MOST_STATEMENTS, statements[worst]),
        _row(f"largest list or search of {many:,}, gzipped", f"{packed[largest] / 1024:.1f} KB ({largest})",
             "<= 15 KB", packed[largest] <= MOST_BYTES, packed[largest] / 1024),
        _row(f"slowest search of {many:,} patients, by the clock", f"{slowest * 1000:.0f} ms", "<= 300 ms",
             slowest <= LONGEST_SEARCH, slowest * 1000),
    ]  # fmt: skip


def _beside(name: str, cost: float, beside: float, few: int, many: int) -> dict:
    times = cost / beside
    measured = f"{cost:.2f} ms / {beside:.2f} ms = {times:.2f}x"
    return _row(f"queue, {name}: {many:,} patients beside {few}", measured, "<= 1.5x", times <= MOST_TIMES, times)


def _record_rows(cost: float, beside: float, counts: list[int], sizes: str) -> list[dict]:
    """`cost` at many patients `beside` that at few, and the statements of either."""
    times, most = cost / beside, max(counts)
    reached, same = cost <= LONGEST_RECORD and times <= MOST_TIMES, len(set(counts)) == 1
    measured, target = f"{beside:.1f} and {cost:.1f} ms", f"<= {LONGEST_RECORD} ms, <= {MOST_TIMES}x"
    return [
        _row(f"{RECORD}, of {sizes}", measured, target, reached, cost),
        _row(f"{RECORD}, statements, of {sizes}", " and ".join(map(str, counts)), f"<= {MOST_OF_A_RECORD}, the same",
             same and most <= MOST_OF_A_RECORD, most),
    ]  # fmt: skip


def _body(ask: Callable) -> bytes:
    return ask()


def _by_the_clock(ask: Callable) -> float:
    taken = []
    for _ in range(OF_THE_READER):
        began = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _row(what: str, measured: str, target: str, reached: bool, figure: float) -> dict:
    return {"what": what, "measured": measured, "target": target, "reached": reached, "figure": round(figure, 2)}
