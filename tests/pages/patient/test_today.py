"""Today: day N, the one button, and every state in which there is none."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.alerts.handling import resolve_all, write_note
from symptoms.models import Alert, Treatment
from symptoms.wording.seen import SeenAnswer
from symptoms.wording.times import full
from tests import people
from tests.moving import leaves
from tests.pages.html import select, text_of, words
from tests.pages.practitioner.pages import statements
from tests.treatments import logged, pen, stored

pytestmark = pytest.mark.django_db
TODAY = reverse("today")


def buttons(page) -> list[bool]:
    """The large buttons; whether each is plain, since nothing is left to do."""
    classes = [element.get("class").split() for element in select(page, "*[@class]")]
    return ["plain" in names for names in classes if {"button", "block", "big"} <= {*names}]


def test_today_has_one_button_yesterdays_verdict_what_is_usual_and_care(phone, ana):
    logged(pen(ana, days_ago=3), 2, redness=1)
    page = phone.get(TODAY)
    text, html = text_of(page), page.content.decode()
    assert "Log day 3" in text and html.count('class="button block big') == 1
    assert "As expected on day 2 What you told us fits what we expect on day 2." in text
    assert "Usual on day 3" in text and "Redness or darker tone up to medium" in text and "Care for day 3" in text
    assert "Get help" in text


@pytest.mark.parametrize(
    ("days_ago", "day", "is_old"), [(20, 3, True), (20, 14, False), (7, 6, False), (8, 6, True), (22, 14, True)]
)
def test_a_verdict_older_than_the_days_on_which_one_is_asked_is_not_on_track_today(phone, ana, days_ago, day, is_old):
    logged(pen(ana, days_ago=days_ago), day, redness=0)  # now
    page = phone.get(TODAY)
    text = text_of(page)
    assert (f"Your last log is of day {day}" in text and "It says nothing about today." in text) is is_old
    verdicts = select(page, "section[@aria-labelledby='verdict']")
    assert ["On track" in words(verdict) for verdict in verdicts] == [not is_old]
    assert [verdict.get("data-urgency") for verdict in verdicts] == [None if is_old else "on_track"]


def test_what_is_not_usual_any_more_is_one_sentence(phone, ana):
    pen(ana, days_ago=30)
    text = text_of(phone.get(TODAY))
    assert "the skin is usually back to what it was: no redness or darker tone, swelling, pain, heat," in text
    assert "Redness none" not in text and "or dents." in text


def test_one_wording_leads_to_the_verdict(phone, ana):
    treatment = pen(ana, days_ago=4)
    for day, levels in ((2, {"redness": 1}), (4, {"pain": 3})):
        logged(treatment, day, **levels)
        for address in (TODAY, reverse("course_day", args=[day])):
            assert "What to do, and why" in text_of(phone.get(address))


@pytest.mark.parametrize(
    ("day", "needles", "urgency", "sentence"),
    [
        (
            1,
            {"needles_new": "no"},
            "urgent",
            "Go today. Medicine against HIV works only if you start it within 72 hours",
        ),
        (3, {"needles_shared": "yes"}, "urgent", "Go today. Medicine against HIV"),
        (5, {"needles_shared": "yes"}, "contact", "A hepatitis B jab can still help in the first week."),
        (9, {"needles_shared": "yes"}, "", ""),
        (1, {"needles_new": "yes", "needles_shared": "no"}, "", ""),
        (1, {}, "", ""),
    ],
)
def test_needles_that_may_not_have_been_new_need_no_log_to_be_spoken_of(phone, ana, day, needles, urgency, sentence):
    treatment = pen(ana, days_ago=day, **needles)
    said = [panel.get("data-urgency") for panel in select(phone.get(TODAY), "section[@class='verdict']")]
    assert said == ([urgency] if urgency else []) and sentence in text_of(phone.get(TODAY))
    if urgency:
        logged(treatment, day)  # from here on the alert says it, once
        assert text_of(phone.get(TODAY)).count("Needles that may not have been new") == 1


def test_the_first_log_is_not_promised_in_a_minute(phone, ana):
    treatment = pen(ana, days_ago=3)
    assert "About three minutes the first time" in text_of(phone.get(TODAY))
    logged(treatment, 2)
    assert "About three minutes" not in text_of(phone.get(TODAY)) and "Under a minute." in text_of(phone.get(TODAY))


def test_once_logged_the_button_changes_the_day(phone, ana):
    logged(pen(ana, days_ago=3), 3)
    page = phone.get(TODAY)
    text = text_of(page)
    assert "Change day 3" in text and "Log day 3" not in text
    assert text.index("As expected on day 3") < text.index("You logged today")
    assert buttons(page) == [True]


def test_an_urgent_verdict_comes_before_the_log_and_owns_the_filled_button(phone, ana):
    logged(pen(ana, days_ago=4), 4, pain=3, signs=["pus"])
    page = phone.get(TODAY)
    assert text_of(page).index("Call Larkfield Skin Clinic") < text_of(page).index("Change day 4")
    assert buttons(page) == [False, True]  # the call is filled, the log is not


def test_who_was_treated_is_not_told_to_call_again(phone, ana):
    logged(pen(ana, days_ago=4), 4, signs=["eye_pain"])
    phone.post(reverse("seen"), {"answer": SeenAnswer.TREATED, "words": ""})
    page = phone.get(TODAY)
    text = text_of(page)
    assert "Day 4, still open at your clinic. You told us: Yes. I got treatment." in text
    assert b"tel:" not in page.content and not select(page, "section[@class='verdict']")
    assert text.index("You logged today") < text.index("What we said today")


def test_what_the_clinic_closed_is_answered_first_and_folds_away(phone, ana, noor):
    entry = logged(pen(ana, days_ago=4), 4, pain=3, signs=["pus"]).entry
    resolve_all(dict.fromkeys(Alert.objects.all()), outcome="seen", by=noor, now=timezone.now())
    page = phone.get(TODAY)
    text = text_of(page)
    assert text.index("You were seen Larkfield Skin Clinic marked this as dealt with today at") < text.index(
        "You logged today"
    )
    assert "If it gets worse, comes back, or something new shows, log it at once, or call them." in text
    assert b"tel:" not in page.content and not select(page, "section[@class='verdict']")
    (folded,) = [fold for fold in select(page, "details") if words(fold.find("summary")).endswith("be seen today")]
    assert folded.find(f".//a[@href='{entry.get_absolute_url()}']") is not None


def test_what_the_clinic_closed_stays_answered_for_who_leaves_it(phone, ana, noor):
    entry = logged(pen(ana, days_ago=4), 4, pain=3, signs=["pus"]).entry
    resolve_all(dict.fromkeys(Alert.objects.all()), outcome="seen", by=noor, now=timezone.now())
    leaves(ana)
    for address in (TODAY, entry.get_absolute_url()):
        text = text_of(phone.get(address))
        assert (
            "You were seen Larkfield Skin Clinic marked this as dealt with today at" in text
            and "or call them" not in text
        )


def test_what_is_open_again_after_it_was_closed_is_as_loud_as_at_first(phone, ana, noor):
    treatment = pen(ana, days_ago=4)
    logged(treatment, 3, signs=["pus"])
    resolve_all(dict.fromkeys(Alert.objects.all()), outcome="advice", by=noor, now=timezone.now())
    logged(treatment, 4, signs=["pus"], now=timezone.now() + timedelta(seconds=1))
    text = text_of(phone.get(TODAY))
    assert "Your clinic gave you advice" not in text and "Call Larkfield Skin Clinic" in text


def test_without_a_treatment_it_asks_for_one(phone, ana):
    assert "Record my treatment" in text_of(phone.get(TODAY))
    for name in ("course", "care"):
        assert "Record my treatment" in text_of(phone.get(reverse(name)))
    assert phone.get(reverse("log")).url == TODAY


def test_before_day_0_nothing_can_be_logged(ana):
    with time_machine.travel(datetime(2026, 6, 3, 0, 30, tzinfo=ana.zone), tick=False):
        pen(ana)
    ana.time_zone = "Pacific/Honolulu"  # where that day has not begun
    ana.save()
    with time_machine.travel(datetime(2026, 6, 2, 23, 30, tzinfo=UTC), tick=False):
        phone = people.signed_in(ana)
        assert "Your treatment is still to come" in text_of(phone.get(TODAY))
        assert phone.get(reverse("log")).url == TODAY


def test_a_treatment_is_followed_for_400_days(ana):
    with time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC), tick=False):
        pen(ana)
    for after, sentence in ((400, "Log day 400"), (401, "This course has ended")):
        with time_machine.travel(datetime(2026, 1, 1, 13, tzinfo=UTC) + timedelta(days=after), tick=False):
            phone = people.signed_in(ana)
            assert sentence in text_of(phone.get(TODAY))
            assert phone.get(reverse("course")).status_code == 200
            assert phone.get(reverse("log")).status_code == (200 if after == 400 else 404)


def test_withdrawn_agreement_stops_logging_and_says_where_to_agree(phone, ana):
    logged(pen(ana, days_ago=3), 2)
    withdraw_consent(ana, "care", timezone.now())
    page = text_of(phone.get(TODAY))
    assert "Logging has stopped" in page and "Log day 3" not in page


def test_what_is_still_to_be_asked_is_asked(ana):
    ana.zone_confirmed_at = ana.welcomed_at = None
    ana.save()
    ana.consents.all().delete()
    pen(ana, by=people.dr_noor(ana.practice), days_ago=0)
    page = people.signed_in(ana).get(TODAY)
    assert "Is this your time zone?" in text_of(page)
    assert select(page, f"a[@href='{reverse('welcome')}']")


def test_two_records_of_one_session_are_asked_about_and_joined(phone, ana):
    noor = people.dr_noor(ana.practice)
    clinics, mine = pen(ana, by=noor, days_ago=2), pen(ana, days_ago=2, needle_depth_mm="1.0")
    logged(mine, 1, pain=1)
    ask = reverse("same_session", args=[mine.id])
    assert "Is this the same session?" in text_of(phone.get(TODAY))
    assert "Pen, 1 mm" in text_of(phone.get(ask)) and "Pen, 1.5 mm" in text_of(phone.get(ask))
    assert phone.post(ask, {"answer": "perhaps"}).status_code == 422
    phone.post(ask, {"answer": "same"})
    assert [entry.day for entry in clinics.entries.all()] == [1]
    assert "Is this the same session?" not in text_of(phone.get(TODAY))


def test_two_sessions_kept_apart_are_asked_about_once(phone, ana):
    pen(ana, by=people.dr_noor(ana.practice), days_ago=2)
    mine = pen(ana, days_ago=1)
    phone.post(reverse("same_session", args=[mine.id]), {"answer": "different"})
    assert "Is this the same session?" not in text_of(phone.get(TODAY))
    assert Treatment.objects.filter(same_as=None).count() == 2


def test_the_newest_session_counts_and_the_older_stays_readable(phone, ana):
    older = pen(ana, days_ago=40)
    logged(older, 5, pain=1)
    pen(ana, days_ago=1)
    assert "Log day 1" in text_of(phone.get(TODAY))
    course = phone.get(reverse("course"), {"treatment": str(older.id), "page": 2})
    assert "Day 40" in text_of(course)
    day = phone.get(reverse("course_day", args=[5]), {"treatment": str(older.id)})
    assert "Pain mild" in text_of(day) and "Change day" not in text_of(day)


def test_a_get_changes_nothing(phone, ana):
    logged(pen(ana, days_ago=3), 2)
    before = list(Treatment.objects.values())
    for name in ("today", "log", "course", "care", "treatment_new"):
        phone.get(reverse(name))
    assert list(Treatment.objects.values()) == before


def test_care_follows_the_day_and_dates_stand_beside_what_is_allowed(phone, ana):
    treatment = pen(ana, days_ago=3)
    page = text_of(phone.get(reverse("care")))
    assert "Days 3 to 7, now" in page and "Do light sport" in page and "Now, since" in page
    swim = treatment.day_zero + timedelta(days=7)
    assert f"From day 7, {swim:%a} {swim.day} {swim:%b}" in page
    assert "No sunscreen on open pores" in text_of(phone.get(reverse("care"), {"phase": "day_0"}))
    assert phone.get(reverse("care"), {"phase": "../"}).status_code == 404


@pytest.mark.parametrize(
    ("days_ago", "day", "ago", "is_current"),
    [(9, 9, 0, True), (11, 9, 2, True), (12, 9, 3, False), (20, 3, 0, False), (40, 28, 12, True), (61, 28, 33, False)],
)
def test_the_next_session_at_home_waits_for_a_log_that_is_a_word_about_today(
    ana, phone, desk, noor, days_ago, day, ago, is_current
):
    """Of a shallow roller: after a week only where the last log was on track, and none newer was asked for since."""
    session = pen(ana, days_ago=days_ago, by=noor, device="roller", setting="home", needle_depth_mm="0.25")
    logged(session, day, now=timezone.now() - timedelta(days=ago))
    what, first = "Have a new session, if no redness, mark or lump is left", 7 if is_current else 28
    on = session.day_zero + timedelta(days=first)
    may = "Now, since" if first <= days_ago else "From day 28,"
    assert f"{what} {may} {on:%a} {on.day} {on:%b}" in text_of(phone.get(reverse("care")))
    since = "Since" if first <= days_ago else "From"
    assert f"{what} {since} day {first}," in text_of(desk.get(reverse("patient_care", args=[ana.pk])))


def test_a_day_that_was_logged_late_is_not_said_to_be_today(phone, ana):
    logged(pen(ana, days_ago=14), 13)
    assert "On track day 13, logged today at" in text_of(phone.get(TODAY))
    logged(ana.treatments.get(), 14)
    assert "On track today at" in text_of(phone.get(TODAY))


def test_whom_to_ask_first_is_said_once(phone, ana):
    logged(pen(ana, days_ago=4), 4, signs=["pus"])
    page = text_of(phone.get(reverse("care")))
    assert "Wear make-up Ask your clinic first. Something is still open." in page


def test_a_message_stays_until_it_is_read_however_many_came_since(phone, ana, noor):
    session, now = pen(ana, days_ago=3, by=noor), timezone.now()
    for number in range(30):
        note = write_note(session, id=uuid4(), text=f"Word {number}.", for_patient=True, by=noor, now=now)
        if number:
            phone.post(reverse("message_read", args=[note.pk]))
        now += timedelta(minutes=1)
    shown = text_of(phone.get(TODAY))
    assert [number for number in range(30) if f"Word {number}." in shown] == [0, 25, 26, 27, 28, 29]


def test_today_costs_the_same_after_a_long_course(phone, ana, noor):
    counts = []
    for days in (2, 60):
        treatment = pen(ana, days_ago=days, by=noor)
        stored(treatment, range(days))
        logged(treatment, days, pain=3, signs=["pus"])  # with an alert, of which is told what became of it
        counts.append(len(statements(phone, TODAY)))
        ana.treatments.update(same_as=treatment)
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    ("logged_days", "day", "next_day"),
    [(range(1), 0, None), (range(7), 7, None), (range(8), 8, 9), ([*range(8), 9, 11], 12, 14), ([11], 14, None)],
)
def test_a_log_is_asked_for_only_when_one_is_due(phone, ana, noor, logged_days, day, next_day):
    session = pen(ana, days_ago=day, by=noor)
    for logged_day in logged_days:
        at = timezone.now() - timedelta(days=day - logged_day)
        logged(session, logged_day, redness=max(0, 2 - logged_day), now=at)
    page = text_of(phone.get(TODAY))
    is_asked = next_day is None and day not in logged_days
    assert ("not logged yet" in page) == is_asked  # beside the pencil in the row of days
    if next_day is None:
        assert "Nothing due" not in page and f"day {day}" in page.lower()
    else:
        date = full(session.date_of(next_day))
        assert f"Nothing due today Next log: {date} (day {next_day}). Is something new or worse? Log it now." in page
        assert "How is your skin today?" not in page and "Something is new: log now" in page


def test_what_is_open_is_asked_about_daily_whatever_the_day(phone, ana, noor):
    session = pen(ana, days_ago=9, by=noor)
    logged(session, 8, pain=3, signs=["pus"], now=timezone.now() - timedelta(days=1))
    assert "Nothing due" not in text_of(phone.get(TODAY))
