"""A patient who left with something open stands beside the queue and on their page until somebody closes it."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.walls import make_link
from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.events import write_events
from symptoms.alerts.handling import acknowledge
from symptoms.journal.judging import judge_again
from symptoms.models import Alert, AlertEvent, Delivery, Note
from tests import people
from tests.api.programs import program
from tests.moving import joins, leaves
from tests.pages.html import has_button, select, text_of
from tests.pages.practitioner.pages import past
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")


@pytest.fixture
def left(clinic, noor) -> Alert:
    """Of Ana, who left Larkfield for another practice with an infection and something to talk about open."""
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    logged(session, 3, signs=["pus", "firm_lumps"])
    joins(session.patient, people.practice("Otherwhere Clinic"))
    return Alert.objects.get(kind=Alert.Kind.LEFT)


def test_the_queue_says_who_left_with_what_and_who_was_not_told(desk, left, clinic):
    shown = text_of(desk.get(QUEUE))
    assert "1 needs action" in shown and "1 needs action" in text_of(desk.get(f"{QUEUE}?show=all"))
    assert "Left with something open" in shown
    assert "Left your clinic with 2 open: signs of infection (see today)," in shown and "not taken" in shown
    Delivery.objects.filter(alert=left).update(refused_at=timezone.now())
    assert "Could not be told" in text_of(desk.get(QUEUE))
    Delivery.objects.filter(alert=left).delete()
    assert "Nobody was told" in text_of(desk.get(QUEUE))
    acknowledge(left.treatment, by=people.practitioner(clinic, "Dr Chen"), now=timezone.now())
    assert "Dr Chen has it" in text_of(desk.get(QUEUE))


def test_a_wall_screen_counts_who_left_as_the_queue_does(clinic, left, client):
    _link, token = make_link(clinic, "Front desk", by=people.admin(clinic), now=timezone.now())
    assert "1 needs action" in text_of(client.get(reverse("wall", args=[token])))


def test_it_is_not_in_the_list_of_anybody_else(left):
    new = people.dr_okafor(Alert.objects.exclude(pk=left.pk).first().practice)
    shown = text_of(people.signed_in(new).get(QUEUE))
    assert "Left with something open" not in shown and "Ana Marrowby" in shown


def test_the_page_says_it_and_it_is_closed_there(desk, left):
    page = reverse("patient", args=[left.treatment.patient_id])
    shown = text_of(desk.get(page))
    assert "Left your clinic with 2 open: signs of infection (see today)," in shown
    assert "The patient was told" not in shown and "Otherwhere" not in shown
    desk.post(reverse("acknowledge", args=[left.treatment_id]))
    shown = text_of(desk.get(page))
    assert "You are now in charge" in shown and "is looking after this" not in shown
    closed = desk.post(reverse("resolve", args=[left.id]), {"outcome": "referred", "reason": "Rang her."}, follow=True)
    assert "Left your clinic with" not in text_of(closed)
    assert "Closed left your clinic: Referred: Rang her." in text_of(past(desk, left.treatment.patient_id))
    assert "0 need action" in text_of(desk.get(QUEUE))


def test_who_left_comes_first_only_where_nobody_in_the_list_is_as_urgent(desk, left, clinic, noor):
    mara = pen(people.patient(clinic, "Mara"), days_ago=6, by=noor)
    order = []
    for signs in (["firm_lumps"], ["pus"]):
        logged(mara, 3, signs=signs)
        shown = text_of(desk.get(QUEUE))
        order.append(sorted(["Mara", "Ana Marrowby"], key=shown.index))
    assert order == [["Ana Marrowby", "Mara"], ["Mara", "Ana Marrowby"]]


def test_who_left_for_nobody_is_marked_and_called_by_the_number_of_then(desk, clinic, noor):
    session = pen(people.ana(clinic, phone="07700 900123"), days_ago=6, by=noor)
    logged(session, 3, signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    assert "Left your clinic" not in text_of(desk.get(QUEUE))
    leaves(session.patient)
    session.patient.phone = "07700 900999"
    session.patient.save()
    assert "Left your clinic." in text_of(desk.get(QUEUE))
    page = reverse("patient", args=[session.patient_id])
    response = desk.get(page)
    assert select(response, "a[@href='tel:07700900123']") and b"900999" not in response.content
    # Whoever has it deals with that as well.
    assert "Dr Noor has it" in text_of(response) and not has_button(response, "I have this")
    for alert in Alert.objects.open():
        desk.post(reverse("resolve", args=[alert.id]), {"outcome": "seen"})
    assert "tel:" not in desk.get(page).content.decode()


def answers(alerts, words: str, *, by, at) -> None:
    """The patient answers "Were you seen?"."""
    write_events(alerts, AlertEvent.What.ANSWERED, at=at, by=by, detail=f"not_yet: {words}")


def test_the_history_ends_with_what_was_there_at_the_leaving_and_what_the_clinic_did_since(desk, clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    logged(session, 3, signs=["pus"])
    alerts, by = list(Alert.objects.open()), session.patient.user
    answers(alerts, "said before", by=by, at=timezone.now())
    leaves(session.patient)
    answers(alerts, "said after", by=by, at=timezone.now())
    for what in (AlertEvent.What.ROSE, AlertEvent.What.RELAPSED, AlertEvent.What.ANSWERS_CHANGED):
        write_events(alerts, what, at=timezone.now())
    desk.post(reverse("acknowledge", args=[session.id]))
    shown = text_of(past(desk, session.patient_id))
    assert "said before" in shown and "said after" not in shown
    assert not any(later in shown for later in ("got worse", "came back", "the answers changed"))
    assert "Dr Noor Took left your clinic and 1 more: “I have this”" in shown
    assert "Mendline Left your clinic with 1 open" in shown


def test_a_second_leaving_stands_in_the_history_of_what_the_clinic_read_until_the_first(desk, clinic, noor):
    ana = people.ana(clinic)
    pen(ana, days_ago=60, by=noor)
    leaves(ana)
    own = pen(ana, days_ago=6)
    joins(ana, clinic, by=noor)
    logged(own, 3, signs=["pus"])
    leaves(ana)
    assert "Mendline Left your clinic with 1 open" in text_of(past(desk, ana.pk))


def test_an_entry_judged_after_the_leaving_is_still_to_be_read(desk, clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor)
    with broken_rules():
        entry = logged(session, 3, signs=["pus"]).entry
    leaves(session.patient)
    assert judge_again(entry.pk, now=timezone.now()).assessment is not None
    shown = text_of(desk.get(reverse("patient", args=[session.patient_id])))
    assert "This entry could not be compared with what is expected" in shown
    assert "could not be compared at first" not in shown
    assert "day 3 could not be compared, please read it" in text_of(desk.get(QUEUE))


def test_what_somebody_wrote_before_leaving_is_read_on_their_page_and_in_the_api(desk, clinic, noor, ana):
    session = pen(ana, days_ago=6, by=noor)
    write_to_practice(session, id=uuid4(), text="Call me about my cheek.", by=ana.user, now=timezone.now())
    leaves(ana)
    alert, page = Alert.objects.get(), reverse("patient", args=[ana.pk])
    queue = text_of(desk.get(QUEUE))
    assert "Left your clinic with 1 open: a message that nobody has read (contact)" in queue
    shown = desk.get(page)
    assert "Ana Marrowby wrote before leaving" in text_of(shown) and "Call me about my cheek." in text_of(shown)
    assert not select(shown, f"form[@action='{reverse('messages_read', args=[session.pk])}']")
    document = program(noor).get(f"/api/v1/alerts/{alert.pk}/").json()
    assert (document["kind"], document["entry"], document["day"]) == ("left", None, None)
    closed = desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice", "reason": "Rang her."}, follow=True)
    assert "wrote before leaving" not in text_of(closed) and Note.objects.get().read_by == noor
