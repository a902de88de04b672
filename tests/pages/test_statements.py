"""A page takes as many statements for many rows as for ten: of patients, days, alerts, notes, photos, members."""

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.db.models.base import ModelState
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.access import record_access
from accounts.invitations import invite_member
from accounts.models import AuditRecord, Invitation, Membership, User
from symptoms.alerts.handling import acknowledge, write_note
from symptoms.journal.treatments import change_treatment
from symptoms.models import Alert, Entry, Note, PatientStatus, Photo, Treatment, TreatmentRevision
from tests import people
from tests.treatments import attached, logged, pen
from tests.tries import tries

pytestmark = [pytest.mark.django_db, pytest.mark.chance]

FEW, MANY = 10, tries(20, 1_000)


def like(row: Model, **changed) -> Model:
    """An unsaved row like `row`, with a key of its own and some values changed."""
    made = copy(row)
    made._state = ModelState()  # what is cached of its relations is the row's
    made.pk = uuid4() if isinstance(row.pk, UUID) else None
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def copies(row: Model, changes: Iterable[dict]) -> list:
    """Rows like `row`, one for each of `changes`, saved."""
    return type(row).objects.bulk_create(like(row, **change) for change in changes)


@pytest.fixture
def world(ana, noor, clinic, photo_folder):
    """Ana, of whom there is one row of everything, so that it can be multiplied."""
    now = timezone.now()
    treatment = pen(ana, days_ago=5, by=noor, now=now - timedelta(days=5))
    for day in (1, 4):
        logged(treatment, day, signs=["pus"], note="It hurts.", now=now - timedelta(days=5 - day))
    change_treatment(treatment, by=noor, now=now, passes=3)
    acknowledge(treatment, by=noor, now=now)
    for for_patient in (True, False):
        write_note(treatment, id=uuid4(), text="Come at 11.", for_patient=for_patient, by=noor, now=now)
    attached(treatment, day=4)
    Membership.objects.filter(user=noor).update(is_admin=True)
    noor.look_up_again()
    invite_member(clinic, "lund@larkfield.example", is_practitioner=True, is_admin=False, by=noor, now=now)
    record_access(noor, ana, "read the record", now)
    return treatment


def grow(treatment: Treatment, count: int) -> None:
    """`count` more rows of everything that a page lists."""
    patient, entry = treatment.patient, treatment.entries.get(day=4, is_current=True)
    assessment, alert = entry.assessments.get(is_current=True), treatment.alerts.order_by("-urgency").first()
    same = [{} for _ in range(count)]
    users = User.objects.bulk_create(User(email=f"{uuid4().hex}@example.org", password="!") for _ in same)
    copies(Membership.objects.first(), ({"user": user, "is_admin": False} for user in users))
    copies(
        Invitation.objects.first(), ({"email": user.email, "token_hash": user.pk.hex, "letter": None} for user in users)
    )
    copies(AuditRecord.objects.first(), ({"user": user} for user in users))
    for kind in (Note.Kind.TO_PATIENT, Note.Kind.INSIDE):
        copies(Note.objects.filter(kind=kind).first(), same)
    copies(TreatmentRevision.objects.first(), same)
    copies(Photo.objects.first(), ({"key": uuid4().hex} for _ in same))
    copies(alert.events.first(), same)
    copies(assessment, ({"entry": earlier} for earlier in copies(entry, [{"is_current": False} for _ in same])))

    strangers = copies(patient, ({"user": None, "name": f"Somebody {number}"} for number in range(count)))
    sessions = copies(treatment, ({"patient": stranger} for stranger in strangers))
    entries = copies(entry, ({"treatment": session} for session in sessions))
    copies(assessment, ({"entry": entry} for entry in entries))
    rows = [{"treatment": session, "entry": entry} for session, entry in zip(sessions, entries, strict=True)]
    copies(alert, rows)
    left_open = {"kind": Alert.Kind.QUIET, "concern": "", "kept_open_at": timezone.now()}
    closed = {"concern": "bleeding", "resolved_at": timezone.now(), "outcome": "seen"}
    for more in (left_open, closed):  # in the lists of who is due again or quiet, and of what was closed
        copies(alert, ({**row, **more} for row in rows))
    PatientStatus.objects.bulk_create(like(patient.status, patient=row["treatment"].patient, **row) for row in rows)


def statements(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(captured)


def test_many_rows_take_as_many_statements_as_ten(world, ana, noor):
    own, patient = f"/api/v1/treatments/{world.pk}/", f"/practice/patients/{ana.pk}/"
    entry = Entry.objects.filter(treatment=world, is_current=True).latest("day")
    by_reader = {
        noor: [
            "/practice/", "/practice/?show=all", "/practice/?show=all&log=on_track", "/practice/?owner=nobody&skin=2",
            "/practice/?show=mine", "/practice/?show=waiting", "/practice/?q=0101", "/practice/close-together/",
            *(f"/practice/?show={name}" for name in ("follow_up", "quiet", "not_joined", "closed")),
            "/practice/?show=all&q=some", patient, f"{patient}details/", f"{patient}history/",
            f"{patient}log/", f"{patient}care/", f"{patient}letter/", f"{patient}before/", f"{patient}?symptom=pain",
            "/practice/treatments/new/", "/practice/treatments/new/?q=some",
            f"/practice/treatments/{world.pk}/edit/", "/practice/members/", "/account/",
            "/practice/details/", "/practice/telling/", "/practice/attention/", "/practice/statistics/",
            "/api/v1/treatments/", "/api/v1/alerts/", own, *_lists(own),
        ],
        ana.user: [
            "/today/", "/messages/", "/log/", "/log/4/", "/course/", "/course/4/", "/course/4/photos/", "/care/",
            "/account/", f"/entries/{entry.pk}/", "/account/leave/", "/api/v1/treatments/", own, *_lists(own),
        ],
    }  # fmt: skip
    browsers = {reader: people.signed_in(reader) for reader in by_reader}
    counts = []
    for reader, addresses in by_reader.items():
        for address in addresses:
            browsers[reader].get(address)  # what is written once a day, or looked up once a process
    for more in (FEW, MANY - FEW):
        grow(world, more)
        counts.append(
            {
                f"{reader}: {address}": statements(browsers[reader], address)
                for reader, addresses in by_reader.items()
                for address in addresses
            }
        )
    few, many = counts
    assert few == many


def _lists(treatment: str) -> list[str]:
    return [f"{treatment}{part}/" for part in ("entries", "assessments", "photos", "course", "messages")]
