"""The queue: who comes first, why, who has it, who was told; and what it costs with 10,000 patients."""

import gzip
import re
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format

from accounts.invitations import accept, invite_patient
from accounts.models import Patient
from symptoms.alerts.handling import acknowledge
from symptoms.models import Alert, Delivery, PatientStatus, Treatment
from symptoms.views.clinic.queue import next_to_review
from symptoms.views.clinic.queue_asked import SHOW
from symptoms.views.clinic.sought_words import sealed, unsealed
from tests import people
from tests.moving import leaves, token_in
from tests.pages.html import select, text_of, words
from tests.pages.practitioner.pages import scanned, statements
from tests.treatments import broken_rules, logged, pen, stored

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")
# Reading a whole table would cost more with every patient; the index of unsent messages is short while they go out.
LONG = {f"symptoms_{table}" for table in ("entry", "patientstatus", "treatment", "alert", "assessment")}
LONG |= {"accounts_patient"}  # tables that grow with every patient


def names(response) -> list[str]:
    return [link.text for link in select(response, "h2/a")]


def follow(clinic, noor, name: str, day: int = 4, *, ago: timedelta = timedelta(0), **reported):
    """A patient with one entry, of which what it raised has been waiting since `ago`."""
    session = pen(people.patient(clinic, name), days_ago=day, by=noor)
    if reported:
        logged(session, day, **reported)
        # Moved back afterwards: just after midnight the day itself was not there yet.
        session.alerts.update(worsened_at=F("worsened_at") - ago)
        PatientStatus.objects.filter(treatment=session, alert_urgency__gt=0).update(
            waiting_since=F("waiting_since") - ago
        )
    return session


def test_the_most_urgent_come_first_then_the_longest_waiting(clinic, noor, desk):
    follow(clinic, noor, "Late contact", signs=["feeling_ill"], temperature_c=37.5)
    follow(clinic, noor, "Early contact", ago=timedelta(hours=2), signs=["feeling_ill"], temperature_c=37.5)
    follow(clinic, noor, "Urgent", signs=["pus"])
    follow(clinic, noor, "Emergency", signs=["trouble_breathing"])
    follow(clinic, noor, "Watched", redness=3)
    follow(clinic, noor, "Well", redness=1)
    response = desk.get(QUEUE)
    assert names(response) == ["Emergency", "Urgent", "Early contact", "Late contact"]
    assert "4 need action" in text_of(response)


def test_row_and_page_name_the_same_of_two_as_urgent(clinic, noor, desk):
    session = follow(clinic, noor, "Dora", pain=4, signs=["pus"])
    for was, became in (("infection", ""), ("unexpected_pain", "infection"), ("", "unexpected_pain")):
        Alert.objects.filter(concern=was).update(concern=became)  # whichever was written first
    page = text_of(desk.get(reverse("patient", args=[session.patient_id])))
    assert page.index("Signs of infection") < page.index("Pain above expected") and "Signs of infection:" in text_of(
        desk.get(QUEUE)
    )


def test_each_list_shows_its_own_and_all_shows_everybody_by_name(clinic, noor, desk):
    follow(clinic, noor, "Dora", signs=["pus"])
    follow(clinic, noor, "Cleo", redness=3)
    follow(clinic, noor, "Berta", redness=1)
    follow(clinic, noor, "anton")
    shown = {show: names(desk.get(QUEUE, {"show": show})) for show in ("open", "all", "rubbish")}
    assert shown["open"] == shown["rubbish"] == ["Dora"]
    assert names(desk.get(QUEUE, {"show": "all", "log": "watch"})) == ["Cleo"]
    assert names(desk.get(QUEUE, {"show": "all", "log": "on_track"})) == ["Berta"]
    assert shown["all"] == ["anton", "Berta", "Cleo", "Dora"]
    everybody = desk.get(QUEUE, {"show": "all"})
    assert "Watch" in text_of(everybody) and "No log yet" in text_of(everybody)
    assert len(select(everybody, "li[@data-urgency='on_track']")) == 1  # not who never logged
    people.patient(clinic, "Eva", accepted=False)
    assert "Not joined yet" in text_of(desk.get(QUEUE, {"show": "all", "q": "Eva"}))


def test_a_row_says_why_how_long_and_who_has_it(clinic, noor, desk):
    session = follow(clinic, noor, "Mara", ago=timedelta(minutes=14), pain=3, warmth=2, signs=["pus"])
    row = text_of(desk.get(QUEUE))
    assert "Day 4 · Pen 1.5 mm · type II" in row
    assert "Signs of infection: pus, pain severe, heat medium" in row
    assert "See today" in row
    assert "14 min not taken" in row
    acknowledge(session, by=noor, now=timezone.now())
    assert "Dr Noor has it" in text_of(desk.get(QUEUE))


def test_what_got_worse_after_it_was_taken_says_when(clinic, noor, desk):
    session = follow(clinic, noor, "Mara", signs=["pus"])
    acknowledge(session, by=noor, now=timezone.now())
    session.alerts.update(
        acknowledged_at=timezone.now() - timedelta(hours=9), worsened_at=timezone.now() - timedelta(hours=3)
    )
    assert "Dr Noor has it taken 9 h ago worse 3 h ago" in text_of(desk.get(QUEUE))
    assert "Worse since" in text_of(desk.get(reverse("patient", args=[session.patient_id])))


def test_a_row_without_an_alert_says_when_the_patient_last_logged(clinic, noor, desk):
    session = pen(people.patient(clinic, "Mara"), days_ago=9, by=noor)
    logged(session, 3, redness=1, now=timezone.now() - timedelta(days=6))
    assert "On track" in text_of(desk.get(QUEUE, {"show": "all"}))
    assert "logged 6 days ago" in text_of(desk.get(QUEUE, {"show": "all"}))


@pytest.mark.parametrize(
    ("reported", "name", "label"),
    [
        ({"pain": 3, "signs": ["pus"]}, "Pain", "Pain severe on day 4, above the expected range"),
        ({"redness": 4}, "Redness", "Redness very severe on day 4, above the expected range"),
        ({"redness": 1}, "Pain", "Pain none on day 4, within the expected range"),
    ],
)
def test_the_curve_is_named_and_says_in_words_what_it_shows(clinic, noor, desk, reported, name, label):
    follow(clinic, noor, "Mara", **reported)
    (figure,) = select(desk.get(QUEUE, {"show": "all"}), "figure")
    assert [part.text for part in figure.iter("figcaption")] == [name]
    assert label in [part.get("aria-label") for part in figure.iter()]


def test_beside_what_rests_on_signs_alone_no_calm_curve_is_drawn(clinic, noor, desk):
    follow(clinic, noor, "Mara", signs=["face_or_tongue_swelling", "hives"])
    page = desk.get(QUEUE)
    assert (
        "Signs of an allergic reaction" in text_of(page)
        and not select(page, "figure")
        and not select(page, "svg[@role='img']")
    )


def test_a_row_says_when_nobody_was_told_or_could_be(clinic, noor, desk):
    follow(clinic, noor, "Mara", signs=["pus"])
    assert "told" not in text_of(desk.get(QUEUE)).lower()
    Delivery.objects.update(failed_at=timezone.now())
    assert "Could not be told" in text_of(desk.get(QUEUE))
    Delivery.objects.all().delete()
    assert "Nobody was told" in text_of(desk.get(QUEUE))


def test_a_row_says_that_an_entry_was_not_judged(clinic, noor, desk):
    session = follow(clinic, noor, "Mara")
    with broken_rules():
        logged(session, 4)
    assert "Entry not judged: day 4 could not be compared, please read it" in text_of(desk.get(QUEUE))


def test_a_row_says_that_the_answers_changed(clinic, noor, desk):
    session = follow(clinic, noor, "Mara", signs=["pus"])
    logged(session, 4)
    assert "Answers changed since" in text_of(desk.get(QUEUE))


EVERYBODY = (
    "Ana Marrowby",
    "100 % Sure",
    "Under_Score",
    "Pat O'Neil",
    "Deniz Özgür",
    "Mara 3",
    "Anna Smith",
    "Anna Smith",
)


SOUGHT = {
    "ana": ["Ana Marrowby"], "MARROW": ["Ana Marrowby"], "%": ["100 % Sure"], "_": ["Under_Score"],
    "o'neil": ["Pat O'Neil"], "ÖZ": ["Deniz Özgür"], "nobody": [], "\\": [], "\0": sorted(EVERYBODY),
    "’": [], "- -": [], "x" * 10_000: [], "' OR 1=1 --": [], "<script>": [],
    "smith anna": ["Anna Smith", "Anna Smith"], "anna 1962": ["Anna Smith"], "1997": ["Anna Smith"],
    "\u202eanna\u2066 smith": ["Anna Smith", "Anna Smith"], "1962 1997": [], "anna x" + " y" * 50: [],
}  # fmt: skip


def test_search_takes_any_character_as_itself_and_words_in_any_order_with_a_year_of_birth(clinic, desk):
    for name, year in zip(EVERYBODY, (1990, 1990, 1990, 1990, 1990, 1990, 1962, 1997), strict=True):
        people.patient(clinic, name, year_of_birth=year)
    for sought, listed in SOUGHT.items():
        response = desk.get(QUEUE, {"show": "all", "q": sought})
        assert (response.status_code, sorted(names(response))) == (200, listed), sought
        assert b"<script>" not in response.content
        if len(listed) == 2:
            assert "Anna Smith born 1962" in text_of(response) and "Anna Smith born 1997" in text_of(response)


@pytest.mark.parametrize(
    ("name", "sought"),
    [
        ("<img src=x onerror=alert(1)>", "img"), ("Zoë Świątek", "zoe swiatek"),
        ("Zoe Swiatek", "ZOË ŚWIĄTEK"), ("Łukasz Ørsted", "lukasz orsted"),
        ("Rene\u0301e", "renée"), ("Renée", "rene\u0301e"), ("İpek", "ipek"), ("Ipek", "İPEK"), ("김한나", "한"),
        ("Йонас", "йон"), ("A.(B)*", "a.(b)*"),
        ("Pat O’Brien", "o'brien"), ("Pat O'Brien", "o’brien"), ("Pat Oʻbrien", "obrien"), ("Pat OBrien", "o´brien"),
        ("Ann-Marie Day", "ann\u2011marie"), ("Ann Marie Day", "ann-marie"), ("Ann–Marie Day", "annmarie"),
        ("Jan Wójcik", "wojcik"), ("Wojcik", "wójcik"), ("İlkay Işık", "ilkay isik"),
        ("Æsa Þorsdóttir", "aesa thorsdottir"),
        ("Weiß", "weiss"), ("Núria Paral·lel", "parallel"), ("محمّد", "محمد"), ("أحمد ی", "احمد ي"), ("שָׁלוֹם", "שלום"),
        ("王小明", "小明"), ("がくと", "がく"), ("Rosa 🌹", "🌹"), ("Anna\u200bLena", "annalena"), ("Ｌｅｅ", "lee"),
    ],
)  # fmt: skip
def test_accents_and_case_hide_nobody(clinic, desk, name, sought):
    people.patient(clinic, name)
    people.patient(clinic, "Berta Quirk")
    assert names(desk.get(QUEUE, {"show": "all", "q": sought})) == [name]


def test_a_patient_found_by_a_search_leads_back_to_it(clinic, noor, desk):
    follow(clinic, noor, "Dora & Co", signs=["pus"])
    (found,) = select(desk.get(QUEUE, {"show": "all", "q": "dora &"}), "h2/a")
    (back,) = select(desk.get(found.get("href")), "span[@class='row way']/a")
    assert words(back) == "Patients" and back.get("href").startswith(f"/practice/?show=all&s={sealed('dora &')}#")
    assert names(desk.get(back.get("href"))) == ["Dora & Co"]


def test_a_search_is_sent_as_a_form_and_no_address_that_follows_holds_its_words(clinic, noor, desk):
    follow(clinic, noor, "Dora Quill", signs=["pus"])
    form = {"q": " dora  quill ", "device": "pen"}
    (search,) = (form for form in select(desk.get(QUEUE), "form[@role='search']"))
    assert (search.get("method"), search.get("action")) == ("post", reverse("practice_search"))
    led = desk.post(search.get("action"), form)
    assert led.url == f"{QUEUE}?show=all&s={sealed('dora quill')}&device=pen"
    page = desk.get(led.url)
    assert names(page) == ["Dora Quill"] and "found for “dora quill”" in text_of(page)
    pages = [page, desk.get(select(page, "h2/a")[0].get("href"))]
    parts = [part for at in pages for part in select(at, "*")]
    addresses = " ".join(part.get(name, "") for part in parts for name in ("href", "action")).lower()
    assert sealed("dora quill").lower() in addresses and "dora" not in addresses and "quill" not in addresses
    assert desk.post(search.get("action"), {"q": " "}).url == f"{QUEUE}?show=open"
    to_treatment = desk.post(search.get("action"), {"q": "dora", "to": "treatment"}).url
    assert "dora" not in to_treatment and "Use the record of Dora Quill" in text_of(desk.get(to_treatment))


def test_sealed_words_open_under_an_older_key_and_others_say_nothing(settings):
    words = sealed("Łucja 🌹")
    assert unsealed(words) == "Łucja 🌹" and sealed("Łucja 🌹") == words
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert unsealed(words) == "Łucja 🌹" != unsealed(words[:-2]) == ""
    settings.SECRET_KEY_FALLBACKS = []
    assert [unsealed(text) for text in (words, "", "a", "é", "=", "A" * 5000, "dora")] == [""] * 7


def test_a_page_past_the_end_is_the_last_and_nonsense_is_the_first(clinic, noor, desk):
    for number in range(60):
        people.patient(clinic, f"Patient {number:02}", accepted=False)
    first, last = names(desk.get(QUEUE, {"show": "all"})), names(desk.get(QUEUE, {"show": "all", "page": "2"}))
    assert (len(first), len(last)) == (50, 10)
    assert not set(first) & set(last)
    pages = {"99": last, "9" * 5000: first, "0": last, "-1": last, "x": first, "": first}
    assert {page: names(desk.get(QUEUE, {"show": "all", "page": page})) for page in pages} == pages


def test_dr_okafor_sees_nothing_of_ana(clinic, noor):
    session = pen(people.ana(clinic), days_ago=4, by=noor)
    logged(session, 4, signs=["pus"])
    okafor = people.signed_in(people.dr_okafor())
    for show in SHOW:
        response = okafor.get(QUEUE, {"show": show, "q": "Ana" if show == "all" else ""})
        assert "Marrowby" not in response.content.decode()


def test_who_used_a_code_waits_to_be_confirmed(clinic, noor, desk):
    waiting = people.patient(clinic, "Mara", accepted=False)
    _, link = invite_patient(waiting, noor)
    accept(token_in(link), people.user("Somebody"), timezone.now())
    assert "Is this Mara?" in text_of(desk.get(QUEUE))


def test_messages_that_do_not_go_out_are_said(clinic, noor, desk):
    follow(clinic, noor, "Mara", signs=["pus"])
    assert "Messages have been waiting" not in text_of(desk.get(QUEUE))
    Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert "Messages have been waiting since" in text_of(desk.get(QUEUE))
    elsewhere = people.signed_in(people.dr_okafor())
    assert "Messages have been waiting" not in text_of(elsewhere.get(QUEUE))
    Delivery.objects.update(refused_at=timezone.now())  # that is said in the row
    shown = text_of(desk.get(QUEUE))
    assert "Messages have been waiting" not in shown and "Could not be told" in shown
    Delivery.objects.update(refused_at=None, sent_at=timezone.now())
    assert "Messages have been waiting" not in text_of(desk.get(QUEUE))


def test_what_stayed_open_when_a_patient_left_is_still_in_the_queue(clinic, noor, desk):
    session = follow(clinic, noor, "Mara", signs=["pus"])
    leaves(session.patient)
    assert names(desk.get(QUEUE)) == ["Mara"]
    assert names(desk.get(QUEUE, {"show": "all"})) == []
    assert desk.get(reverse("patient", args=[session.patient_id])).status_code == 200


@pytest.fixture
def crowd(clinic, noor):
    """Sixty with something open, a course of ten days each, and thousands more without."""
    for number in range(60):
        session = pen(people.patient(clinic, f"Open {number:02}"), days_ago=9, by=noor)
        stored(session, range(9), redness=2)
        logged(session, 9, pain=2, warmth=2, redness=3, signs=["pus"])
    template = PatientStatus.objects.first()
    others = [Patient(practice=clinic, name=f"Well {number:05}") for number in range(3000)]
    Patient.objects.bulk_create(others)
    PatientStatus.objects.bulk_create(
        PatientStatus(patient=patient, practice=clinic, treatment=template.treatment, entry=template.entry, urgency=0)
        for patient in others
    )


def test_the_queue_takes_eight_statements_and_fifteen_kilobytes_at_most(crowd, desk):
    for show, rows in {**dict.fromkeys(SHOW, 0), "open": 50, "not_joined": 50, "all": 50}.items():
        desk.get(QUEUE, {"show": show})  # the first time of a day it is written down who was read
        took = statements(desk, QUEUE, show=show)
        assert len(took) <= 8, f"{show}: {len(took)} statements"
        assert not scanned(desk, QUEUE, show=show) & LONG
        response = desk.get(QUEUE, {"show": show})
        assert len(gzip.compress(response.content, 6)) <= 15 * 1024
        assert len(names(response)) == rows
    (onward,) = select(desk.get(QUEUE, {"show": "all", "device": "pen"}), "a[@rel='next']")
    assert onward.get("href") == "?show=all&device=pen&page=2"
    assert not scanned(desk, QUEUE, q="P24 007b") & (LONG | {"treatments_open_to"})


def test_the_work_for_a_row_is_the_same_in_a_long_list(clinic, noor):
    """Counted in steps of the database: where each row reads all the others, a long list is of no use."""
    session = pen(people.patient(clinic, "Mara"), days_ago=9, by=noor)
    logged(session, 9, signs=["pus"])
    alert, status = Alert.objects.get(), PatientStatus.objects.get()

    def steps_of_the_queue(rows: int) -> int:
        patients = [Patient(practice=clinic, name=f"Open {number}") for number in range(rows)]
        sessions = [copied(session, patient=patient) for patient in Patient.objects.bulk_create(patients)]
        Treatment.objects.bulk_create(sessions)
        Alert.objects.bulk_create(copied(alert, treatment=of, acknowledged_by=noor) for of in sessions)
        PatientStatus.objects.bulk_create(copied(status, patient=of.patient, treatment=of) for of in sessions)
        steps = []
        connection.connection.set_progress_handler(lambda: steps.append(1), 100)
        next_to_review(clinic, noor, timezone.now())
        connection.connection.set_progress_handler(None, 0)
        return len(steps)

    few = steps_of_the_queue(50)
    assert 0 < steps_of_the_queue(350) < 2 * 8 * few  # 8 times as many rows, sorted


def copied(row, **changes):
    """Another row like `row`, with a key of its own."""
    row = copy(row)
    row.pk, row._state.adding = type(row)._meta.pk.get_default() if row._meta.pk.has_default() else None, True
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def test_a_row_speaks_of_the_newest_log_while_it_still_raises_the_same(clinic, noor, desk):
    session = pen(people.patient(clinic, "Mara"), days_ago=4, by=noor)
    logged(session, 3, signs=["pus"], now=timezone.now() - timedelta(days=1))
    acknowledge(session, by=noor, now=timezone.now())
    desk.get(QUEUE)
    took = len(statements(desk, QUEUE))
    assert "Signs of infection: pus Signs only, no curve 24 h" in text_of(desk.get(QUEUE))
    logged(session, 4, signs=["pus"], pain=3)
    assert Alert.objects.get(concern="infection").entry.day == 3
    assert re.search("Signs of infection: pus, pain.* severe", text_of(desk.get(QUEUE)))
    assert len(statements(desk, QUEUE)) == took
    logged(session, 4, pain=1)
    shown = text_of(desk.get(QUEUE))
    assert "Signs of infection: pus " in shown and "severe" not in shown


def test_what_came_since_the_last_look_is_marked_and_named_above_the_list(clinic, noor, desk):
    def fetched(by_itself: bool = False):
        page = desk.get(QUEUE, headers={"X-By-Itself": "1"} if by_itself else {})
        marked = [words(link) for link in select(page, "h2/span[@class='new']/../a")]
        return marked, [words(bar) for bar in select(page, "div[@id='new']/div")], select(page, "div[@id='new']//a")

    def clock_of(session) -> str:
        return time_format(session.alerts.first().worsened_at.astimezone(clinic.zone).time())

    follow(clinic, noor, "Old", signs=["pus"])
    assert fetched()[:2] == ([], [])
    session = follow(clinic, noor, "Mara", signs=["pus", "feeling_ill"], temperature_c=39.2)
    opened = clock_of(session)
    for by_itself in (True, True, False):  # what the page fetches by itself is no look
        marked, bars, (link,) = fetched(by_itself)
        assert (marked, bars) == (["Mara"], [f"1 new: Emergency. Mara, {opened} Go to it"])
        assert link.get("href") == f"#row-{session.patient_id}"
    later = clock_of(follow(clinic, noor, "Zoe", signs=["pus"]))
    assert fetched(by_itself=True)[1] == [f"2 new, the most urgent: Emergency. Mara, {opened} Go to it"]
    acknowledge(session, by=noor, now=timezone.now())
    assert fetched(by_itself=True)[:2] == (["Zoe"], [f"1 new: See today. Zoe, {later} Go to it"])
    fetched()
    assert fetched()[:2] == ([], [])


def test_what_is_new_is_said_on_every_list_until_the_queue_is_opened(clinic, noor, desk):
    def said(headers: dict | None = None, **asked) -> list[str]:
        bars = select(desk.get(QUEUE, asked, headers=headers), "div[@id='new']/div")
        return [f"{bar.get('data-title')}: {bar.find('.//a').get('href')}" for bar in bars]

    assert said(show="all") == []  # a session that begins there has a look to count from
    session = follow(clinic, noor, "Mara", signs=["trouble_breathing"])
    for asked in ({"show": "all"}, {"show": "all"}, {"q": "mara"}):
        assert said(**asked) == [f"1 new: Emergency: #row-{session.patient_id}"]
    assert (
        said(show="quiet")
        == said({"X-By-Itself": "1"}, show="closed", page="2")
        == [f"1 new: Emergency: {reverse('patient', args=[session.patient_id])}"]
    )
    assert len(said()) == 1  # opened: from here on it is known
    assert said(show="all") == said() == []
