"""Programs that call the API with a token, and what they send."""

from io import BytesIO
from uuid import uuid4

from PIL import Image
from rest_framework.test import APIClient

from accounts.models import Patient, User
from tests import people

FOUR = {"redness": 1, "swelling": 0, "pain": 0, "warmth": 0}
QUIET = {"day": 3, "symptoms": FOUR}
INFECTED = {
    "day": 3,
    "symptoms": {"redness": 2, "swelling": 2, "pain": 2, "warmth": 2, "bumps": 2},
    "signs": ["pus"],
    "temperature_c": 38.1,
    "exposures": ["makeup"],
    "note": "yellow heads on my left cheek",
}


def program(person: User | Patient | None = None) -> APIClient:
    """A client with a token of `person`, or without one."""
    client = APIClient()
    if person is not None:
        token = people.token_of(person.user if isinstance(person, Patient) else person)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def of(treatment, *rest) -> str:
    """An address below the treatment: `of(pen, "entries")`, `of(pen, "entries", id)`."""
    return "/".join(["/api/v1/treatments", str(treatment.id), *map(str, rest), ""])


def put_entry(client: APIClient, treatment, body: dict, id=None):
    """The answer to a day sent under an id."""
    return client.put(of(treatment, "entries", id or uuid4()), body, format="json")


def pointers(answer) -> set[str]:
    """What a problem document points at."""
    return {error["pointer"] for error in answer.json()["errors"]}


def jpeg(width: int = 320, height: int = 240, tone: str = "#c9977a") -> bytes:
    """A small picture."""
    made = BytesIO()
    Image.new("RGB", (width, height), tone).save(made, "JPEG")
    return made.getvalue()


def refuses(call, *args, **kwargs) -> None:
    """The API answers with a problem: a 4xx, never a fault."""
    what = str(args)[:120]
    answer = call(*args, **kwargs)
    assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code}"
    assert answer.headers["Content-Type"] == "application/problem+json", what
