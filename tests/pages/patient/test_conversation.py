"""The patient reads what their clinic wrote, answers it, and writes by themselves; nothing typed is lost."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from accounts.models import AccountMail, Practice
from symptoms.alerts.conversation import read_by_practice
from symptoms.alerts.handling import resolve_all, write_note
from symptoms.journal.closing import StillOpen, close_practice
from symptoms.models import Alert, Note, PatientStatus
from symptoms.wording.conversation import not_for_emergencies, when_read
from tests import people
from tests.moving import joins, leaves
from tests.pages.html import held, select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
TODAY, TALK, COURSE = reverse("today"), reverse("conversation"), reverse("course")
CONTACT = {"signs": ["feeling_ill"], "temperature_c": 37.5}


@pytest.fixture
def session(ana, noor):
    return pen(ana, days_ago=5, by=noor)


def from_clinic(session, noor, text="Come at 11."):
    return write_note(session, id=uuid4(), text=text, for_patient=True, by=noor, now=timezone.now())


def typed(phone, **changed):
    """The form of the page as it came, with what the patient typed."""
    form = {name: values[0] for name, values in held(phone.get(TALK), TALK).items()}
    return {"quick": "", "text": "", **form, **changed}


def test_today_shows_a_new_message_with_a_call_quick_answers_and_a_place_to_write(phone, session, noor):
    note = from_clinic(session, noor)
    page = phone.get(TODAY)
    text = text_of(page)
    for shown in (
        "Come at 11.",
        "Call Larkfield Skin Clinic",
        "I will call today",
        "Please call me back",
        "I have a question",
    ):
        assert shown in text
    assert "Not for emergencies: then call 999." in text and "your clinic sees that you have read this" in text
    form = {name: values[0] for name, values in held(page, TALK).items()}
    answer = phone.post(TALK, form | {"quick": "call_back", "text": "After 5."}, follow=True)
    assert "Sent." in text_of(answer) and "has not read this yet" in text_of(answer)
    assert Note.objects.get(kind="from_patient").text == "Please call me back\nAfter 5."
    note.refresh_from_db()
    assert note.read_by == session.patient.user
    assert "Come at 11." not in text_of(phone.get(TODAY)).split("Messages from your clinic")[0]
    read_by_practice(session.patient_id, seen=None, by=noor, now=timezone.now())
    assert "Read by Dr Noor today at" in text_of(phone.get(TALK))


def test_a_patient_writes_by_themselves_from_today_the_course_and_a_verdict_at_contact(phone, session):
    entry = logged(session, 5, **CONTACT).entry
    for address in (TODAY, COURSE, entry.get_absolute_url()):
        links = [link.get("href").partition("#")[0] for link in select(phone.get(address), "a[@href]")]
        assert TALK in links, address
    assert phone.post(TALK, typed(phone, text="It is warm.")).status_code == 302
    assert Note.objects.get().text == "It is warm." and PatientStatus.objects.get().message_since


@pytest.mark.parametrize("report", [{"signs": ["pus"]}, {"signs": ["trouble_breathing"]}])
def test_where_something_urgent_is_open_the_call_comes_before_writing(phone, session, report):
    logged(session, 5, **report)
    page = phone.get(TALK).content.decode()
    assert page.index('href="tel:') < page.index('id="write"') and page.index("still open") < page.index('id="write"')


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"text": ""}, "Choose a ready sentence, or write something."),
        ({"text": " \n \t "}, "Choose a ready sentence, or write something."),
        ({"text": "x" * 10_000}, "1,000 characters at most. Yours has 10,000."),
        ({"text": "x" * 990, "quick": "call_back"}, "1,000 characters at most. Yours has 1,010."),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"text": "Words", "quick": "shout"}, "Select a valid choice"),
        ({"text": "Words", "id": "1"}, ""),
    ],
)
def test_a_message_with_a_mistake_comes_back_with_what_was_typed(phone, session, changed, complaint):
    answer = phone.post(TALK, typed(phone, **changed))
    assert answer.status_code == 422 and complaint in text_of(answer) and not Note.objects.exists()
    if changed["text"].strip() and "\0" not in changed["text"]:
        assert held(answer, TALK)["text"] == [changed["text"]]


def test_sent_twice_it_is_one_message_and_other_words_are_asked_about(phone, session):
    form = typed(phone, text="Call me.")
    for _ in range(2):
        assert phone.post(TALK, form).status_code == 302
    answer = phone.post(TALK, form | {"text": "Other words."})
    assert answer.status_code == 409 and "Send this as well?" in text_of(answer)
    again = {name: values[0] for name, values in held(answer, TALK).items()}
    assert again["text"] == "Other words." and again["id"] != form["id"]
    assert phone.post(TALK, again).status_code == 302 and Note.objects.count() == 2


def test_what_somebody_wrote_as_they_left_moved_or_withdrew_consent_is_kept_on_the_page(phone, session, ana, noor):
    form = typed(phone, text="Call me.")
    withdraw_consent(ana, "care", timezone.now())
    answer = phone.post(TALK, form)
    assert answer.status_code == 422 and "You can agree under Account." in text_of(answer)
    assert held(answer, TALK)["text"] == ["Call me."]
    leaves(ana)
    answer = phone.post(TALK, form)
    assert answer.status_code == 409 and "no clinic reads your messages here any more" in text_of(answer)
    assert held(answer, TALK)["text"] == ["Call me."] and not Note.objects.exists()
    assert "Nobody reads messages here" in text_of(phone.get(TALK))


def test_a_message_meant_for_a_former_clinic_is_asked_about_before_the_new_one_gets_it(phone, session, ana):
    form = typed(phone, text="Call me.")
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor)
    answer = phone.post(TALK, form)
    assert answer.status_code == 409 and "Send this to them?" in text_of(answer) and not Note.objects.exists()
    again = {name: values[0] for name, values in held(answer, TALK).items()}
    assert phone.post(TALK, again).status_code == 302
    assert Note.objects.get().practice == okafor.membership.practice


def test_an_answer_to_what_is_closed_and_to_a_removed_member_still_arrives(phone, session, noor):
    logged(session, 5, **CONTACT)
    from_clinic(session, noor)
    resolve_all(dict.fromkeys(Alert.objects.all()), outcome="advice", by=noor, now=timezone.now())
    chen = people.practitioner(session.practice, "Dr Chen")
    noor.membership.delete()
    assert phone.post(TALK, typed(phone, text="It is back.")).status_code == 302
    assert Note.objects.get(kind="from_patient").deliveries.get().recipient == chen
    assert "Dr Noor" in text_of(phone.get(TALK))


def test_before_a_treatment_is_recorded_nobody_is_promised_an_answer(phone, ana):
    answer = phone.post(TALK, typed(phone, text="Hello?"))
    assert answer.status_code == 409 and "once your treatment is recorded" in text_of(answer)
    assert held(answer, TALK)["text"] == ["Hello?"] and not Note.objects.exists()


def test_inside_notes_never_stand_on_the_patients_page(phone, session, noor):
    write_note(session, id=uuid4(), text="Inside only.", for_patient=False, by=noor, now=timezone.now())
    for address in (TODAY, TALK):
        assert "Inside only." not in text_of(phone.get(address))


LONDON = ZoneInfo("Europe/London")
WEEK = {str(day): [["09:00", "18:00"]] for day in range(5)}
READ, OPEN = "They usually read within 2 hours when open.", "The clinic is open until 18:00."


@pytest.mark.parametrize(
    ("facts", "now", "line"),
    [
        ({"answers_within": 2}, (12, 10), f"{READ} The clinic is open until 18:00."),
        ({"answers_within": 2}, (12, 7), f"{READ} The clinic is closed until 09:00."),
        (
            {"answers_within": 1},
            (17, 20),
            "They usually read within 1 hour when open. The clinic is closed until Monday 09:00.",
        ),
        ({}, (12, 10), "The clinic is open until 18:00."),
        (
            {"days_off": [["2026-01-13", "2026-01-21"]]},
            (12, 20),
            "The clinic is closed until Thursday 22 January 09:00.",
        ),
        ({"answers_within": 2, "week": {}}, (12, 10), ""),
        ({"answers_within": 8}, (12, 10), f"They usually read on the same working day. {OPEN}"),
        (
            {"answers_within": 24},
            (12, 10),
            f"They usually read by the next working day. {OPEN}",
        ),
        (
            {"answers_within": 2, "days_off": [["2026-01-01", "2026-06-01"]]},
            (12, 10),
            "The clinic is closed for now. Please call them.",
        ),
    ],
)
def test_the_reply_says_when_somebody_looks_and_promises_nothing_unknown(facts, now, line):
    practice = Practice(**{"week": WEEK, "time_zone": "Europe/London", **facts})
    assert when_read(practice, LONDON, datetime(2026, 1, *now, tzinfo=LONDON)) == line


def test_what_was_sent_is_answered_with_when_somebody_looks(phone, session, clinic):
    clinic.week, clinic.answers_within = WEEK, 2
    clinic.save()
    answer = phone.post(TALK, typed(phone, text="It is warm."), follow=True)
    (banner,) = select(answer, "*[@role='status']")
    assert words(banner).startswith("Sent. They usually read within 2 hours when open. The clinic is ")


def test_whose_clock_it_is_is_said_where_the_patients_shows_another_time():
    practice = Practice(week=WEEK, time_zone="Europe/London")
    line = when_read(practice, ZoneInfo("America/Lima"), datetime(2026, 1, 12, 10, tzinfo=LONDON))
    assert line == "The clinic is open until 18:00 (London time)."
    assert "999" not in not_for_emergencies("")


def test_who_leaves_with_a_message_not_read_is_told_who_still_reads_it(phone, session, ana, noor):
    phone.post(TALK, typed(phone, text="Call me."))
    leave = reverse("leave_practice")
    sentence = "Larkfield Skin Clinic has not read your last message yet. It is still asked to,"
    assert sentence in text_of(phone.get(leave))
    phone.post(leave)
    assert "had not read this when you left, and is still asked to." in text_of(phone.get(TALK))
    resolve_all(dict.fromkeys(Alert.objects.all()), outcome="advice", by=noor, now=timezone.now())
    assert "Read by Dr Noor" in text_of(phone.get(TALK))


def test_a_closed_clinic_reads_nothing_and_no_page_offers_a_message(phone, session, ana, noor):
    phone.post(TALK, typed(phone, text="Call me."))
    logged(session, 4, **CONTACT)
    assert "message" in text_of(phone.get(TODAY)).lower()
    with pytest.raises(StillOpen):
        close_practice(ana.practice, now=timezone.now())
    close_practice(ana.practice, now=timezone.now(), even_with_open=True)
    page = people.signed_in(ana)
    talk = text_of(page.get(TALK))
    assert "Larkfield Skin Clinic has left Mendline and had not read this. If it still matters, call." in talk
    assert "Nobody reads messages here" in talk and "is still asked to" not in talk
    entry = reverse("entry", args=[session.entries.get().pk])
    for address in (TODAY, COURSE, entry):
        shown = page.get(address)
        assert "or message" not in text_of(shown) and not select(shown, f"a[@href='{TALK}']"), address
    letter = AccountMail.objects.get(to=ana.user.email)
    assert "It has not read the last message you sent." in letter.body


def test_a_clinic_that_read_everything_closes_without_a_word_of_messages(phone, session, ana, noor):
    phone.post(TALK, typed(phone, text="Call me."))
    read_by_practice(ana.pk, seen=None, by=noor, now=timezone.now())
    close_practice(ana.practice, now=timezone.now())
    assert "last message" not in AccountMail.objects.get(to=ana.user.email).body
