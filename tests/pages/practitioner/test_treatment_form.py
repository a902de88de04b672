"""A treatment as it is typed in: units, ranges, reasons, and whose clock counts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from symptoms.forms.skin_history import IN_PLAIN_WORDS
from symptoms.forms.treatment import PRODUCT_ROWS, OwnTreatmentForm

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
FILLED = {
    "performed_at": "2026-06-14T14:30",
    "device": "pen",
    "needle_depth_mm": "1,5",
    "passes": "3",
    "setting": "clinic",
    "areas": ["face", "neck"],
    "areas_other": "left  ear",
    "same_day_injection": "no",
    "skin_colour": "2",
    "skin_burning": "1",
    "conditions": ["cold_sores"],
    "usual_redness": "1",
    "product_name_0": "Hyaluronic acid",
    "product_lot_0": "HA-1",
    "product_name_5": "Vitamin C serum",
}


def form(zone: ZoneInfo = LONDON, **typed) -> OwnTreatmentForm:
    filled = OwnTreatmentForm({**FILLED, **typed}, zone=zone, now=NOW)
    filled.is_valid()
    return filled


def refused(field: str, typed, **others) -> str:
    return " ".join(form(**{field: typed}, **others).errors.get(field, []))


def test_what_is_typed_becomes_the_facts_of_a_treatment():
    filled = form()
    assert filled.errors == {}
    facts = filled.facts()
    assert str(facts["needle_depth_mm"]) == "1.5"
    assert (facts["areas"], facts["areas_other"]) == (["face", "neck"], "left ear")
    assert facts["products"] == [{"name": "Hyaluronic acid", "lot": "HA-1"}, {"name": "Vitamin C serum"}]
    assert facts["same_day_injection"] is False
    assert (facts["fitzpatrick"], facts["conditions"], facts["baseline"]) == (2, ["cold_sores"], {"redness": 1})


TOO_MUCH = "{} mm is more than these devices can do. Did you mean one tenth of it, or was it RF?"
UNUSUAL = "{} mm is deeper than most pens and rollers go. Is that right?"
AT_HOME = "{} mm is more than home devices can do. Did you mean one tenth of it, or was it at a clinic?"
UNUSUAL_AT_HOME = "{} mm is deeper than needles for home use should go. Is that right?"
TOO_MUCH_RF = "{} mm is more than RF devices can do. Did you mean one tenth of it?"
UNUSUAL_RF = "{} mm is deep for RF. Body tips reach this, face tips seldom do. Is that right?"


@pytest.mark.parametrize(
    ("device", "setting", "depths"),
    [
        *(
            (needles, "clinic", {"0.1": "", "3.5": "", "3.51": UNUSUAL, "5": UNUSUAL, "5.01": TOO_MUCH, "15": TOO_MUCH})
            for needles in ("pen", "roller", "stamp")
        ),
        ("rf", "clinic", {"4": "", "4.01": UNUSUAL_RF, "8": UNUSUAL_RF, "8.01": TOO_MUCH_RF}),
        ("roller", "home", {"": "", "0.5": "", "0.51": UNUSUAL_AT_HOME, "3.5": UNUSUAL_AT_HOME, "3.6": AT_HOME,
                            "6": TOO_MUCH}),
        ("rf", "home", {"0.5": "", "8": "", "8.1": TOO_MUCH_RF}),
    ],
)  # fmt: skip
def test_a_depth_is_taken_doubted_or_refused_by_its_device_and_where_it_was_used(device, setting, depths):
    for typed, sentence in depths.items():
        session = {"device": device, "setting": setting}
        assert refused("needle_depth_mm", typed, **session) == sentence.format(typed)
        is_right = f"{device} {setting} {typed}"
        confirmed = refused("needle_depth_mm", typed, **session, depth_is_right=is_right)
        assert confirmed == ("" if sentence.endswith("Is that right?") else sentence.format(typed))


def test_another_depth_than_the_one_said_to_be_right_is_asked_about_again():
    assert refused("needle_depth_mm", "4.5", depth_is_right="pen clinic 4") == UNUSUAL.format("4.5")


def test_a_depth_of_less_than_a_tenth_of_a_millimetre_is_refused():
    assert refused("needle_depth_mm", "0.09") == refused("needle_depth_mm", "-1") == "A depth is 0.1 mm or more."


@pytest.mark.parametrize(
    "typed", ["NaN", "Infinity", "1e1", "-1", "1.234", "deep", "9" * 5000, "1.5\0", "1.5 cm", "1,5,1", "١٬٥"]
)
def test_what_is_no_depth_is_refused_beside_its_field(typed):
    assert refused("needle_depth_mm", typed)


@pytest.mark.parametrize(
    ("field", "typed", "read"),
    [
        ("needle_depth_mm", "٠٫٥", "0.5"), ("needle_depth_mm", "۰٫۵", "0.5"), ("needle_depth_mm", "１．５mm", "1.5"),
        ("needle_depth_mm", "1·5", "1.5"), ("needle_depth_mm", " 1,5 MM ", "1.5"), ("needle_depth_mm", "1.5 mm", "1.5"),
        ("needle_depth_mm", "\u200f١٫٥", "1.5"), ("needle_depth_mm", "१.५", "1.5"), ("passes", "٣", "3"),
        ("passes", "３", "3"),
    ],
)  # fmt: skip
def test_a_number_is_read_in_any_digits_with_any_decimal_mark_and_its_unit(field, typed, read):
    assert refused(field, typed) == ""
    assert str(form(**{field: typed}).facts()[field]) == read


@pytest.mark.parametrize(("typed", "read"), [("٣٠ mJ", "30"), ("３０mJ", "30"), ("30,5mj", "30.5")])
def test_an_energy_is_read_likewise(typed, read):
    assert str(form(device="rf", energy_mj=typed).facts()["energy_mj"]) == read


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("passes", "0"), ("passes", "21"), ("passes", "3.5"), ("device", "laser"), ("device", ""), ("areas", ["tail"]),
        ("same_day_injection", ""), ("skin_colour", "7"), ("skin_burning", ""), ("conditions", ["pus"]),
        ("medications", ["tea"]), ("usual_redness", "5"), ("operator", "x" * 121), ("cartridge_lot", "x" * 61),
        ("areas_other", "a\0b"), ("product_name_0", "x" * 121),
    ],
)  # fmt: skip
def test_each_mistake_has_a_sentence_beside_its_field(field, typed):
    assert refused(field, typed)


def test_energy_belongs_to_radiofrequency():
    assert "Only radiofrequency" in refused("energy_mj", "30")
    assert refused("energy_mj", "30", device="rf") == ""
    assert refused("energy_mj", "151", device="rf")


def test_a_lot_without_a_product_asks_for_the_product():
    assert refused("product_name_3", "", product_lot_3="L-9")


def test_some_area_must_be_named():
    assert refused("areas", [], areas_other="")
    assert refused("areas", [], areas_other="left ear") == ""


def test_the_time_is_that_of_the_clock_given():
    assert form().facts()["performed_at"] == datetime(2026, 6, 14, 13, 30, tzinfo=UTC)
    kiritimati = form(ZoneInfo("Pacific/Kiritimati")).facts()["performed_at"]
    assert kiritimati == datetime(2026, 6, 14, 0, 30, tzinfo=UTC)
    assert kiritimati.astimezone(ZoneInfo("Pacific/Kiritimati")).day == 14


def test_a_treatment_is_neither_in_the_future_nor_too_long_ago():
    just_now = NOW.astimezone(LONDON)
    assert refused("performed_at", just_now.strftime("%Y-%m-%dT%H:%M")) == ""
    assert "future" in refused("performed_at", (just_now + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M"))
    assert "400 days" in refused("performed_at", "2025-05-01T10:00")
    assert "too long to follow" in refused("performed_at", "0001-01-01T00:00")
    for nonsense in ("2026-02-30T10:00", "yesterday", "0000-00-00T00:00", "9" * 5000):
        assert "Write a date and a time" in refused("performed_at", nonsense)
    assert refused("performed_at", "") == "Say when it was done."


def test_every_row_for_a_product_is_there_and_can_be_told_filled_or_empty_by_the_stylesheet():
    rows = form().products()
    assert len(rows) == PRODUCT_ROWS
    assert [name.value() for name, _ in rows][:6:5] == ["Hyaluronic acid", "Vitamin C serum"]
    assert all('placeholder=" "' in str(field) for row in rows for field in row)


@pytest.mark.parametrize(
    ("typed", "folds"),
    [
        ({"areas_other": ""}, (False, False)),
        ({"areas_other": "left ear"}, (True, False)),
        ({"areas_other": "a\0b"}, (True, False)),
        ({"areas_other": "", "operator": "A friend"}, (False, True)),
        ({"areas_other": "", "operator": "x" * 121}, (False, True)),
        ({"areas_other": "", "setting": "home"}, (False, True)),
        ({"areas_other": "", "setting": ""}, (False, True)),
    ],
)
def test_a_fold_that_holds_something_or_a_mistake_stands_open(typed, folds):
    filled = form(**typed)
    assert (filled.has_other_areas(), filled.is_done_elsewhere()) == folds


def test_patients_read_of_conditions_and_medicines_in_plain_words():
    plain = {word: text for _, choices in IN_PLAIN_WORDS for word, text in choices}
    exact = {
        "blood_thinner": "A blood thinner (names: warfarin, apixaban, rivaroxaban, clopidogrel). "
        "A low dose of aspirin each day counts too.",
        "nsaid": "Ibuprofen, naproxen or aspirin for pain, in the last 7 days",
        "immunosuppressed": "Weak immune system: cancer treatment, HIV, a transplant, or no spleen",
        "autoimmune": "An illness like lupus, scleroderma or dermatomyositis",
        "skin_cancer": "Skin cancer there, or a spot that changes, now or before",
        "recent_tan": "A tan or a sunburn there in the four weeks before",
        "photosensitiser": "Medicine that makes skin burn easily, such as doxycycline",
        "keloid_history": "Scars that grow thick or raised (you, or your parents)",
    }
    assert {word: plain[word] for word in exact} == exact


def answered(typed: dict, **known) -> dict:
    filled = OwnTreatmentForm({**FILLED, **typed}, zone=LONDON, now=NOW, initial=known)
    assert filled.is_valid(), filled.errors
    return {name: filled.facts()[name] for name in ("skin_colour", "skin_burning", "fitzpatrick")}


def test_a_skin_type_that_was_corrected_stands_as_long_as_the_answers_do():
    known = {"skin_colour": 3, "skin_burning": 2, "fitzpatrick": 4}
    assert answered({"skin_colour": "3", "skin_burning": "2"}, **known)["fitzpatrick"] == 4
    assert answered({"skin_colour": "3", "skin_burning": "5"}, **known)["fitzpatrick"] == 5
    assert answered({"skin_colour": "0", "skin_burning": "2"}, **known)["fitzpatrick"] is None


def test_a_type_of_before_the_two_questions_stays_while_they_are_left_open():
    before = {"skin_colour": None, "skin_burning": None, "fitzpatrick": 5}
    assert answered({"skin_colour": "", "skin_burning": ""}, **before) == before
    assert answered({"skin_colour": "2", "skin_burning": ""}, **before)["fitzpatrick"] == 5  # half an answer


@pytest.mark.parametrize(
    ("condition", "symptoms"),
    [
        ("melasma", ["dark_patches"]), ("pih_history", ["dark_patches"]), ("active_acne", ["bumps"]),
        ("rosacea", ["redness"]), ("eczema", ["itching", "peeling"]), ("psoriasis", ["redness", "peeling"]),
        ("vitiligo", ["light_patches"]), ("keloid_history", ["raised_scar"]), ("cold_sores", []),
    ],
)  # fmt: skip
def test_a_condition_asks_for_the_usual_level_that_it_implies(condition, symptoms):
    names = {f"usual_{symptom}" for symptom in symptoms}
    asked = form(conditions=[condition], usual_redness="")
    assert asked.errors.keys() == names == {row["name"] for row in asked.usual_asked}
    assert not names & {row["name"] for row in asked.usual}
    answered = form(conditions=[condition], **dict.fromkeys(names, "0"))
    assert answered.errors == {} and answered.facts()["baseline"].items() >= dict.fromkeys(symptoms, 0).items()
