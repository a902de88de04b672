"""A practitioner chooses the reader before typing, and looks a message over before it is sent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.conversation import follow_up_next, write_to_practice
from symptoms.alerts.handling import write_note
from symptoms.models import Delivery, Note, PatientStatus
from tests import people
from tests.pages.html import held, select, text_of
from tests.pages.practitioner.pages import past
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")


@pytest.fixture
def session(ana, noor):
    return pen(ana, days_ago=5, by=noor)


def page_of(session):
    return reverse("patient", args=[session.patient_id])


def wrote(session, text="Please call me back.\nAfter 5."):
    patient, now = session.patient, timezone.now()
    return write_to_practice(session, id=uuid4(), text=text, by=patient.user, now=now)


def form_on(page, address):
    return {name: values[0] for name, values in held(page, address).items()}


def test_a_message_is_sent_only_after_it_was_looked_over(desk, session):
    address = reverse("message", args=[session.pk])
    form = form_on(desk.get(page_of(session)), f"{address}#mistake") | {"text": "Please\r\ncome <at> 10."}
    check = desk.post(address, form)
    assert "Send this to Ana" in text_of(check) and not Note.objects.exists()
    again = form_on(check, address)
    back = desk.post(address, again | {"step": "change"})
    assert held(back, f"{address}#mistake")["text"] == ["Please\ncome <at> 10."] and not Note.objects.exists()
    for _ in range(2):
        assert "Sent." in text_of(desk.post(address, again | {"step": "send"}, follow=True))
    note = Note.objects.get()
    assert (note.kind, note.text) == ("to_patient", "Please\ncome <at> 10.")
    assert Delivery.objects.get(note=note).recipient == session.patient.user
    other = desk.post(address, again | {"step": "send", "text": "Other words."})
    assert other.status_code == 409 and "Send this as well?" in text_of(other)
    assert form_on(other, address)["id"] != again["id"] and Note.objects.count() == 1


def test_whoever_came_for_a_message_goes_back_to_what_waits(desk, session):
    def way_back():
        return select(desk.get(page_of(session)), "a[@class='link']")[0].get("href")

    assert way_back() == f"{QUEUE}?show=all"
    note = wrote(session)
    assert way_back() == QUEUE
    desk.post(reverse("messages_read", args=[session.pk]), {"seen": note.pk})
    assert Note.objects.get().read_at and way_back() == QUEUE
    Note.objects.update(read_at=timezone.now() - timedelta(days=2))
    assert way_back() == f"{QUEUE}?show=all"


def test_a_note_inside_the_clinic_can_never_be_sent(desk, session):
    note = reverse("note", args=[session.pk])
    for extra in ({}, {"to": "patient"}, {"step": "send"}):
        desk.post(note, {"id": uuid4(), "text": "Rang her.", **extra})
    assert {note.kind for note in Note.objects.all()} == {"inside"} and not Delivery.objects.exists()
    page = desk.get(page_of(session))
    readers = [
        element.get("id") for element in select(page, "section[@id]") if element.get("id") in ("message", "inside")
    ]
    assert readers == ["message", "inside"]


@pytest.mark.parametrize(
    ("quick", "more", "sent"),
    [
        ("ring_now", {}, "About signs of a skin infection on day 4: please ring us now."),
        ("come_today", {"at": "14:30"}, "About signs of a skin infection on day 4: please come in today at 14:30."),
        (
            "photo",
            {"text": "In daylight."},
            "About signs of a skin infection on day 4: please send a photo.\nIn daylight.",
        ),
        ("how", {}, "About signs of a skin infection on day 4: how is it today?"),
    ],
)
def test_quick_replies_name_the_reason_in_the_patients_words(desk, session, quick, more, sent):
    logged(session, 4, signs=["pus"])
    address = reverse("message", args=[session.pk])
    form = form_on(desk.get(page_of(session)), f"{address}#mistake")
    check = desk.post(address, form | {"quick": quick, "text": "", **more})
    assert form_on(check, address)["text"] == sent
    desk.post(address, form_on(check, address) | {"step": "send"})
    assert Note.objects.get().text == sent


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"quick": "come_today"}, "Say at what time."),
        ({"quick": "come_today", "at": "soon"}, "Write a time, like 14:30."),
        ({"text": "   "}, "Choose a ready sentence, or write something."),
        ({"text": "x" * 1001}, "1,000 characters at most. Yours has 1,001."),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"id": "1", "text": "Words"}, ""),
    ],
)
def test_a_message_with_a_mistake_comes_back_beside_its_field(desk, session, typed, complaint):
    address = reverse("message", args=[session.pk])
    answer = desk.post(address, {"id": uuid4(), "text": "", "step": "send", **typed})
    assert answer.status_code == 422 and complaint in text_of(answer) and not Note.objects.exists()
    assert len(select(answer, "*[@id='mistake']")) == 1
    if "Words" in typed.values():
        assert held(answer, f"{address}#mistake")["text"] == ["Words"]


def test_a_patient_who_wrote_stands_in_the_queue_below_contact_until_somebody_has_read_it(desk, session, clinic, noor):
    logged(session, 5, redness=1)
    wrote(session)
    bob = pen(people.patient(clinic, "Bob"), days_ago=5, by=noor)
    logged(bob, 5, signs=["feeling_ill"], temperature_c=37.5)
    queue = desk.get(QUEUE)
    assert [link.text for link in select(queue, "h2/a")] == ["Bob", "Ana Marrowby"]
    text = text_of(queue)
    assert "Message, not read: Please call me back." in text and "After 5." not in text and "2 need action" in text
    page = desk.get(page_of(session))
    assert "Please call me back. After 5." in text_of(page) and "Message, not read: " in text_of(desk.get(QUEUE))
    read = reverse("messages_read", args=[session.pk])
    form = form_on(page, read)
    later = wrote(session, "And my eye.")
    desk.post(read, form)
    assert Note.objects.filter(read_at=None).get() == later  # what came after the page is not read
    assert "Message, not read: And my eye." in text_of(desk.get(QUEUE))
    desk.post(read, {"seen": later.pk})
    assert PatientStatus.objects.get(patient=session.patient).message_since is None
    assert "Message, not read" not in text_of(desk.get(QUEUE))
    assert "before you" in text_of(desk.post(read, {"seen": later.pk}, follow=True))
    assert "Message from the patient, read" in text_of(past(desk, session.patient_id))


def test_a_message_that_the_patient_did_not_read_stands_in_the_list_after_two_days(desk, session, noor):
    sent = timezone.now() - timedelta(days=3)
    note = write_note(session, id=uuid4(), text="Come at 11.", for_patient=True, by=noor, now=sent)
    assert "were not read" not in text_of(desk.get(QUEUE))
    while follow_up_next(timezone.now()):
        pass
    assert "not read. Phone if it matters: Ana Marrowby sent 3 days ago" in text_of(desk.get(QUEUE))
    people.signed_in(session.patient).post(reverse("message_read", args=[note.pk]))
    assert "Phone if it matters" not in text_of(desk.get(QUEUE))


def test_an_answer_reads_what_stood_on_the_page(desk, session, noor):
    first = wrote(session)
    address = reverse("message", args=[session.pk])
    form = form_on(desk.get(page_of(session)), f"{address}#mistake")
    check = desk.post(address, form | {"text": "We ring at 6."})
    late = wrote(session, "One more thing.")
    desk.post(address, form_on(check, address) | {"step": "send"})
    first.refresh_from_db(), late.refresh_from_db()
    assert first.read_by == noor and late.read_at is None
