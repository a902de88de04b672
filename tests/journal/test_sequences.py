"""No sequence of acts bends the record: random sequences of everything that people do, through the pages and the API.

8 sequences always, 300 with `make chance`; each starts from a new patient and ends in a rollback.
"""

from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from symptoms.alerts.patient_answers import on_top, open_concerns
from symptoms.alerts.patient_status import refresh_status
from symptoms.journal.loading import read_journal
from symptoms.models import Alert, Assessment, Entry, PatientStatus, Photo, Treatment
from symptoms.recovery.assessment import assess
from symptoms.recovery.course import LAST_DAY
from symptoms.recovery.vocabulary import Urgency
from symptoms.wording.seen import SeenAnswer
from tests import people
from tests.api.programs import of, program, put_entry
from tests.moving import joins, leaves
from tests.pages.html import text_of
from tests.pages.patient.log_page import typed
from tests.pages.practitioner.pages import treatment_answers
from tests.treatments import on_day
from tests.tries import tries

START = datetime(2026, 11, 9, 16, tzinfo=UTC)
ZONES = ("Asia/Tokyo", "America/Los_Angeles", "Europe/London", "Pacific/Kiritimati", "Etc/GMT+12")
# What a day may hold: quiet, loud at once, loud only late or beside an earlier session, and levels that rise and fall.
REPORTS = (
    {},
    {"pain": 3, "signs": ["pus"]},
    {"redness": 2, "swelling": 2},
    {"redness": 3, "warmth": 3, "temperature_c": 38.4},
    {"bumps": 2, "pain": 2},
    {"raised_scar": 2},
    {"dark_patches": 1},
    {"signs": ["hives"]},
)
reports = st.sampled_from(REPORTS)


class Sequence(RuleBasedStateMachine):
    """One patient, her clinic, and whatever happens next."""

    @initialize(zone=st.sampled_from(ZONES))
    def begin(self, zone):
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clinic = people.practice()
        self.noor = people.dr_noor(self.clinic)
        self.ana = people.ana(self.clinic, time_zone=zone)
        self.desk, self.noors = people.signed_in(self.noor), program(self.noor)
        self.sign_in()
        self.other = people.practice("Otherwhere Clinic")
        self.okafors = program(people.dr_okafor(self.other))
        self.known: dict = {}
        self.received: dict = {}
        self.order: list = []
        self.sessions: list = []
        self.photos: dict = {}
        self.add_session(days_ago=6, by_clinic=True)

    def teardown(self):
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            self.clock.stop()

    # --- what happens

    @rule(hours=st.sampled_from((0, 5, 24, 72)))
    def time_passes(self, hours):
        self.now.shift(timedelta(hours=hours))

    @rule(report=reports, back=st.integers(0, 6), which=st.integers(0, 3), by_page=st.booleans())
    def log(self, report, back, which, by_page):
        session = self.session(which)
        day = session.day_of(self.fresh_ana().today(timezone.now())) - back
        if 0 <= day <= 400:
            self.write_down(session, day, report, by_page=by_page)

    @rule(run=st.lists(reports, min_size=3, max_size=5))
    def log_several_days(self, run):
        """The last days of the newest session, in the wrong order, as when a phone was without a network."""
        session = read_journal(self.fresh_ana()).sessions[-1]
        today = session.day_of(self.fresh_ana().today(timezone.now()))
        for back, report in enumerate(run):
            if today - back >= 0:
                self.write_down(session, today - back, report, by_page=False)

    @rule(report=reports, which=st.integers(0, 9), by_page=st.booleans())
    @precondition(lambda self: self.received)
    def change_a_day(self, report, which, by_page):
        entries = list(Entry.objects.current().select_related("treatment").order_by("received_at", "id"))
        entry = entries[which % len(entries)]
        self.write_down(entry.treatment, entry.day, report, by_page=by_page)

    @rule(shift=st.integers(-1, 1), report=reports, own_is_last=st.booleans())
    @precondition(lambda self: len(self.sessions) < 6)
    def both_record_one_session(self, shift, report, own_is_last):
        """The patient records what the clinic recorded, both hold a day of that date, and she says that it is one."""
        theirs = Treatment.objects.filter(practice=self.clinic, same_as=None).order_by("performed_at").last()
        at = min(theirs.performed_at + timedelta(days=shift), timezone.now() - timedelta(minutes=1))
        own = self.record(session_facts(at), by_clinic=False)
        if own is None:
            return
        on = max(theirs.day_zero, own.day_zero)
        for session in (theirs, own) if own_is_last else (own, theirs):
            self.write_down(session, session.day_of(on), report if session == own else {}, by_page=False)
        self.phone.post(reverse("same_session", args=[own.id]), {"answer": "same"})

    def write_down(self, session, day, report, *, by_page):
        id, levels = uuid4(), {name: level for name, level in report.items() if name not in ("signs", "temperature_c")}
        if by_page:
            sheet = typed(
                day, signs=report.get("signs", []), id=str(id), **{name: str(n) for name, n in levels.items()}
            )
            sheet |= {"temperature": str(report.get("temperature_c", ""))}
            self.phone.post(reverse("log_day", args=[day]), sheet)
        else:
            quiet = {"redness": 0, "swelling": 0, "pain": 0, "warmth": 0}
            more = {name: report[name] for name in ("signs", "temperature_c") if name in report}
            put_entry(self.anas, session, {"day": day, "symptoms": quiet | levels, **more}, id)
        stored = Entry.objects.filter(pk=id).values("id", "date", "answers").first()
        if stored:
            self.received[id] = stored
            self.order.append(id)

    @rule(days=st.integers(-30, 30), which=st.integers(0, 3), by_page=st.booleans())
    def move_a_session(self, days, which, by_page):
        session = self.session(which)
        at = min(session.performed_at + timedelta(days=days), timezone.now())
        if by_page:
            there = at.astimezone(self.fresh_ana().zone).strftime("%Y-%m-%dT%H:%M")
            typed_in = treatment_answers(performed_at=there, keep_date=there)
            self.desk.post(reverse("practice_treatment_edit", args=[session.id]), typed_in)
        else:
            self.noors.patch(of(session) + "?outside=keep", {"performed_at": at.isoformat()}, format="json")

    @rule(depth=st.sampled_from((0.25, 0.5, 1.5, 2.5)), which=st.integers(0, 3))
    def correct_the_depth(self, depth, which):
        self.noors.patch(of(self.session(which)), {"needle_depth_mm": depth}, format="json")

    @rule(days_ago=st.sampled_from((0, 5, 40, 42, 60, 120)), by_clinic=st.booleans())
    @precondition(lambda self: len(self.sessions) < 5)
    def add_session(self, days_ago, by_clinic):
        body = session_facts(timezone.now() - timedelta(days=days_ago, minutes=1))
        self.record(body, by_clinic=by_clinic)

    def record(self, facts, *, by_clinic):
        id = uuid4()
        web, body = (self.noors, {**facts, "patient": str(self.ana.id)}) if by_clinic else (self.anas, facts)
        if web.put(f"/api/v1/treatments/{id}/", body, format="json").status_code == 201:
            self.sessions.append(id)
        return Treatment.objects.filter(pk=id).first()

    @rule(which=st.integers(0, 3), answer=st.sampled_from(("same", "same", "different")))
    def say_whether_it_is_the_same_session(self, which, answer):
        self.phone.post(reverse("same_session", args=[self.session(which).id]), {"answer": answer})

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone):
        self.phone.post(reverse("profile_place"), {"time_zone": zone, "country": "GB"})

    @rule(purpose=st.sampled_from(("care", "photos")), answer=st.sampled_from(("yes", "no")))
    def agree_or_not(self, purpose, answer):
        self.phone.post(reverse("consent_change", args=[purpose]), {"answer": answer})

    @rule()
    @precondition(lambda self: self.fresh_ana().practice_id)
    def leave_the_clinic(self):
        self.remember_what_is_known_at(leaves(self.fresh_ana()))
        self.sign_in()

    @rule(to_other=st.booleans(), earlier=st.booleans(), earlier_notes=st.booleans())
    def join_a_clinic(self, to_other, earlier, earlier_notes):
        present, practice = self.fresh_ana().practice, self.other if to_other else self.clinic
        if present == practice:
            return
        if present is not None:
            self.remember_what_is_known_at(present)
        joins(self.fresh_ana(), practice, earlier=earlier, earlier_notes=earlier_notes)
        self.known.pop(practice.pk, None)
        self.sign_in()

    def sign_in(self):
        """On the phone and as a program: joining and leaving end both. What comes next comes later than that."""
        self.now.shift(timedelta(seconds=1))
        self.phone, self.anas = people.signed_in(self.fresh_ana()), program(self.fresh_ana())

    def remember_what_is_known_at(self, practice):
        """What a practice may have read by now: it must never read more while the patient is elsewhere."""
        self.known[practice.pk] = set(self.received)

    @rule(outcome=st.sampled_from(("advice", "seen")))
    def answer(self, outcome):
        for alert in Alert.objects.open().filter(practice=self.clinic).order_by("opened_at", "concern")[:1]:
            self.desk.post(reverse("acknowledge", args=[alert.treatment_id]))
            self.desk.post(reverse("resolve", args=[alert.id]), {"outcome": outcome})

    @rule(answer=st.sampled_from(SeenAnswer))
    def say_whether_she_was_seen(self, answer):
        self.phone.post(reverse("seen"), {"answer": answer.value, "words": ""})

    @rule(which=st.integers(0, 3), day=st.integers(0, 3))
    def keep_a_photo(self, which, day):
        session = self.session(which)
        if session.same_as_id is not None:
            return  # the verb would lead it to the record that was kept
        facts = {"key": uuid4().hex, "width": 1, "height": 1, "size": 1, "received_at": timezone.now()}
        photo = Photo.objects.create(**on_day(session, day), view="front", **facts)
        self.photos[photo.pk] = photo.date

    # --- what holds, whatever happened

    @invariant()
    def nothing_received_is_lost_and_the_last_received_of_a_day_counts(self):
        rows = {row["id"]: row for row in Entry.objects.values("id", "date", "answers")}
        assert rows == self.received
        for session in Treatment.objects.all():
            days: dict[int, list[Entry]] = {}
            for entry in session.entries.all():
                assert entry.day == max(0, session.day_of(entry.date))
                days.setdefault(entry.day, []).append(entry)
            for entries in days.values():
                last = max(entries, key=lambda entry: self.order.index(entry.id))
                assert [entry.id for entry in entries if entry.is_current] == [last.id]
            assert session.same_as_id is None or not days

    @invariant()
    def photos_keep_their_dates(self):
        for photo in Photo.objects.select_related("treatment"):
            assert photo.date == self.photos[photo.pk]
            assert photo.day == max(0, photo.treatment.day_of(photo.date))
            assert photo.treatment.same_as_id is None

    @invariant()
    def each_stored_judgement_is_what_a_fresh_one_would_be(self):
        journal = read_journal(self.fresh_ana())
        for session in journal.sessions:
            for day, logged in journal.days(session).items():
                stored = Assessment.objects.get(entry=logged.id, is_current=True)
                fresh = assess(journal.course(session), day=day)
                assert (stored.urgency, stored.flags) == (fresh.urgency, fresh.as_json()["flags"])

    @invariant()
    def where_she_stands_is_what_one_would_work_out(self):
        # A new time zone moves when a log is due; the worker works that out again before it speaks of silence.
        derived = [
            field.attname for field in PatientStatus._meta.fields if field.attname not in ("quiet_at", "log_due_on")
        ]
        before = list(PatientStatus.objects.values(*derived))
        refresh_status(self.fresh_ana())
        assert list(PatientStatus.objects.values(*derived)) == before

    @invariant()
    def the_newest_entry_has_its_alerts_and_page_and_program_say_the_same(self):
        ana = self.fresh_ana()
        sessions = read_journal(ana).sessions
        newest = sessions[-1].entries.current().order_by("-day").first()
        for session in sessions:
            assert listed(self.anas, of(session, "entries")) == set(session.entries.values_list("id", flat=True))
        if newest is None:
            return
        assessment = newest.assessments.get(is_current=True)
        raised = {f["concern"] for f in assessment.flags if Urgency.of(f["urgency"]) >= Urgency.CONTACT}
        assert raised <= set(Alert.objects.filter(treatment=sessions[-1]).values_list("concern", flat=True))
        verdict = self.anas.get(of(sessions[-1], "entries", newest.id)).json()["verdict"]
        page = self.phone.get(reverse("today"))
        if "verdict" in page.context:  # neither before day 0 nor after the last day
            shown = unescape(page.content.decode()).lower()
            box, still_open = page.context["standing"], Alert.objects.open().values_list("concern", flat=True)
            if box and box.entry == newest and not raised <= set(still_open):
                verdict = vars(box.verdict)  # what a clinic has closed is said no more
            if page.context["is_old"]:  # on track, and newer days were asked for since
                assert f"your last log is of day {newest.day}" in shown
            else:
                assert all(verdict[part].lower() in shown for part in ("word", "heading", "line"))
        else:
            assert not 0 <= sessions[-1].day_of(ana.today(timezone.now())) <= LAST_DAY

    @invariant()
    def the_worst_that_is_open_and_not_dealt_with_stands_on_top(self):
        page = self.phone.get(reverse("today"))
        waiting = [concern.alert for concern in open_concerns(self.ana.pk) if concern.is_on_top]
        standing = page.context["standing"]
        assert (standing is None) is (not waiting)
        if standing is not None:
            worst = max(alert.urgency for alert in waiting)
            assert standing.concern.alert.urgency == worst and standing.verdict.urgency != "unjudged"
            assert "still open" in page.content.decode()

    @invariant()
    def nothing_says_on_track_above_what_is_open(self):
        top = on_top(open_concerns(self.ana.pk))
        if top is None:
            return
        newest = Entry.objects.current().order_by("received_at").last()
        results = {entry.get_absolute_url() for entry in (newest, top.alert.raised_by)}
        for address in (reverse("today"), reverse("course"), *results):
            above = text_of(self.phone.get(address)).split("This stays here until")[0].split("Why we say this")[0]
            assert "On track" not in above, address

    @invariant()
    def a_clinic_that_was_left_reads_nothing_later(self):
        for practice_id, known in self.known.items():
            web = self.noors if practice_id == self.clinic.pk else self.okafors
            for id in self.sessions:
                assert listed(web, f"/api/v1/treatments/{id}/entries/") <= known

    def session(self, which: int) -> Treatment:
        """One of the sessions that were recorded, also one that was set aside."""
        return Treatment.objects.get(pk=self.sessions[which % len(self.sessions)])

    def fresh_ana(self):
        return type(self.ana).objects.select_related("practice", "user").get(pk=self.ana.pk)


def listed(web, url: str) -> set[UUID]:
    """The ids on all pages of a list; none where the reader may not see it."""
    ids: set[UUID] = set()
    page = {"next": url}
    while page.get("next"):
        page = web.get(page["next"]).json()
        ids |= {UUID(row["id"]) for row in page.get("results", ())}
    return ids


def session_facts(performed_at: datetime) -> dict:
    return {
        "performed_at": performed_at.isoformat(), "device": "pen", "needle_depth_mm": 1.5, "areas": ["face"],
        "same_day_injection": False, "fitzpatrick": 5,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.chance
def test_no_sequence_of_acts_bends_the_record():
    run_state_machine_as_test(
        Sequence,
        settings=settings(
            max_examples=tries(8, 300),
            stateful_step_count=tries(12, 16),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
