"""What is open stands on top of a patient's pages until a person has dealt with it, whatever today's answers are."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.consents import withdraw_consent
from symptoms.alerts.answering import SETTLES, answer_seen
from symptoms.alerts.handling import acknowledge, resolve, write_note
from symptoms.alerts.patient_answers import DEALT_WITH, OpenConcern, on_top
from symptoms.journal.treatments import change_treatment
from symptoms.models import Alert, AlertEvent, Assessment, Delivery
from symptoms.recovery.vocabulary import Concern, Urgency
from symptoms.wording.seen import FOR_THE_PRACTICE, SeenAnswer
from tests import people
from tests.moving import joins, leaves
from tests.pages.html import select, text_of, words
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db
TODAY, COURSE, SEEN = reverse("today"), reverse("course"), reverse("seen")
STAYS = "This stays here until it is dealt with"


@pytest.fixture
def session(ana, noor):
    """Urgent on day 4, calm on day 5."""
    session = pen(ana, days_ago=5, by=noor)
    before = timezone.now() - timedelta(days=1)
    logged(session, 4, pain=3, signs=["pus"], now=before)
    return session


def calm(session, day=5):
    return logged(session, day, redness=1).entry


def say(phone, answer, words=""):
    return text_of(phone.post(SEEN, {"answer": answer, "words": words}, follow=True))


def test_yesterdays_urgent_stands_above_a_calm_today_on_every_page(phone, session):
    entry = calm(session)
    for address in (TODAY, entry.get_absolute_url(), COURSE):
        page = text_of(phone.get(address))
        top = page[: page.index(STAYS)]
        assert "Be seen today still open Day 4: Signs of a skin infection" in top, address
        assert "Call Larkfield Skin Clinic" in top and "Don't wait for your clinic to answer here. Call." in top
        assert "On track" not in top
    assert [words(mark) for mark in select(phone.get(COURSE), "text[@class='now']")] == ["today"]
    today = text_of(phone.get(TODAY))
    assert "Today’s answers fit what we expect" in today[today.index(STAYS) :]
    for address in (TODAY, COURSE):  # nor do the row of days and the table say so
        page = text_of(phone.get(address))
        assert "day 5 No new concern" in page and "On track" not in page, address
    assert "On track" not in text_of(phone.get(entry.get_absolute_url())).split("Why we say this")[0].split("Day 5")[-1]


@pytest.mark.parametrize(
    ("answers", "order"),
    [
        (dict.fromkeys(("pain", "warmth", "redness", "swelling"), 2), ["Come at 11.", "still open", STAYS]),
        ({"pain": 3, "signs": ["pus"]}, ["still open", "Don't wait for your clinic", "Come at 11.", STAYS]),
    ],
)
def test_an_unread_message_stands_with_what_is_open_and_after_do_not_wait(phone, ana, noor, answers, order):
    session = pen(ana, days_ago=5, by=noor)
    logged(session, 4, **answers, now=timezone.now() - timedelta(days=1))
    write_note(session, id=uuid4(), text="Come at 11.", for_patient=True, by=noor, now=timezone.now())
    page = text_of(phone.get(TODAY))
    places = [page.index(words) for words in order]
    assert places == sorted(places) and page.count("Come at 11.") == 1


def test_my_course_leads_to_the_question_on_today_and_does_not_repeat_it(phone, session):
    calm(session)
    course = phone.get(COURSE)
    assert "Save my answer" not in text_of(course) and "Call Larkfield Skin Clinic" in text_of(course)
    (link,) = (link for link in select(course, "a") if "Were you seen?" in words(link))
    address, _, place = link.get("href").partition("#")
    assert address == TODAY and select(phone.get(address), f"form[@id='{place}']")
    say(phone, SeenAnswer.GONE)
    assert "Were you seen?" not in text_of(phone.get(COURSE))


def test_whoever_records_a_new_session_reads_first_what_is_open_of_the_last(phone, session):
    calm(session)
    page = phone.get(reverse("treatment_new"))
    text = text_of(page)
    assert text.index("Be seen today still open Day 4") < text.index(STAYS) < text.index("What was done")
    assert select(page, f"a[@href='{TODAY}#were-you-seen']") and "Save my answer" not in text


def test_it_is_said_once_where_the_newest_log_raised_it(phone, ana, noor):
    entry = logged(pen(ana, days_ago=4, by=noor), 4, pain=3, signs=["pus"]).entry
    today = text_of(phone.get(TODAY))
    assert today.count("Signs of a skin infection") == 1 and "We are alerting your clinic." in today
    assert STAYS not in text_of(phone.get(entry.get_absolute_url()))


def test_what_is_said_on_top_already_is_folded_below_and_anything_else_is_not(phone, ana, noor):
    session, before = pen(ana, days_ago=5, by=noor), timezone.now() - timedelta(days=1)
    logged(session, 4, pain=3, signs=["pus"], now=before)
    logged(session, 5, pain=3, signs=["pus"])
    (folded,) = [fold for fold in select(phone.get(TODAY), "details") if "What we said today" in words(fold)]
    assert "Signs of a skin infection" in words(folded)
    logged(session, 5, pain=3, signs=["pus", "eye_pain"])
    page = phone.get(TODAY)
    assert not any("What we said today" in words(fold) for fold in select(page, "details"))
    assert "Did a cream or other product get into your eye?" in text_of(page)


def test_a_late_log_of_what_is_open_already_folds_its_verdict_and_what_was_answered_is_not_asked_again(phone, session):
    raised, asks = session.entries.get(day=4).get_absolute_url(), "Is it still there?"
    assert asks in text_of(phone.get(raised))
    late = phone.get(logged(session, 3, pain=3, signs=["pus"]).entry.get_absolute_url())
    panels, folded = (select(late, f"{where}section[@class='verdict']") for where in ("", "details//"))
    assert len(panels) - len(folded) == 1 and "same as above" in text_of(late) and asks not in text_of(late)
    say(phone, SeenAnswer.TREATED)
    page = text_of(phone.get(raised))
    assert asks not in page and "You told us: Yes. I got treatment." in page


def test_the_question_alone_on_its_page_and_the_day_itself_have_the_number_to_call(phone, session):
    for address in (SEEN, reverse("course_day", args=[4])):
        (panel,) = select(phone.get(address), "section[@class='verdict']")
        assert "Call Larkfield Skin Clinic" in words(panel), address


@pytest.mark.parametrize("answer", SeenAnswer)
def test_each_answer_does_what_it_says_and_reaches_the_practice(phone, session, desk, ana, answer):
    calm(session)
    assert "Saved. Your clinic can read it." in say(phone, answer, "Amoxicillin for a week")
    page = text_of(phone.get(TODAY))
    assert "Amoxicillin for a week" in page
    assert (STAYS in page) is (answer not in (SeenAnswer.SEEN, SeenAnswer.TREATED))
    assert ("Save my answer" in page) is (answer == SeenAnswer.NOT_YET)
    events = AlertEvent.objects.filter(what=AlertEvent.What.ANSWERED)
    assert events.count() == Alert.objects.open().count() and {event.actor for event in events} == {ana.user}
    assert Alert.objects.open().exists()  # an answer closes nothing
    kept = f"{FOR_THE_PRACTICE[answer]} (“Amoxicillin for a week”)"
    read_by_practice = text_of(desk.get(reverse("patient", args=[ana.pk])))
    history = text_of(desk.get(reverse("patient_history", args=[ana.pk])))
    assert re.search(f"The patient answered about [^:]*: {re.escape(kept)}", history)
    assert f"the patient says: {FOR_THE_PRACTICE[answer]}." in read_by_practice.lower()  # beside the plan
    assert read_by_practice.index("Amoxicillin for a week") < read_by_practice.index("Outcome and plan")


def test_one_answer_to_all_that_a_log_raised_is_one_line(phone, session):
    assert Alert.objects.open().count() > 1
    calm(session)
    assert say(phone, SeenAnswer.TREATED, "Amoxicillin").count("You told us: Yes. I got treatment.") == 1


def test_told_to_wait_is_asked_again_tomorrow(phone, session):
    calm(session)
    answer_seen(
        session.patient_id, SeenAnswer.WAIT, "", by=session.patient.user, now=timezone.now() - timedelta(days=1)
    )
    # What was said yesterday holds until today, then the question comes back.
    Alert.objects.update(worsened_at=timezone.now() - timedelta(days=2))
    assert "Save my answer" in text_of(phone.get(TODAY))


def test_worse_again_asks_again(phone, session):
    say(phone, SeenAnswer.SEEN)
    assert STAYS not in text_of(phone.get(TODAY))
    logged(session, 5, pain=4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    page = text_of(phone.get(TODAY))
    assert "Get emergency help now still open Day 5" in page and "Save my answer" in page


def test_whoever_has_it_in_hand_the_call_stays_and_closing_takes_it_down(phone, session, noor):
    calm(session)
    acknowledge(session, by=noor, now=timezone.now())
    page = text_of(phone.get(TODAY))
    top = page[: page.index(STAYS)]
    assert (
        "Don't wait for your clinic to answer here. Call." in top
        and "Dr Noor is looking after this , since today" in top
    )
    for alert in Alert.objects.open():
        resolve(alert, outcome="seen", by=noor, now=timezone.now())
    page = text_of(phone.get(TODAY))
    assert STAYS not in page and "On track" in page
    assert "This has just been closed." in say(phone, SeenAnswer.SEEN)
    assert "Nothing is open any more" in text_of(phone.get(SEEN))


def test_what_the_practice_closed_of_a_log_is_said_no_more_while_the_rest_stands(phone, ana, noor):
    session, before = pen(ana, days_ago=5, by=noor), timezone.now() - timedelta(days=1)
    logged(session, 4, pain=2, redness=3, warmth=2, signs=["pus"], now=before)
    infection = Alert.objects.get(concern="infection")
    assert Alert.objects.open().count() == 2 and "Be seen today still open" in text_of(phone.get(TODAY))
    resolve(infection, outcome="no_concern", reason="Cream", by=noor, now=timezone.now())
    for address in (TODAY, COURSE):
        top = text_of(phone.get(address)).split(STAYS)[0]
        assert "Contact your clinic still open Day 4: Strong redness" in top, address
        assert "Be seen today" not in top.split("still open")[0] and "Signs of a skin infection" not in top, address


def test_a_form_without_an_answer_comes_back_with_what_was_typed(phone, session):
    page = phone.post(SEEN, {"words": "They said it is fine"})
    assert "Choose one answer." in text_of(page) and "They said it is fine" in page.content.decode()
    assert not AlertEvent.objects.filter(what=AlertEvent.What.ANSWERED).exists()


def test_an_answer_given_before_it_got_worse_does_not_take_it_down(phone, session):
    asked_at = phone.get(TODAY).context["seen_form"]["asked_at"].value()
    logged(session, 5, pain=4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    Alert.objects.update(worsened_at=timezone.now())
    page = phone.post(SEEN, {"answer": "seen", "words": "They said it is fine", "asked_at": asked_at})
    assert "Something new came up" in text_of(page) and "[&#x27;" not in page.content.decode()
    assert "Get emergency help now" in text_of(page) and 'value="They said it is fine"' in page.content.decode()
    assert STAYS in text_of(phone.get(TODAY))
    assert not AlertEvent.objects.filter(what=AlertEvent.What.ANSWERED).exists()


@pytest.mark.parametrize("hides", ["new session", "corrected day", "time zone", "moved date", "left", "set aside"])
def test_nothing_hides_it(phone, session, ana, noor, hides):
    calm(session)
    if hides == "new session":
        calm(pen(ana, by=noor), 0)
    elif hides == "corrected day":
        logged(session, 4, pain=1)
    elif hides == "time zone":
        ana.__class__.objects.filter(pk=ana.pk).update(time_zone="Pacific/Kiritimati")
    elif hides == "left":
        leaves(ana)
        phone = people.signed_in(ana)
    elif hides == "set aside":
        own = pen(ana, days_ago=5)
        logged(own, 3, pain=1)
        assert phone.post(reverse("same_session", args=[own.pk]), {"answer": "same"}).status_code == 302
    else:
        change_treatment(session, by=noor, now=timezone.now(), performed_at=session.performed_at - timedelta(days=1))
    assert STAYS in text_of(phone.get(TODAY))


@pytest.fixture
def ben(db):
    """Alone: urgent on day 4, calm on day 5."""
    ben = people.patient(None, "Ben", country="US")
    session = pen(ben, days_ago=8)
    logged(session, 4, pain=3, signs=["pus"], now=timezone.now() - timedelta(days=4))
    calm(session)
    return session


@pytest.mark.parametrize(
    ("answer", "settles"), [(None, False), *((answer, answer in SETTLES) for answer in SeenAnswer)]
)
def test_alone_it_stands_until_it_was_answered_and_two_logs_are_on_track(ben, answer, settles):
    phone = people.signed_in(ben.patient)
    page = text_of(phone.get(TODAY))
    assert "Be seen today still open Day 4" in page and "your clinic" not in page.lower()
    if answer:
        page = say(phone, answer, "Amoxicillin")
        assert "Saved." in page and "your clinic" not in page.lower() and "Amoxicillin" in page
    assert (STAYS in text_of(phone.get(TODAY))) is (answer not in DEALT_WITH)
    calm(ben, 8)
    page = text_of(phone.get(TODAY))
    assert ("Today’s answers fit what we expect" in page) is ("Day 4" in page) is (not settles)
    assert Alert.objects.open().exists() is (not settles)


def test_alone_an_answer_that_comes_after_two_calm_logs_settles_it_too(ben):
    calm(ben, 6)
    phone = people.signed_in(ben.patient)
    assert "still open Day 4" in text_of(phone.get(TODAY))
    assert STAYS not in say(phone, SeenAnswer.GONE) and not Alert.objects.open().exists()
    logged(ben, 7, pain=3, signs=["pus"])  # and the same again is open again
    assert "still open Day 7" in text_of(phone.get(TODAY))


def test_an_answer_reads_what_is_open_once(ben):
    calm(ben, 6)
    by = ben.patient.user
    with CaptureQueriesContext(connection) as statements:
        answer_seen(ben.patient_id, SeenAnswer.SEEN, "", by=by, now=timezone.now())
    assert sum('AS "answered_at"' in statement["sql"] for statement in statements) == 1
    assert not Alert.objects.open().exists()


def test_joining_makes_what_is_open_the_practices_with_nothing_lost(ben, clinic, noor):
    phone = people.signed_in(ben.patient)
    say(phone, SeenAnswer.NOT_YET, "They are closed")
    joins(ben.patient, clinic, by=noor)
    assert {alert.concern: alert.practice for alert in Alert.objects.open()}["infection"] == clinic
    assert "Signs of a skin infection" in text_of(people.signed_in(ben.patient).get(TODAY))
    assert Delivery.objects.filter(practice=clinic).exists()


def test_what_was_reported_again_alone_and_what_stayed_with_a_practice_are_one_at_the_next(ana, noor, session):
    leaves(ana)
    logged(session, 5, pain=4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    assert {alert.practice for alert in Alert.objects.open().filter(kind="concern")} == {noor.membership.practice, None}
    assert "Get emergency help now still open" in text_of(people.signed_in(ana).get(TODAY))
    joins(ana, people.dr_okafor().membership.practice)
    (alert,) = Alert.objects.open().filter(kind="concern", concern="infection")
    assert alert.urgency == Urgency.EMERGENCY and str(alert.practice) == "Otherwhere Clinic"


def test_what_a_practice_closed_does_not_stand_again_after_leaving(ana, noor, session):
    for alert in Alert.objects.open():
        resolve(alert, outcome="seen", by=noor, now=timezone.now())
    leaves(ana)
    assert STAYS not in text_of(people.signed_in(ana).get(TODAY))


def test_a_forgotten_day_that_makes_a_later_one_urgent_stands_with_the_later_one(phone, ana, noor):
    session, now = pen(ana, days_ago=6, by=noor), timezone.now()
    logged(session, 4, **dict.fromkeys(("pain", "warmth", "redness", "swelling"), 2), now=now - timedelta(days=2))
    assert "Contact your clinic still open Day 4" in text_of(phone.get(TODAY))
    logged(session, 3, now=now - timedelta(days=1))  # nothing on day 3: what day 4 said is a rise now
    logged(session, 6, redness=1)
    assert "Be seen today still open Day 4" in text_of(phone.get(TODAY))


def test_an_emergency_again_after_it_was_seen_is_asked_again(phone, ana, noor):
    ill = {"pain": 4, "signs": ["pus", "feeling_ill"], "temperature_c": 39.5}
    session, now = pen(ana, days_ago=6, by=noor), timezone.now()
    logged(session, 4, **ill, now=now - timedelta(days=2))
    answer_seen(ana.pk, SeenAnswer.SEEN, "", by=ana.user, now=now - timedelta(days=2) + timedelta(minutes=5))
    assert STAYS not in text_of(phone.get(TODAY))
    logged(session, 5, **ill, now=now - timedelta(days=1))
    logged(session, 6, redness=1)
    assert "Get emergency help now still open Day 5" in text_of(phone.get(TODAY))


def test_a_day_answered_again_as_badly_is_the_one_that_stands(phone, ana, noor):
    session = pen(ana, days_ago=4, by=noor)
    logged(session, 4, pain=3, signs=["pus"])
    entry = logged(session, 4, pain=3, signs=["pus"], redness=3).entry
    assert Alert.objects.open().filter(concern="infection").get().entry == entry
    assert text_of(phone.get(TODAY)).count("Signs of a skin infection") == 1


def test_while_the_rules_fail_it_stands_as_it_was_raised(phone, session, noor):
    with broken_rules():
        change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm=2.0)
    assert "Be seen today still open Day 4: Signs of a skin infection" in text_of(phone.get(TODAY))


def test_it_stands_above_the_answers_that_raised_it_when_a_correction_of_the_depth_calms_them(phone, ana, noor):
    session = pen(ana, days_ago=4, by=noor, needle_depth_mm="0.25")
    entry = logged(session, 3, redness=3, swelling=2, now=timezone.now() - timedelta(days=1)).entry
    change_treatment(session, by=noor, now=timezone.now(), needle_depth_mm=2.5)
    page = text_of(phone.get(entry.get_absolute_url()))
    assert "Be seen today still open Day 3" in page and "On track" not in page
    assert "That day’s answers fit what we expect" in page[page.index(STAYS) :]


def test_an_answer_names_all_that_it_counts_for_and_a_second_tap_is_none(phone, session):
    logged(session, 5, signs=["firm_lumps"], bumps=2)
    page = phone.get(TODAY)
    assert (
        "Your answer counts for this too" in text_of(page)
        and len(select(page, "section//ul[@class='bullets']/li")) >= 1
    )
    for _ in range(2):
        say(phone, SeenAnswer.NOT_YET, "Tomorrow")
    assert AlertEvent.objects.filter(what="answered").count() == Alert.objects.open().count()


def test_without_consent_no_answer_is_kept(phone, ana, session):
    withdraw_consent(ana, "care", timezone.now())
    page = phone.post(SEEN, {"answer": "treated", "words": "Amoxicillin"})
    assert page.status_code == 422 and "You have not agreed" in text_of(page) and "Amoxicillin" in page.content.decode()
    assert not AlertEvent.objects.filter(what="answered").exists()


def test_whoever_withdrew_reads_what_is_open_and_is_asked_nothing(phone, ana, session):
    entry = calm(session)
    withdraw_consent(ana, "care", timezone.now())
    page = text_of(phone.get(TODAY))
    assert "Be seen today still open Day 4" in page and "Call Larkfield Skin Clinic" in page
    assert "You withdrew your agreement, so we keep no answer." in page and "Logging has stopped" in page
    assert "Save my answer" not in page and "Log again" not in page
    for path in (COURSE, entry.get_absolute_url()):
        page = text_of(phone.get(path))
        assert "we keep no answer" in page and "Save my answer" not in page, path


answers = st.none() | st.sampled_from(SeenAnswer)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 99), answers), max_size=6))
def test_the_most_urgent_that_nobody_dealt_with_is_chosen_and_none_only_when_all_are(rows):
    now = timezone.now()
    concerns = [
        OpenConcern(Alert(urgency=urgency, worsened_at=now - timedelta(minutes=minutes)), answer)
        for urgency, minutes, answer in rows
    ]
    waiting = [each for each in concerns if each.alert.urgency >= Urgency.CONTACT and each.answer not in DEALT_WITH]
    chosen = on_top(concerns)
    assert (chosen is None) is (not waiting)
    if chosen is not None:
        assert chosen.alert.urgency == max(each.alert.urgency for each in waiting)
        rivals = [each for each in waiting if each.alert.urgency == chosen.alert.urgency]
        assert chosen.alert.worsened_at == min(each.alert.worsened_at for each in rivals)


def test_an_answer_from_before_an_emergency_came_again_does_not_count_for_it(ana, noor):
    ill = {"pain": 4, "signs": ["pus", "feeling_ill"], "temperature_c": 39.5}
    session, now = pen(ana, days_ago=6, by=noor), timezone.now()
    logged(session, 4, **ill, now=now - timedelta(days=2))
    asked_at = (now - timedelta(days=1)).timestamp()
    logged(session, 6, **ill, now=now)
    answer_seen(ana.pk, SeenAnswer.SEEN, "", by=ana.user, now=now, asked_at=asked_at)
    infection = Alert.objects.open().get(concern="infection")
    assert not infection.events.filter(what=AlertEvent.What.ANSWERED).exists()


def test_a_day_answered_anew_beside_another_that_raises_it_keeps_what_was_said(phone, ana, noor):
    """The infection of day 4 is raised by day 5 as well, when day 4 is answered with none: day 4 says nothing of it."""
    session = pen(ana, days_ago=5, by=noor)
    logged(session, 4, redness=3, warmth=3, temperature_c=38.4)
    logged(session, 5, pain=2, bumps=2)
    assert {"infection"} <= set(Alert.objects.open().values_list("concern", flat=True))
    calm(session, 4)
    top = text_of(phone.get(TODAY)).partition(STAYS)[0]
    assert "Be seen today still open Day 4: Signs of a skin infection" in top
    assert "a temperature of 38.4" in top


@pytest.mark.parametrize("urgency", [Urgency.CONTACT, Urgency.URGENT, Urgency.EMERGENCY])
def test_what_stands_on_top_is_said_even_where_nothing_is_known_of_why(phone, session, urgency):
    """Whatever the record has lost, the page that tells somebody to get help is there."""
    alert = Alert.objects.open().first()
    Assessment.objects.filter(entry__treatment=session).update(flags=[])
    for concern in Concern:
        Alert.objects.open().exclude(pk=alert.pk).delete()
        Alert.objects.filter(pk=alert.pk).update(concern=concern, urgency=urgency)
        page = phone.get(TODAY)
        assert page.status_code == 200 and "what you told us earlier" in text_of(page), concern
