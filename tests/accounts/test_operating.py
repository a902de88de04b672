"""What whoever runs the server can do: clinics listed, closed, given an admin; mail tested, looked at, sent again."""

import json
from contextlib import nullcontext
from datetime import datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from unittest.mock import patch
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.keys.faults import KeysUnavailable
from accounts.models import AccountMail, Membership, Practice
from symptoms.alerts import attention, server_figures, server_health
from symptoms.management.commands import run_worker
from symptoms.messages.push_keys import FILE, make_keys
from symptoms.models import Alert, AlertEvent, Delivery, PatientStatus, Upkeep, WorkerBeat
from symptoms.wording.outcomes import outcome_in_words
from tests import people
from tests.messages import mailservers
from tests.moving import leaves
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


def said(*command: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_the_clinics_are_listed_with_their_admins(clinic, noor, ana):
    people.admin(clinic, "Mr Price", "price@larkfield.example")
    Practice.objects.create(name="Gone Clinic", country="GB", closed_at=timezone.now())
    first, second = said("list_practices").splitlines()
    assert f"{clinic.pk}  Larkfield Skin Clinic  members: 2, patients: 1, last sign-in never" in first
    assert first.endswith("managed by price@larkfield.example")
    assert "Gone Clinic" in second and "closed 20" in second and second.endswith("managed by nobody")


@pytest.mark.parametrize("email", ["noor@larkfield.example", "new@larkfield.example"])
def test_a_clinic_gets_an_admin_again(clinic, noor, email):
    price, both = people.admin(clinic, "Mr Price"), people.practitioner(clinic, "Dr Both", admin=True)
    said("replace_admin", str(clinic.pk), email)
    admins = Membership.objects.admins().filter(practice=clinic)
    assert [member.user.email for member in admins] == [email]
    assert price.memberships.get().removed_at and both.memberships.get().is_practitioner
    told = {
        (mail.to, mail.body.partition("\n")[0])
        for mail in AccountMail.objects.exclude(to=email).exclude(body__contains="is an admin of your clinic now")
    }
    assert AccountMail.objects.filter(to=price.email, body__contains=f"({email}) is an admin").exists()
    assert told == {
        (price.email, "Whoever runs Mendline for your clinic has removed you from its members."),
        (both.email, "Whoever runs Mendline for your clinic has changed what you may do there."),
    }
    assert AccountMail.objects.filter(to=email, subject="You manage a clinic on Mendline").count() == 1


def test_nobody_of_another_clinic_becomes_an_admin(clinic, noor, ana):
    okafor = people.dr_okafor()
    for email in (okafor.email, ana.user.email, "no address"):
        with pytest.raises(CommandError):
            call_command("replace_admin", str(clinic.pk), email)
    assert not Membership.objects.admins().filter(practice=clinic).exists()
    for unknown in ("x", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="list_practices"):
            call_command("replace_admin", unknown, "new@larkfield.example")


def test_a_closed_clinic_leaves_its_patients_with_everything_and_what_is_open(clinic, noor, ana):
    treatment = pen(ana, days_ago=3, by=noor)
    logged(treatment, 3, signs=["pus"])
    with pytest.raises(CommandError, match="something open: 1"):
        call_command("close_practice", str(clinic.pk))
    ana.refresh_from_db()
    assert ana.practice == clinic
    said("close_practice", str(clinic.pk), "--even-with-open")
    ana.refresh_from_db()
    assert (ana.practice, Alert.objects.get().practice, Alert.objects.get().is_open) == (None, None, True)
    assert not Membership.objects.current().exists() and Practice.objects.get().closed_at
    letter = AccountMail.objects.get(to=ana.user.email)
    assert "Larkfield Skin Clinic no longer uses Mendline" in letter.body
    assert "can open nothing of the clinic" in AccountMail.objects.get(to=noor.email).body
    page = people.signed_in(ana).get("/today/").content.decode()
    assert "Were you seen?" in page and "Your clinic" not in page
    with pytest.raises(CommandError, match="no open clinic"):
        call_command("close_practice", str(clinic.pk))


def test_what_a_patient_who_left_before_has_open_stands_on_their_pages_too(clinic, noor, ana):
    logged(pen(ana, days_ago=3, by=noor), 3, signs=["pus"])
    leaves(ana)
    said("close_practice", str(clinic.pk), "--even-with-open")
    concern = Alert.objects.get(kind=Alert.Kind.CONCERN)
    assert (concern.practice, concern.is_open) == (None, True)
    assert not Alert.objects.open().filter(practice=clinic).exists()
    kept = [event.detail for event in AlertEvent.objects.filter(what="resolved")]
    assert {outcome_in_words(detail, clinic.zone) for detail in kept} == {"The clinic no longer uses Mendline."}
    assert PatientStatus.objects.get(patient=ana).practice is None
    assert not AccountMail.objects.filter(to=ana.user.email, subject__contains="no longer uses").exists()


def test_a_test_mail_says_what_the_server_answered():
    with (
        mailservers.scripted(mailservers.refuses_recipient(550)) as (port, _),
        override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port),
        pytest.raises(CommandError, match="550"),
    ):
        call_command("send_test_mail", "a@example.org")
    assert "has taken it" in said("send_test_mail", "a@example.org")
    with pytest.raises(CommandError, match="no address"):
        call_command("send_test_mail", "nobody")


def test_the_outbox_tells_whether_a_worker_runs_and_what_waits(clinic, noor, ana, no_worker):
    assert "DOES NOT RUN; last seen never" in said("outbox")
    run_worker.beat()
    logged(pen(ana, days_ago=3, by=noor), 3, signs=["pus"])
    printed = said("outbox")
    assert "worker runs" in printed and "alerts and messages: 1 waiting, the oldest since" in printed
    Delivery.objects.update(failed_at=timezone.now(), last_error="mailbox full", attempts=9)
    assert "alerts and messages: 0 waiting; 0 refused so far; 1 given up" in said("outbox")
    assert "1 will be tried again" in said("outbox", "--resend")
    assert Delivery.objects.due(timezone.now()).get().attempts == 0
    WorkerBeat.objects.update(at=timezone.now() - timedelta(seconds=91))
    assert "DOES NOT RUN" in said("outbox")


def test_sessions_that_are_over_are_forgotten(ana):
    people.signed_in(ana)
    over = Session.objects.create(session_key="over", session_data="", expire_date=timezone.now() - timedelta(days=1))
    run_worker.forget_sessions()
    assert not Session.objects.filter(pk=over.pk).exists() and Session.objects.exists()


SERVER_FAULTS = {
    "worker": lambda: WorkerBeat.objects.all().delete(),
    "disk": lambda: patch.object(server_figures.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**8)).start(),
    "push_keys": lambda: (settings.DATA_DIR / FILE).unlink(),
    "messages": lambda: _deliveries(failing=False),
    "mail_server": lambda: _deliveries(failing=True),
    "store": lambda: Upkeep.failed(Upkeep.STORE, timezone.now(), "the bucket does not answer as it should (503)"),
    "keys": lambda: patch.object(server_health.store, "all_is_sealed", lambda: False).start(),
}
CAN_WAIT = {"push_keys", "keys", "store"}


def _deliveries(*, failing: bool) -> None:
    long_ago = timezone.now() - timedelta(minutes=15)
    Delivery.objects.update(
        sent_at=None, created_at=long_ago, not_before=long_ago, attempts=3 if failing else 0,
        last_error="mail server not reached (OSError)" if failing else "",
    )  # fmt: skip


@pytest.mark.parametrize("kind", [*SERVER_FAULTS, None])
def test_whoever_runs_the_server_reads_what_only_they_can_mend(no_worker, clinic, noor, ana, tmp_path, kind):
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    Delivery.objects.update(sent_at=timezone.now())
    WorkerBeat.objects.create(at=timezone.now())
    staff = people.user("Olga", "olga@operator.example", is_staff=True)
    browser = people.signed_in(staff)
    room = patch.object(server_figures.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**11))
    with override_settings(DATA_DIR=tmp_path), room:
        make_keys()
        Upkeep.went_well(Upkeep.Kind.KEYS, timezone.now())
        if kind:
            SERVER_FAULTS[kind]()
        page = browser.get("/operator/").content.decode()
        out = StringIO()
        with pytest.raises(SystemExit) if kind and kind not in CAN_WAIT else nullcontext():
            call_command("attention", "--json", stdout=out)
    patch.stopall()
    assert [(item["kind"], item["title"] in page) for item in json.loads(out.getvalue())] == (
        [(kind, True)] if kind else []
    )
    assert "Tell whoever runs Mendline" not in page, "that is its reader"
    assert "Marrowby" not in page and clinic.name not in page and noor.email not in page
    assert browser.get("/").url == "/operator/"


def test_an_old_copy_of_the_keys_and_keys_that_are_not_there_are_said(tmp_path, ana):
    now, zone = timezone.now(), ZoneInfo("UTC")

    def said_of_keys(at: datetime) -> list[str]:
        return [item.title for item in server_health.all_server_items(at, zone) if item.kind == "keys"]

    with override_settings(DATA_DIR=tmp_path, DEBUG=False):
        assert said_of_keys(now) == ["No copy of the keys is known"]
        Upkeep.went_well(Upkeep.Kind.KEYS, now)
        assert said_of_keys(now + timedelta(days=1, hours=23)) == []
        assert said_of_keys(now + timedelta(days=2, hours=1)) == ["The copy of the keys is old"]
        keys, ana.data_keys = ana.data_keys, [str(uuid4())]
        ana.save(update_fields=["data_keys"])
        assert said_of_keys(now) == ["Keys are missing"]
        ana.data_keys = keys
        ana.save(update_fields=["data_keys"])
        with patch.object(server_health.store, "ids", side_effect=KeysUnavailable("the store does not answer")):
            assert said_of_keys(now) == ["The keys cannot be used"]


def test_a_backup_or_a_drill_that_is_old_or_failed_is_said_until_one_goes_well(clinic, tmp_path):
    now, zone = timezone.now(), ZoneInfo("UTC")

    def said_of_backups(at: datetime) -> list[tuple[str, str]]:
        items = server_health.all_server_items(at, zone)
        return [(item.title, item.text) for item in items if item.kind in ("backup", "drill")]

    with override_settings(DATA_DIR=tmp_path, BACKUP_WITHIN=26, DRILL_WITHIN=35):
        assert [text for _title, text in said_of_backups(now)] == ["None was made yet.", "None was made yet."]
        for kind in (Upkeep.Kind.BACKUP, Upkeep.Kind.DRILL):
            Upkeep.went_well(kind, now)
        assert said_of_backups(now + timedelta(hours=26)) == []
        ((title, text),) = said_of_backups(now + timedelta(hours=27))
        assert title == "There is no new backup" and text.startswith("The last one that went well is of ")
        Upkeep.failed(Upkeep.Kind.BACKUP, now + timedelta(hours=27), "there is no folder /mnt/backups")
        assert said_of_backups(now) == [], "the one before still holds"
        ((_, text),) = said_of_backups(now + timedelta(hours=27))
        assert text.endswith("The last try failed: there is no folder /mnt/backups.")
        Upkeep.failed(Upkeep.Kind.DRILL, now, "3 photos are missing")
        assert said_of_backups(now)[0][0] == "A backup could not be put back"
        Upkeep.went_well(Upkeep.Kind.DRILL, now)
        assert [title for title, _text in said_of_backups(now + timedelta(days=36))][1:] == [
            "Nothing shows that backups can be put back"
        ]
        members = attention.needs_attention(clinic, now + timedelta(days=36), opens_records=True).items
        assert not {"backup", "drill"} & {item.kind for item in members}, "it is nothing that a clinic can mend"
    assert said_of_backups(now + timedelta(days=36)) == [], "whoever backs up otherwise turns it off"


def test_whoever_runs_the_server_opens_no_practice(clinic, noor, ana):
    browser = people.signed_in(people.user("Olga", is_staff=True, is_superuser=True))
    for name in ("queue", "attention", "practice_details", "members", "practice_telling", "practice_treatment_new"):
        assert browser.get(reverse(name)).status_code == 403, name
    assert browser.get(reverse("patient", args=[ana.pk])).status_code == 403


def test_the_command_says_it_in_words_with_numbers(tmp_path):
    room = patch.object(server_figures.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**11))
    with override_settings(DATA_DIR=tmp_path), room:
        words = said("attention").splitlines()
    assert words[0].startswith("TODAY: Push messages cannot be sent.") and "Free on the disk: 93.1\xa0GB" in words
