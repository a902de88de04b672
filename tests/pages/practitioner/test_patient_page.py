"""One patient on one page: verdict and facts, who was told, who has it, what was done; and what may be done there."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import AuditRecord, Patient
from symptoms.alerts import read_receipts
from symptoms.alerts.events import write_events
from symptoms.alerts.handling import resolve_all
from symptoms.journal.treatments import change_treatment
from symptoms.models import Alert, AlertEvent, Delivery, Entry, Note
from symptoms.views.clinic.course_context import MOST_REPLACED
from symptoms.views.clinic.sought_words import sealed
from symptoms.wording.outcomes import OUTCOMES
from tests import people, pseudo
from tests.moving import joins, leaves
from tests.pages.html import has_button, held, select, text_of, words
from tests.pages.practitioner.pages import past, statements
from tests.treatments import broken_rules, logged, on_day, pen, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(clinic, noor):
    return pen(people.ana(clinic, phone="020 7946 0188"), days_ago=6, by=noor, conditions=["cold_sores"])


def page(desk, session, **query):
    response = desk.get(reverse("patient", args=[session.patient_id]), query)
    assert response.status_code == 200
    return text_of(response)


def care(desk, session) -> str:
    """The page about the care that the patient reads."""
    return text_of(desk.get(reverse("patient_care", args=[session.patient_id])))


def ill(session, day: int = 4, **reported):
    return logged(session, day, **{"pain": 3, "warmth": 2, "redness": 3, "signs": ["pus"], **reported})


def test_the_page_gives_the_facts_with_days_limits_sources_and_what_to_think_of(desk, session):
    for day in (2, 3):
        logged(session, day, pain=1)
    ill(session, note="It throbs.")
    shown = page(desk, session)
    assert "See today" in shown
    assert "Pus on day 4: not expected on any day" in shown
    assert "Pain: mild, mild, severe (days 2, 3, 4). Expected from day 2: mild at most." in shown
    assert "Temperature not measured: ask" in shown
    assert "Think of: Swab before antibiotics" in shown
    assert "INF-7, See today: S39" in shown
    assert "Protocol 20" in shown
    assert "It throbs." in shown
    assert "Cold sores" in shown
    assert "Pen, 1.5 mm" in shown
    assert select(desk.get(reverse("patient", args=[session.patient_id])), "a[@href='tel:02079460188']")


def test_it_says_who_was_told_when_or_that_nobody_could_be(desk, session):
    ill(session)
    assert "Dr Noor: on its way by e-mail since" in page(desk, session)
    Delivery.objects.update(sent_at=timezone.now())
    assert "Dr Noor: sent by e-mail, " in page(desk, session)
    Delivery.objects.update(sent_at=None, failed_at=timezone.now(), last_error="550 no such mailbox")
    shown = page(desk, session)
    assert "Nobody could be told." in shown
    assert re.search(r"Dr Noor: refused by e-mail, .{5,20} \(550 no such mailbox\)", shown)
    Delivery.objects.all().delete()
    assert "Nobody was told." in page(desk, session)


def test_opening_is_kept_is_the_first_reading_and_changes_no_alert(clinic, desk, session, noor):
    ill(session)
    before = Alert.objects.values().get(concern="infection")
    assert "You are the first to open it." in page(desk, session)
    assert AuditRecord.objects.get(what="record").user == noor
    assert Alert.objects.values().get(concern="infection") == before
    chen = people.signed_in(people.practitioner(clinic, "Dr Chen"))
    assert "First read by Dr Noor" in page(chen, session)


def test_answers_that_changed_say_when_and_show_the_old_ones(desk, session):
    ill(session, note="Yellow heads.")
    logged(session, 4, note="I was wrong.")
    shown = page(desk, session)
    changed = Alert.objects.get(concern="infection").answers_changed_at
    assert f"Answers changed at {timezone.localtime(changed, session.patient.zone):%H:%M}" in shown
    assert "Pus on day 4" in shown  # what raised it is still told
    assert "Yellow heads." in shown
    assert "Not in the latest log" in shown


def test_what_is_open_and_no_longer_raised_is_not_called_on_track_beside_what_is(desk, session):
    ill(session)
    logged(session, 6, signs=["hives"])
    for shown in (page(desk, session), text_of(desk.get(reverse("queue")))):
        assert "not in the latest log" in shown.lower()
        assert "latest log: on track" not in shown.lower()


def test_an_alert_that_goes_on_shows_what_the_newest_entry_says_of_it(desk, session):
    ill(session)
    logged(session, 6, signs=["pus"])
    assert "Day 6: Pus on day 6: not expected on any day" in page(desk, session)


def test_a_late_entry_says_how_late_it_was_recorded(desk, session):
    ill(session, day=3)  # today is day 6
    assert "recorded 3 days later" in page(desk, session)


def test_without_an_alert_the_newest_verdict_stands_there(desk, session):
    assert "No log yet" in page(desk, session)
    logged(session, 2, redness=3)
    assert "Redness: severe (day 2). Expected from day 2: medium at most." in page(desk, session)
    logged(session, 3)
    assert "Every answer of day 3 is within what is expected" in page(desk, session)


def test_an_unjudged_entry_asks_to_be_read(desk, session):
    with broken_rules():
        logged(session, 4, note="Sore.")
    shown = page(desk, session)
    assert "Entry not judged" in shown
    assert "could not be compared" in shown
    assert "Sore." in shown


def test_another_symptom_can_be_drawn_and_nonsense_draws_the_leading_one(desk, session):
    ill(session)
    for word, drawn in (("warmth", "Heat"), ("", "Pain"), ("laughter", "Pain"), ("x" * 5000, "Pain")):
        response = desk.get(reverse("patient", args=[session.patient_id]), {"symptom": word})
        labels = [element.get("aria-label") for element in select(response, "*[@aria-label]")]
        assert any(label.startswith(f"{drawn} by day") for label in labels), word


def test_an_earlier_session_stays_one_click_away(desk, clinic, noor, ana):
    old, new = pen(ana, days_ago=60, by=noor), pen(ana, days_ago=2, by=noor)
    logged(old, 5, redness=1, note="The old one.")
    logged(new, 1, note="The new one.")
    assert "The new one." in page(desk, new)
    assert "The old one." in page(desk, new, treatment=old.id, page="2")
    foreign = pen(people.patient(clinic, "Berta"), by=noor)
    for other in (foreign.id, "nonsense", uuid4()):
        answer = desk.get(reverse("patient", args=[ana.pk]), {"treatment": other})
        assert answer.status_code == 404


# --- acting


def test_i_have_this_takes_all_and_is_said(desk, session):
    ill(session, signs=["pus", "blisters"])
    answer = desk.post(reverse("acknowledge", args=[session.id]), follow=True)
    assert "You are now in charge" in text_of(answer)
    assert "Dr Noor has it since" in text_of(answer)
    assert not Alert.objects.filter(acknowledged_at=None).exists()
    assert not has_button(answer, "I have this")
    assert "You already have this" in text_of(desk.post(reverse("acknowledge", args=[session.id]), follow=True))


def test_closing_keeps_the_outcome_in_the_history(desk, session):
    ill(session)
    alert = Alert.objects.get(concern="infection")
    answer = desk.post(reverse("resolve", args=[alert.id]), {"outcome": "seen", "reason": "Swab taken."}, follow=True)
    assert "Closed: Seen" in text_of(answer) and "Swab taken." in text_of(answer)
    assert "Closed signs of infection: Seen: Swab taken." in text_of(past(desk, session.patient_id))
    again = desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice"}, follow=True)
    assert re.search(r"Dr Noor closed this at \d\d:\d\d\.", text_of(again))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Choose an outcome."),
        ({"outcome": "watching"}, "Say until when."),
        ({"outcome": "watching", "again": "other", "on": ""}, "Choose a day and a time."),
        ({"outcome": "watching", "on": "2020-01-01T09:00"}, "Choose a time to come, a year ahead at most."),
        ({"outcome": "advice", "on": "2200-01-01T09:00"}, "Choose a time to come, a year ahead at most."),
        ({"outcome": "watching", "on": "soon"}, "Choose a day and a time."),
        ({"outcome": "watching", "again": "soon"}, "Choose when."),
        ({"outcome": "watching", "again": "2020-01-01T09:00:00+00:00"}, "Choose a time to come, a year ahead at most."),
        ({"outcome": "no_concern", "reason": "Milia", "on": "2027-01-01T09:00"}, "Choose another outcome"),
        ({"outcome": "treated", "reason": " "}, "Say what with."),
        ({"outcome": "no_concern", "reason": ""}, "Say why it is not a concern."),
        ({"outcome": "no_concern", "reason": "  \n "}, "Say why it is not a concern."),
        ({"outcome": "magic"}, "valid choice"),
        ({"outcome": "seen", "reason": "x" * 501}, "at most 500"),
        ({"outcome": "seen", "reason": "a\0b"}, "Null characters"),
    ],
)
def test_a_mistake_in_closing_stands_beside_its_field_and_keeps_what_was_typed(desk, session, typed, sentence):
    ill(session)
    alert = Alert.objects.get(concern="infection")
    answer = desk.post(reverse("resolve", args=[alert.id]), {"reason": "kept words", **typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    if "reason" not in typed:
        assert held(answer, f"{reverse('resolve', args=[alert.id])}#mistake")["reason"] == ["kept words"]
    assert Alert.objects.get(pk=alert.pk).is_open


def test_the_practitioner_reads_the_care_of_the_patient_with_the_reasons(desk, clinic, noor):
    session = pen(people.ana(clinic), days_ago=6, by=noor, conditions=["pregnant"], medications=["blood_thinner"])
    logged(session, 5, redness=1)
    shown = care(desk, session)
    assert (
        f"Do hard sport From day 7, {session.date_of(7):%a %-d %b}. Because: Blood thinner or bleeding disorder"
        in shown
    )
    assert "Use retinoids, acids or vitamin C, if nothing peels Is told to ask first." in shown
    assert (
        "Pain relief “Pregnant or breastfeeding: Paracetamol (acetaminophen) as the pack says. No ibuprofen or aspirin"
        in shown
    )
    assert "Because: Pregnant" in shown and "Because: A concern is open" not in shown
    assert f"Wear make-up Since day 2, {session.date_of(2):%a %-d %b}." in shown
    ill(session, day=6)
    assert "Wear make-up Is told to ask first. “Ask your clinic first. Something is still open.”" in care(desk, session)
    assert "Because: A concern is open" in care(desk, session)


def day_on(day, today) -> str:
    """A day as the page writes it: the year only where it is another."""
    return f"{day:%a %-d %b}" if day.year == today.year else f"{day:%-d %b %Y}"


@pytest.mark.parametrize(
    ("outcome", "days", "on_row", "in_history"),
    [
        ("not_reached", None, "Could not reach, {today}. Again ", "open: Could not reach, look again "),
        ("watching", 7, "Watching until {until}", "Left signs of infection open: Watching until {until}: Rang twice."),
        ("advice", 2, "Advice given, {today}. Look again {until}", "Advice given, look again {until}: Rang"),
    ],
)
def test_who_was_not_reached_or_is_watched_stays_in_the_queue(desk, session, outcome, days, on_row, in_history):
    ill(session)
    alert, today = Alert.objects.get(concern="infection"), timezone.now().astimezone(session.patient.zone).date()
    until = today + timedelta(days=days or 0)
    on = "" if days is None else f"{until.isoformat()}T09:00"
    typed = {"outcome": outcome, "reason": "Rang twice.", "on": on}
    answer = desk.post(reverse("resolve", args=[alert.id]), typed, follow=True)
    on_page = {"today": day_on(today, today), "until": f"{day_on(until, today)}, 09:00"}
    in_record = {"until": f"{until:%-d %b %Y}, 09:00"}
    assert "Saved. It stays open." in text_of(answer) and Alert.objects.get(pk=alert.pk).is_open
    assert on_row.format(**on_page) in text_of(answer)
    assert in_history.format(**in_record) in text_of(past(desk, session.patient_id))
    assert on_row.format(**on_page) in text_of(desk.get(reverse("queue")))
    ill(session, day=5, signs=["pus", "feeling_ill"], temperature_c=39.2)  # worse: what was written before is over
    assert on_row.format(**on_page) not in text_of(desk.get(reverse("queue")))
    desk.post(reverse("resolve", args=[alert.id]), {"outcome": "seen"})
    assert not Alert.objects.get(pk=alert.pk).is_open


@pytest.mark.parametrize(
    ("typed", "name", "complaint"),
    [
        ({}, "outcome", "Choose an outcome."),
        ({"outcome": "no_concern"}, "reason", "Say why it is not a concern."),
        ({"outcome": "watching"}, "again", ""),
        ({"outcome": "advice", "again": "other"}, "on", "Choose a day and a time."),
        ({"outcome": "advice", "again": "other", "on": "2020-01-01T09:00"}, "on", ""),
        ({"outcome": "advice", "again": "x", "on": "x"}, "again", "Choose when."),
    ],
)
def test_a_plan_with_a_mistake_leads_to_the_first_field_that_has_one(desk, session, typed, name, complaint):
    ill(session)
    answer = desk.post(reverse("resolve", args=[Alert.objects.get(concern="infection").id]), typed)
    assert answer.status_code == 422
    (led_to,) = select(answer, "*[@id='mistake']")
    assert {control.get("name") for control in led_to.iter() if control.get("name")} == {name}
    (error,) = (words(part) for part in led_to.iter("p") if part.get("class") == "error")
    assert complaint in error


def test_a_search_is_kept_through_what_is_done_and_a_closing_leads_to_the_queue(desk, session):
    ill(session)
    kept = "?" + urlencode({"from": f"show=all&s={sealed('Ana')}&at=1&of=1"})
    found, back = reverse("patient", args=[session.patient_id]) + kept, f"?show=all&s={sealed('Ana')}"
    actions = [form.get("action") for form in select(desk.get(found), "form[@method='post']")]
    written = [reverse(name, args=[session.pk]) for name in ("acknowledge", "note")]
    closing = [reverse("resolve", args=[Alert.objects.get(concern="infection").pk])]
    assert not [address for address in written + closing if not any(a.startswith(address + kept) for a in actions)]
    for address, typed in {
        written[0]: {}, written[1]: {"id": uuid4(), "text": "Rang."},
        reverse("resolve_all", args=[session.patient_id]): {
            "outcome": "seen", "seen": [f"{alert.pk} {alert.urgency}" for alert in Alert.objects.open()]
        },
    }.items():  # fmt: skip
        answer = desk.post(address + kept, typed, follow=True)
        assert answer.redirect_chain[-1][0] == found
        assert select(answer, "a[@class='link']")[0].get("href").startswith(reverse("queue") + back)
    assert not Alert.objects.open().exists()
    way_back = select(desk.get(found.removesuffix(kept)), "a[@class='link']")[0]
    assert (way_back.get("href"), words(way_back)) == (reverse("queue"), "To review")


def test_a_note_stays_here(desk, session):
    ill(session)
    answer = desk.post(reverse("note", args=[session.id]), {"id": uuid4(), "text": "Rang her."}, follow=True)
    shown = text_of(past(desk, session.patient_id))
    assert "Rang her." in text_of(answer) and "Note for the clinic Rang her." in shown
    assert not Delivery.objects.filter(note__isnull=False).exists()


def test_the_same_note_sent_twice_is_one_and_other_words_are_asked_about(desk, session):
    write, id = reverse("note", args=[session.id]), uuid4()
    for _ in range(2):
        assert desk.post(write, {"id": id, "text": "Rang her."}).status_code == 302
    other = desk.post(write, {"id": id, "text": "Other words."})
    assert other.status_code == 409
    assert held(other, f"{write}#mistake")["text"] == ["Other words."] and str(id) not in other.content.decode()
    assert Note.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"text": ""}, {"text": "x" * 1001}, {"text": "a\0b"}, {"id": "1"}, {"id": ""},
    ],
)  # fmt: skip
def test_a_note_with_a_mistake_is_not_kept(desk, session, typed):
    fine = {"id": uuid4(), "text": "Kept words"}
    write = reverse("note", args=[session.id])
    answer = desk.post(write, {**fine, **typed})
    assert answer.status_code == 422
    assert not Note.objects.exists()
    if "text" not in typed:
        assert held(answer, f"{write}#mistake")["text"] == ["Kept words"]


def test_hostile_words_are_shown_as_text(desk, session):
    ill(session, note="<script>alert(1)</script>")
    desk.post(reverse("note", args=[session.id]), {"id": uuid4(), "text": "<b onclick=x>"})
    shown = desk.get(reverse("patient", args=[session.patient_id])).content.decode()
    assert "<script>alert" not in shown
    assert "<b onclick" not in shown
    assert " style=" not in shown


# --- who may


def test_a_clinic_that_was_left_reads_what_it_did_and_nothing_else(clinic, noor, desk, session):
    logged(session, 2, note="Seen at the old clinic.")
    ana = session.patient
    own = pen(ana, days_ago=1)
    logged(own, 1, note="A secret of later.")
    leaves(ana)
    shown = page(desk, session)
    assert "Seen at the old clinic." in shown
    assert "A secret of later." not in shown
    assert "has left" in shown
    assert desk.get(reverse("patient", args=[ana.pk]), {"treatment": own.id}).status_code == 404
    response = desk.get(reverse("patient", args=[ana.pk]))
    assert not has_button(response, "I have this")
    for address in (reverse("practice_treatment_edit", args=[session.id]), reverse("patient_details", args=[ana.pk])):
        assert not select(response, f"a[@href='{address}']")
    answer = desk.post(reverse("note", args=[session.id]), {"id": uuid4(), "text": "x", "to": "patient"})
    assert answer.status_code == 404


def test_a_clinic_that_was_left_does_not_read_what_the_next_one_did_about_it(desk, session):
    ill(session)
    okafor = people.dr_okafor()
    practice = okafor.membership.practice
    joins(session.patient, practice)
    there = people.signed_in(okafor)
    for alert in Alert.objects.open().filter(practice=practice):
        typed = {"outcome": "no_concern", "reason": "Said in confidence."}
        assert there.post(reverse("resolve", args=[alert.id]), typed).status_code == 302
    assert "Said in confidence." in page(there, session)
    shown = page(desk, session)
    assert "Said in confidence." not in shown
    assert "Okafor" not in shown and "Otherwhere" not in shown


@pytest.mark.parametrize(
    ("shares", "unshared"),
    [
        ({}, "Notes and photos"), ({"earlier_notes": True}, "Photos"), ({"earlier_photos": True}, "Notes"),
        ({"earlier_notes": True, "earlier_photos": True}, ""),
    ],
)  # fmt: skip
def test_a_clinic_that_was_joined_reads_what_of_earlier_was_not_shared(desk, session, shares, unshared):
    logged(session, 2, note="Before she joined.")
    assert "from before" not in page(desk, session)
    okafor = people.dr_okafor()
    joins(session.patient, okafor.membership.practice, **shares)
    shown = page(people.signed_in(okafor), session)
    if unshared:
        assert f"{unshared} from before Ana Marrowby joined (" in shown
    else:
        assert "from before" not in shown
    assert ("Before she joined." in shown) == ("earlier_notes" in shares)


def test_a_day_that_was_changed_without_end_leaves_the_page_readable(desk, session):
    saved = logged(session, 2).entry
    Entry.objects.bulk_create(
        Entry(
            id=uuid4(), **on_day(session, 2), answers=saved.answers, note="zq9 once more", digest=str(n),
            received_at=saved.received_at, is_current=False, is_judged=True,
        )
        for n in range(MOST_REPLACED + 50)
    )  # fmt: skip
    assert "zq9" not in page(desk, session)
    assert text_of(desk.get(reverse("patient_log", args=[session.patient_id]))).count("zq9 once more") == MOST_REPLACED


def test_what_stayed_open_with_the_clinic_that_was_left_can_be_closed(desk, session):
    ill(session)
    leaves(session.patient)
    assert desk.post(reverse("acknowledge", args=[session.id])).status_code == 302
    for alert in Alert.objects.all():
        assert desk.post(reverse("resolve", args=[alert.id]), {"outcome": "advice"}).status_code == 302
    assert not Alert.objects.open().exists()


def test_a_long_course_takes_no_more_statements_than_a_short_one(desk, clinic, noor):
    short, long = (pen(people.patient(clinic, name), days_ago=120, by=noor) for name in ("Short", "Long"))
    start = timezone.now() - timedelta(days=1)
    for session, days in ((short, 3), (long, 40)):
        stored(session, range(1, days + 1))
        logged(session, 118, signs=["firm_lumps"], now=start)
    took = [len(statements(desk, reverse("patient", args=[session.patient_id]))) for session in (short, long)]
    assert took[0] == took[1] <= 12


@pytest.mark.parametrize(
    ("what", "of_session"), [("history", False), ("before", False), ("log", True), ("care", True), ("letter", True)]
)
def test_what_is_looked_up_is_a_link_away_leads_back_and_is_recorded(desk, session, noor, what, of_session):
    older = pen(session.patient, days_ago=60, by=noor)
    logged(older, 2)
    page = reverse("patient", args=[session.patient_id])
    behind = {"treatment": str(older.pk), "from": f"show=all&s={sealed('ana')}&at=1&of=1"}
    address = reverse(f"patient_{what}", args=[session.patient_id])
    hrefs = [link.get("href") for link in select(desk.get(page, behind), "a[@href]")]
    (there,) = [href for href in hrefs if href.startswith(address)]
    answer = desk.get(there)
    assert answer.status_code == 200
    (back,) = [link.get("href") for link in select(answer, "a[@href]") if link.get("href").startswith(page)]
    kept = dict(parse_qsl(urlsplit(back).query))
    assert kept == (behind if of_session else {"from": behind["from"]})  # the list that led there, and the session
    assert AuditRecord.objects.get(user=noor, what=getattr(read_receipts, what.upper()))


def test_a_print_says_in_full_whose_it_is_which_clinic_s_and_of_when(desk, session, clinic):
    Patient.objects.filter(pk=session.patient_id).update(number="KD 1042")
    (paper,) = select(desk.get(reverse("patient", args=[session.patient_id])), "dl[@class='facts on-paper']")
    facts = dict(zip(map(words, paper.findall("dt")), map(words, paper.findall("dd")), strict=True))
    today = date_format(timezone.localtime(timezone.now(), clinic.zone), "DATE_FORMAT")
    assert facts.pop("Printed").startswith(today)
    assert facts == {
        "Name": "Ana Marrowby", "Year of birth": "1990", "Patient number": "KD 1042",
        "Clinic": f"{clinic}, {clinic.phone}",
    }  # fmt: skip


def test_of_the_log_the_page_holds_the_newest_three_days_and_a_page_of_its_own_all(desk, session):
    stored(session, range(5))
    days = {
        page: [row.get("id") for row in select(desk.get(reverse(page, args=[session.patient_id])), "li[@id]")]
        for page in ("patient", "patient_log")
    }
    assert days == {"patient": ["day-4", "day-3", "day-2"], "patient_log": [f"day-{day}" for day in (4, 3, 2, 1, 0)]}


@pytest.mark.parametrize("became", ["all open", "one closed", "all closed", "left open", "left closed", "not joined"])
def test_the_page_takes_twelve_statements_whatever_became_of_the_patient(became, desk, clinic, noor):
    ana = people.patient(clinic, "Ana", accepted=became != "not joined")
    session = pen(ana, days_ago=6, by=noor)
    if became != "not joined":
        ill(session, signs=["pus", "hives"])
    change_treatment(session, by=noor, now=timezone.now(), passes=3)
    alerts = list(Alert.objects.order_by("-urgency"))
    closed = {"one closed": alerts[1:], "all closed": alerts, "left closed": alerts}.get(became, [])
    resolve_all({alert: alert.urgency for alert in closed}, outcome="seen", by=noor, now=timezone.now())
    if became.startswith("left"):
        leaves(ana)
    assert len(statements(desk, reverse("patient", args=[ana.pk]))) <= 12


@pytest.mark.parametrize(
    ("typed", "own_words"),
    [
        ({"outcome": "referred", "reason": "Zu Dr Day: heute."}, "Zu Dr Day: heute."),
        ({"outcome": "watching", "on": "2027-01-05T09:00"}, ""),
        ({"outcome": "seen", "on": "2027-07-05T09:00", "reason": "Abstrich."}, "Abstrich."),
    ],
)
def test_whoever_reads_the_history_reads_what_became_of_it_in_their_language(desk, session, settings, typed, own_words):
    ill(session)
    desk.post(reverse("resolve", args=[Alert.objects.get(concern="infection").id]), typed)
    label = str(dict(OUTCOMES)[typed["outcome"]])
    assert label in text_of(past(desk, session.patient_id))
    pseudo.install()
    settings.LANGUAGE_CODE = pseudo.CODE
    lines = map(words, select(past(desk, session.patient_id), "li"))
    (line,) = (line for line in lines if pseudo.pseudo("Signs of infection") in line and pseudo.pseudo(label) in line)
    said = line.partition("Dr Noor")[2]
    assert own_words in said and not re.search("[a-zA-Z]", said.replace(own_words, ""))


def test_an_outcome_that_was_kept_as_a_sentence_stands_as_it_was_written(desk, noor, session):
    ill(session)
    detail = "Watching until 5 Dec 2026, 09:00: Rang twice."
    alert = Alert.objects.filter(concern="infection")
    write_events(alert, AlertEvent.What.KEPT_OPEN, at=timezone.now(), by=noor, detail=detail)
    assert f"Left signs of infection open: {detail}" in text_of(past(desk, session.patient_id))
