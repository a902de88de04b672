"""How alerts live: one for a concern, rising only, closed by hand, told once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from symptoms.alerts.conversation import ForeignNoteId, SameIdOtherNote
from symptoms.alerts.handling import acknowledge, read_record, resolve, write_note
from symptoms.alerts.read_receipts import first_read
from symptoms.alerts.telling import may_still_be_told
from symptoms.journal.treatments import change_treatment
from symptoms.models import Alert, AlertEvent, Assessment, Delivery, PatientStatus
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.moving import joins, leaves
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db
INFLAMED = {"pain": 2, "warmth": 2, "redness": 3}


@pytest.fixture
def session(clinic, noor):
    """Ana's pen session six days ago, by Dr Noor."""
    return pen(people.ana(clinic), days_ago=6, by=noor)


def open_alerts(session) -> dict[str, Urgency]:
    return {alert.concern: Urgency(alert.urgency) for alert in Alert.objects.open().filter(treatment=session)}


def happened(session) -> list[tuple[str, str]]:
    events = AlertEvent.objects.filter(alert__treatment=session).order_by("id")
    return [(event.alert.concern, event.what) for event in events]


def test_a_healthy_day_and_a_day_to_watch_open_nothing(session):
    logged(session, 1, redness=2)
    logged(session, 6, redness=2)
    assert open_alerts(session) == {}
    assert PatientStatus.objects.get(patient=session.patient).urgency == Urgency.WATCH
    assert not Delivery.objects.exists()


def test_repeats_are_one_open_alert_and_one_message(session):
    for day in (3, 3, 3, 4, 4, 4):
        logged(session, day, signs=["pus"])
    assert (Alert.objects.count(), Delivery.objects.count()) == (1, 1)


def test_the_database_itself_refuses_a_second_open_alert_for_a_concern(session):
    entry = logged(session, 3, signs=["pus"]).entry
    first = Alert.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            treatment=session, practice=first.practice, concern="infection", urgency=3, current_urgency=3, entry=entry,
            opened_at=first.opened_at, worsened_at=first.worsened_at,
        )  # fmt: skip


def test_a_worse_urgency_is_kept_by_who_holds_it_and_tells_again(session, noor):
    logged(session, 3, signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    logged(session, 4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    alert = Alert.objects.get()
    assert alert.urgency == Urgency.EMERGENCY
    assert alert.acknowledged_by == noor and alert.is_worse_since_taken
    assert [delivery.why for delivery in Delivery.objects.order_by("created_at")] == ["treated", "holds"]
    assert happened(session) == [("infection", "opened"), ("infection", "acknowledged"), ("infection", "rose")]


def test_an_alert_keeps_its_peak_shows_the_current_and_never_closes_by_itself(session):
    logged(session, 3, signs=["pus"])
    for day in (4, 5, 6):
        logged(session, day)
    alert = Alert.objects.get()
    assert alert.is_open
    assert (alert.urgency, alert.current_urgency) == (Urgency.URGENT, Urgency.ON_TRACK)
    assert alert.answers_changed_at is None  # the answers stand: the skin got better
    assert PatientStatus.objects.get().alert_urgency == Urgency.URGENT


def test_answers_amended_away_leave_it_open_and_say_so(session):
    first = logged(session, 3, signs=["pus"]).entry
    logged(session, 3)
    alert = Alert.objects.get()
    assert alert.is_open
    assert alert.answers_changed_at is not None
    assert alert.entry_id == first.id  # the old revision, one click away
    assert ("infection", "answers_changed") in happened(session)


def test_a_treatment_amended_so_that_nothing_holds_leaves_it_open_and_says_so(session, noor):
    # Above band C on three days running, and ordinary after 2.5 mm.
    logged(session, 3, swelling=2)
    logged(session, 4, swelling=2)
    logged(session, 5, swelling=2)
    assert "persistent_swelling" in open_alerts(session)
    change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm="2.5")
    alert = Alert.objects.get(concern="persistent_swelling")
    assert alert.is_open
    assert alert.answers_changed_at is not None


def test_after_it_was_resolved_the_same_concern_opens_a_new_one(session, noor):
    logged(session, 3, signs=["pus"])
    assert resolve(Alert.objects.get(), outcome="seen", by=noor, now=timezone.now())
    assert open_alerts(session) == {}
    logged(session, 4, signs=["pus"])
    assert Alert.objects.count() == 2
    assert open_alerts(session) == {"infection": Urgency.URGENT}
    assert Delivery.objects.count() == 2


def test_a_late_entry_opens_alerts_and_so_does_the_newest(session):
    logged(session, 6)
    assert open_alerts(session) == {}
    logged(session, 3, signs=["pus"])  # written down three days later
    assert open_alerts(session) == {"infection": Urgency.URGENT}
    assert Alert.objects.get().entry.day == 3


def test_other_days_judged_anew_are_stored_silently(session):
    logged(session, 2, redness=2)
    logged(session, 4, redness=3)  # above on its own: to watch
    logged(session, 6, redness=0)
    assert open_alerts(session) == {}
    logged(session, 3, redness=3)  # now day 4 is the second running; the newest, day 6, is well
    assessment = Assessment.objects.get(entry__day=4, entry__is_current=True, is_current=True)
    assert assessment.urgency == Urgency.CONTACT
    assert open_alerts(session) == {}


def test_alone_it_is_kept_and_nobody_is_told():
    alone = pen(people.ana(), days_ago=5)
    assert logged(alone, 3, signs=["pus"]).assessment.urgency == Urgency.URGENT
    assert Alert.objects.get().practice is None
    assert not Delivery.objects.exists()


def test_on_linking_what_is_open_becomes_the_practices_with_one_message(clinic, noor):
    alone = pen(people.ana(), days_ago=6)
    logged(alone, 3, signs=["blisters"])
    logged(alone, 5, signs=["pus"])
    joins(alone.patient, clinic)
    assert set(open_alerts(alone)) == {"infection", "cold_sore_reactivation"}
    assert {alert.practice for alert in Alert.objects.all()} == {clinic}
    assert Delivery.objects.get().recipient == noor


def test_open_alerts_move_to_the_new_practice_untaken(session, noor):
    logged(session, 3, signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    other = people.practice("Otherwhere Clinic")
    okafor = people.dr_okafor(other)
    joins(session.patient, other)
    alert = Alert.objects.exclude(kind="left").get()
    assert (alert.practice, alert.acknowledged_at) == (other, None)
    assert list(Alert.objects.managed_by(okafor)) == [alert]
    assert [alert.kind for alert in Alert.objects.managed_by(noor)] == ["left"]


def test_the_new_practice_is_told_once_of_what_was_open_before(session):
    logged(session, 2, signs=["pus"])
    logged(session, 3, signs=["pus"])
    okafor = people.dr_okafor()
    other = okafor.membership.practice
    joins(session.patient, other)
    assert Delivery.objects.filter(recipient=okafor).count() == 1
    assert may_still_be_told(Delivery.objects.get(recipient=okafor))


def test_with_nobody_there_the_alert_says_that_nobody_was_told(session, noor):
    Membership.objects.filter(user=noor).update(removed_at=timezone.now())
    entry = logged(session, 3, signs=["pus"]).entry
    assert open_alerts(session) == {"infection": Urgency.URGENT}
    assert not Delivery.objects.filter(entry=entry).deliverable().exists()


def test_one_tap_takes_everything_open_of_the_treatment_and_a_second_changes_nothing(clinic, session, noor):
    logged(session, 4, **INFLAMED, signs=["pus", "blisters"])
    chen = people.practitioner(clinic, "Dr Chen")
    taken = acknowledge(session, by=noor, now=timezone.now())
    assert {alert.concern for alert in taken} == set(open_alerts(session))
    assert acknowledge(session, by=chen, now=timezone.now()) == []
    assert {alert.acknowledged_by for alert in Alert.objects.all()} == {noor}


def test_another_clinic_takes_and_closes_nothing(session):
    logged(session, 3, signs=["pus"])
    okafor = people.dr_okafor()
    assert acknowledge(session, by=okafor, now=timezone.now()) == []
    assert not Alert.objects.managed_by(okafor).exists()


def test_not_a_concern_needs_a_reason_and_closing_happens_once(session, noor):
    logged(session, 3, signs=["pus"])
    alert = Alert.objects.get()
    with pytest.raises(ValueError, match="why"):
        resolve(alert, outcome="no_concern", reason="  ", by=noor, now=timezone.now())
    assert resolve(alert, outcome="no_concern", reason="Milia", by=noor, now=timezone.now())
    assert not resolve(alert, outcome="seen", by=noor, now=timezone.now())
    alert.refresh_from_db()
    assert (alert.outcome, alert.reason) == ("no_concern", "Milia")
    assert PatientStatus.objects.get().alert_urgency == 0


def test_an_outcome_that_leaves_it_open_goes_with_the_practice_that_wrote_it(session, noor):
    logged(session, 3, signs=["pus"])
    alert = Alert.objects.get()
    assert resolve(alert, outcome="not_reached", reason="Rang.", by=noor, now=timezone.now())
    alert.refresh_from_db()
    assert alert.is_open and alert.kept_open == "not_reached"
    assert PatientStatus.objects.get().alert_urgency == Urgency.URGENT
    assert happened(session)[-1] == ("infection", "kept_open")
    joins(session.patient, people.dr_okafor().membership.practice)
    moved = Alert.objects.get(kind="concern")
    assert moved.is_open and (moved.outcome, moved.reason, moved.kept_open) == ("", "", "")


@pytest.mark.parametrize("outcome", ["watching", "not_reached"])
def test_the_database_closes_nothing_that_is_watched_or_was_not_reached(session, outcome):
    logged(session, 3, signs=["pus"])
    closing = {"resolved_at": timezone.now(), "outcome": outcome, "watched_until": timezone.now().date()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(**closing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.update(outcome="watching", watched_until=None)


def test_read_is_the_first_opening_after_the_alert_opened_or_rose(session, noor, clinic):
    start = timezone.now()
    read_record(session.patient, by=noor, now=start)
    logged(session, 3, signs=["pus"], now=start + timedelta(seconds=1))
    alert = Alert.objects.select_related("treatment").get()
    assert first_read([alert]) == {}
    okafor = people.dr_okafor()
    read_record(session.patient, by=okafor, now=start + timedelta(seconds=2))  # of another clinic: not read
    assert first_read([alert]) == {}
    chen = people.practitioner(clinic, "Dr Chen")
    read_record(session.patient, by=chen, now=start + timedelta(seconds=3))
    read_record(session.patient, by=noor, now=start + timedelta(seconds=4))
    assert first_read([alert]) == {alert.id: (start + timedelta(seconds=3), chen)}
    logged(session, 4, signs=["pus", "feeling_ill"], temperature_c=39.2, now=start + timedelta(seconds=5))
    assert first_read([Alert.objects.select_related("treatment").get()]) == {}


def test_a_message_to_the_patient_is_told_once_and_a_note_to_nobody(session, noor):
    words = {"by": noor, "now": timezone.now()}
    id = uuid4()
    for _ in range(2):
        write_note(session, id=id, text="Please come on Thursday.", for_patient=True, **words)
    write_note(session, id=uuid4(), text="Rang her.", for_patient=False, **words)
    assert session.notes.count() == 2
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.why) == (session.patient.user, "patient")


def test_a_notes_id_says_nothing_to_anybody_but_its_writer(session, noor, clinic):
    id, words = uuid4(), {"text": "Rang her.", "for_patient": False, "now": timezone.now()}
    note = write_note(session, id=id, by=noor, **words)
    assert write_note(session, id=id, by=noor, **words) == note
    with pytest.raises(SameIdOtherNote):
        write_note(session, id=id, by=noor, **words | {"text": "Wrote to her."})
    other = people.dr_okafor()
    theirs = pen(people.patient(other.membership.practice), by=other)
    colleague = people.practitioner(clinic, "Dr Chen")
    for treatment, somebody in ((theirs, other), (session, colleague)):
        with pytest.raises(ForeignNoteId):
            write_note(treatment, id=id, by=somebody, **words)
        form = {"id": id, "text": "Rang her."}
        answer = people.signed_in(somebody).post(reverse("note", args=[treatment.id]), form)
        assert answer.status_code == 404 and b"Rang her" not in answer.content
    assert list(session.notes.all()) == [note] and not theirs.notes.exists()


def test_entries_that_cannot_be_judged_are_one_open_alert(session):
    with broken_rules():
        for day in (3, 4):
            assert logged(session, day).assessment is None
    assert Alert.objects.get().kind == "unjudged"


def test_a_message_on_its_way_when_the_patient_leaves_still_reaches_the_clinic_that_has_the_matter(session):
    logged(session, 3, signs=["pus"])
    about = Delivery.objects.get()
    leaves(session.patient)
    assert may_still_be_told(about)
