"""Care for each phase, what is allowed when, when to get help, and the words for each urgency and concern."""

import re
import tomllib
from pathlib import Path

import pytest

from symptoms.recovery import care as aftercare
from symptoms.recovery.care import ALONE, PHASES, SEEK_HELP, care, phase_of, when_can_anybody, when_can_i
from tests.courses import drawn

SESSION = "Needling, peel, laser, waxing, filler, toxin"
STRONG = "Retinoid, acids, vitamin C, benzoyl peroxide, scrubs"
POOL = "Pool, sea, sauna, hot tub, steam"


def _care(who: str, day: int, **more) -> dict[str, str]:
    course = drawn(who)
    return {advice.topic: " ".join(advice.texts) for advice in care(day, course.treatment, course.patient, **more)}


def _allowed(who: str, **more) -> dict[str, int | None]:
    course = drawn(who)
    return {activity.title: activity.day for activity in when_can_i(course.treatment, course.patient, **more)}


def test_somebody_without_a_clinic_reads_of_none():
    table = tomllib.loads(Path(aftercare.__file__).with_name("aftercare.toml").read_text())
    cells = [cell for topic in table["topic"] for cell in (topic, topic.get("slow", {}), topic.get("gentle", {}))]
    texts = {text for cell in cells for text in cell.values() if isinstance(text, str)}
    texts |= {row["say"] for row in table["person"]}
    assert {text for text in texts if "clinic" in text} == ALONE.keys()
    assert not any("clinic" in text for text in ALONE.values())


def test_before_a_treatment_anybody_reads_the_days_of_somebody_of_whom_nothing_is_known():
    plain, slow = _allowed("B"), _allowed("R")
    assert {what: (day, slow_day) for what, day, slow_day in when_can_anybody()} == {
        what: (plain[what], slow[what]) for what in plain
    }
    days = [day for _, day, _ in when_can_anybody()]
    assert days == sorted(days)


def test_every_day_has_its_phase():
    edges = [(0, 0), (1, 1), (2, 1), (3, 2), (7, 2), (8, 3), (28, 3), (29, 4), (180, 4)]
    assert [(day, PHASES.index(phase_of(day))) for day, _ in edges] == edges


def test_there_is_no_sunscreen_on_open_pores_then_every_day_and_no_tanning_ever():
    assert "No sunscreen" in _care("C", 0)["Sun"]
    assert "No tanning at all" in _care("C", 20)["Sun"]
    assert not [title for title in _allowed("C") if "tan" in title.lower().split()]


@pytest.mark.parametrize("day", [0, 1, 2])
def test_in_the_first_days_the_temperature_comes_before_the_tablet(day):
    assert "It hides a fever, so take your temperature first." in _care("C", day)["Pain relief"]


@pytest.mark.parametrize(
    ("who", "topic", "days", "says", "instead"),
    [
        ("pregnant", "Pain relief", (0, 5), "No ibuprofen or aspirin, unless your doctor told you to.", "As needed"),
        (
            "breastfeeding",
            "Pain relief",
            (0, 5),
            "No ibuprofen or aspirin, unless your doctor told you to.",
            "As needed",
        ),
        ("pregnant", STRONG, (7, 40), "No retinoids while you are pregnant", "As usual"),
        ("breastfeeding", SESSION, (0, 40), "Not while you are pregnant or breastfeeding.", "A new session"),
        ("pregnant", "Dark marks", (0, 40), "No hydroquinone.", "-"),
        ("pregnant", "Fever", (0, 40), "Call your midwife or doctor the same day.", "-"),
        ("blood_thinner", "Pain relief", (0, 5), "Never stop your blood thinner by yourself.", "As needed"),
        ("bleeding_disorder", SESSION, (14, 40), "You bruise and bleed more.", "A new session"),
        ("isotretinoin_6m", SESSION, (0, 40), "Many wait six months after the last tablet.", "A new session"),
        ("isotretinoin_6m", STRONG, (7, 40), "Your skin is dry and thin.", "As usual"),
        ("topical_retinoid", STRONG, (0, 7), "Leave off your own retinoid cream too", "Start again"),
        ("skin_cancer", SESSION, (0, 40), "A skin doctor should look at it first.", "A new session"),
        ("skin_cancer", "Skin cancer", (0, 3), "Tell the doctor who treated your skin cancer", "-"),
        ("keloid_history", SESSION, (0, 40), "Not before three months", "A new session"),
        ("autoimmune", SESSION, (0, 40), "New patches can come where the needles went.", "A new session"),
        ("diabetes", POOL, (0, 7), "Not until day 14", "Not until day 7"),
        ("home", SESSION, (0, 40), "never deeper than 0.5 mm, never shared", "A new session"),
    ],
)
def test_who_one_is_takes_the_place_of_what_is_said_to_all(who, topic, days, says, instead):
    for day in days:
        text = _care(f"C {who}", day)[topic]
        assert says in text and instead not in text
        assert says not in _care("C", day).get(topic, "")


NAMES = {  # what a line is about, by whom it is for
    "pregnant": "pregnan", "breastfeeding": "breastfeeding", "bleed_risk": "blood thinner", "recent_tan": "the tan",
    "isotretinoin_6m": "isotretinoin", "topical_retinoid": "retinoid cream", "skin_cancer": "skin cancer",
    "keloid_history": "keloids", "autoimmune": "autoimmune disease", "psoriasis": "psoriasis", "vitiligo": "vitiligo",
    "photosensitiser": "medicine", "at_risk": "weak immune system", "home": "at home", "rf_at_home": "rf at home",
    "open_concern": "something is still open",
}  # fmt: skip


def test_each_line_for_some_people_names_what_it_is_about():
    """Several can stand in one cell, one after the other."""
    assert {word for text in aftercare.PERSONAL for word in text.who} == NAMES.keys()
    assert [
        (word, text.say)
        for text in aftercare.PERSONAL
        for word in text.who
        if NAMES[word] not in f"{aftercare.ABOUT.get(text.say, '')} {text.say}".lower()
    ] == []


@pytest.mark.parametrize(
    ("who", "topic", "says"),
    [
        ("autoimmune", "Sun", "Keep this skin out of the sun."),
        ("photosensitiser", "Sun", "Your medicine makes skin burn fast."),
        ("recent_tan", "Sun", "No sun on this skin until the tan has gone."),
        ("diabetes", "Washing", "Look at the skin twice a day."),
        ("blood_thinner", "Picking, scratching, shaving", "Use an electric razor"),
    ],
)
def test_some_words_stand_beside_those_for_all(who, topic, says):
    general, own = _care("C", 3)[topic], _care(f"C {who}", 3)[topic]
    assert own.startswith(says) and own.endswith(general)


# The table of first days: plain, slow, gentle, and what a person changes; None is "ask first".
FIRST_DAYS = {
    "Wear sunscreen": {"C": 1, "D": 1, "C type5": 1, "C pregnant": 1},
    "Wear make-up": {"C": 2, "R": 2, "C blood_thinner": 2},
    "Do light sport": {"C": 3, "D": 3, "C type?": 3},
    "Do hard sport": {"C": 5, "D": 7, "C type5": 5, "C blood_thinner": 7},
    "Shave, if the skin is smooth": {"C": 3, "D": 3, "C bleeding_disorder": 3},
    "Swim or use a sauna, if the skin is closed": {"A": 7, "D": 14, "R": 14, "C type5": 7, "C diabetes": 14},
    "Use retinoids, acids or vitamin C, if nothing peels": {
        "C": 7, "D": 10, "C type5": 10, "C type?": 10, "C rosacea": 10, "C recent_tan": 10, "C breastfeeding": None,
        "C isotretinoin_6m": None, "C keloid_history": 7, "C topical_retinoid": 7,
    },
    "Have toxin or filler": {
        "C": 14, "D": 14, "C pregnant": None, "C blood_thinner": None, "C skin_cancer": None, "C isotretinoin_6m": 14,
        "C keloid_history": 14,
    },
    "Have a new session, if no redness, mark or lump is left": {
        "C": 28, "D": 42, "C type5": 28, "C recent_tan": 28, "C pregnant": None, "C blood_thinner": None,
        "C isotretinoin_6m": None, "C skin_cancer": None, "C keloid_history": None, "C autoimmune": None,
        "C psoriasis": None, "C vitiligo": None, "R home": None,
    },
}  # fmt: skip


@pytest.mark.parametrize("title", FIRST_DAYS)
def test_when_it_is_allowed_again_and_who_asks_first(title):
    assert {who: _allowed(who)[title] for who in FIRST_DAYS[title]} == FIRST_DAYS[title]


@pytest.mark.parametrize("who", ["A", "C", "D", "R", "C type5", "C diabetes", "C pregnant", "C recent_tan", "A home"])
def test_what_is_allowed_again_is_not_called_too_early_on_the_same_page(who):
    course = drawn(who)
    rows = {row.title: row.day for row in when_can_i(course.treatment, course.patient, is_on_track=True)}
    table = tomllib.loads(Path(aftercare.__file__).with_name("aftercare.toml").read_text())["allowed"]
    for day in range(60):
        texts = _care(who, day)
        for row in table:
            allowed = rows[row["title"]]
            if allowed is not None and allowed <= day:
                assert not re.match("(Not|None) yet", texts.get(row["topic"], "")), (day, row["title"])


def test_while_something_is_open_whoever_asks_is_sent_to_the_clinic():
    plain, waiting = _allowed("C"), _allowed("C", open_concern=True)
    asked = {title for title, day in waiting.items() if day is None}
    assert len(asked) == 6 and all(plain[title] == waiting[title] for title in plain if title not in asked)
    assert "Something is still open." in _care("C", 30, open_concern=True)[SESSION]


def test_a_shallow_session_at_home_waits_a_week_and_for_a_log_on_track():
    title = "Have a new session, if no redness, mark or lump is left"
    assert [_allowed(who, is_on_track=True)[title] for who in ("A home", "C home", "A")] == [7, 28, 28]
    assert _allowed("A home")[title] == 28


def test_whoever_asks_first_reads_why():
    course = drawn("C pregnant keloid_history")
    rows = {row.title: row for row in when_can_i(course.treatment, course.patient)}
    row = rows["Have a new session, if no redness, mark or lump is left"]
    assert len(row.texts) == 2 and set(row.because) == {"pregnant", "keloid_history"}
    assert all(row.texts for row in rows.values() if row.day is None)


@pytest.mark.parametrize(
    ("who", "title", "day", "because"),
    [
        ("C", "Do hard sport", 5, ()),
        ("D", "Do hard sport", 7, ("slow",)),
        ("C blood_thinner", "Do hard sport", 7, ("bleed_risk",)),
        ("D diabetes", "Swim or use a sauna, if the skin is closed", 14, ("slow", "at_risk")),
        ("C type5", "Use retinoids, acids or vitamin C, if nothing peels", 10, ("gentle",)),
        ("C pregnant", "Have toxin or filler", None, ("pregnant",)),
    ],
)
def test_a_later_day_names_what_makes_it_later(who, title, day, because):
    course = drawn(who)
    rows = {row.title: row for row in when_can_i(course.treatment, course.patient)}
    assert (rows[title].day, tuple(sorted(rows[title].because, reverse=True))) == (day, because)


def test_help_is_listed_from_now_to_tomorrow():
    assert list(SEEK_HELP) == ["emergency", "urgent", "contact", "watch"]
    assert any("15 minutes" in bullet for bullet in SEEK_HELP["emergency"].bullets)
