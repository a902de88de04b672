"""What every page costs at a clinic of 50,000 patients with a million entries, beside one of 100 patients."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from symptoms.models import PatientStatus
from tests.bench.people import add_member
from tests.bench.server import Server

SIZES, DAYS = (100, 50_000), 20
MOST_TIMES = 1.5
OF_A_PRACTICE = (
    "/practice/attention/", "/practice/attention/count/", "/practice/statistics/", "/practice/members/",
    "/practice/telling/", "/practice/data/", "/practice/patients/new/", "/practice/record/", "/practice/walls/",
    "/practice/details/", "/account/", "/account/channels/", "/api/v1/alerts/", "/api/v1/treatments/",
)  # fmt: skip
OF_A_RECORD = ("history/", "log/", "care/", "letter/", "before/", "details/")
OF_A_PATIENT = ("/today/", "/log/", "/course/", "/course/3/", "/care/", "/messages/", "/account/", "/api/v1/standing/")


def rows(server: Server, queues: dict[int, User], rounds: int, cost_of: Callable, page: Callable) -> list[dict]:
    """Rows of the table but for the lists of the queue and a patient's page, which `queue_lists` has."""
    asks: dict[tuple[str, int], Any] = {}
    for size, user in queues.items():
        practice = user.memberships.get().practice
        of_clinic = PatientStatus.objects.filter(practice=practice, patient__user__isnull=False)
        in_need = of_clinic.filter(alert_urgency=4).order_by("patient").select_related("patient__user")[0]
        manager = add_member(practice)
        manager.memberships.update(is_admin=True)
        for address in OF_A_PRACTICE:
            asks[address, size] = page(address, manager)
        for address in OF_A_RECORD:
            asks[f"a patient's {address}", size] = page(f"/practice/patients/{in_need.patient_id}/{address}", user)
        for address in OF_A_PATIENT:
            asks[f"to a patient {address}", size] = page(address, in_need.patient.user)
    cost = cost_of(server, asks, rounds)
    few, many = sorted(queues)
    return [_row(name, cost[name, many], cost[name, few], few, many) for name, size in asks if size == few]


def _row(name: str, cost: float, beside: float, few: int, many: int) -> dict:
    times = cost / beside
    return {
        "what": f"{name}: {many:,} patients beside {few}",
        "measured": f"{cost:.2f} ms / {beside:.2f} ms = {times:.2f}x",
        "target": f"<= {MOST_TIMES}x",
        "reached": times <= MOST_TIMES,
        "figure": round(times, 2),
    }
