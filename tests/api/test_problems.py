"""One shape of errors, whatever goes wrong and whoever notices it first."""

import json
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.test import Client
from rest_framework.views import APIView

from accounts import members
from symptoms.api.problems import problem
from symptoms.api.views import entries
from tests import people
from tests.api.programs import QUIET, of, program, put_entry
from tests.database_errors import LOCKED

pytestmark = pytest.mark.django_db

ALERTS = "/api/v1/alerts/"


def is_problem(answer, status: int) -> bool:
    """Whether the answer is a problem document of that status."""
    body = json.loads(answer.content)
    assert answer.status_code == body["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["title"] and body["detail"] and body["type"].startswith("about:blank#")
    assert all({"pointer", "detail"} == set(error) for error in body["errors"])
    return True


def test_without_credentials_the_answer_names_the_way_in(treatment):
    for wrong in ({}, {"HTTP_AUTHORIZATION": "Token nonsense"}, {"HTTP_AUTHORIZATION": "Token"},
                  {"HTTP_AUTHORIZATION": "Token é"}, {"HTTP_AUTHORIZATION": "Basic eDp5"}):  # fmt: skip
        answer = program().get(of(treatment), **wrong)
        assert is_problem(answer, 401)
        assert wrong or answer.json()["detail"] == "Sign in, or send a token."
        assert answer.headers["WWW-Authenticate"] == "Token"


def test_each_refusal_has_the_same_shape(anas, noors, treatment):
    assert is_problem(anas.get(ALERTS), 403)
    assert anas.get(ALERTS).json()["detail"] == "This is not open to your account."
    assert is_problem(noors.get(f"{ALERTS}?page=2"), 400)
    assert is_problem(noors.get(f"{ALERTS}{uuid4()}/"), 404)
    assert is_problem(noors.delete(ALERTS), 405)
    assert is_problem(noors.options(ALERTS), 405)
    assert is_problem(noors.get(ALERTS, HTTP_ACCEPT="text/html"), 406)
    assert is_problem(put_entry(anas, treatment, {**QUIET, "day": 9}), 422)
    assert is_problem(anas.put(of(treatment, "entries", uuid4()), "x", content_type="text/plain"), 415)
    assert is_problem(anas.put(of(treatment, "entries", uuid4()), " " * 70_000, content_type="application/json"), 413)


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/alerts/", "/api/v1/alerts", "/api/v1/alerts/x/",
                                  "/api/V1/alerts/", "/api/v1/alerts.json", "/api/v1/alerts//"])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_address_that_is_none_is_a_problem_too(noors, settings, path, method):
    settings.DEBUG = True  # where Django would fail loudly on a missing slash
    answer = noors.generic(method, path)
    assert is_problem(answer, 404)


def test_a_foreign_host_is_refused(noors):
    assert is_problem(noors.get(ALERTS, HTTP_HOST="evil.example"), 400)


def test_a_session_needs_its_guard_against_forged_requests(ana, treatment):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana.user)
    body = {"data": json.dumps(QUIET), "content_type": "application/json"}
    assert browser.get(of(treatment)).status_code == 200
    forged = browser.put(of(treatment, "entries", uuid4()), **body)
    assert is_problem(forged, 403) and "from a page that is out of date" in forged.json()["detail"]
    assert not treatment.entries.exists()
    browser.get("/help/")
    token = "a" * 32
    browser.cookies["csrf"] = token
    answer = browser.put(of(treatment, "entries", uuid4()), **body, headers={"X-CSRFToken": token})
    assert answer.status_code == 201


def test_a_database_that_stays_locked_is_busy_and_not_broken(anas, treatment, monkeypatch):
    def locked(*_, **__):
        raise LOCKED

    monkeypatch.setattr(entries, "record_entry", locked)
    answer = put_entry(anas, treatment, QUIET)
    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        (PermissionDenied("secret"), 403, "This is not open to your account."),
        (Http404("secret"), 404, "Not found."),
        (RequestDataTooBig("secret"), 413, "The body is too large."),
        (SuspiciousOperation("secret"), 400, "This request could not be read."),
        (LOCKED, 503, "We are busy just now. Nothing was saved; send it again in a moment."),
    ],
)
def test_what_django_and_the_database_refuse_is_said_in_our_words(fault, status, sentence):
    answer = problem(fault, {})
    assert (answer.status_code, answer.data["detail"]) == (status, sentence)


def test_a_view_that_names_nobody_is_open_to_nobody(noors, rf):
    class Forgotten(APIView):
        def get(self, request): ...

    for headers in ({}, {"Authorization": noors._credentials["HTTP_AUTHORIZATION"]}):
        assert Forgotten.as_view()(rf.get("/api/v1/new/", headers=headers)).status_code in (401, 403)


def test_a_token_ends_with_the_membership(clinic, noor, noors, treatment):
    people.practitioner(clinic, "Dr Lund", admin=True)
    members.remove_member(noor.memberships.get(), treatment.recorded_at)
    assert noors.get(ALERTS).status_code == 401


def test_answers_are_kept_by_nobody(noors):
    headers = noors.get(ALERTS).headers
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["X-Content-Type-Options"] == "nosniff"
