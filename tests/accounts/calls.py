"""How each route of the matrix is called: with patient A's ids in its path, and a body that would succeed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Patient, User
from symptoms.recovery.vocabulary import Sign
from tests import people
from tests.accounts.cast_of_roles import World, browser_of, routes
from tests.api.programs import jpeg
from tests.messages import push

LEVELS = dict.fromkeys(("redness", "swelling", "pain", "warmth"), 1)


def call(world: World, name: str, method: str, role: str, body: dict | None = None, *, is_forged: bool = False):
    """The answer to `role` calling the route with the ids of what is Ana's, and with the body that fits.

    `is_forged`: as a page elsewhere would have their browser send it, with its cookies and without our guard.
    """
    world = world.seen_by(role)
    path = address(world, name, method)
    given = BODIES.get((name, method), lambda world: {})(world) if body is None else body
    browser = browser_of(world, role)
    browser.handler.enforce_csrf_checks = is_forged
    if name.startswith("api_"):
        is_program = role in world.tokens and not is_forged
        headers = {"Authorization": f"Token {world.tokens[role]}"} if is_program else {}
        if method == "GET":
            return browser.get(path, given, headers=headers)
        if (name, method) == ("api_photo", "PUT"):
            return browser.put(f"{path}?day=3&view=left", jpeg(), content_type="image/jpeg", headers=headers)
        return browser.generic(method, path, **as_json(given), headers=headers)
    if method in ("GET", "POST"):
        return getattr(browser, method.lower())(path, given)
    return browser.generic(method, path)


def detours(world: World, name: str, role: str) -> Iterator:
    """The answers to other ways of asking for the same."""
    world = world.seen_by(role)
    path, browser = address(world, name, "GET"), browser_of(world, role)
    headers = {"Authorization": f"Token {world.tokens[role]}"} if role in world.tokens else {}
    yield browser.head(path, headers=headers)
    yield browser.options(path, headers=headers)
    yield browser.get(path.rstrip("/"), headers=headers)
    yield browser.get(path.upper(), headers=headers)
    yield browser.get(f"{path.rstrip('/')}.json", headers=headers)
    yield browser.get(path, headers={**headers, "X-HTTP-Method-Override": "DELETE"})


def address(world: World, name: str, method: str) -> str:
    """Where the route is, with Ana's ids."""
    if name in PATHS:
        return reverse(name, kwargs=PATHS[name](world))
    own = world.paths.get((name, method), {})
    return reverse(name, kwargs={key: own.get(key, world.ids.get(key)) for key in routes()[name].pattern.converters})


def as_json(document: dict) -> dict:
    """The arguments of a request whose body is `document`."""
    return {"data": json.dumps(document), "content_type": "application/json"}


def _reset_link(world: World) -> dict:
    user = User.objects.get(email="ben.quill@example.org")
    return {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}


def _confirmation(world: World) -> dict:
    address = User.objects.get(email="unverified@example.org").emailaddress_set.get()
    return {"key": EmailConfirmationHMAC(address).key}


def _passkey(world: World) -> dict:
    return {"pk": world.ids["pk"]}


PATHS = {
    "account_reset_password_from_key": _reset_link,
    "account_confirm_email": _confirmation,
    "mfa_remove_webauthn": _passkey,
    "mfa_edit_webauthn": _passkey,
}


def _treatment(world: World) -> dict:
    return {
        "performed_at": (world.now - timedelta(days=1)).isoformat(),
        "device": "pen",
        "needle_depth_mm": 1.5,
        "areas": ["face"],
        "same_day_injection": False,
    }


def _asked_treatment(world: World) -> dict:
    return {**_treatment(world), "patient": str(world.ids["patient_id"])}


def _typed_treatment(world: World) -> dict:
    return {
        "performed_at": (world.now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M"),
        "device": "pen",
        "needle_depth_mm": "1.5",
        "setting": "clinic",
        "areas": ["face"],
        "same_day_injection": "no",
        "fitzpatrick": "2",
        "skin_colour": "2",
        "skin_burning": "2",
        "id": str(uuid4()),
    }


def _day(world: World) -> dict:
    answers = dict.fromkeys((*LEVELS, "none_right_now", "nothing_new"), "1")
    return {"id": str(uuid4()), "day": "3", "shown": [str(sign) for sign in Sign], **answers}


BODIES = {
    ("before", "POST"): lambda world: {"rosacea": "yes"},
    ("own_data_erase", "POST"): lambda world: {"sure": "yes"},
    ("walls", "POST"): lambda world: {"label": "Front desk"},
    ("start", "POST"): lambda world: {
        "name": "Former",
        "year_of_birth": "1980",
        "country": "GB",
        "time_zone": "Europe/London",
        "care": "on",
    },
    ("welcome", "POST"): lambda world: {
        "right": "yes",
        "skin_colour": "2",
        "skin_burning": "2",
        "care": "on",
        "photos": "on",
    },
    ("log", "POST"): lambda world: _day(world),
    ("log_day", "POST"): _day,
    ("day_link", "POST"): _day,
    ("reminders", "POST"): lambda world: {"is_on": "on", "at": "19:30", "by_email": "on"},
    ("reminder_channel", "POST"): lambda world: {"method": "email", "action": "test"},
    ("offline_entry", "POST"): lambda world: {
        **_day(world),
        "account": str(Patient.objects.get(pk=world.ids["patient_id"]).user_id),
        "treatment": str(world.ids["treatment_id"]),
    },
    ("photo_add", "POST"): lambda world: {
        "id": str(uuid4()),
        "left": SimpleUploadedFile("x.jpg", jpeg(), "image/jpeg"),
    },
    ("practice_photo_add", "POST"): lambda world: {
        "id": str(uuid4()),
        "when": "before",
        "left": SimpleUploadedFile("x.jpg", jpeg(), "image/jpeg"),
    },
    ("photo_move", "POST"): lambda world: {"view": "left"},
    ("treatment_new", "POST"): _typed_treatment,
    ("my_treatment", "POST"): _typed_treatment,
    ("treatment_questions", "POST"): lambda world: {},
    ("same_session", "POST"): lambda world: {"answer": "different"},
    ("patient_details", "POST"): lambda world: {
        "name": "Ana Marrowby",
        "year_of_birth": "1990",
        "phone": "07700 900199",
    },
    ("invite_patient", "POST"): lambda world: {"how": "code"},
    ("practice_patient_new", "POST"): lambda world: {"name": "Dee Newcome", "year_of_birth": "1980"},
    ("practice_treatment_new", "POST"): lambda world: {
        **_typed_treatment(world),
        "patient": str(world.ids["patient_id"]),
    },
    ("practice_treatment_new", "GET"): lambda world: {"patient": str(world.ids["patient_id"])},
    ("practice_treatment_edit", "POST"): _typed_treatment,
    ("queue", "GET"): lambda world: {"show": "all", "q": "a"},
    ("practice_search", "POST"): lambda world: {"q": "a"},
    ("course", "GET"): lambda world: {"treatment": str(world.ids["treatment_id"])},
    ("course_day", "GET"): lambda world: {"treatment": str(world.ids["treatment_id"])},
    ("api_treatments", "GET"): lambda world: {"patient": str(world.ids["patient_id"])},
    ("api_assessments", "GET"): lambda world: {"entry": str(world.ids["entry_id"])},
    ("note", "POST"): lambda world: {"id": str(uuid4()), "text": "Keep it dry."},
    ("message", "POST"): lambda world: {"id": str(uuid4()), "text": "Keep it dry.", "step": "send"},
    ("messages_read", "POST"): lambda world: {"seen": str(world.ids["note_id"])},
    ("conversation", "POST"): lambda world: {
        "id": str(uuid4()),
        "text": "Call me.",
        "practice": str(world.noor.membership.practice_id),
    },
    ("reopen", "POST"): lambda world: {},
    ("resolve", "POST"): lambda world: {"outcome": "seen"},
    ("close_calm", "POST"): lambda world: {"outcome": "seen", "patient": world.ids["patient_id"]},
    ("resolve_all", "POST"): lambda world: {"outcome": "seen", "seen": f"{world.ids['alert_id']} 4"},
    ("account_reauthenticate", "POST"): lambda world: {"password": people.PASSWORD},
    ("account_signup", "POST"): lambda world: {
        "name": "Dora",
        "email": "dora@example.org",
        "password1": "a long walk by the sea",
    },
    ("account_login", "POST"): lambda world: {"login": "nobody@example.org", "password": "not a password of anybody"},
    ("account_change_password", "POST"): lambda world: {
        "oldpassword": people.PASSWORD,
        "password1": "four large white cows",
        "password2": "four large white cows",
    },
    ("account_reset_password", "POST"): lambda world: {"email": "nobody@example.org"},
    ("account_email", "POST"): lambda world: {"action_add": "", "email": "another@example.org"},
    ("account_reset_password_from_key", "POST"): lambda world: {},
    ("profile", "POST"): lambda world: {"name": "New Name", "country": "GB", "time_zone": "Europe/London", "phone": ""},
    ("profile_place", "POST"): lambda world: {"time_zone": "Europe/London", "country": "GB"},
    ("consent_change", "POST"): lambda world: {"answer": "no"},
    ("token_make", "POST"): lambda world: {
        "token-name": "my watch",
        "token-scope": "practice_read",
        "token-days": "30",
    },
    ("practice_details", "POST"): lambda world: {"name": "Larkfield", "country": "GB", "time_zone": "Europe/London"},
    ("practice_data", "POST"): lambda world: {"retention_months": "36"},
    ("practice_telling", "POST"): lambda world: {
        f"{urgency}_0_{part}": value
        for urgency in ("emergency", "urgent", "contact")
        for part, value in (("when", "0"), ("groups", "everybody"))
    },
    ("absence_change", "POST"): lambda world: {"first_day": "2100-01-01", "last_day": "2100-01-02"},
    ("member_away", "POST"): lambda world: {"first_day": "2100-01-01", "last_day": "2100-01-02"},
    ("invite_member", "POST"): lambda world: {"email": "other@larkfield.example", "is_practitioner": "on"},
    ("member_change", "POST"): lambda world: {"is_practitioner": "on", "is_admin": "on"},
    ("member_remove", "POST"): lambda world: {"successor": "everybody"},
    ("member_channels", "POST"): lambda world: {"method": "email", "action": "test"},
    ("own_channel_add", "POST"): lambda world: {"kind": "push", "subscription": json.dumps(push.subscription())},
    ("push_renewed", "POST"): lambda world: {
        "old": json.dumps(push.subscription("zq9push")),
        "new": json.dumps(push.subscription()),
    },
    ("own_channel_change", "POST"): lambda world: {"method": "email", "action": "test"},
    ("confirm_invitation", "POST"): lambda world: {"answer": "yes"},
    ("join", "POST"): lambda world: {"care": "on"},
    ("api_treatments", "POST"): _asked_treatment,
    ("api_treatment", "PUT"): _asked_treatment,
    ("api_messages", "POST"): lambda world: {"id": str(uuid4()), "text": "Keep it dry."},
    ("api_messages_read", "POST"): lambda world: {"seen": str(world.ids["note_id"])},
    ("api_entries", "POST"): lambda world: {"id": str(uuid4()), "day": 1, "symptoms": LEVELS},
    ("api_entry", "PUT"): lambda world: {"day": 1, "symptoms": LEVELS},
    ("api_treatment", "PATCH"): lambda world: {"passes": 2},
    ("api_standing", "POST"): lambda world: {"answer": "not_yet", "asked_at": timezone.now().isoformat()},
    ("api_resolve", "POST"): lambda world: {"outcome": "advice", "seen_at": timezone.now().isoformat()},
}
