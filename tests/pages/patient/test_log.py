"""Logging a day: nothing is answered beforehand, nothing typed is lost, each day is saved as what it is."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.models import Entry, Photo
from symptoms.recovery.questions import question as question_of
from symptoms.recovery.vocabulary import Exposure, Sign, Symptom
from tests import images, people
from tests.pages.html import held, select, text_of, words
from tests.pages.patient.log_page import FINE, marked, typed
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LOG = reverse("log")


def log_of(day: int) -> str:
    return reverse("log_day", args=[day])


def summaries(page, line: str) -> bool:
    """Whether something is folded under that line."""
    return line in map(words, select(page, "summary"))


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


def test_a_day_that_has_passed_is_not_compared_with_yesterday(phone, treatment):
    logged(treatment, 1)
    page = text_of(phone.get(reverse("log_day", args=[2])))
    assert "marks what you said on day 1" in page and "yesterday" not in page


def test_how_to_look_is_said_in_full_once_and_folds_away_afterwards(phone, treatment):
    page = phone.get(LOG)
    assert "Look in daylight" in text_of(page) and not summaries(page, "How to look at your skin")
    logged(treatment, 2)
    page = phone.get(LOG)
    assert summaries(page, "How to look at your skin")
    assert text_of(page).index("Same as yesterday") < text_of(page).index("How to look at your skin")


def test_each_step_says_what_is_seen(phone, treatment):
    page = phone.get(LOG)
    asked = [field for field in select(page, "fieldset") if field.get("class") == "symptom"]
    assert {"redness", "swelling", "pain", "warmth"} <= {field.get("id") for field in asked}
    for field in asked:
        shown = [words(step) for step in field.iter("span") if step.get("data-level")]
        assert shown == list(question_of(field.get("id")).steps) and len(set(shown)) == 5


def test_redness_is_asked_with_words_for_dark_skin(phone, treatment):
    (field,) = [field for field in select(phone.get(LOG), "fieldset") if field.get("id") == "redness"]
    assert "how much darker, purple or grey?" in words(field)
    steps = [words(step) for step in field.iter("span") if step.get("data-level") not in (None, "0")]
    assert all(re.search(r"darker|purple|grey|dark", step) for step in steps)


def questions(page) -> tuple[set[str], set[str]]:
    """The names of the fields that are asked openly, and of those under "Something else"."""
    (more,) = [fold for fold in select(page, "details") if words(fold.find("summary")) == "Something else"]
    folded = {field.get("name") for field in more.iter("input")}
    return {field.get("name") for field in select(page, "input")} - folded, folded


def test_questions_follow_the_day_and_the_rest_stands_under_something_else(phone, ana):
    treatment = pen(ana, days_ago=3)
    page = phone.get(LOG)
    asked, more = questions(page)
    assert "pain" in asked and "bleeding" in more and select(page, "input[@value='firm_lumps']")
    assert text_of(page).index("Trouble breathing") < text_of(page).index(
        "How does it look?"
    )  # the red box comes first
    logged(treatment, 2, bleeding=1)  # is asked again until it is gone
    assert "bleeding" in questions(phone.get(LOG))[0]
    pen(ana, days_ago=0)
    asked, more = questions(phone.get(LOG))
    assert "bleeding" in asked and "dark_patches" in more


def test_what_is_folded_is_on_the_page_and_stands_open_once_it_holds_an_answer(phone, treatment):
    def folds(page):
        return {words(fold.find("summary")): "open" in fold.attrib for fold in select(page, "details[@class='card']")}

    page = phone.get(LOG)
    assert folds(page) == {
        "Since the treatment, have you …": False, "Something else": False, "A note for your clinic optional": False
    }  # fmt: skip
    offered = [field.get("value") for field in select(page, "input[@type='checkbox']")]
    scales = {field.get("name") for field in select(page, "input[@type='radio']")} - {"unit"}
    assert sorted(offered) == sorted([*Sign, *Exposure, "box", "signs"]) and scales == set(map(str, Symptom))
    logged(treatment, 3, exposures=["makeup"], signs=["numbness"], note="Sore.")
    assert set(folds(phone.get(LOG)).values()) == {True}


def none_of(page) -> list[str]:
    return held(page).get("none_of", [])


def test_none_of_these_is_kept_on_the_page_and_gives_way_to_a_sign(phone, treatment):
    assert none_of(phone.get(LOG)) == []
    page = phone.post(LOG, typed(3, pain="", none_of=["box", "signs"], signs=["trouble_breathing"]))
    assert page.status_code == 422 and none_of(page) == ["signs"]
    page = phone.post(LOG, typed(3, none_of=["box", "signs"], signs=["trouble_breathing"], fill="last_time"))
    assert none_of(page) == ["signs"]
    assert phone.post(LOG, typed(3, none_of=["box", "signs"], signs=["pus"])).status_code == 302
    assert Entry.objects.get().answers["signs"] == ["pus"] and none_of(phone.get(LOG)) == ["box"]


# --- saving
def test_a_day_is_saved_as_it_was_answered_and_skipped_is_not_none(phone, treatment):
    sent = typed(3, pain="3", signs=["pus", "chills"], exposures=["makeup"], temperature_c="38,1", note="It throbs.")
    answer = phone.post(LOG, sent)
    entry = Entry.objects.get()
    assert answer.url == entry.get_absolute_url()
    assert (entry.day, str(entry.id), entry.note) == (3, sent["id"], "It throbs.")
    assert entry.answers == {
        "symptoms": {"redness": 0, "swelling": 0, "pain": 3, "warmth": 0},
        "asked": ["pain", "redness", "swelling", "warmth"],
        "signs": ["chills", "pus"],
        "exposures": ["makeup"],
        "temperature_c": 38.1,
    }


def test_the_same_id_with_other_answers_is_asked_about_and_keeps_everything(phone, treatment):
    first = typed(3, pain="1")
    phone.post(LOG, first)
    page = phone.post(LOG, {**first, "pain": "4", "note": "Much worse."})
    assert page.status_code == 409
    assert "You already saved day 3. Save this as a change?" in text_of(page)
    again = held(page)
    assert again["pain"] == ["4"] and again["note"] == ["Much worse."] and again["id"] != [first["id"]]
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
    fields = held(page)
    assert fields["pain"] == ["3"] and fields["note"] == ["Sore."] and "day" not in fields
    assert phone.post(log_of(9), {**fields, "day": "2"}).status_code == 302
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


# --- mistakes
def test_a_mistake_is_shown_beside_its_field_and_nothing_typed_is_lost(phone, treatment):
    sent = typed(3, swelling="", temperature_c="384", signs=["hives"], exposures=["picking"], note="A note.", pain="2")
    page = phone.post(LOG, sent)
    assert page.status_code == 422 and not Entry.objects.exists()
    fields = held(page)
    for path in (
        "*[@id='swelling_error']",
        "*[@id='temperature_c_error']",
        "a[@href='#swelling']",
        "*[@id='swelling']",
    ):
        assert select(page, path), path
    assert "2 things to correct" in text_of(page)
    assert fields["temperature_c"] == ["384"] and fields["signs"] == ["hives"] and fields["exposures"] == ["picking"]
    assert fields["pain"] == ["2"] and fields["note"] == ["A note."] and fields["id"] == [sent["id"]]


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


def test_fahrenheit_is_kept_in_celsius_and_shown_as_it_was_typed(phone, treatment):
    phone.post(LOG, typed(3, temperature_c="102.2", unit="f"))
    entry = Entry.objects.get()
    assert entry.answers["temperature_c"] == 39.0
    form = held(phone.get(LOG))
    assert (form["temperature_c"], form["unit"]) == (["102.2"], ["f"])
    for address in (entry.get_absolute_url(), reverse("today"), reverse("course_day", args=[3])):
        page = text_of(phone.get(address))
        assert "102.2 °F" in page and "°C" not in page.replace("38 °C (100.4 °F)", "")


HOSTILE = "<script>alert(1)</script>\u202e\U0001f600'\"; DROP TABLE"


@pytest.mark.parametrize(
    "bad",
    [
        {"pain": "5"}, {"pain": "-1"}, {"pain": "severe"}, {"pain": HOSTILE}, {"signs": ["pus", "unknown_sign"]},
        {"exposures": ["pus"]}, {"unit": "k", "temperature_c": "300"}, {"note": "x" * 2001}, {"note": "nul\x00byte"},
        {"id": "1"}, {"id": ""}, {"id": HOSTILE}, {"day": "-1"}, {"day": "401"}, {"day": "x" * 10_000},
        {"dark_patches": "9" * 5000},
    ],
    ids=lambda bad: str(bad)[:40],
)  # fmt: skip
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
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "pain": "3", "note": "So far.", "fill": "last_time"})
    assert page.status_code == 200 and not Entry.objects.filter(day=3).exists()
    filled = held(page)
    assert {name: filled[name] for name in FINE} == {
        "pain": ["3"], "redness": ["1"], "swelling": ["0"], "warmth": ["0"]
    }  # fmt: skip
    assert filled["note"] == ["So far."] and "Filled in from last time: 3." in text_of(page)


def test_same_as_yesterday_says_what_yesterday_was_not_asked(phone, treatment):
    logged(treatment, 2, asked=[*FINE])
    page = text_of(phone.post(LOG, {"id": str(uuid4()), "day": "3", "fill": "last_time"}))
    assert "Filled in from last time: 4. Without an answer last time: 3. Please choose. Please check them" in page


def test_a_sign_of_the_red_box_brings_the_emergency_number_before_anything_is_saved(phone, treatment):
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "signs": ["trouble_breathing"]})
    assert page.status_code == 422
    body = page.content.decode()
    advice, mistakes = body.index("Call 999 now"), body.index("things to correct")
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


def test_a_double_tap_is_one_entry_with_one_answer_and_keeps_each_photo_once(phone, treatment):
    form, photo = typed(3), images.photo()
    answers = [phone.post(LOG, {**form, "front": SimpleUploadedFile("a.jpg", photo, "image/jpeg")}) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert (Photo.objects.count(), Entry.objects.count()) == (1, 1)


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
