"""Everybody of the authorisation matrix, and the objects of patient A."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from http.cookies import SimpleCookie
from uuid import uuid4

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import invitations, members, walls
from accounts.break_glass import break_glass
from accounts.contact_methods import add_browser
from accounts.models import Absence, AccountMail, ContactMethod, ProgramToken, SecondYes, User
from accounts.patients import change_details
from symptoms.alerts.handling import write_note
from symptoms.alerts.reminder_ways import message_to
from symptoms.alerts.reminder_wishes import choose
from symptoms.journal.exporting import ask_export
from symptoms.journal.photos import attach_photo
from symptoms.journal.practice_exporting import ask_practice_export
from symptoms.journal.practice_photos import Shot, attach_practice_photo
from symptoms.messages.channel_tests import send_test
from symptoms.messages.words import stopping_token
from symptoms.models import DayLink, Delivery, Erasure
from tests import people
from tests.api.programs import jpeg
from tests.made_files import make_next
from tests.messages import push
from tests.moving import joins, leaves, token_in
from tests.treatments import logged, pen

ACTORS = (
    "anonymous", "unverified", "patient_a", "patient_b", "practitioner_1", "practice_admin_1",
    "removed_practitioner_1", "practitioner_2", "former_practice", "moved_from", "moved_to",
)  # fmt: skip
# Programs call the API alone, each as a person; by their scope, practice_read does nothing but read.
PROGRAMS = {
    "token_own": ("patient_a", "own"),
    "token_read": ("practitioner_1", "practice_read"),
    "token_act": ("practitioner_1", "practice_act"),
}
RECEIPT = {"treatments": 1, "logs": 1, "photos": 0, "messages": 0}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Found nowhere but in what belongs to patient A; the last stands for the practice that treats her.
MARKERS = ("Marrowby", "ana.marrowby", "zq9note", "zq9operator", "zq9lot", "zq9message", "zq9inside")
PRACTICE_MARKER = "Larkfield"
# What happened to their patients after they left, and before they came.
LATER, EARLIER = "zq9later", "zq9earlier"
HIDDEN = {
    "former_practice": (*MARKERS, LATER),
    "moved_from": (*MARKERS, LATER, "Northgate", "Dr North"),
    "moved_to": (*MARKERS, EARLIER),
}


@dataclass
class World:
    """The people by role, with the cookies and a token of each, and the ids by the names that addresses use."""

    now: datetime
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, object] = field(default_factory=dict)
    paths: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)  # where a route needs other ids
    noor: User | None = None  # practitioner_1
    ids_of: dict[str, dict[str, object]] = field(default_factory=dict)  # of actors with a former patient of their own

    def seen_by(self, actor: str) -> "World":
        """The world with the ids that this actor puts into paths and bodies."""
        return replace(self, ids={**self.ids, **self.ids_of.get(actor, {})})


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
    member, away = noor.memberships.get(), world.now.date() + timedelta(days=90)
    absence = Absence.objects.create(member=member, first_day=away, last_day=away)
    browser = add_browser(member, push.subscription("zq9push"), "Mac, Firefox")
    test = send_test(browser, larkfield, world.now)
    Delivery.objects.create(
        recipient=noor, practice=larkfield, why="morning_list", reason="morning_list:x:0", sent_at=world.now
    )
    _take_along(world, larkfield, okafor)
    world.ids |= {"member_id": member.id, "absence_id": absence.id, "purpose": "photos"}
    world.ids |= {"method_id": browser.id, "delivery_id": test.id}
    passkey = Authenticator.objects.create(user=people.user(), type="webauthn", data={"name": "zq9passkey"})
    world.ids["pk"] = passkey.pk
    link, token = walls.make_link(larkfield, "zq9wall", by=price, now=world.now)
    world.ids["wall_id"] = link.id
    world.paths |= {(name, method): {"token": token} for name in ("wall", "wall_live") for method in METHODS}
    _remind(world, ben)
    _invite(world, larkfield, noor, price, ben)
    lea, dora = _left(world), _moved(world)
    roles = {
        "patient_a": ana.user, "patient_b": ben.user, "practitioner_1": noor, "practitioner_2": okafor,
        "practice_admin_1": price, "removed_practitioner_1": former, "former_practice": lea, **dora,
    }  # fmt: skip
    roles["no_mfa_practitioner"] = people.practitioner(larkfield, "Dr Late", "late@larkfield.example")
    roles["no_mfa_practitioner"].memberships.update(second_factor_asked_at=world.now - timedelta(days=100))
    roles["break_glass_staff"] = _runs_the_site(world, ana)
    for role, user in roles.items():
        world.cookies[role] = _signed_in(user)
        world.tokens[role] = people.token_of(user)
    for program, (role, scope) in PROGRAMS.items():
        world.cookies[program], world.tokens[program] = SimpleCookie(), people.token_of(roles[role], scope)
    asked = SecondYes.objects.create(member=member, about="factors", asked_by=noor)
    world.ids["ask_id"] = asked.pk
    world.ids["token_id"] = ProgramToken.objects.filter(user=ana.user).earliest("created").pk
    world.ids["session_id"] = UserSession.objects.get(user=ana.user).pk
    world.noor = noor
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
    gone = {"patient_id": uuid4(), "asked_at": world.now, "due_at": world.now, "done_at": world.now}
    world.ids["erasure_id"] = Erasure.objects.create(**gone, receipt=RECEIPT).pk
    world.ids["export_id"] = ask_export(ana, world.now).pk
    make_next(world.now)
    attach_photo(treatment.id, id=world.ids["photo_id"], day=3, view="front", data=jpeg(), by=ana.user, now=world.now)
    shot = Shot(uuid4(), "front", True, jpeg())
    attach_practice_photo(treatment, shot, by=noor, now=world.now)
    for method in METHODS:
        world.paths["practice_photo_remove", method] = {"photo_id": shot.id}
        world.paths["my_treatment", method] = {"treatment_id": own.id}


def _take_along(world: World, larkfield, okafor: User) -> None:
    """All records of the practice in a file, for an admin who reads them and has left; and practitioner_2's own."""
    head = people.practitioner(larkfield, "Dr Head", "head@larkfield.example", admin=True)
    for who, ids in ((head, world.ids), (okafor, world.ids_of.setdefault("practitioner_2", {}))):
        practice = who.membership.practice
        ids["practice_export_id"] = ask_practice_export(practice, by=who, now=world.now).pk
        make_next(world.now)
    members.remove_member(head.memberships.get(), world.now)


def _runs_the_site(world: World, ana) -> User:
    """Sam, who runs the site and has Ana's record open."""
    sam = people.user("Sam Root", is_staff=True)
    codes = Authenticator.objects.create(user=sam, type="totp", data={"secret": "zq9secret"})
    world.ids["glass_id"] = break_glass(ana, "fault", by=sam, now=world.now).pk
    codes.delete()  # so that signing in takes one step here
    return sam


def _remind(world: World, patient) -> None:
    """The link to today's empty log in a reminder, and the way to stop reminders, which open to whoever has them."""
    choose(patient, is_on=True, at=time(19, 30), gives_link=True, now=world.now)
    letter = message_to(patient, "remind:x", "email", world.now, world.now)
    letter.save()
    link = DayLink.made(patient, letter, patient.today(world.now))
    link.save()
    phone = ContactMethod.objects.create(user=patient.user, kind="push", address="{}", address_hash="zq9phone")
    shown = message_to(patient, "remind:x", "push", world.now, world.now)
    shown.save()
    for method in METHODS:
        world.paths["push_later", method] = {"delivery_id": shown.id, "method_id": phone.id}
        world.paths["day_link", method] = {"token": link.token}
        world.paths["reminders_stop", method] = {"token": stopping_token(patient)}


def _left(world: World) -> User:
    """Lea, who left Westgate and goes on alone; gives its practitioner."""
    west = people.practitioner(people.practice("Westgate Clinic"), "Dr West")
    lea = people.patient(west.membership.practice, "Lea Holm")
    session = _session(world, "former_practice", lea, west)
    leaves(lea)
    _goes_on(session, lea)
    return west


def _moved(world: World) -> dict[str, User]:
    """Dora, who went from Eastgate to Northgate without sharing anything; gives their practitioners."""
    east = people.practitioner(people.practice("Eastgate Clinic"), "Dr East")
    north = people.practitioner(people.practice("Northgate Clinic"), "Dr North")
    dora = people.patient(east.membership.practice, "Dora Lind")
    pen(dora, days_ago=90, by=east, operator=EARLIER)
    session = _session(world, "moved_from", dora, east)
    joins(dora, north.membership.practice, by=north, photos=True)
    world.ids_of["moved_to"] = {**world.ids_of["moved_from"], "alert_id": _alert(session, north).pk}
    _goes_on(session, dora)
    write_note(session, id=uuid4(), text=LATER, for_patient=False, by=north, now=timezone.now())
    people.signed_in(north).get(reverse("patient", args=[dora.pk]))
    people.signed_in(north).post(reverse("acknowledge", args=[session.pk]))
    return {"moved_from": east, "moved_to": north}


def _session(world: World, actor: str, patient, by: User):
    """A session of two days, with a note and a photo, and what is open about it; its ids are those of `actor`."""
    session = pen(patient, days_ago=4, by=by)
    logged(session, 1, note=EARLIER)
    entry = logged(session, 2, note=EARLIER, signs=["pus"]).entry
    photo = uuid4()
    attach_photo(session.id, id=photo, day=2, view="front", data=jpeg(), by=patient.user, now=timezone.now())
    note = write_note(session, id=uuid4(), text=EARLIER, for_patient=True, by=by, now=timezone.now())
    world.ids_of[actor] = {
        "patient_id": patient.id, "treatment_id": session.id, "entry_id": entry.id, "alert_id": _alert(session, by).pk,
        "photo_id": photo, "note_id": note.id,
    }  # fmt: skip
    return session


def _alert(session, by: User):
    return session.alerts.filter(practice=by.membership.practice).order_by("opened_at").first()


def _goes_on(session, patient) -> None:
    """What comes after leaving: a changed and a new day, another name, a photo."""
    logged(session, 2, note=LATER, pain=4)
    logged(session, 3, note=LATER)
    change_details(
        patient, name=f"{patient.name} {LATER}", phone="07700 900444", country="GB", time_zone="Europe/London",
        now=timezone.now(),
    )  # fmt: skip
    attach_photo(session.id, id=uuid4(), day=3, view="left", data=jpeg(), by=patient.user, now=timezone.now())


def _invite(world: World, larkfield, noor: User, price: User, ben) -> None:
    """A colleague who is asked to join; Ben, who took the code at the desk; and a mail to Ben with a link."""
    colleague = invitations.invite_member(
        larkfield, "new@larkfield.example", is_practitioner=True, is_admin=False, by=price
    )
    shown, url = invitations.invite_patient(people.patient(larkfield, "Ben Q.", accepted=False), noor)
    invitations.accept(token_in(url), ben.user, world.now)
    invitations.invite_patient(people.patient(larkfield, "B. Quill", accepted=False), noor, ben.user.email)
    joins(people.patient(None, "Dee Moss"), larkfield, by=noor)
    mistaken = larkfield.invitations.get(used_by__name="Dee Moss")
    token = token_in(AccountMail.objects.get(to="ben.quill@example.org").body)
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
    by_name = {}
    for pattern in _leaves(get_resolver().url_patterns):
        assert pattern.name, f"{pattern.pattern} has no name"
        assert pattern.name not in by_name, f"two routes are called {pattern.name}"
        by_name[pattern.name] = pattern
    return by_name


def _leaves(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern
