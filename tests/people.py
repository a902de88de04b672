"""The cast of every test: Ana the patient, Dr Noor who treats her, and Dr Okafor who must never see her."""

import time
from datetime import datetime, timedelta
from itertools import count

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.consents import give_consent
from accounts.keys.patients import new_keys
from accounts.models import Membership, Patient, Practice, ProgramToken, User

PASSWORD = "three small grey horses"
_number = count(1)


def user(name: str = "Somebody", email: str = "", **fields) -> User:
    """Somebody who can sign in with PASSWORD, their address confirmed."""
    person = User.objects.create_user(email or f"person{next(_number)}@example.org", PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def token_of(person: User, scope: str = "", *, used_at: datetime | None = None, days: int = 30) -> str:
    """A token for programs of a patient or practitioner; used a moment ago, so that its next use writes nothing."""
    scope = scope or ("own" if person.as_patient else "practice_act")
    name, used_at = f"token {next(_number)}", used_at or timezone.now()
    expiry = timezone.now() + timedelta(days=days)
    made, token = ProgramToken.made(person, expiry=expiry, name=name, scope=scope, used_at=used_at)
    made.save()
    return token


def practice(name: str = "Larkfield Skin Clinic", **fields) -> Practice:
    """A clinic in London."""
    return Practice.objects.create(
        name=name, **{"phone": "020 7946 0123", "country": "GB", "time_zone": "Europe/London", **fields}
    )


def practitioner(at: Practice, name: str = "Dr Noor", email: str = "", *, admin: bool = False) -> User:
    """Somebody who treats patients at `at`; with `admin` also its admin."""
    person = user(name, email)
    Membership.objects.create(user=person, practice=at, is_practitioner=True, is_admin=admin)
    return person


def admin(at: Practice, name: str = "Mr Price", email: str = "") -> User:
    """Somebody who manages the people of `at` and reads no record."""
    person = user(name, email)
    Membership.objects.create(user=person, practice=at, is_practitioner=False, is_admin=True)
    return person


def patient(
    at: Practice | None = None,
    name: str = "Ana",
    email: str = "",
    *,
    accepted: bool = True,
    consents: tuple[str, ...] = ("care", "photos"),
    now: datetime | None = None,
    **fields,
) -> Patient:
    """A patient of `at`, or alone; one who has not `accepted` yet has no user and agreed to nothing."""
    now = now or timezone.now()
    settled = (
        {"zone_confirmed_at": now, "welcomed_at": now, "time_zone": "Europe/London", "country": "GB"}
        if accepted
        else {}
    )
    made = Patient.objects.create(
        user=user(name, email) if accepted else None,
        practice=at,
        name=name,
        **{"year_of_birth": 1990, "data_keys": new_keys(), **settled, **fields},
    )
    for purpose in consents if accepted else ():
        give_consent(made, purpose, now)
    return made


def ana(at: Practice | None = None, **fields) -> Patient:
    """The patient. Her name and address are found nowhere else, so that a leak of hers is seen."""
    return patient(at, **{"name": "Ana Marrowby", "email": "ana.marrowby@example.org", **fields})


def dr_noor(at: Practice, *, admin: bool = False) -> User:
    """Treats Ana."""
    return practitioner(at, "Dr Noor", "noor@larkfield.example", admin=admin)


def dr_okafor(at: Practice | None = None, *, admin: bool = True) -> User:
    """Works at another clinic, as practitioner and admin, and must never see Ana."""
    return practitioner(at or practice("Otherwhere Clinic"), "Dr Okafor", "okafor@otherwhere.example", admin=admin)


def signed_in(person: User | Patient, **defaults) -> Client:
    """A browser in which `person` has signed in a moment ago."""
    browser = Client(**defaults)
    user = person.user if isinstance(person, Patient) else person
    browser.force_login(user)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return browser
