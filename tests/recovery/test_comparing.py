"""What two versions say of the same days, counted by urgency, criterion and skin type."""

from symptoms.recovery.comparing import Tally, changes_between
from symptoms.recovery.vocabulary import Urgency


def flag(concern: str, urgency: str, *criteria: str) -> dict:
    return {"concern": concern, "urgency": urgency, "criteria": list(criteria)}


def test_a_concern_that_comes_goes_rises_or_rests_on_something_else_is_a_change():
    before = [
        flag("infection", "urgent", "INF-7"),
        flag("burn", "urgent", "BURN-1"),
        flag("scarring", "watch", "SCAR-4"),
    ]
    after = [
        flag("infection", "emergency", "INF-7", "INF-44"),
        flag("scarring", "watch", "SCAR-3"),
        flag("granuloma", "contact", "GRAN-3"),
    ]
    changes = {change.concern: change for change in changes_between(before, after)}
    assert (changes["infection"].before, changes["infection"].after) == (Urgency.URGENT, Urgency.EMERGENCY)
    assert changes["infection"].gained == ("INF-44",) and changes["infection"].lost == ()
    assert (changes["burn"].after, changes["burn"].lost) == (Urgency.ON_TRACK, ("BURN-1",))
    assert changes["granuloma"].before == Urgency.ON_TRACK
    assert (changes["scarring"].gained, changes["scarring"].lost) == (("SCAR-3",), ("SCAR-4",))
    assert changes_between(before, before) == []


def test_stored_flags_and_those_of_a_case_compare_alike():
    stored = {"concern": "infection", "urgency": "urgent", "criteria": [{"id": "INF-7", "urgency": "urgent"}]}
    assert changes_between([stored], [flag("infection", "urgent", "INF-7")]) == []


def test_days_are_counted_by_urgency_criterion_and_skin_type():
    tally = Tally()
    tally.add([], [flag("burn", "urgent", "BURN-4")], fitzpatrick=5)
    tally.add([], [flag("burn", "urgent", "BURN-4")], fitzpatrick=None)
    tally.add([flag("scarring", "contact", "SCAR-1")], [flag("scarring", "watch", "SCAR-4")], fitzpatrick=5)
    tally.add([], [], fitzpatrick=1)
    assert tally.as_json() == {
        "days": 4,
        "changed": 3,
        "urgencies": [
            {"concern": "burn", "before": "on_track", "after": "urgent", "days": 2},
            {"concern": "scarring", "before": "contact", "after": "watch", "days": 1},
        ],
        "criteria": [
            {"criterion": "BURN-4", "change": "gained", "days": 2},
            {"criterion": "SCAR-4", "change": "gained", "days": 1},
            {"criterion": "SCAR-1", "change": "lost", "days": 1},
        ],
        "skin_types": [
            {"fitzpatrick": "5", "change": "higher", "days": 1},
            {"fitzpatrick": "5", "change": "lower", "days": 1},
            {"fitzpatrick": "unknown", "change": "higher", "days": 1},
        ],
    }
    assert tally.as_table().splitlines()[:2] == ["4 days compared, 3 changed.", "        2  burn: on_track -> urgent"]
