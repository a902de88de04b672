"""What patients read about an entry: what to do by urgency, with and without a clinic, and who was told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.coming_back import return_next
from symptoms.alerts.handling import acknowledge, read_record, resolve, write_note
from symptoms.models import Alert, Delivery, Note
from symptoms.models.alert import KEEP_OPEN
from symptoms.wording.outcomes import OUTCOMES
from tests import people
from tests.pages.html import select, text_of, words
from tests.treatments import broken_rules, logged, pen

pytestmark = pytest.mark.django_db

# day, answers, and what an entry of that day in a 1.5 mm pen course raises
ON_TRACK = (3, {"redness": 1})
WATCH = (3, {"pain": 2})
CONTACT = (5, {"signs": ["firm_lumps"]})
URGENT = (4, {"pain": 3, "signs": ["pus"]})
DO_NOT_WAIT = "Don't wait for your clinic to answer here. Call."
EMERGENCY = (0, {"signs": ["trouble_breathing", "hives"]})


@pytest.fixture
def ana(clinic, noor):
    return people.ana(clinic)


def entry_page(patient, case, browser=None, **more):
    """The page of an entry that `patient` logged now."""
    day, reported = case
    entry = logged(pen(patient, days_ago=day), day, **reported, **more).entry
    return entry, text_of((browser or people.signed_in(patient)).get(entry.get_absolute_url()))


def calls(page) -> list[str]:
    """The numbers that can be called, in their order."""
    return [link.get("href") for link in select(page, "a[@href]") if link.get("href").startswith("tel:")]


def test_on_track_names_what_was_compared_and_what_would_change_it(ana):
    _, page = entry_page(ana, ON_TRACK)
    assert "On track" in page and "We compared redness, swelling, pain and heat." in page
    assert "Next log: tomorrow (day 4)." in page and "Log again at once if anything gets worse." in page


@pytest.mark.parametrize(
    ("days_ago", "day", "sentence"),
    [(20, 3, "Next log: tomorrow (day 21)."), (21, 3, "Next log: today (day 21)."), (15, 3, "in 6 days (day 21)."),
     (6, 5, "Next log: today (day 6)."), (300, 3, "Log again whenever something changes.")],
)  # fmt: skip
def test_the_next_log_is_counted_from_the_day_on_which_a_late_one_came(ana, days_ago, day, sentence):
    logged(pen(ana, days_ago=days_ago), day, pain=0)
    page = text_of(people.signed_in(ana).get(ana.treatments.get().entries.get().get_absolute_url()))
    assert f"As expected on day {day}" in page and sentence in page


def test_a_day_that_is_caught_up_on_does_not_ask_again_for_a_later_one_that_is_logged(phone, ana):
    treatment = pen(ana, days_ago=2)
    logged(treatment, 2, pain=0)
    caught_up = logged(treatment, 0, pain=0).entry
    assert "Next log: tomorrow (day 3)." in text_of(phone.get(caught_up.get_absolute_url()))


def test_a_sign_that_is_ordinary_on_its_day_was_ticked_all_the_same(ana):
    _, page = entry_page(ana, (0, {"signs": ["numbness"]}))
    assert "On track" in page


def test_at_watch_no_concern_is_named(ana):
    _, page = entry_page(ana, WATCH)
    assert "Keep an eye on it" in page and "Pain is a little more than we expect on day 3" in page
    assert "Pain: medium on day 3, when we expect mild at most." in page
    assert not [word for word in ("Unexpected", "infection", "PAIN-", "concern") if word in page]


def test_contact_says_what_was_seen_and_names_the_clinic(ana):
    _, page = entry_page(ana, CONTACT)
    assert "Contact your clinic Firm lumps" in page
    assert "Your clinic should know about this: firm lumps you can feel in the skin." in page
    assert "Call or message your clinic in the next two days, today if you can. Send a photo." in page
    assert "Call 999 at once if you can't breathe well." in page and "Firm lumps, on day 5." in page


def test_urgent_brings_the_clinics_number_first_then_why(ana, phone):
    entry, page = entry_page(ana, URGENT)
    assert "Be seen today Signs of a skin infection" in page and "This needs to be checked today: pus and pain." in page
    assert "Call your clinic now. If you can't reach them, call 111." in page
    assert "Don't wait for your clinic to answer here. Call." in page
    html = phone.get(entry.get_absolute_url()).content.decode()
    assert html.index('href="tel:02079460123"') < html.index('href="tel:111"') < html.index('href="tel:999"')
    assert "recovery protocol 2026.2). Sources: NHS, cellulitis" in page and "This is not a diagnosis." in page


def test_an_emergency_is_a_call_before_anything_else(ana, phone):
    entry, page = entry_page(ana, EMERGENCY)
    assert "Get emergency help now 999 Signs of an allergic reaction First Use your adrenaline" in page
    order = (
        "Use your adrenaline",
        "Lie flat",
        "This can be an emergency",
        "Call 999 now. Don't drive",
        "No better after",
    )
    assert sorted(order, key=page.index) == list(order)
    html = phone.get(entry.get_absolute_url()).content.decode()
    assert html.count('class="button act big block"') == 1 and "tel:02079460123" not in html


@pytest.mark.parametrize(
    ("urgency", "day", "reported", "opening"),
    [
        ("watch", 0, {"bleeding": 3}, ""),  # its opening is the heading
        ("contact", 2, {"bleeding": 2}, "Your clinic should know about this: bleeding"),
        ("urgent", 1, {"bleeding": 3}, "This needs to be checked today: bleeding"),
        ("emergency", 0, {"signs": ["trouble_breathing"]}, "This can be an emergency: trouble breathing"),
    ],
)
def test_first_aid_comes_before_whom_to_call_at_every_urgency(ana, phone, urgency, day, reported, opening):
    page = phone.get(logged(pen(ana, days_ago=day), day, **reported).entry.get_absolute_url())
    (verdict,) = select(page, f"section[@class='verdict'][@data-urgency='{urgency}']")
    parts, text = list(verdict.iter()), words(verdict)
    (aid,) = [part for part in parts if part.get("class") == "leaf" and words(part).startswith("First ")]
    buttons = [part for part in parts if part.tag == "a" and "button" in part.get("class", "")]
    assert bool(buttons) is (urgency != "watch")
    assert all(parts.index(aid) < parts.index(button) for button in buttons)
    assert text.index(words(aid)) < text.index(opening) or not opening
    assert "details" not in {part.tag for part in parts if aid in part.iter()}


@pytest.mark.parametrize("case", [URGENT, EMERGENCY])
def test_beside_a_number_that_nobody_verified_stands_what_works_from_most_phones(clinic, settings, tmp_path, case):
    settings.HELP_NUMBERS = tmp_path / "own.toml"
    settings.HELP_NUMBERS.write_text("[GB]\nverified = 2026-11-01\n")
    for country, number, is_verified in (("GB", "999", True), ("FR", "15", False)):
        _, page = entry_page(people.patient(clinic, "Bea", country=country), case)
        assert number in page and ("112 works from most mobile phones." in page) is not is_verified, country


@pytest.mark.parametrize("case", [CONTACT, URGENT, EMERGENCY])
def test_alone_the_words_name_a_doctor_and_the_countrys_number(case):
    alone = people.patient(None, "Ben", country="US")
    _, page = entry_page(alone, case)
    assert "your clinic" not in page.lower() and "911" in page and "999" not in page
    assert not Delivery.objects.exists()


def test_an_entry_that_could_not_be_judged_says_so_calmly_with_the_emergency_list(ana, phone):
    with broken_rules():
        _, page = entry_page(ana, URGENT)
    assert "Not checked yet" in page and "Your log is safe, but we could not check it yet" in page
    assert "Your clinic has been asked to read it" in page and "Call 999 at once if" in page
    assert "On track" not in page and "infection" not in page.split("Call 999")[0]
    assert "Not checked yet" in text_of(phone.get(reverse("today")))


def test_what_was_replaced_says_so_and_leads_to_the_newer(ana, phone):
    treatment = pen(ana, days_ago=4)
    old = logged(treatment, 4, pain=3, signs=["pus"]).entry
    new = logged(treatment, 4, pain=1).entry
    page = phone.get(old.get_absolute_url())
    assert "You have changed this day since then." in text_of(page)
    assert select(page, f"a[@href='{new.get_absolute_url()}']")
    assert "You have changed this day since then." not in text_of(phone.get(new.get_absolute_url()))


# --- told, read, in hand
def sent(entry, now=None):
    Delivery.objects.filter(entry=entry).update(sent_at=now or timezone.now())


def test_the_page_says_when_the_clinic_was_told_and_that_nobody_read_it_yet(ana, phone):
    entry, page = entry_page(ana, URGENT)
    assert DO_NOT_WAIT in page and "We are alerting your clinic." in page
    sent(entry)
    assert "We alerted your clinic today" in text_of(phone.get(entry.get_absolute_url()))
    today = text_of(phone.get(reverse("today")))
    assert DO_NOT_WAIT in today and "Nobody has opened it yet." in today


def test_in_an_emergency_nobody_is_sent_to_the_clinic(ana, phone):
    entry, page = entry_page(ana, EMERGENCY)
    assert DO_NOT_WAIT in page and "We are alerting your clinic." in page
    sent(entry)
    today = text_of(phone.get(reverse("today")))
    assert "Call 999" in today and DO_NOT_WAIT in today and "Nobody has opened it yet." in today
    Delivery.objects.filter(entry=entry).update(sent_at=None, failed_at=timezone.now())
    page = text_of(phone.get(entry.get_absolute_url()))
    assert "Please don’t wait for us: call 999." in page and "020 7946 0123" not in page


def test_the_page_says_who_read_it_who_has_it_and_how_it_ended(ana, phone, noor):
    entry, _ = entry_page(ana, URGENT)
    sent(entry)
    read_record(ana, by=noor, now=timezone.now())
    assert "Dr Noor read it today" in text_of(phone.get(entry.get_absolute_url()))
    acknowledge(entry.treatment, by=noor, now=timezone.now())
    assert "Dr Noor is looking after this , since today at" in text_of(phone.get(reverse("today")))
    for alert in Alert.objects.all():
        resolve(alert, outcome="seen", by=noor, now=timezone.now())
    answers = {
        "advice": "Your clinic gave you advice", "seen": "You were seen", "referred": "You were referred",
        "emergency": "Your clinic sent you to an emergency department",
        "elsewhere": "Your clinic knows that you went elsewhere", "treated": "You were treated",
        "no_concern": "Your clinic looked at this",
        "of_long_ago": "Your clinic looked at this",
    }  # fmt: skip
    assert {*answers} - {"of_long_ago"} == {word for word, _ in OUTCOMES} - KEEP_OPEN
    for outcome, answer in answers.items():
        for alert in Alert.objects.all():
            alert.outcome, alert.reason = outcome, "Usual."
            alert.save()
        page = phone.get(entry.get_absolute_url())
        text = text_of(page)
        assert f"{answer} Larkfield Skin Clinic marked this as dealt with today at" in text
        (folded,) = [fold for fold in select(page, "details") if words(fold).startswith("What we said: be seen today")]
        assert text.index(answer) < text.index("What we said: be seen today")
        assert len(calls(page)) == sum(link.get("href", "").startswith("tel:") for link in folded.iter("a")) > 0
        assert len(select(page, "h1")) == 1
        day = text_of(phone.get(reverse("course_day", args=[entry.day])))
        assert f"{answer}. Larkfield Skin Clinic marked this as dealt with today at" in day


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("not_reached", "Your clinic tried to reach you, today at"),
        ("watching", "Your clinic is watching this until {day}. Log again at once if it gets worse."),
    ],
)
def test_what_stays_open_says_that_the_clinic_tried_or_watches_and_the_call_stays(ana, phone, noor, outcome, sentence):
    entry, _ = entry_page(ana, URGENT)
    until = ana.today(timezone.now()) + timedelta(days=7)
    for alert in Alert.objects.all():
        resolve(alert, outcome=outcome, until=until, by=noor, now=timezone.now())
    sentence = sentence.format(day=f"{until:%-d %B}")
    for address in (entry.get_absolute_url(), reverse("today")):
        page = text_of(phone.get(address))
        assert sentence in page and DO_NOT_WAIT in page and "marked this as dealt with" not in page
    logged(entry.treatment, 3, redness=1)  # another day is not what is open
    assert sentence in text_of(phone.get(reverse("today")))


def test_nobody_is_said_to_watch_what_came_back_to_be_looked_at(ana, phone, noor):
    entry, now = entry_page(ana, URGENT)[0], timezone.now()
    for alert in Alert.objects.all():
        resolve(alert, outcome="watching", until=ana.today(now) + timedelta(days=1), by=noor, now=now)
    addresses = (entry.get_absolute_url(), reverse("today"))
    assert all("is watching this" in text_of(phone.get(address)) for address in addresses)
    assert return_next(now + timedelta(days=3))
    assert not any("is watching this" in text_of(phone.get(address)) for address in addresses)


def test_a_worse_day_is_not_called_read_because_an_earlier_one_was(ana, phone, noor):
    treatment = pen(ana, days_ago=4)
    logged(treatment, 3, signs=["firm_lumps"])
    read_record(ana, by=noor, now=timezone.now())
    entry = logged(treatment, 4, pain=3, signs=["pus"], now=timezone.now() + timedelta(seconds=1)).entry
    assert "read it" not in text_of(phone.get(entry.get_absolute_url()))


@pytest.mark.parametrize(
    "worse", [{"signs": ["pus"]}, {"signs": ["pus", "feeling_ill"], "temperature_c": 39.2}], ids=["urgent", "emergency"]
)
def test_what_got_worse_stays_in_hand_but_is_not_called_read(ana, phone, noor, worse):
    treatment, now = pen(ana, days_ago=5), timezone.now()
    logged(treatment, 3, signs=["feeling_ill"], temperature_c=37.5, now=now)
    read_record(ana, by=noor, now=now)
    acknowledge(treatment, by=noor, now=now)
    entry = logged(treatment, 4, now=now + timedelta(seconds=1), **worse).entry
    shown = text_of(phone.get(entry.get_absolute_url()))
    assert "Dr Noor is looking after this , since today" in shown
    assert "It got worse after that. We are alerting your clinic." in shown and DO_NOT_WAIT in shown
    sent(entry)
    shown = text_of(phone.get(entry.get_absolute_url()))
    assert "It got worse after that. We alerted your clinic today" in shown and "Nobody has opened it yet." in shown
    read_record(ana, by=noor, now=now + timedelta(seconds=2))
    shown = text_of(phone.get(entry.get_absolute_url()))
    assert "Dr Noor is looking after this , since today" in shown
    assert "It got worse" not in shown and "Nobody has opened it" not in shown
    assert DO_NOT_WAIT in shown  # whoever has it in hand: what is said of the call stays


def test_nothing_is_in_hand_while_one_matter_is_not(ana, phone, noor):
    treatment = pen(ana, days_ago=5)
    logged(treatment, 4, signs=["firm_lumps"])
    acknowledge(treatment, by=noor, now=timezone.now())
    entry = logged(treatment, 5, signs=["firm_lumps", "pus"]).entry
    assert "looking after this" not in text_of(phone.get(entry.get_absolute_url()))
    acknowledge(treatment, by=noor, now=timezone.now())
    assert "Dr Noor is looking after this" in text_of(phone.get(entry.get_absolute_url()))


@pytest.mark.parametrize("failed", [True, False])
def test_a_clinic_that_could_not_be_told_is_to_be_called(ana, phone, failed):
    entry, _ = entry_page(ana, URGENT)
    change = {"failed_at": timezone.now()} if failed else {"created_at": timezone.now() - timedelta(minutes=6)}
    Delivery.objects.filter(entry=entry).update(**change)
    page = text_of(phone.get(entry.get_absolute_url()))
    assert "We could not reach your clinic." in page and "020 7946 0123" in page


def test_a_message_of_the_clinic_is_read_and_marked_so(ana, phone, noor):
    entry, _ = entry_page(ana, URGENT)
    note = write_note(
        entry.treatment, id=uuid4(), text="Come at <11>.\nBring the cream.", for_patient=True, by=noor,
        now=timezone.now(),
    )  # fmt: skip
    write_note(entry.treatment, id=uuid4(), text="Internal.", for_patient=False, by=noor, now=timezone.now())
    for address in (reverse("today"), entry.get_absolute_url()):
        page = text_of(phone.get(address))
        assert "Come at <11>." in page and "Dr Noor" in page and "Internal." not in page
    phone.post(reverse("message_read", args=[note.id]))
    assert Note.objects.get(pk=note.id).read_at is not None
    assert "I read it" not in text_of(phone.get(reverse("today")))


@pytest.mark.parametrize(
    ("day", "needles", "is_said"),
    [
        (0, {}, True),
        (0, {"needles_new": "yes"}, True),
        (0, {"needles_shared": "no"}, True),
        (0, {"needles_new": "yes", "needles_shared": "no"}, False),
        (1, {}, False),
    ],
)
def test_on_day_0_whoever_does_not_know_about_the_needles_is_told_to_ask(ana, day, needles, is_said):
    entry = logged(pen(ana, days_ago=day, **needles), day).entry
    page = people.signed_in(ana).get(reverse("entry", args=[entry.pk]))
    sentence = "Were your needles new, and opened in front of you? If you don't know, ask the person who treated you."
    assert (sentence in text_of(page)) is is_said


@pytest.mark.parametrize(("days_ago", "is_said"), [(3, True), (4, False)])
def test_about_needles_nothing_is_said_to_be_urgent_once_it_is_too_late(phone, ana, days_ago, is_said):
    entry = logged(pen(ana, days_ago=days_ago), 0).entry
    assert ("in the first 72 hours" in text_of(phone.get(entry.get_absolute_url()))) is is_said


@pytest.mark.parametrize(("report", "asks"), [(URGENT[1], True), (EMERGENCY[1], True), ({"redness": 1}, False)])
def test_a_day_that_has_passed_asks_whether_it_is_still_there(phone, ana, report, asks):
    treatment = pen(ana, days_ago=6)
    logged(treatment, 6, redness=1)
    past = logged(treatment, 4, **report).entry
    page = text_of(phone.get(past.get_absolute_url()))
    assert ("On day 4, 2 days ago:" in page and "Is it still there?" in page) is asks
    today = logged(treatment, 6, **report).entry
    for entry in (today, past):  # today's log is the answer
        assert "Is it still there?" not in text_of(phone.get(entry.get_absolute_url()))


def test_beneath_what_is_to_be_seen_today_nobody_is_told_to_call_later(phone, ana):
    treatment, before = pen(ana, days_ago=6), timezone.now() - timedelta(days=1)
    logged(treatment, 5, now=before, **URGENT[1])
    entry = logged(treatment, 6, itching=3).entry
    page = text_of(phone.get(entry.get_absolute_url()))
    assert "Call your clinic now" in page and "Contact your clinic" in page and "in the next two days" not in page
    phone.post(reverse("seen"), {"answer": "seen"})
    page = text_of(phone.get(entry.get_absolute_url()))
    assert "Call your clinic now" not in page and "in the next two days" in page
