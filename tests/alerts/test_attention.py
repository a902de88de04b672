"""What needs attention: each fault appears by itself, in no other practice, and is gone once it is mended."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from unittest.mock import Mock, patch
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.contact_methods import add_browser, email_of
from accounts.invitations import invite_member, invite_patient
from accounts.members import remove_member
from accounts.models import Absence, AccountMail, ContactMethod, Invitation, Membership, Patient, User
from accounts.walls import end_link, make_link, note_use
from symptoms.alerts import attention, server_figures, server_health
from symptoms.alerts.handling import resolve_all, write_note
from symptoms.alerts.policy import EVERYBODY
from symptoms.alerts.rota_ahead import gaps_ahead, people_ahead
from symptoms.alerts.telling import colleagues_of, may_still_be_told, tell_groups
from symptoms.management.commands import run_worker
from symptoms.management.commands.run_worker import Rota, duties, pass_on
from symptoms.messages.outbox import Outbox
from symptoms.messages.push_keys import FILE, make_keys
from symptoms.models import Alert, Delivery, Erasure, Note, Upkeep, WorkerBeat
from symptoms.photos.storage import StoreAway
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.attention import WELL
from tests import people
from tests.messages import mailservers, push
from tests.treatments import logged, pen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]
FAULTS: dict[str, Callable] = {}


@dataclass
class World:
    """A practice of two practitioners and a manager, with what a fault has to undo."""

    clinic: object
    noor: User
    chen: User
    price: User
    session: object
    settings: object

    def work(self, refused=None, script=None) -> None:
        """Let the worker do what is due, with a mail server that refuses those addresses, or that does as the script
        says; nothing has to wait for its turn."""
        Delivery.objects.filter(sent_at=None).update(not_before=timezone.now())
        server = mailservers.scripted(script) if script else mailservers.honest(refused=refused)
        with server as (port, _seen), override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            outbox = Outbox(may_still_be_told, pass_on)
            rota = Rota(duties(outbox))
            while rota.work() or not outbox.is_idle:
                outbox.wait(0.05)
            outbox.close()

    def member(self, user: User) -> Membership:
        return Membership.objects.get(user=user)

    def away(self, user: User, first: int, last: int, stands_in: User | None = None) -> Absence:
        day = timezone.now().astimezone(self.clinic.zone).date()
        return Absence.objects.create(
            member=self.member(user), first_day=day + timedelta(days=first), last_day=day + timedelta(days=last),
            stands_in=self.member(stands_in) if stands_in else None,
        )  # fmt: skip

    def write(self, text: str = "Come at 11.") -> None:
        write_note(self.session, id=uuid4(), text=text, for_patient=True, by=self.noor, now=timezone.now())

    def emergency(self, day: int) -> None:
        """Everybody is told of it."""
        logged(self.session, day, signs=["pus", "feeling_ill"], temperature_c=39.2 + day / 10)


@pytest.fixture
def world(clinic, noor, ana, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    made = World(
        clinic, noor, people.practitioner(clinic, "Dr Chen"), people.admin(clinic), pen(ana, days_ago=9, by=noor),
        settings,
    )  # fmt: skip
    WorkerBeat.objects.create(at=timezone.now())
    return made


def fault(words: str, due: str):
    """A way in which something breaks: `inject(world)`, which gives how it is mended."""

    def named(inject):
        FAULTS[inject.__name__] = words, due, inject
        return inject

    return named


@fault("An e-mail to Ana Marrowby was refused", "today")
def mail_refused_to_a_patient(world):
    world.write()
    world.work({"ana.marrowby@example.org": 550})

    def mend():
        again = reverse("attention_try_again", args=[world.session.patient_id])
        assert people.signed_in(world.noor).post(again).status_code == 302
        world.work()

    return mend


@fault("E-mail to Dr Noor is refused", "soon")
def mail_refused_to_a_member(world):
    make_keys()
    world.emergency(3)
    world.work({world.noor.email: 550})
    world.write()  # what others take says that the server is well
    world.work({world.noor.email: 550})
    add_browser(world.member(world.noor), push.subscription(), "Mac")

    def mend():
        people.signed_in(world.noor).post(reverse("own_channel_change"), {"method": "email", "action": "test"})
        world.work()

    return mend


@fault("Dr Noor cannot be reached", "today")
def a_member_without_a_channel(world):
    method = email_of(world.noor)
    method.is_on = False
    method.save()
    return lambda: type(method).objects.update(is_on=True)


@fault("Nothing shows that alerts reach Dr Noor", "soon")
def a_morning_list_is_not_opened(world):
    long_ago = timezone.now() - timedelta(days=3, minutes=1)
    Delivery.objects.create(
        recipient=world.noor, practice=world.clinic, why=Delivery.Why.MORNING_LIST, reason="morning_list:x:0",
        created_at=long_ago, sent_at=long_ago,
    )  # fmt: skip
    own = people.signed_in(world.noor)

    def mend():
        own.post(reverse("own_channel_change"), {"method": "email", "action": "test"})
        world.work()
        own.post(reverse("own_channel_change"), {"method": "email", "action": "arrived"})

    return mend


@fault("Nobody is on call", "today")
def a_gap_in_the_rota(world):
    turns = {str(day): [str(world.member(world.noor).pk), None] for day in range(7)}
    steps = {"emergency": [{"groups": ["on_call"], "minutes": 0}]}
    tomorrow = (timezone.now().astimezone(world.clinic.zone) + timedelta(days=1)).weekday()
    gap = {day: turn for day, turn in turns.items() if day != str(tomorrow)}

    def stored(rota):
        world.clinic.telling = {"steps": steps, "rota": rota}
        world.clinic.save()

    stored(gap)
    return lambda: stored(turns)


@fault("An emergency would reach nobody", "now")
def who_stands_in_is_away_too(world):
    world.away(world.noor, 0, 4, stands_in=world.chen)
    return world.away(world.chen, 2, 6).delete


@fault("The invitation to Ben Quill did not arrive", "today")
def an_invitation_bounced(world):
    ben = people.patient(world.clinic, "Ben Quill", accepted=False)
    invite_patient(ben, world.noor, "ben@example.org")
    world.work({"ben@example.org": 550})

    def mend():
        invite_patient(ben, world.noor, "ben.quill@example.org")
        world.work()

    return mend


@fault("The invitation to lund@larkfield.example has lapsed", "soon")
def an_invitation_lapsed(world):
    invite_member(world.clinic, "lund@larkfield.example", is_practitioner=True, is_admin=False, by=world.price)
    world.work()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    address = reverse("withdraw_invitation", args=[Invitation.objects.get().pk])
    return lambda: people.signed_in(world.price).post(address)


@fault("1 follow-up is due", "today")
def a_plan_is_overdue(world):
    logged(world.session, 3, signs=["swollen_glands"], temperature_c=37.9)
    logged(world.session, 4, signs=["pus"])
    alert, now = Alert.objects.get(), timezone.now()
    resolve_all({alert: None}, outcome="not_reached", by=world.noor, now=now, comes_back_at=now + timedelta(hours=2))
    Alert.objects.update(comes_back_at=now - timedelta(minutes=1))
    world.work()
    return lambda: resolve_all({alert: None}, outcome="seen", by=world.noor, now=timezone.now())


@fault("1 wall screen is blank", "today")
def whoever_made_a_wall_link_is_gone(world):
    lund, now = people.admin(world.clinic, "Ms Lund", "lund@larkfield.example"), timezone.now()
    for label, by in {"Front desk": lund, "Never shown": lund, "Turned off": world.price}.items():
        link = make_link(world.clinic, label, by=by, now=now)[0]
        if label != "Never shown":
            note_use(link, now)
    end_link(link, by=world.price, now=now)
    remove_member(world.member(lund), now, world.price)
    walls = reverse("walls")
    return lambda: people.signed_in(world.price).post(walls, {"label": "Front desk"})


@fault("The rules are due for review", "soon")
def the_protocol_is_due(world):
    due = timezone.now().date() + timedelta(days=10)
    shorter = patch.object(server_health, "REVIEW_BY", due)
    shorter.start()
    return shorter.stop


@fault("The disk is nearly full", "today")
def the_disk_is_nearly_full(world):
    free = SimpleNamespace(free=1_900_000_000)
    small = patch.object(server_figures.shutil, "disk_usage", lambda path: free)
    small.start()
    return small.stop


@fault("Photos cannot be kept", "today")
def the_bucket_is_away(world):
    store = SimpleNamespace(try_out=Mock(side_effect=[StoreAway("503"), StoreAway("503"), None]))
    tried = patch.object(run_worker.files, "store_of_photos", lambda: store)
    tried.start()
    run_worker.try_store()
    since = Upkeep.objects.get(kind=Upkeep.STORE).failed_at
    run_worker.try_store()
    assert Upkeep.objects.get(kind=Upkeep.STORE).failed_at == since

    def mend() -> None:
        run_worker.try_store()
        tried.stop()
        assert store.try_out.call_count == 3, "no page asks the store"

    return mend


@fault("Alerts are not going out", "now")
def the_worker_is_silent(world):
    WorkerBeat.objects.update(at=timezone.now() - timedelta(seconds=91))
    return world.work


@fault("E-mails are not going out", "now")
def the_mail_server_refuses_everybody(world):
    world.emergency(3)
    for _ in range(2):
        world.work(script=mailservers.greets_with(554))
    return world.work


@fault("Push messages cannot be sent", "today")
def the_push_keys_are_gone(world):
    make_keys()
    add_browser(world.member(world.noor), push.subscription(), "Mac")
    (world.settings.DATA_DIR / FILE).unlink()
    return make_keys


def page_of(user: User, part: str = "") -> str:
    return " ".join(people.signed_in(user).get(reverse("attention") + part).content.decode().split())


@pytest.fixture
def enough_room():
    """Whatever the disk of the machine holds."""
    with patch.object(server_figures.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**11)):
        yield


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_appears_and_goes_by_itself(world, enough_room, name):
    words, due, inject = FAULTS[name]
    okafor = people.dr_okafor()
    everybody, began = (world.noor, world.price), timezone.now()
    assert attention.count_now(world.clinic, began) == 0
    mend = inject(world)
    WorkerBeat.objects.filter(at__gte=began).update(at=timezone.now())
    found = attention.needs_attention(world.clinic, timezone.now(), opens_records=True)
    assert [(item.title, item.due) for item in found.items] == [(words, due)]
    pages = [page_of(user) for user in everybody]
    assert all("1 needs attention" in page for page in pages)
    assert all("1 thing needs attention" in page_of(user, "count/") for user in everybody)
    still_well = {str(sentence) for kinds, sentence in WELL if found.items[0].kind not in kinds}
    assert {str(sentence) for _, sentence in WELL if str(sentence) in pages[0]} == still_well
    assert attention.count_now(world.clinic, timezone.now()) == 1
    elsewhere = attention.count_now(okafor.membership.practice, timezone.now())
    assert elsewhere == (found.items[0].kind in ("worker", "disk", "protocol", "store")), "what concerns every practice"
    mend()
    assert attention.count_now(world.clinic, timezone.now()) == 0
    pages = [page_of(user) for user in everybody]
    assert all("Nothing needs attention" in page for page in pages)
    assert all(str(sentence) in pages[0] for _, sentence in WELL)
    assert not any(page_of(user, "count/").strip() for user in everybody)


def test_two_full_mailboxes_say_nothing_of_a_server_that_takes_what_is_for_others(world, enough_room):
    world.emergency(3)
    mails, now = Delivery.objects.filter(channel=Delivery.EMAIL), timezone.now()
    mails.update(refused_at=now, last_error="recipient refused (550)")
    assert [item.kind for item in attention.needs_attention(world.clinic, now, opens_records=True).items] == [
        "mail_server"
    ]
    AccountMail.objects.create(to="x@example.org", subject="", body="", sent_at=now)
    assert attention.count_now(world.clinic, now) == 0


def many_faults(world, number: int) -> None:
    """So many members and patients whom nothing reaches, nor letters about erasing, and invitations that lapsed."""
    now = timezone.now()
    users = [User(email=f"{uuid4().hex}@example.org", name="Somebody", password="!") for _ in range(2 * number)]
    members, patients = (User.objects.bulk_create(users[part::2]) for part in (0, 1))
    Membership.objects.bulk_create(Membership(user=user, practice=world.clinic) for user in members)
    ContactMethod.objects.bulk_create(
        ContactMethod(user=user, kind="email", address=user.email, address_hash=user.pk.hex, is_on=False)
        for user in members
    )
    records = Patient.objects.bulk_create(Patient(user=user, practice=world.clinic, name="Ben") for user in patients)
    of_retention = {"practice_id": world.clinic.pk, "asked_at": now, "due_at": now, "undelivered_at": now}
    Erasure.objects.bulk_create(Erasure(patient_id=record.pk, **of_retention) for record in records)
    written = {"treatment": world.session, "practice": world.clinic, "text": "Come.", "written_at": now}
    notes = Note.objects.bulk_create(Note(kind=Note.Kind.TO_PATIENT, **written) for _ in patients)
    refused = {"practice": world.clinic, "why": Delivery.Why.PATIENT, "failed_at": now}
    Delivery.objects.bulk_create(
        Delivery(recipient=user, note=note, reason=f"note:{note.pk}:0", **refused)
        for user, note in zip(patients, notes, strict=True)
    )
    invited = {"practice": world.clinic, "invited_by": world.noor, "expires_at": now - timedelta(hours=1)}
    Invitation.objects.bulk_create(
        Invitation(email=user.email, token_hash=user.pk.hex, **invited) for user in members
    )  # fmt: skip


def test_some_of_each_kind_are_named_and_the_others_counted(world, enough_room):
    """With as many statements for 12 of each as for 120."""
    taken = []
    for number, more in ((12, 12), (120, 108)):
        many_faults(world, more)
        with CaptureQueriesContext(connection) as asked:
            found = attention.needs_attention(world.clinic, timezone.now(), opens_records=True)
        taken.append(len(asked))
        assert Counter(item.kind for item in found.items) == {"member": 5, "invitation": 5, "patient": 5, "untold": 5}
        assert found.count == attention.count_now(world.clinic, timezone.now()) == 4 * number
    page = page_of(world.noor)
    assert "480 need attention" in page and page.count("And 115 more") == 4
    assert page.count("Ben could not be told that their record goes") == 5
    assert taken[0] == taken[1] <= 12
    assert "E-mails to 120 patients were refused" in page_of(world.price), "who opens no records reads numbers"
    assert "120 patients could not be told" in page_of(world.price) and "Ben" not in page_of(world.price)


@pytest.mark.parametrize("seed", range(4))
def test_telling_finds_somebody_who_is_here_on_each_day_that_is_no_gap(world, seed):
    """Against telling itself, day by day, whatever the absences and whoever stands in."""
    chosen, entry = random.Random(seed), logged(world.session, 2).entry
    for user, other in ((world.noor, world.chen), (world.chen, world.noor)):
        first = chosen.randrange(8)
        world.away(user, first, first + chosen.randrange(8), stands_in=chosen.choice([None, other]))
    gaps = gaps_ahead(world.clinic, people_ahead(world.clinic, timezone.now()), timezone.now())
    today = timezone.now().astimezone(world.clinic.zone).date()
    for day in (today + timedelta(days=number) for number in range(14)):
        noon = datetime.combine(day, time(12), world.clinic.zone)
        members = colleagues_of(world.clinic, noon)
        here = {person.user for person in members if person.is_practitioner and not person.is_away}
        told = tell_groups(
            world.clinic, world.session, Urgency.EMERGENCY, EVERYBODY, now=noon, reason=f"try:{day}", entry=entry
        )
        is_gap = any(gap.first <= day <= gap.last for gap in gaps)
        assert is_gap != any(delivery.recipient_id in here for delivery in told), day
