"""What tests of the practitioner's pages share: the answers of a form, and how many statements a page took."""

import re
from uuid import uuid4

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

# Signing in, sessions and transactions are not the page's own.
NOT_THE_PAGES_OWN = re.compile(
    r'SAVEPOINT|BEGIN|COMMIT|ROLLBACK|PRAGMA|django_session|usersessions|FROM "accounts_user" WHERE|"cache"', re.I
)


def statements(browser, address: str, **parameters) -> list[str]:
    """The domain statements that a GET takes."""
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address, parameters)
    assert response.status_code == 200
    return [query["sql"] for query in captured.captured_queries if not NOT_THE_PAGES_OWN.search(query["sql"])]


def past(browser, patient_id) -> HttpResponse:
    """The page of a patient's history."""
    return browser.get(reverse("patient_history", args=[patient_id]))


def treatment_answers(**typed) -> dict:
    """A filled treatment form of today, noon or now."""
    return {
        "id": str(uuid4()),
        "performed_at": timezone.localtime(timezone.now()).strftime("%Y-%m-%dT00:00"),
        "device": "pen",
        "needle_depth_mm": "1.5",
        "passes": "3",
        "setting": "clinic",
        "areas": ["face"],
        "same_day_injection": "no",
        "fitzpatrick": "2",
        **typed,
    }


def scanned(browser, address: str, **parameters) -> set[str]:
    """The tables that a GET reads from end to end, for want of an index; on SQLite also the indexes by which it reads
    all that a practice has of a kind."""
    read: list[tuple] = []

    def keep(execute, sql, params, many, context):
        read.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        browser.get(address, parameters)
    on_postgres = connection.vendor == "postgresql"
    whole = r"(?m)SCAN (\w+)|INDEX (\w+) \((?:open_to|practice)_id=\?\)$"
    explain, scan = ("EXPLAIN", r"Seq Scan on (\w+)") if on_postgres else ("EXPLAIN QUERY PLAN", whole)
    plans = []
    with connection.cursor() as cursor:
        if on_postgres:  # it prefers to read small tables whole, unless there is another way and it is told to take it
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql, params in read:
            if sql.startswith("SELECT"):
                cursor.execute(f"{explain} {sql}", params)
                plans += [str(row[-1]) for row in cursor.fetchall()]
        if on_postgres:
            cursor.execute("SET LOCAL enable_seqscan = on")
    return {found[found.lastindex] for found in re.finditer(scan, "\n".join(plans))}
