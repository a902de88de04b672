"""Everybody of the authorisation matrix (safety.md, section 5), and the objects of patient A."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from uuid import uuid4

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts import invitations, members
from accounts.models import AccountMail, User
from symptoms.alerts.handling import write_note
from symptoms.journal.photos import attach_photo
from tests import people
from tests.api.programs import jpeg
from tests.moving import joins
from tests.treatments import logged, pen

ROLES = (
    "anonymous", "patient_a", "patient_b", "practitioner_1", "practitioner_2", "practice_admin_1",
    "removed_practitioner_1", "unverified",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Found nowhere but in what belongs to patient A; the last stands for the practice that treats her.
MARKERS = ("Marrowby", "ana.marrowby", "zq9note", "zq9operator", "zq9lot", "zq9message", "zq9inside")
PRACTICE_MARKER = "Larkfield"


@dataclass
class World:
    """The people by role, with the cookies and a token of each, and the ids by the names that addresses use."""

    now: datetime
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, object] = field(default_factory=dict)
    paths: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)  # where a route needs other ids


def browser_of(world: World, role: str) -> Client:
    """A browser of `role` as it was at first: signing out in one call must not sign the next one out."""
    browser = Client()
    browser.cookies = SimpleCookie({name: morsel.value for name, morsel in world.cookies[role].items()})
    return browser


def build() -> World:
    """Two practices with their people; Ana, whose third day is an urgent matter; and Ben, who must not see it."""
    world = World(timezone.now())
    larkfield = people.practice()
    noor = people.dr_noor(larkfield)
    price = people.admin(larkfield)
    former = people.practitioner(larkfield, "Dr Former", "former@larkfield.example")
    okafor = people.dr_okafor()
    ana = people.ana(larkfield)
    ben = people.patient(larkfield, "Ben Quill", "ben.quill@example.org")
    members.remove_member(former.memberships.get(), world.now)
    _ana_s(world, larkfield, noor, ana)
    pen(ben, days_ago=4, by=noor)
    pen(people.patient(okafor.membership.practice, "Cleo Winter"), days_ago=1, by=okafor)
    world.ids |= {"member_id": noor.memberships.get().id, "purpose": "photos"}
    _invite(world, larkfield, noor, price, ben)
    roles = {
        "patient_a": ana.user, "patient_b": ben.user, "practitioner_1": noor, "practitioner_2": okafor,
        "practice_admin_1": price, "removed_practitioner_1": former,
    }  # fmt: skip
    for role, user in roles.items():
        world.cookies[role] = _signed_in(user)
        world.tokens[role] = Token.objects.create(user=user).key
    world.cookies["anonymous"] = SimpleCookie()
    world.cookies["unverified"] = _turned_away()
    return world


def _ana_s(world: World, larkfield, noor: User, ana) -> None:
    treatment = pen(ana, days_ago=3, by=noor, operator="zq9operator", cartridge_lot="zq9lot")
    own = pen(ana, days_ago=4, by=ana.user, operator="zq9operator")  # perhaps the same session, recorded by her
    logged(treatment, 2, note="zq9note")
    entry = logged(treatment, 3, note="zq9note", pain=3, signs=["pus"]).entry
    message = write_note(treatment, id=uuid4(), text="zq9message", for_patient=True, by=noor, now=world.now)
    write_note(treatment, id=uuid4(), text="zq9inside", for_patient=False, by=noor, now=world.now)
    world.ids |= {
        "patient_id": ana.id,
        "treatment_id": treatment.id,
        "entry_id": entry.id,
        "note_id": message.id,
        "alert_id": treatment.alerts.first().id,
        "photo_id": uuid4(),
        "day": 3,
    }
    attach_photo(treatment.id, id=world.ids["photo_id"], day=3, view="front", data=jpeg(), by=ana.user, now=world.now)
    for method in METHODS:
        world.paths["my_treatment", method] = {"treatment_id": own.id}


def _invite(world: World, larkfield, noor: User, price: User, ben) -> None:
    """A colleague who is asked to join; Ben, who took the code at the desk; and a mail to Ben with a link."""
    colleague = invitations.invite_member(
        larkfield, "new@larkfield.example", is_practitioner=True, is_admin=False, by=price
    )
    shown, url = invitations.invite_patient(people.patient(larkfield, "Ben Q.", accepted=False), noor)
    invitations.accept(url.rstrip("/").rpartition("/")[2], ben.user, world.now)
    invitations.invite_patient(people.patient(larkfield, "B. Quill", accepted=False), noor, ben.user.email)
    joins(people.patient(None, "Dee Moss"), larkfield, by=noor)
    mistaken = larkfield.invitations.get(used_by__name="Dee Moss")
    token = re.search(r"/join/([\w-]+)/", AccountMail.objects.get(to="ben.quill@example.org").body)[1]
    for method in METHODS:
        world.paths |= {
            ("withdraw_invitation", method): {"invitation_id": colleague.id},
            ("confirm_invitation", method): {"invitation_id": shown.id},
            ("undo_joining", method): {"invitation_id": mistaken.id},
            ("join", method): {"token": token},
            ("invite_patient", method): {"patient_id": shown.patient_id},
        }
    world.paths["api_treatment", "PUT"] = {"treatment_id": uuid4()}
    world.paths["api_entry", "PUT"] = {"entry_id": uuid4()}
    world.paths["api_photo", "PUT"] = {"photo_id": uuid4()}


def _signed_in(user: User) -> SimpleCookie:
    """Signed in by the page, so that the password was asked for a moment ago."""
    browser = Client()
    answer = browser.post(reverse("account_login"), {"login": user.email, "password": people.PASSWORD})
    assert answer.status_code == 302, answer.content
    return browser.cookies


def _turned_away() -> SimpleCookie:
    """Somebody who signed up, tried to get in, and has not confirmed the address."""
    User.objects.create_user("unverified@example.org", people.PASSWORD, name="Una")
    browser = Client()
    browser.post(reverse("account_login"), {"login": "unverified@example.org", "password": people.PASSWORD})
    return browser.cookies


def routes() -> dict[str, URLPattern]:
    """Every address of the site by its name."""
    found = {}
    for pattern in _leaves(get_resolver().url_patterns):
        assert pattern.name, f"{pattern.pattern} has no name"
        assert pattern.name not in found, f"two routes are called {pattern.name}"
        found[pattern.name] = pattern
    return found


def _leaves(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern
