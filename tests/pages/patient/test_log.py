"""Logging a day: nothing is answered beforehand, nothing typed is lost, each day is saved as what it is."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.models import Entry, Photo
from tests import images, people
from tests.pages.html import held, text_of
from tests.pages.patient.log_page import FINE, marked, typed
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LOG = reverse("log")


def log_of(day: int) -> str:
    return reverse("log_day", args=[day])


@pytest.fixture
def treatment(ana):
    return pen(ana, days_ago=3)


# --- what the page asks
def test_the_page_says_who_reads_a_note(phone, ana, treatment):
    assert "Your clinic can read this later." in text_of(phone.get(LOG))
    ana.practice = None
    ana.save()
    assert "Only you read this." in text_of(phone.get(LOG))


def test_nothing_is_answered_beforehand_and_last_time_is_marked(phone, treatment):
    logged(treatment, 2, pain=2, redness=1)
    page = phone.get(LOG)
    assert not set(held(page)) & {"pain", "redness", "signs", "exposures"}
    assert marked(page) == {"pain": "2", "redness": "1", "swelling": "0", "warmth": "0"}


def test_how_to_look_is_said_in_full_once_and_folds_away_afterwards(phone, treatment):
    assert "Look in daylight" in text_of(phone.get(LOG)) and "How to look at your skin" not in text_of(phone.get(LOG))
    logged(treatment, 2)
    html = phone.get(LOG).content.decode()
    assert html.index("Same as yesterday") < html.index("How to look at your skin</summary>")


def test_questions_follow_the_day_and_the_rest_stands_under_something_else(phone, ana):
    pen(ana, days_ago=0)
    page = phone.get(LOG).content.decode()
    asked, more = page.split("<summary>Something else</summary>")
    assert 'name="bleeding"' in asked and 'name="dark_patches"' not in asked
    assert 'name="dark_patches"' in more and 'value="firm_lumps"' in more
    assert page.index("Trouble breathing") < page.index("How does it look?")  # the red box comes first


def test_what_was_above_none_last_time_is_asked_again_until_it_is_gone(phone, treatment):
    logged(treatment, 2, bleeding=1)
    asked, _ = phone.get(LOG).content.decode().split("<summary>Something else</summary>")
    assert 'name="bleeding"' in asked


# --- saving
def test_a_day_is_saved_as_it_was_answered_and_skipped_is_not_none(phone, treatment):
    said = typed(3, pain="3", signs=["pus", "chills"], exposures=["makeup"], temperature_c="38,1", note="It throbs.")
    answer = phone.post(LOG, said)
    entry = Entry.objects.get()
    assert answer.url == entry.get_absolute_url()
    assert (entry.day, str(entry.id), entry.note) == (3, said["id"], "It throbs.")
    assert entry.answers == {
        "symptoms": {"redness": 0, "swelling": 0, "pain": 3, "warmth": 0},
        "asked": ["pain", "redness", "swelling", "warmth"],
        "signs": ["chills", "pus"],
        "exposures": ["makeup"],
        "temperature_c": 38.1,
    }


def test_the_same_form_sent_twice_is_one_entry_with_one_answer(phone, treatment):
    said = typed(3)
    assert phone.post(LOG, said).url == phone.post(LOG, said).url
    assert Entry.objects.count() == 1


def test_the_same_id_with_other_answers_is_asked_about_and_keeps_everything(phone, treatment):
    said = typed(3, pain="1")
    phone.post(LOG, said)
    page = phone.post(LOG, {**said, "pain": "4", "note": "Much worse."})
    assert page.status_code == 409
    assert "You already saved day 3. Save this as a change?" in text_of(page)
    again = held(page)
    assert again["pain"] == ["4"] and again["note"][0].strip() == "Much worse." and again["id"] != [said["id"]]
    assert phone.post(LOG, again).status_code == 302
    assert [entry.answers["symptoms"]["pain"] for entry in Entry.objects.order_by("received_at")] == [1, 4]


def test_a_past_day_can_be_logged_and_amended(phone, treatment):
    assert phone.post(log_of(1), typed(1, pain="2")).status_code == 302
    page = phone.get(log_of(1))
    assert held(page)["pain"] == ["2"] and "Change day 1" in text_of(page)
    phone.post(log_of(1), typed(1, pain="1"))
    assert list(Entry.objects.filter(is_current=True).values_list("answers__symptoms__pain", flat=True)) == [1]
    assert Entry.objects.count() == 2


def test_a_day_that_has_not_come_keeps_the_answers_and_asks_which_day_is_meant(phone, treatment):
    page = phone.post(log_of(9), typed(9, pain="3", note="Sore."))
    assert page.status_code == 422 and not Entry.objects.exists()
    assert "Which day do you mean?" in text_of(page) and "Today, day 3" in text_of(page)
    kept = held(page)
    assert kept["pain"] == ["3"] and kept["note"][0].strip() == "Sore." and "day" not in kept
    assert phone.post(log_of(9), {**kept, "day": "2"}).status_code == 302
    assert Entry.objects.get().day == 2


@pytest.mark.parametrize("day", [4, 401, 99999])
def test_a_day_to_come_or_out_of_range_has_no_page(phone, treatment, day):
    assert phone.get(log_of(day)).status_code == 404
    assert phone.post(log_of(day), typed(day)).status_code in (404, 422)
    assert not Entry.objects.exists()


def test_a_form_opened_before_midnight_is_saved_for_the_day_it_was_opened(ana):
    with time_machine.travel(datetime(2026, 6, 3, 22, 58, tzinfo=UTC), tick=False):  # 23:58 in London
        pen(ana, days_ago=3)
        phone = people.signed_in(ana)
        form = held(phone.get(LOG))
    with time_machine.travel(datetime(2026, 6, 3, 23, 2, tzinfo=UTC), tick=False):
        assert phone.post(LOG, {**form, **FINE}).status_code == 302
        assert Entry.objects.get().day == 3
        assert "Log day 4" in text_of(phone.get(reverse("today")))


# --- days where the patient is
@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Europe/London", datetime(2026, 6, 3, 22, 59, tzinfo=UTC), 2),  # one minute before midnight
        ("Europe/London", datetime(2026, 6, 3, 23, 0, tzinfo=UTC), 3),
        ("Europe/London", datetime(2026, 6, 1, 12, 0, tzinfo=UTC), 0),
        ("Europe/London", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), -64),  # the hour that does not exist
        ("Etc/GMT+12", datetime(2026, 6, 4, 11, 59, tzinfo=UTC), 2),
        ("Pacific/Kiritimati", datetime(2026, 6, 3, 10, 0, tzinfo=UTC), 3),
    ],
)
def test_day_n_turns_at_midnight_where_the_patient_is(ana, zone, at, day):
    ana.time_zone = zone
    ana.save()
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=ana.zone) + timedelta(hours=1)):
        pen(ana)
    with time_machine.travel(at, tick=False):
        said = text_of(people.signed_in(ana).get(reverse("today")))
    assert f"Log day {day}" in said if day >= 0 else "Your treatment is still to come" in said


@pytest.mark.parametrize(
    ("begun", "at"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 22, 59, tzinfo=UTC)),  # 23 hours long
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 23, 59, tzinfo=UTC)),  # 25 hours long
        (datetime(2028, 2, 28, 12, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_a_day_is_a_day_when_clocks_change_and_in_leap_years(ana, begun, at):
    with time_machine.travel(begun, tick=False):
        pen(ana)
    with time_machine.travel(at, tick=False):
        phone = people.signed_in(ana)
        assert phone.post(LOG, typed(1)).status_code == 302
        assert phone.post(LOG, typed(2)).status_code == 422


# --- mistakes
def test_a_mistake_is_shown_beside_its_field_and_nothing_typed_is_lost(phone, treatment):
    said = typed(3, swelling="", temperature_c="384", signs=["hives"], exposures=["picking"], note="A note.", pain="2")
    page = phone.post(LOG, said)
    assert page.status_code == 422 and not Entry.objects.exists()
    body, kept = page.content.decode(), held(page)
    assert 'id="swelling_error"' in body and 'id="temperature_c_error"' in body
    assert "2 things to put right" in text_of(page) and 'href="#swelling"' in body and 'id="swelling"' in body
    assert kept["temperature_c"] == ["384"] and kept["signs"] == ["hives"] and kept["exposures"] == ["picking"]
    assert kept["pain"] == ["2"] and kept["note"][0].strip() == "A note." and kept["id"] == [said["id"]]


@pytest.mark.parametrize(
    ("given", "unit", "sentence"),
    [
        ("384", "c", "Write a number between 30 and 45 °C. Did you mean 38.4?"),
        ("101", "c", "Write a number between 30 and 45 °C. Did you mean °F?"),
        ("38", "f", "Write a number between 86 and 113 °F. Did you mean °C?"),
        ("12", "c", "Write a number between 30 and 45 °C."),
        ("hot", "c", "Write a number, like 37.2."),
        ("1e400", "c", "Write a number, like 37.2."),
        ("NaN", "f", "Write a number, like 99.0."),
        ("9" * 50, "c", "Write a number, like 37.2."),
    ],
)
def test_a_temperature_nobody_has_is_refused_beside_its_field(phone, treatment, given, unit, sentence):
    page = phone.post(LOG, typed(3, temperature_c=given, unit=unit))
    assert page.status_code == 422 and sentence in text_of(page)


@pytest.mark.parametrize(
    ("given", "unit", "read"),
    [
        ("٣٨٫٢", "c", 38.2), ("۳۸٫۲", "c", 38.2), ("３８．２", "c", 38.2), ("38·2", "c", 38.2), ("38,2 °C", "c", 38.2),
        ("38.2℃", "c", 38.2), ("38.2 ºC", "c", 38.2), ("38,2 °С", "c", 38.2), ("38", "c", 38.0), ("38.2°", "c", 38.2),
        ("१००.४ F", "f", 38.0), ("100.4 ° f", "f", 38.0),
    ],
)  # fmt: skip
def test_a_temperature_is_read_in_any_digits_with_any_decimal_mark_and_its_unit(phone, treatment, given, unit, read):
    assert phone.post(LOG, typed(3, temperature_c=given, unit=unit)).status_code == 302
    assert Entry.objects.get().answers["temperature_c"] == read


def test_fahrenheit_is_kept_in_celsius_and_the_unit_is_remembered(phone, treatment):
    phone.post(LOG, typed(3, temperature_c="102.2", unit="f"))
    assert Entry.objects.get().answers["temperature_c"] == 39.0
    page = phone.get(LOG)
    assert held(page)["temperature_c"] == ["102.2"] and held(page)["unit"] == ["f"]


def test_the_facts_are_in_the_unit_that_was_typed(phone, treatment):
    phone.post(LOG, typed(3, temperature_c="102.2", unit="f"))
    pages = [Entry.objects.get().get_absolute_url(), reverse("today"), reverse("course_day", args=[3])]
    for page in map(text_of, map(phone.get, pages)):
        assert "102.2 °F" in page and "°C" not in page.replace("38 °C (100.4 °F)", "")


HOSTILE = "<script>alert(1)</script>\u202e\U0001f600'\"; DROP TABLE"
BAD = [
    {"pain": "5"},
    {"pain": "-1"},
    {"pain": "severe"},
    {"pain": HOSTILE},
    {"signs": ["pus", "unknown_sign"]},
    {"exposures": ["pus"]},
    {"unit": "k", "temperature_c": "300"},
    {"note": "x" * 2001},
    {"note": "nul\x00byte"},
    {"id": "1"},
    {"id": ""},
    {"id": HOSTILE},
    {"day": "-1"},
    {"day": "401"},
    {"day": "x" * 10_000},
    {"dark_patches": "9" * 5000},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:40])
def test_whatever_is_no_answer_is_refused_and_nothing_is_saved(phone, treatment, bad):
    page = phone.post(LOG, {**typed(3), **bad})
    assert page.status_code == 422
    assert not Entry.objects.exists()
    assert HOSTILE.encode() not in page.content


def test_two_thousand_fields_are_refused(phone, treatment):
    assert phone.post(LOG, typed(3, **{f"f{n}": "1" for n in range(2000)})).status_code == 400


def test_a_note_may_hold_anything_people_write_and_is_shown_as_text(phone, treatment):
    phone.post(LOG, typed(3, note=HOSTILE))
    assert Entry.objects.get().note == HOSTILE
    page = phone.get(reverse("course_day", args=[3]))
    assert b"<script>alert" not in page.content and "DROP TABLE" in text_of(page)


def test_without_the_guard_of_the_page_nothing_is_saved(ana, treatment):
    stranger = people.signed_in(ana, enforce_csrf_checks=True)
    stranger.handler.enforce_csrf_checks = True
    assert stranger.post(LOG, typed(3)).status_code == 403
    assert not Entry.objects.exists()


# --- same as last time, without a script
def test_same_as_yesterday_fills_what_is_empty_and_saves_nothing(phone, treatment):
    logged(treatment, 2, pain=2, redness=1)
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "pain": "3", "note": "So far.", "fill": "yesterday"})
    assert page.status_code == 200 and not Entry.objects.filter(day=3).exists()
    filled = held(page)
    assert {name: filled[name] for name in FINE} == {
        "pain": ["3"], "redness": ["1"], "swelling": ["0"], "warmth": ["0"]
    }  # fmt: skip
    assert filled["note"][0].strip() == "So far." and "3 filled in from last time" in text_of(page)


def test_same_as_yesterday_says_what_yesterday_was_not_asked(phone, treatment):
    levels = dict.fromkeys(("redness", "swelling", "pain", "warmth"), 0)
    logged(treatment, 2, asked=[*levels], **levels)
    said = text_of(phone.post(LOG, {"id": str(uuid4()), "day": "3", "fill": "yesterday"}))
    assert "4 filled in from last time. 3 had no answer last time: please choose. Look them over" in said


def test_a_sign_of_the_red_box_brings_the_emergency_number_before_anything_is_saved(phone, treatment):
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "signs": ["trouble_breathing"]})
    assert page.status_code == 422
    body = page.content.decode()
    advice, mistakes = body.index("Call 999 now"), body.index("things to put right")
    assert body.index("autofocus") < advice < mistakes  # the page opens at the advice


# --- photos come along
def test_a_refused_photo_leaves_the_entry_saved_and_says_why(phone, treatment):
    good = SimpleUploadedFile("../../x.jpg", images.photo(), "text/html")
    bad = SimpleUploadedFile("=cmd.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    page = phone.post(LOG, typed(3, front=good, left=bad), follow=True)
    assert Entry.objects.count() == 1
    assert [photo.view for photo in Photo.objects.all()] == ["front"]
    assert "Left: This file is not a photo that we can read" in text_of(page)
    assert "=cmd" not in text_of(page)


def test_a_double_tap_with_photos_keeps_each_photo_once(phone, treatment):
    said = typed(3)
    for _ in range(2):
        phone.post(LOG, {**said, "front": SimpleUploadedFile("a.jpg", images.photo(), "image/jpeg")})
    assert Photo.objects.count() == 1 and Entry.objects.count() == 1


# --- who may log
def test_without_agreement_nothing_is_logged_and_what_was_typed_stays(ana, phone, treatment):
    withdraw_consent(ana, "care", timezone.now())
    assert phone.get(LOG).url == reverse("today")
    page = phone.post(LOG, typed(3, pain="2"))
    assert page.status_code == 403 and held(page)["pain"] == ["2"]
    assert not Entry.objects.exists()


def test_an_entry_id_of_somebody_else_does_not_exist(phone, treatment):
    other = people.patient(name="Ben")
    foreign = logged(pen(other, days_ago=3), 3).entry
    assert phone.post(LOG, typed(3, id=str(foreign.id))).status_code == 404
    foreign.refresh_from_db()
    assert foreign.treatment.patient == other and foreign.is_current
