"""Logging a day: nothing is answered beforehand, nothing typed is lost, each day is saved as what it is."""

import html
import json
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.journal.entries import record_entry
from symptoms.models import Entry
from symptoms.models.values import patient_values, treatment_values
from symptoms.recovery.course import Course, Patient, Treatment
from symptoms.recovery.one_day import about
from symptoms.recovery.questions import asked_today
from symptoms.recovery.questions import question as question_of
from symptoms.recovery.vocabulary import Device, Exposure, Sign, Symptom
from tests import people
from tests.pages.html import held, select, text_of, words
from tests.pages.patient.log_page import BOX, FINE, marked, typed
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
LOG = reverse("log")


def log_of(day: int) -> str:
    return reverse("log_day", args=[day])


def signs_of(day: int) -> set[str]:
    """The signs that everybody is asked openly on a day after a pen session."""
    course = Course(Patient(fitzpatrick=2), Treatment(Device.PEN, 1.5, areas=("face",)))
    return set(asked_today(course.patient, course.treatment, day=day, previous_entry=None).signs)


@pytest.fixture
def treatment(ana):
    return pen(ana, days_ago=3)


# --- what the page asks
def test_the_page_holds_what_a_phone_judges_the_day_by(phone, treatment):
    page = phone.get("/log/").content.decode()
    facts = json.loads(html.unescape(re.search(r'data-facts="([^"]+)"', page)[1]))
    assert facts["patient"] == about(patient_values(treatment), treatment_values(treatment))
    assert facts["numbers"]["clinic"] == treatment.patient.practice.name


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
    assert "is your answer of day 1. You choose." in page and "yesterday" not in page


def helps(page) -> dict[str, bool]:
    """Whether the help of each question stands open, by what its "?" is called."""
    asks = select(page, "details[@class='ask']")
    return {words(ask.find("summary")).partition(":")[0]: "open" in ask.attrib for ask in asks}


def test_help_is_open_on_the_first_two_logs_and_a_question_that_is_new_is_marked(phone, treatment):
    assert helps(phone.get(LOG))["How to look"] and helps(phone.get(LOG))["Redness"]
    logged(treatment, 1)
    assert helps(phone.get(LOG))["How to look"] and helps(phone.get(LOG))["Redness"]
    logged(treatment, 2)
    page = phone.get(LOG)
    assert not any(helps(page).values())
    assert "Itching new today" in text_of(page) and "Redness new today" not in text_of(page)
    # What counts as a sign stands on the page before one is ticked.
    assert "Whiteheads that don't hurt" in text_of(page) and not helps(page)["What these look like"]


def test_what_may_be_skipped_is_said(phone, treatment):
    optional = {
        field.get("id") for field in select(phone.get(LOG), "*[@data-asked='scales']//fieldset")
        if "optional" in words(field.find("legend"))
    }  # fmt: skip
    assert "itching" in optional and optional.isdisjoint(FINE)


def test_each_step_says_what_is_seen(phone, treatment):
    page = phone.get(LOG)
    asked = [field for field in select(page, "fieldset") if field.get("class") == "symptom"]
    assert {"redness", "swelling", "pain", "warmth"} <= {field.get("id") for field in asked}
    for field in asked:
        shown = [words(step) for step in field.iter("span") if step.get("data-level")]
        assert [line.partition(": ")[2] for line in shown] == list(question_of(field.get("id")).steps)
        assert len(set(shown)) == 5


def test_redness_is_asked_with_words_for_dark_skin(phone, treatment):
    (field,) = [field for field in select(phone.get(LOG), "fieldset") if field.get("id") == "redness"]
    assert "how much darker, purple or grey?" in words(field)
    steps = [words(step) for step in field.iter("span") if step.get("data-level") not in (None, "0")]
    assert all(re.search(r"darker|purple|grey|dark", step) for step in steps)


def questions(page) -> tuple[set[str], set[str]]:
    """The names of the fields that are asked openly, and of those under "Something else"."""
    (more,) = [fold for fold in select(page, "details") if words(fold.find("summary")).startswith("Something else")]
    folded = {field.get("name") for field in more.iter("input")}
    return {field.get("name") for field in select(page, "input")} - folded, folded


def test_questions_follow_the_day_and_the_rest_stands_under_something_else(phone, ana):
    treatment = pen(ana, days_ago=3)
    page = phone.get(LOG)
    asked, more = questions(page)
    assert "pain" in asked and "bleeding" in more and select(page, "input[@value='firm_lumps']")
    order = [text_of(page).index(part) for part in ("Trouble breathing", "Anything new?", "How is your skin now?")]
    assert order == sorted(order)  # what cannot wait comes first, then the day's signs
    logged(treatment, 2, bleeding=1)  # is asked again until it is gone
    assert "bleeding" in questions(phone.get(LOG))[0]
    pen(ana, days_ago=0)
    asked, more = questions(phone.get(LOG))
    assert "bleeding" in asked and "dark_patches" in more


def test_a_day_that_has_passed_is_asked_about_as_it_was(phone, treatment):
    past, today = text_of(phone.get(reverse("log_day", args=[1]))), text_of(phone.get(LOG))
    assert "How was your skin?" in past and "not as it is now." in past
    assert "How is your skin now?" in today and "not as it is now." not in today


def test_what_is_folded_is_on_the_page_and_stands_open_once_it_holds_an_answer(phone, treatment):
    def folds(page):
        return {words(fold.find("summary")): "open" in fold.attrib for fold in select(page, "details[@class='card']")}

    page = phone.get(LOG)
    assert folds(page) == {
        "Since the treatment, have you …": False,
        "Temperature, note optional": False,
        "Something else find a word": False,
    }
    offered = [field.get("value") for field in select(page, "input[@type='checkbox']")]
    scales = {field.get("name") for field in select(page, "input[@type='radio']")} - {"unit"}
    assert sorted(filter(None, offered)) == sorted([*Sign, *Exposure]) and scales == set(map(str, Symptom))
    logged(treatment, 3, exposures=["makeup"], signs=["numbness"], note="Sore.")
    assert set(folds(phone.get(LOG)).values()) == {True}


NEITHER, BOTH = "Please tick what you see, or “None of these”.", "You ticked a sign and “None of these”."


@pytest.mark.parametrize(
    ("signs", "none", "refused"),
    [
        ((), (), {"none_right_now": NEITHER, "nothing_new": NEITHER}),
        ((), ("none_right_now",), {"nothing_new": NEITHER}),
        (("pus",), (), {"none_right_now": NEITHER}),
        (("pus",), ("none_right_now", "nothing_new"), {"nothing_new": BOTH}),
        (("trouble_breathing",), ("none_right_now", "nothing_new"), {"none_right_now": BOTH}),
        (("pus", "vision_change"), (), {}),
        # Found under "Something else": none of those that were asked.
        (("numbness",), ("none_right_now", "nothing_new"), {}),
        ((), ("none_right_now", "nothing_new"), {}),
    ],
)
def test_each_group_of_signs_is_answered_by_a_sign_or_by_none_of_these(phone, treatment, signs, none, refused):
    sent = {"id": str(uuid4()), "day": "3", **FINE, "signs": [*signs], **dict.fromkeys(none, "on")}
    page = phone.post(LOG, {**sent, "shown": list(map(str, Sign))})
    assert page.status_code == (422 if refused else 302)
    if not refused:
        answers = Entry.objects.get().answers
        assert answers["signs"] == sorted(signs) and {"pus", "trouble_breathing", *signs} <= set(answers["asked"])
        page = phone.get(LOG)
    kept = {name for name in ("none_right_now", "nothing_new") if name in held(page)}
    assert kept == set(none) and set(held(page).get("signs", ())) == set(signs)
    for name, text in refused.items():
        assert select(page, f"a[@href='#{name}']") and text in words(select(page, f"*[@id='{name}_error']")[0])


def test_none_of_these_is_not_said_of_signs_that_were_not_on_the_page(phone, ana):
    pen(ana, days_ago=5)
    page = phone.get(LOG)
    answered = {**typed(5, pain="2"), "shown": held(page)["shown"]}  # pain brings up more of them
    page = phone.post(LOG, answered)
    assert page.status_code == 422 and not Entry.objects.exists()
    assert "Your answers bring up more signs. Please look at these again." in text_of(page)
    brought_up = set(held(page)["shown"]) - set(answered["shown"])
    assert {"red_streaks", "black_skin"} <= brought_up and held(page)["nothing_new"] == ["on"]
    assert phone.post(LOG, {**answered, "shown": held(page)["shown"]}).status_code == 302
    assert brought_up <= set(Entry.objects.get().answers["asked"])


def test_a_day_whose_signs_were_not_answered_is_not_said_to_be_free_of_them(phone, treatment):
    some = "all the warning signs."
    for asked, signs in (([*FINE, "pus"], some), ([*FINE, *BOX], some), ([*FINE], "the warning signs.")):
        entry = logged(treatment, 3, asked=asked).entry
        for address in (entry.get_absolute_url(), reverse("today")):
            page = text_of(phone.get(address))
            assert f"You did not answer {signs}" in page and "No warning sign" not in page
    page = phone.get(log_of(3))
    assert "none_right_now" not in held(page) and "nothing_new" not in held(page)
    entry = logged(treatment, 3).entry
    assert "warning signs" not in text_of(phone.get(entry.get_absolute_url()))


# --- saving
def test_a_day_is_saved_as_it_was_answered_and_skipped_is_not_none(phone, treatment):
    sent = typed(3, pain="3", signs=["pus", "chills"], exposures=["makeup"], temperature_c="38,1", note="It throbs.")
    answer = phone.post(LOG, sent)
    entry = Entry.objects.get()
    assert answer.url == entry.get_absolute_url()
    assert (entry.day, str(entry.id), entry.note) == (3, sent["id"], "It throbs.")
    asked = entry.answers.pop("asked")
    assert asked == sorted(asked) and {*FINE, *BOX, *signs_of(3)} <= set(asked) and "bumps" not in asked
    assert entry.answers == {
        "symptoms": {"redness": 0, "swelling": 0, "pain": 3, "warmth": 0},
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
        assert phone.post(LOG, {**form, **typed(3), "id": form["id"]}).status_code == 302
        assert Entry.objects.get().day == 3
        assert "Log day 4" in text_of(phone.get(reverse("today")))


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        ("Europe/London", datetime(2026, 6, 3, 22, 0, tzinfo=UTC), 1),
        ("Europe/London", datetime(2026, 10, 25, 0, 0, tzinfo=UTC), 24),  # 1:00 of a day of 25 hours
        ("Europe/London", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 22.5),  # 0:30 of one of 23
        ("Pacific/Kiritimati", datetime(2026, 6, 3, 9, 59, 30, tzinfo=UTC), 1 / 120),
    ],
)
def test_today_and_its_log_know_when_their_day_is_over_and_an_earlier_day_does_not(clinic, zone, now, hours):
    with time_machine.travel(now, tick=False):
        phone = people.signed_in(pen(people.ana(clinic, time_zone=zone), days_ago=3).patient)
        for page in (reverse("today"), LOG):
            (over,) = select(phone.get(page), "day-over")
            assert int(over.get("data-seconds")) == hours * 3600
        assert not select(phone.get(log_of(1)), "day-over")


def test_fields_of_no_page_break_nothing_when_it_fills_in(phone, treatment):
    page = phone.post(LOG, {"fill": "last", "answered_none": "x", "signs_denied": "x", "shown": "x", "kwargs": "x"})
    assert page.status_code == 200


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


# --- filling in what is empty, without a script
@pytest.mark.parametrize(("fill", "redness", "said"), [("last", "1", "Filled in: 3."), ("none", "0", "Filled in: 6.")])
def test_filling_in_takes_what_is_empty_and_saves_nothing(phone, treatment, fill, redness, said):
    logged(treatment, 2, pain=2, redness=1, asked=[*FINE])
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "pain": "3", "note": "So far.", "fill": fill})
    assert page.status_code == 200 and not Entry.objects.filter(day=3).exists()
    filled = held(page)
    assert {name: filled[name] for name in FINE} == {
        "pain": ["3"], "redness": [redness], "swelling": ["0"], "warmth": ["0"]
    }  # fmt: skip
    assert filled["note"] == ["So far."] and said in text_of(page) and "nothing_new" not in filled


def test_copying_says_what_was_not_asked_last_time(phone, treatment):
    logged(treatment, 2, asked=[*FINE])
    page = text_of(phone.post(LOG, {"id": str(uuid4()), "day": "3", "fill": "last"}))
    assert "Filled in: 4. Still without an answer, and marked: 3. Please check them." in page


def test_a_sign_of_the_red_box_brings_the_emergency_number_before_anything_is_saved(phone, treatment):
    page = phone.post(LOG, {"id": str(uuid4()), "day": "3", "signs": ["trouble_breathing"]})
    assert page.status_code == 422
    body = page.content.decode()
    advice, mistakes = body.index("Call 999 now"), body.index("things to correct")
    assert body.index("autofocus") < advice < mistakes  # the page opens at the advice


def test_a_double_tap_is_one_entry_with_one_answer(phone, treatment):
    form = typed(3)
    assert phone.post(LOG, form).url == phone.post(LOG, form).url
    assert Entry.objects.count() == 1


def test_what_was_saved_since_the_page_was_opened_is_not_replaced_unasked(phone, treatment):
    stale = held(phone.get(LOG))
    worse = logged(treatment, 3, pain=3, signs=["pus"]).entry
    fine = {**typed(3), "instead_of": stale["instead_of"]}
    page = phone.post(LOG, fine)
    assert page.status_code == 409 and "You already saved day 3. Save this as a change?" in text_of(page)
    assert Entry.objects.current().get() == worse
    assert phone.post(LOG, {**fine, "instead_of": held(page)["instead_of"]}).status_code == 302
    assert Entry.objects.current().get().answers["signs"] == []


def test_what_another_phone_saves_at_the_same_moment_is_not_replaced_unasked(phone, treatment, monkeypatch):
    """The other phone's comes after this one has looked and before it writes."""
    fine = {**typed(3), "instead_of": ""}

    def late(*args, **kwargs):
        logged(treatment, 3, pain=3, signs=["pus"])
        return record_entry(*args, **kwargs)

    monkeypatch.setattr("symptoms.views.patient.log.record_entry", late)
    assert phone.post(LOG, fine).status_code == 409
    assert Entry.objects.current().get().answers["signs"] == ["pus"]


def test_asking_before_it_replaces_is_about_the_day_that_was_meant(phone, treatment):
    logged(treatment, 2, pain=2)
    page = phone.post(log_of(3), {**typed(2), "instead_of": ""})
    assert page.status_code == 409 and "You already saved day 2." in text_of(page)
    again = {**typed(2), "day": held(page)["day"], "instead_of": held(page)["instead_of"]}
    assert phone.post(log_of(2), again).status_code == 302
    assert Entry.objects.current().get(day=2).answers["symptoms"]["pain"] == 0


def test_saving_what_is_saved_already_makes_no_other_version(phone, treatment):
    first = phone.post(LOG, typed(3, pain="2", signs=["pus"], note="Sore."))
    again = {**held(phone.get(LOG)), "id": str(uuid4())}
    assert phone.post(LOG, again).url == first.url and Entry.objects.count() == 1
    assert phone.post(LOG, {**again, "note": "Sore!"}).url != first.url and Entry.objects.count() == 2


def test_photos_are_asked_for_once_the_answers_are_saved(phone, treatment):
    assert not select(phone.get(LOG), "input[@type='file']")
    page = phone.post(LOG, typed(3), follow=True)
    (form,) = [
        form
        for form in select(page, "form")
        if form.get("action") == f"{reverse('photo_add', args=[3])}?treatment={treatment.pk}"
    ]
    assert form.get("enctype") == "multipart/form-data" and len(list(form.iter("input"))) > 4
    (sender,) = select(page, "photo-sender")
    assert sender.get("data-address") == reverse("api_photos", args=[treatment.pk])
    assert sender.get("data-day") == "3"
    old = Entry.objects.get()
    phone.post(log_of(3), typed(3, pain="1"))
    assert not select(phone.get(old.get_absolute_url()), "photo-sender")  # replaced
    page = phone.post(log_of(3), typed(3, signs=["trouble_breathing"]), follow=True)
    assert "Call 999" in text_of(page) and not select(page, "photo-sender")


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
