"""The schema describes every operation, and the API does what it says, for whatever a machine thinks up."""

from io import StringIO
from uuid import uuid4

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from symptoms.models import Alert
from tests import people
from tests.api.programs import INFECTED, jpeg, of, put_entry
from tests.tries import tries

pytestmark = [pytest.mark.django_db, pytest.mark.chance]

DOCUMENT = SchemaGenerator().get_schema(request=None, public=True)
SCHEMA = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
OPERATIONS = [operation.ok() for operation in SCHEMA.get_all_operations()]
# Of a call without parameters and body, nothing can be malformed.
CALLS = [
    (operation, mode)
    for operation in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or {"parameters", "requestBody"} & operation.definition.raw.keys()
]
EXAMPLES = tries(2, 60)  # of each operation, for each role, well formed and not
SAMPLE = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
# What is well formed can still be refused: a day that has not come, an energy without radiofrequency, a made-up cursor.
EXCLUDED = [positive_data_acceptance]


def test_the_schema_is_valid_and_nothing_in_it_was_guessed():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_every_operation_parameter_and_failure_is_described():
    operations = [op for methods in DOCUMENT["paths"].values() for op in methods.values()]
    assert len(operations) == 24
    for operation in operations:
        assert operation["summary"] and len(operation["description"]) > 20, operation["operationId"]
        assert {"400", "401", "403", "404", "429", "503"} <= operation["responses"].keys()
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or parameter["description"], operation["operationId"]


def test_intended_use_stands_in_the_description():
    assert "does not diagnose" in DOCUMENT["info"]["description"]


def test_words_of_the_vocabulary_have_their_names():
    named = DOCUMENT["components"]["schemas"]
    assert {"Asked", "Sign", "Exposure", "Concern", "Urgency", "Condition", "Medication", "Device"} <= named.keys()


@pytest.fixture
def one_connection():
    """A real server lets go of old connections between requests; here the test's own would be closed."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ids(treatment, anas):
    """Real ids for the places in addresses: with made-up ones a machine would only ever meet 404."""
    entry_id = put_entry(anas, treatment, INFECTED).json()["id"]
    photo_id = uuid4()
    anas.put(of(treatment, "photos", photo_id) + "?day=3&view=front", jpeg(), content_type="image/jpeg")
    return {
        "treatment_id": str(treatment.id),
        "entry_id": entry_id,
        "photo_id": str(photo_id),
        "alert_id": str(Alert.objects.first().id),
    }


@pytest.mark.parametrize("scope", ["own", "practice_read", "practice_act", ""])
def test_the_api_does_what_the_schema_says(request, ids, scope, without_limit, one_connection):
    """A sample of what `make fuzz` tries, each call taken back: with a token of each scope, and with none."""
    headers = {"Accept-Encoding": "identity"}
    if scope:
        person = request.getfixturevalue("ana").user if scope == "own" else request.getfixturevalue("noor")
        headers["Authorization"] = f"Token {people.token_of(person, scope)}"

    def holds(case):
        case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, headers=headers, excluded_checks=EXCLUDED)

    for operation, mode in CALLS:
        SAMPLE(seed(20261125)(given(case=operation.as_strategy(mode))(holds)))()
