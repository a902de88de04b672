"""Who may do what: every route and method has its line, and the site answers as the line says."""

import re
import tomllib
from collections.abc import Iterable
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditRecord, WallLink
from accounts.web.middleware import rule_of
from accounts.web.second_factor import GUARDED
from symptoms.api.throttles import PerPerson
from symptoms.photos import files
from tests.accounts import calls
from tests.accounts.cast_of_roles import ACTORS, HIDDEN, MARKERS, METHODS, PRACTICE_MARKER, PROGRAMS, build, routes
from tests.tries import some_of

LINES = tomllib.loads((Path(__file__).parent / "authorisation.toml").read_text(encoding="utf-8"))
CELLS = [(name, method) for name, lines in LINES.items() for method in lines]
# But for those where whoever runs the site is answered otherwise: test_operating.py, test_break_glass.py.
STAFFED = [cell for cell in CELLS if cell[0] not in {"operating", "break_glass", "glass_record", "glass_end", "home"}]
DENIED = {"login", "400", "401", "403", "404", "405", "422"}
FRONT = ("leads to / ", "leads to /start/ ", "leads to /accounts/")
NO_ANSWERS = {"reach", "others"}
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH)\b", re.IGNORECASE)
SEES_ANA = {"patient_a", "practitioner_1", *PROGRAMS}
NOTED = (AuditRecord, WallLink)
# What a GET may write: who read what, the session, that a screen showed its link.
MAY_BE_WRITTEN = re.compile(
    r'(INTO|UPDATE|FROM) "(accounts_auditrecord|accounts_walllink|django_session|usersessions_usersession)"'
)
# Sent by a service worker, which has no page: what is in the body is known to that browser alone. And what is done by
# an address in a letter, in the name of nobody who is signed in.
WITHOUT_GUARD = {"push_arrived", "push_later", "push_renewed", "day_link", "reminders_stop"}
STORED = ("accounts", "symptoms", "account", "mfa")
STRANGERS = ("anonymous", "patient_b", "practitioner_2", "former_practice", "moved_from", "moved_to")


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=86_400),  # nobody is asked once more who they are
        patch.dict(PerPerson.THROTTLE_RATES, person="100000/min"),
        # Each call is rolled back, and what it took from the disk could not be.
        patch.object(files, "remove"),
    ):
        yield build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def at_first(world, django_db_blocker) -> str:
    """What is stored in the world before anybody does anything; every call is taken back."""
    with django_db_blocker.unblock():
        return _snapshot()


@pytest.fixture(scope="module")
def unread(world, django_db_blocker) -> str:
    """The same without who read what, and which screens showed it: some may look, which is written down."""
    with django_db_blocker.unblock():
        return _snapshot(without=NOTED)


@contextmanager
def taken_back():
    """What is done inside is taken back; gives the statements by which it wrote."""
    written: list[str] = []

    def note(execute, sql, params, many, context):
        if WRITES.match(sql):
            written.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            yield written
        transaction.set_rollback(True)


@contextmanager
def nothing_changed(before: str, what: str):
    """Nothing is stored inside that was not stored before; and it is all taken back."""
    with taken_back() as written:
        yield
        assert not written or _snapshot() == before, f"{what} changed something"


def test_every_route_has_its_line_and_every_line_its_route():
    assert routes().keys() - LINES.keys() == set(), "routes without a line"
    assert LINES.keys() - routes().keys() == set(), "lines without a route"


def test_a_line_names_an_answer_for_every_actor_and_no_line_is_a_wildcard():
    for name, lines in LINES.items():
        assert lines, name
        for method, line in lines.items():
            assert method in METHODS, f"{name} {method}"
            assert line["reach"] in {"own", "practice", "any", "nobody"}, f"{name} {method}"
            named = [actor for answer, actors in line.items() if answer not in NO_ANSWERS for actor in actors.split()]
            assert set(named) <= set(ACTORS) and len(named) == len(set(named)), f"{name} {method}"
            answers = set(_answers(line).values())
            assert bool(answers - DENIED) == (line["reach"] != "nobody"), f"{name} {method}: for whom?"


def _answers(line: dict[str, str]) -> dict[str, str]:
    """What each actor gets, by the line; who is not named in it gets what it says of the others."""
    named = {actor: answer for answer, actors in line.items() if answer not in NO_ANSWERS for actor in actors.split()}
    return {actor: named.get(actor, line["others"]) for actor in ACTORS}


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method"), CELLS, ids=[f"{name} {method}" for name, method in CELLS])
def test_each_role_is_answered_as_the_line_says(world, at_first, name, method):
    answers = _answers(LINES[name][method])
    refused = [role for role, expected in answers.items() if expected in DENIED]
    with nothing_changed(at_first, f"one of {refused}"):
        for role in refused:
            _is_answered_as_the_line_says(world, name, method, role, answers[role])
    for role in answers.keys() - refused:
        with taken_back() as written:
            _is_answered_as_the_line_says(world, name, method, role, answers[role])
            changes = [sql for sql in written if not MAY_BE_WRITTEN.search(sql)]
            assert method != "GET" or not changes, f"{role} changed something by reading: {changes}"


def _is_answered_as_the_line_says(world, name: str, method: str, role: str, expected: str) -> None:
    began = timezone.now()
    answer = calls.call(world, name, method, role)
    assert _word(answer, expected) == expected, f"{role}: {answer.status_code} {_where(answer)}"
    _shows_nothing_foreign(answer, role, expected)
    if role == "practitioner_1" and _shows(answer, MARKERS):
        read = AuditRecord.objects.filter(user=world.noor, patient=world.ids["patient_id"], at__gte=began)
        assert read.exists(), "Ana was read, and nothing says so"


@pytest.mark.django_db
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_answered_as_its_person_as_far_as_its_scope_reaches(world, at_first, program):
    """On every route of the API, with no cookie; what is too much for a scope is 403, in words, and changes nothing."""
    role, scope = PROGRAMS[program]
    for name, method in [(name, method) for name, method in CELLS if name.startswith("api_")]:
        expected = _answers(LINES[name][method])[role]
        is_too_much = scope == "practice_read" and method != "GET"
        with taken_back() as written:
            answer = calls.call(world, name, method, program)
            assert _word(answer, expected) == ("403" if is_too_much else expected), f"{name} {method}"
            _shows_nothing_foreign(answer, program, expected)
            if is_too_much:
                assert answer.json()["detail"] == "This token may only read. Make one that may act, under Account."
            assert not written or (expected not in DENIED and not is_too_much) or _snapshot() == at_first


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "method"), some_of(STAFFED, 30, "staff"))
def test_who_runs_the_site_and_broke_a_glass_is_on_every_other_page_somebody_who_works_nowhere(
    world, at_first, name, method
):
    expected = _answers(LINES[name][method])["removed_practitioner_1"]
    with taken_back() as written:
        answer = calls.call(world, name, method, "break_glass_staff")
        assert _word(answer, expected) == expected
        _shows_nothing_foreign(answer, "break_glass_staff", expected)
        assert expected not in DENIED or not written or _snapshot() == at_first


@pytest.mark.django_db
def test_what_no_page_of_ours_sent_is_refused_on_every_route_that_takes_something(world, at_first):
    """By somebody whom the line lets do it: so nothing else refuses them."""
    unguarded = set()
    with nothing_changed(at_first, "a forged form"):
        for name, method in CELLS:
            answers = _answers(LINES[name][method])
            role = next((role for role in ACTORS if answers[role] not in DENIED), None)
            if method == "GET" or role is None:
                continue
            with taken_back():
                if calls.call(world, name, method, role, is_forged=True).status_code != 403:
                    unguarded.add(name)
    assert unguarded == WITHOUT_GUARD


@pytest.mark.django_db
@pytest.mark.chance
@pytest.mark.parametrize("name", LINES)
def test_a_method_without_a_line_is_nobody_s(world, at_first, name):
    for method in [method for method in METHODS if method not in LINES[name]]:
        with nothing_changed(at_first, method):
            for role in some_of(ACTORS, 1, f"{name} {method}"):
                answer = calls.call(world, name, method, role, body={})
                # allauth leads elsewhere, home or to its next page, before it looks at the method.
                word = _word(answer, "405")
                assert word in DENIED or f"{word} ".startswith(FRONT), f"{method} by {role}: {word}"


@pytest.mark.django_db
@pytest.mark.chance
@pytest.mark.parametrize("name", some_of(LINES, 51, "detours"))
def test_no_detour_leads_past_the_rule(world, unread, name):
    """HEAD, OPTIONS, no slash, capitals, a format suffix, a method named in a header."""
    for role in some_of(STRANGERS, 1, name):
        for answer in calls.detours(world, name, role):
            assert answer.status_code < 500, f"{role}: {answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO']}"
            _shows_nothing_foreign(answer, role, "detour")
    assert _snapshot(without=NOTED) == unread


# What sets one up, signs out, or is for anybody.
OPEN_WITHOUT_A_SECOND_FACTOR = {"account_logout", "account_reauthenticate"}


@pytest.mark.django_db
def test_who_has_not_set_up_a_second_factor_in_time_reaches_what_sets_one_up_and_no_more(world, at_first, settings):
    """On every route and method, with a session and with a token: a page leads there, the API says so."""
    settings.SECOND_FACTOR_REQUIRED = True
    closed = 0
    for name, method in CELLS:
        if LINES[name][method]["reach"] == "any" or name.startswith("mfa_") or name in OPEN_WITHOUT_A_SECOND_FACTOR:
            continue
        with nothing_changed(at_first, f"{name} {method}"):
            answer = calls.call(world, name, method, "no_mfa_practitioner")
            rule = rule_of(routes()[name].callback)
            if rule in GUARDED or rule == "api":
                expected = {"403", "404"} if rule == "api" else {"mfa_index"}  # 404: what an address alone tells
                assert _word(answer, "mfa_index") in expected, f"{name} {method}"
                closed += 1
            else:  # for anybody, for patients, or for scripts: refused as any member is
                assert answer.status_code != 200, f"{name} {method}"
            _shows_nothing_foreign(answer, "no_mfa_practitioner", "403")
    assert closed > 100


def _word(answer, expected: str) -> str:
    """The answer in the words of the lines: a status, `ok`, `login`, or the route to which it leads."""
    if answer.status_code in (301, 302, 303):
        where = _where(answer)
        if where.startswith(reverse("account_login") + "?next="):
            return "login"
        if not expected.isdigit() and expected not in DENIED | {"ok"} and where == reverse(expected):
            return expected
        return "ok" if expected == "ok" else f"leads to {where}"
    return "ok" if 200 <= answer.status_code < 300 else str(answer.status_code)


def _where(answer) -> str:
    return answer.headers.get("Location", "")


def _shows_nothing_foreign(answer, role: str, expected: str) -> None:
    """Nothing of Ana in what others get, nor in what she gets where she is refused."""
    if role in SEES_ANA and expected == "ok":
        return
    # A practitioner's or a patient's own name stands in the frame of their own pages.
    foreign = () if role in SEES_ANA else HIDDEN.get(role, MARKERS)
    foreign += (PRACTICE_MARKER,) if role == "practitioner_2" else ()
    assert _shows(answer, foreign) == [], role


def _shows(answer, markers: Iterable[str]) -> list[str]:
    """Which of the markers stand in the answer."""
    body = b"".join(answer) if answer.streaming else answer.content
    text = body.decode("utf-8", "replace") + str(dict(answer.headers))
    return [marker for marker in markers if marker in text]


def _snapshot(*, without: tuple[type[Model], ...] = ()) -> str:
    """All that is stored about people and records, as one hash; sessions and their tokens are not part of it."""
    digest = sha256()
    with connection.cursor() as cursor:
        for model, sql in _tables():
            if model not in without:
                cursor.execute(sql)
                digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


@cache
def _tables() -> list[tuple[type[Model], str]]:
    """How to read each table whole, in plain SQL: composing the queries would take longer than they do."""
    models = [model for label in STORED for model in apps.get_app_config(label).get_models()]
    quoted = connection.ops.quote_name
    return [
        (model, f"SELECT * FROM {quoted(model._meta.db_table)} ORDER BY {quoted(model._meta.pk.column)}")
        for model in models
    ]
