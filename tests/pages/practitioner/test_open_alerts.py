"""What is open stands first on a patient's page: the act beside the worst, the rest folded under a line."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.members import remove_member
from accounts.models import Practice
from symptoms.alerts.events import write_events
from symptoms.alerts.handling import acknowledge
from symptoms.journal.judging import judge_again
from symptoms.models import Alert, AlertEvent, Delivery
from symptoms.views.clinic.history import SHOWN
from tests import people
from tests.pages.html import has_button, held, parsed, select, text_of, words
from tests.pages.practitioner.pages import past
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(noor):
    return pen(people.ana(noor.membership.practice), days_ago=6, by=noor)


def opened(desk, session):
    return desk.get(reverse("patient", args=[session.patient_id]))


def page(desk, session) -> str:
    return text_of(opened(desk, session))


def unfolded(response) -> list[bool]:
    """Which of the further alerts stand open."""
    return ["open" in fold.attrib for fold in select(response, "details[@class='open-alert']")]


def test_i_have_this_stands_beside_the_worst_before_its_facts_and_the_choice_of_a_session(desk, noor, session):
    pen(session.patient, days_ago=40, by=noor)
    logged(session, 4, signs=["pus"])
    shown = page(desk, session)
    assert shown.index("I have this") < shown.index("not expected on any day")
    parts = list(parsed(opened(desk, session)).iter())
    buttons = [place for place, part in enumerate(parts) if part.tag == "button" and words(part) == "I have this"]
    take, _in_the_bar_of_a_phone = buttons
    assert take < [part.get("aria-label") for part in parts].index("Sessions")


def test_row_page_and_history_name_what_was_reported(desk, session):
    logged(session, 4, temperature_c=38.4)
    for shown in (page(desk, session), text_of(desk.get(reverse("queue")))):
        assert "Fever" in shown and "Signs of infection" not in shown
    assert "Fever: See today" in text_of(past(desk, session.patient_id))
    desk.post(reverse("resolve", args=[Alert.objects.get().id]), {"outcome": "advice"})
    assert "Closed fever: Advice given" in text_of(past(desk, session.patient_id))


def test_a_further_alert_is_folded_under_its_urgency_and_facts(desk, session):
    logged(session, 4, pain=4, redness=3, signs=["pus"])
    assert unfolded(opened(desk, session)) == [False] * (Alert.objects.open().count() - 1)
    assert "Pain above expected See today pain very severe" in page(desk, session)


def test_a_further_alert_unfolds_where_its_line_does_not_say_all(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    alert = Alert.objects.get(concern="unexpected_pain")
    answer = desk.post(reverse("resolve", args=[alert.id]), {"outcome": "no_concern"})
    assert unfolded(answer) == [True]  # a mistake in its form
    logged(session, 4)
    assert unfolded(opened(desk, session)) == [True]  # its answers changed


def test_the_way_back_leads_to_the_list_the_patient_is_in(desk, session):
    logged(session, 3)
    assert select(opened(desk, session), "a[@class='link'][@href='/practice/?show=all']")
    logged(session, 4, signs=["pus"])
    assert select(opened(desk, session), "a[@class='link'][@href='/practice/']")


def test_who_closed_the_last_alert_is_led_to_the_next_patient_then_to_the_list(desk, noor, session):
    other = pen(people.patient(session.patient.practice, "Cleo"), days_ago=6, by=noor)
    held = pen(people.patient(session.patient.practice, "Dora"), days_ago=6, by=noor)
    for course in (session, other, held):
        logged(course, 4, signs=["pus"])
    acknowledge(held, by=noor, now=timezone.now())
    for course, path, word in (
        (session, reverse("patient", args=[other.patient_id]), "To the next patient"),
        (other, reverse("queue"), "To the list"),
    ):
        close = reverse("resolve", args=[course.alerts.get().id])
        (link,) = select(desk.post(close, {"outcome": "seen"}, follow=True), "*[@role='status']//a")
        assert (link.get("href"), words(link)) == (path, word)


def test_a_missing_phone_number_is_said(desk, session):
    assert "Add a phone number" in page(desk, session)
    session.patient.phone = "020 7946 0188"
    session.patient.save()
    assert "Add a phone number" not in page(desk, session)


def test_the_history_says_the_day_of_a_treatment_as_people_do(desk, session):
    assert f"Recorded the treatment: Pen on {session.day_zero:%-d %b %Y}" in text_of(past(desk, session.patient_id))


def test_a_mistake_is_where_the_forms_address_ends(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    response = opened(desk, session)
    assert not select(response, "*[@id='mistake']")
    for address, typed in (
        (reverse("resolve", args=[Alert.objects.get(concern="unexpected_pain").id]), {"outcome": "no_concern"}),
        (reverse("note", args=[session.id]), {}),
        (reverse("message", args=[session.id]), {}),
    ):
        assert select(response, f"form[@action='{address}#mistake']")
        assert len(select(desk.post(address, typed), "*[@id='mistake']")) == 1


def test_one_tap_is_one_line_of_the_history(desk, session):
    logged(session, 4, pain=4, redness=3, signs=["pus"])
    answer = desk.post(reverse("acknowledge", args=[session.id]), follow=True)
    shown = text_of(past(desk, session.patient_id))
    assert shown.count("“I have this”") == 1
    assert "Took signs of infection and 2 more: “I have this”" in shown  # by the most urgent
    assert [words(link) for link in select(answer, "div[@class='acts']/a[@href='#message']")] == ["Message"]


def test_what_became_of_it_is_asked_once_somebody_has_it(desk, session):
    logged(session, 4, signs=["pus"])
    address = reverse("resolve", args=[Alert.objects.get().id])

    def stands_open(answer) -> bool:
        folds = [
            fold for fold in select(answer, "details") if fold.find(f"form[@action='{address}#mistake']") is not None
        ]
        return [fold.get("open") is not None for fold in folds] == [True]

    assert not stands_open(opened(desk, session))
    assert stands_open(desk.post(reverse("acknowledge", args=[session.id]), follow=True))
    colleague = people.practitioner(session.practice, "Dr Lind", "lind@larkfield.example")
    assert not stands_open(opened(people.signed_in(colleague), session))


def test_when_all_is_closed_the_verdict_says_that_nothing_is_open(desk, session):
    logged(session, 4, signs=["pus"])
    assert "nothing is open" not in page(desk, session)
    assert "Close all" not in page(desk, session)  # where there is one
    desk.post(reverse("resolve", args=[Alert.objects.get().id]), {"outcome": "advice"})
    assert "day 4 · nothing is open" in page(desk, session)


def test_an_entry_judged_after_all_is_no_longer_said_to_be_tried_again(desk, session):
    with broken_rules():
        entry = logged(session, 4).entry
    assert "It is tried again by itself" in page(desk, session)
    judge_again(entry.pk, now=timezone.now())
    shown = page(desk, session)
    assert "It is tried again by itself" not in shown
    assert "could not be compared at first. It is now" in shown
    assert "Entry not judged: day 4 could not be compared at first, it is now" in text_of(desk.get(reverse("queue")))


def test_a_long_history_holds_its_newest_the_newest_first(desk, session):
    for day in range(7):
        logged(session, day)
    for number in range(SHOWN - 1):
        logged(session, 6, note=f"{number}.")
    (shown,) = select(past(desk, session.patient_id), "ol")
    lines = list(map(words, shown))
    assert len(lines) == SHOWN and "Changed day 6" in lines[0] and "Logged day 6" in lines[-1]


def test_of_many_answers_the_history_holds_the_newest_and_whose_it_is(desk, session):
    logged(session, 4, pain=4, redness=3, signs=["pus"])
    alerts = list(Alert.objects.open())
    for number in range(41):
        detail = f"not_yet: try {number}"
        write_events(alerts, AlertEvent.What.ANSWERED, at=timezone.now(), by=session.patient.user, detail=detail)
    shown = [words(line) for line in select(past(desk, session.patient_id), "li")]
    answers = [line for line in shown if "The patient answered" in line]
    assert len(answers) == 1  # one tap, about all that is open
    assert "Ana Marrowby The patient answered about signs of infection and 2 more: not seen yet" in answers[0]
    assert "try 40" in answers[0]
    assert any("Logged day 4" in line for line in shown)


# --- closing what is open


def seen() -> list[str]:
    """What the page of all open alerts sends along."""
    return [f"{alert.id} {alert.urgency}" for alert in Alert.objects.open()]


def test_all_that_is_open_is_closed_with_one_outcome_and_is_one_line_of_the_history(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    assert "Close all 2 together" in page(desk, session)
    assert set(seen()) <= {field.get("value") for field in select(opened(desk, session), "input")}
    typed = {"outcome": "referred", "reason": "To St Mary’s.", "seen": seen()}
    answer = desk.post(reverse("resolve_all", args=[session.patient_id]), typed, follow=True)
    assert "Closed 2." in text_of(answer)
    assert {(alert.outcome, alert.reason) for alert in Alert.objects.all()} == {("referred", "To St Mary’s.")}
    shown = text_of(past(desk, session.patient_id))
    assert shown.count("Referred: To St Mary’s.") == 1 and " and 1 more: Referred" in shown
    again = desk.post(reverse("resolve_all", args=[session.patient_id]), typed, follow=True)
    assert "Somebody closed these before you." in text_of(again)


def test_closing_one_says_how_many_are_left_and_leads_to_the_next(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    name = session.patient.name
    for said, way_on in (
        (f"Closed. 1 more is open for {name}. To the next one", 1),
        (f"Nothing else is open for {name}.", 0),
    ):
        alert = Alert.objects.open().first()
        answer = desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice"}, follow=True)
        assert said in text_of(answer)
        assert len(select(answer, "a[@href='#open']")) == len(select(answer, "h2[@id='open']")) == way_on


def test_what_came_or_got_worse_since_the_page_was_opened_stays_open(desk, session):
    logged(session, 4, signs=["pus"])
    shown = seen()
    logged(session, 5, pain=4, signs=["pus", "feeling_ill"], temperature_c=39.2)
    typed = {"outcome": "seen", "seen": shown}
    rose = Alert.objects.get(concern="infection")
    assert f"{rose.id} {rose.urgency}" not in shown
    answer = desk.post(reverse("resolve_all", args=[session.patient_id]), typed, follow=True)
    assert "Something new or worse has come in. Read it before you close it." in text_of(answer)
    answer = desk.post(reverse("resolve", args=[rose.id]), typed, follow=True)
    assert "Something new or worse has come in. Read it before you close it." in text_of(answer)
    assert not Alert.objects.exclude(resolved_at=None).exists()


def test_a_mistake_in_closing_all_comes_back_with_what_was_typed(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    address = reverse("resolve_all", args=[session.patient_id])
    answer = desk.post(address, {"outcome": "no_concern", "reason": "", "seen": seen()})
    assert answer.status_code == 422
    assert "Say why it is not a concern." in text_of(answer)
    assert len(select(answer, "*[@id='mistake']")) == 1
    for nonsense in ("", "x", "1 2", "a" * 5000, f"{session.id} 4", f"{session.id} 9" * 200):
        assert desk.post(address, {"outcome": "seen", "seen": nonsense}).status_code == 302
    assert Alert.objects.open().count() == 2


@pytest.mark.parametrize(
    ("reported", "is_to_phone"),
    [({"signs": ["firm_lumps"]}, False), ({"signs": ["pus"]}, True), ({"signs": ["trouble_breathing"]}, True)],
)
def test_who_takes_what_cannot_wait_is_asked_to_phone_and_the_patient_is_still_told_to_call(
    desk, session, reported, is_to_phone
):
    entry = logged(session, 4, **reported).entry
    taken = text_of(desk.post(reverse("acknowledge", args=[session.id]), follow=True))
    assert "You are now in charge. The patient reads “Dr Noor is looking after this”." in taken
    assert ("They are still told not to wait, and to call. Phone them now." in taken) is is_to_phone
    ana = people.signed_in(session.patient)
    for address in (reverse("entry", args=[entry.id]), reverse("today")):
        read = text_of(ana.get(address))
        assert "Dr Noor is looking after this" in read
        assert ("Don't wait for your clinic to answer here. Call." in read) is is_to_phone


@pytest.mark.parametrize(
    ("device", "country", "named"),
    [
        ("rf", "GB", ["Yellow Card"]),
        ("rf", "US", ["MedWatch"]),
        ("rf", "IN", ["MedWatch", "Yellow Card"]),
        ("pen", "GB", []),
    ],
)
def test_after_radiofrequency_the_device_can_be_reported_from_the_alert(desk, clinic, noor, device, country, named):
    clinic.country = country
    clinic.save()
    session = pen(people.ana(clinic), days_ago=4, by=noor, device=device)
    logged(session, 4, signs=["pus"])
    links = select(opened(desk, session), "section[@class='verdict']//a[@rel='noreferrer']")
    assert [link.text for link in links] == named and all(link.get("href").startswith("https://") for link in links)


def test_who_closes_what_a_colleague_has_reads_it_first_and_keeps_what_was_typed(desk, noor, session):
    logged(session, 4, signs=["pus"])
    chen = people.practitioner(noor.membership.practice, "Wei Chen")
    people.signed_in(chen).post(reverse("acknowledge", args=[session.id]))
    close = reverse("resolve", args=[Alert.objects.get().id])
    form = held(desk.get(reverse("patient", args=[session.patient_id])), f"{close}#mistake")
    answer = desk.post(close, {**form, "outcome": "advice", "reason": "Phoned her."})
    assert answer.status_code == 422 and Alert.objects.open().exists()
    assert "Nothing is saved yet. You may not know this: Wei Chen has this." in text_of(answer)
    again = held(answer, f"{close}#mistake")
    assert (again["outcome"], again["reason"]) == (["advice"], ["Phoned her."])
    logged(session, 5, pain=1)  # and there is more
    answer = desk.post(close, again)
    assert "logged day 5" in text_of(answer) and "Wei Chen has this." not in text_of(answer)
    answer = desk.post(close, held(answer, f"{close}#mistake"), follow=True)
    assert "Closed. Nothing else is open" in text_of(answer)


def test_what_was_closed_last_says_by_whom_and_is_opened_again_with_one_tap(desk, session):
    logged(session, 4, signs=["pus"])
    alert, page = Alert.objects.get(), reverse("patient", args=[session.patient_id])
    desk.post(reverse("resolve", args=[alert.id]), {"outcome": "treated", "reason": "Flucloxacillin"})
    assert re.search(
        r"Closed: Treated with “?Flucloxacillin”? By Dr Noor, \w+ \d+ \w+ \d{4}, \d\d:\d\d Signs of infection",
        text_of(desk.get(page)),
    )
    answer = desk.post(reverse("reopen", args=[alert.id]), follow=True)
    assert "It is open again. You are now in charge." in text_of(answer)
    assert "Opened signs of infection again" in text_of(past(desk, session.patient_id))
    assert "This is open already, or the patient has left." in text_of(
        desk.post(reverse("reopen", args=[alert.id]), follow=True)
    )
    desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice"})
    logged(session, 5, signs=["pus"])
    assert "is open again since" in text_of(desk.post(reverse("reopen", args=[alert.id]), follow=True))


def test_what_was_closed_by_mistake_is_opened_again_while_something_else_is_open(desk, session):
    logged(session, 4, signs=["pus"], pain=4)
    alert, page = Alert.objects.get(concern="infection"), reverse("patient", args=[session.patient_id])
    desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice"})
    reopen = reverse("reopen", args=[alert.id])
    assert Alert.objects.open().exists() and reopen in desk.get(page).content.decode()
    Alert.objects.filter(pk=alert.pk).update(resolved_at=timezone.now() - timedelta(days=2))
    assert reopen not in desk.get(page).content.decode()  # long ago; it stands in the history
    Alert.objects.filter(pk=alert.pk).update(resolved_at=timezone.now())
    logged(session, 5, signs=["pus"], pain=4)
    assert reopen not in desk.get(page).content.decode()  # open again by itself


def test_a_case_is_taken_noted_and_planned_with_one_form(desk, noor, session):
    logged(session, 4, signs=["pus"])
    close = reverse("resolve", args=[Alert.objects.get().id])
    page = desk.get(reverse("patient", args=[session.patient_id]))
    moments = re.findall(r'name="again" value="([^"]+T[^"]+)"', page.content.decode())
    assert len(moments) >= 2
    form = held(page, f"{close}#mistake") | {"outcome": "advice", "reason": "Phoned.", "again": moments[-1]}
    assert "Saved. It stays open." in text_of(desk.post(close, form, follow=True))
    alert = Alert.objects.get()
    assert (alert.is_open, alert.acknowledged_by, alert.outcome, alert.reason) == (True, noor, "advice", "Phoned.")
    assert alert.comes_back_at.isoformat() == datetime.fromisoformat(moments[-1]).astimezone(UTC).isoformat()


def test_who_plans_one_of_several_reads_that_the_others_have_no_plan(desk, session):
    logged(session, 4, signs=["pus"], pain=4)
    soon = (timezone.now() + timedelta(hours=3)).isoformat()
    first, second = Alert.objects.order_by("pk")
    answers = [
        text_of(desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice", "again": soon}, follow=True))
        for alert in (first, second)
    ]
    assert "Saved. It stays open. 1 more is open for Ana" in answers[0] and "without a plan" not in answers[1]


def test_it_says_which_colleague_took_it_meanwhile(desk, noor, session):
    logged(session, 4, signs=["pus"])
    chen = people.signed_in(people.practitioner(noor.membership.practice, "Dr Chen"))
    take = reverse("acknowledge", args=[session.id])
    assert "You are now in charge" in text_of(chen.post(take, follow=True))
    assert "Dr Chen already has this." in text_of(desk.post(take, follow=True))
    assert "You already have this." in text_of(chen.post(take, follow=True))
    chen.post(reverse("resolve_all", args=[session.patient_id]), {"outcome": "seen", "seen": seen()})
    assert "This is closed already." in text_of(desk.post(take, follow=True))


def test_the_day_is_said_once(desk, session):
    logged(session, 6, signs=["pus"])
    assert "Pus on day 6" in page(desk, session) and "From day" not in page(desk, session)


def test_what_was_taken_is_no_longer_said_to_wait(desk, noor, session):
    logged(session, 4, signs=["pus"])
    Alert.objects.update(worsened_at=timezone.now() - timedelta(days=7))
    assert "waiting 7 days" in page(desk, session)
    acknowledge(session, by=noor, now=timezone.now() - timedelta(days=5))
    assert "open 7 days, taken after 2 days" in page(desk, session) and "waiting" not in page(desk, session)


def test_what_a_member_had_who_left_is_free_for_the_next(desk, noor, session):
    entry = logged(session, 4, signs=["pus"]).entry
    chen = people.practitioner(noor.membership.practice, "Dr Chen")
    take = reverse("acknowledge", args=[session.id])
    people.signed_in(chen).post(take)
    ana, verdict = people.signed_in(session.patient), reverse("entry", args=[entry.id])
    assert "Dr Chen has it" in page(desk, session)
    assert "Dr Chen is looking after this" in text_of(ana.get(verdict))
    remove_member(chen.memberships.get(), timezone.now())
    for shown in (page(desk, session), text_of(desk.get(reverse("queue"))), text_of(ana.get(verdict))):
        assert "Dr Chen has it" not in shown and "Dr Chen is looking after this" not in shown
    assert "not taken" in text_of(desk.get(reverse("queue")))
    assert has_button(opened(desk, session), "I have this")
    assert "You are now in charge" in text_of(desk.post(take, follow=True))
    assert Alert.objects.get().acknowledged_by == noor


def test_what_a_colleague_has_can_be_taken_over_and_nobody_elses_by_mistake(desk, noor, session):
    entry = logged(session, 4, signs=["pus"]).entry
    chen, lee = (people.practitioner(noor.membership.practice, name) for name in ("Dr Chen", "Dr Lee"))
    take = reverse("acknowledge", args=[session.id])
    people.signed_in(chen).post(take)
    assert "Take over from" not in page(people.signed_in(chen), session)  # they have it themselves
    (form,) = [form for form in select(opened(desk, session), "form") if "Take over from Dr Chen" in words(form)]
    named = form.find(".//input[@name='over_from']").get("value")
    people.signed_in(lee).post(take, {"over_from": named})
    assert "Dr Lee already has this." in text_of(desk.post(take, {"over_from": named}, follow=True))
    assert "Dr Lee already has this." in text_of(desk.post(take, {"over_from": "rubbish"}, follow=True))
    assert Alert.objects.get().acknowledged_by == lee
    assert "Dr Lee is looking after this" in text_of(
        people.signed_in(session.patient).get(reverse("entry", args=[entry.id]))
    )


@pytest.mark.parametrize("goes_on_to", ["a newer answer", "the next day"])
def test_what_goes_on_without_a_new_message_was_told(desk, session, goes_on_to):
    before = timezone.now() - timedelta(days=1)
    logged(session, 5, signs=["trouble_breathing"], now=before)
    Delivery.objects.update(sent_at=before)
    logged(session, 6 if goes_on_to == "the next day" else 5, signs=["trouble_breathing"])
    assert Delivery.objects.count() == 1
    patient = people.signed_in(session.patient)
    assert "We could not reach your clinic" not in text_of(patient.get(reverse("today")))
    for address in (reverse("queue"), reverse("patient", args=[session.patient_id])):
        assert "Nobody was told" not in text_of(desk.get(address)), address


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"again": "9999-12-31T23:59:00-12:00"}, "again"),
        ({"again": "0001-01-01T00:00:00+14:00"}, "again"),
        ({"again": "other", "on": "9999-12-31T23:59"}, "on"),
        ({"again": "other", "on": "0001-01-01T00:00"}, "on"),
    ],
)
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_a_moment_that_no_calendar_has_is_refused_beside_its_field(clinic, noor, ana, typed, field, zone):
    Practice.objects.filter(pk=clinic.pk).update(time_zone=zone)
    logged(pen(ana, days_ago=3, by=noor), 3, signs=["pus"])
    alert = Alert.objects.get()
    answer = people.signed_in(noor).post(
        reverse("resolve", args=[alert.pk]), {"outcome": "advice", "reason": "Phoned.", **typed}
    )
    assert answer.status_code == 422 and f"id_{alert.pk}_{field}_error" in answer.content.decode()
    assert Alert.objects.open().filter(comes_back_at=None).exists()


SAID = "nobody else will be told"


def test_the_head_says_by_when_somebody_is_to_be_in_charge_as_the_row_does(clinic, noor, desk, session):
    logged(session, 5, signs=["pus"])
    for next_step_at in (timezone.now() + timedelta(minutes=9), timezone.now() - timedelta(hours=30), None):
        Alert.objects.update(next_step_at=next_step_at)  # None: the last step is over
        (said,) = re.findall(r"in charge by [\w ,]*\d\d:\d\d", text_of(desk.get(reverse("queue"))))
        assert said in page(desk, session)
        is_told_out = [SAID in shown for shown in (page(desk, session), text_of(desk.get(reverse("queue"))))]
        assert is_told_out == [next_step_at is None] * 2
    acknowledge(session, by=noor, now=timezone.now())
    assert "in charge by" not in page(desk, session) and SAID not in page(desk, session)
