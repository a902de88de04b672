"""Whom a practice tells, as its manager sets it: steps, rota, quiet hours; what cannot be is said beside its field."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.members import remove_member
from accounts.models import Absence
from symptoms.alerts.policy import DEFAULT_STEPS, Group, policy_of
from symptoms.alerts.policy_changes import change_telling, rota_gaps, telling_of
from symptoms.models import Delivery
from symptoms.recovery.vocabulary import Urgency
from tests import people
from tests.pages.html import held, select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def page():
    return reverse("practice_telling")


@pytest.fixture
def boss(clinic):
    return people.signed_in(people.admin(clinic))


@pytest.fixture
def lind(clinic):
    return people.practitioner(clinic, "Dr Lind", "lind@larkfield.example")


def filled(browser, page, **typed) -> dict:
    return {**held(browser.get(page), page), **typed}


def steps(urgency: str, *rows: tuple[str, list[str]]) -> dict:
    """The inputs of an urgency's steps; those that are there and not named are emptied."""
    rows += (("", []),) * (6 - len(rows))
    return {
        f"{urgency}_{row}_{part}": value
        for row, (when, groups) in enumerate(rows)
        for part, value in (("when", when), ("groups", groups))
    }


def member(user) -> str:
    return str(user.memberships.get().pk)


def beside(answer, field: str) -> str:
    return " ".join(words(element) for element in select(answer, f"p[@id='id_{field}_error']"))


def test_a_practice_that_set_nothing_shows_the_defaults_and_saving_them_sets_nothing(clinic, boss, page):
    answer = boss.get(page)
    fields = held(answer, page)
    assert fields["emergency_0_groups"] == ["everybody"] and fields["emergency_1_when"] == ["10"]
    assert fields["contact_1_when"] == ["morning"]
    assert "Nothing was changed." in text_of(boss.post(page, filled(boss, page), follow=True))
    clinic.refresh_from_db()
    assert clinic.telling == {} and clinic.changed_at is None


def test_each_row_says_what_is_set_and_opens_where_something_is_wrong(clinic, boss, noor, lind, page):
    change_telling(clinic, telling_of(clinic) | {"first_0": member(noor), "second_0": member(lind)}, by=noor, now=NOW)
    answer = boss.get(page)
    rows = [words(summary) for summary in select(answer, "summary")]
    assert rows[0] == "Emergency at once: Every practitioner after 10 min: Every practitioner after 20 min: Admins"
    assert rows[3:5] == ["Monday Dr Noor, then Dr Lind", "Tuesday Nobody is on call: everybody is told."]
    assert not [fold for fold in select(answer, "details") if "open" in fold.attrib]
    wrong = boss.post(page, filled(boss, page, second_0=member(noor), **steps("urgent", ("30", ["everybody"]))))
    folds = [words(fold.find("summary/span/b")) for fold in select(wrong, "details") if "open" in fold.attrib]
    assert folds == ["See today", "Monday"]


def test_what_is_set_is_what_is_told(clinic, boss, noor, lind, ana, page):
    chen = people.practitioner(clinic, "Wei Chen")
    typed = {
        **steps("urgent", ("0", ["on_call", "holder"]), ("45", ["everybody"]), ("120", ["admins"])),
        **{f"first_{day}": member(lind) for day in range(7)}, "second_0": member(chen),
        "quiet_0_from": "20:00", "quiet_0_to": "08:00", "morning_list_at": "08:00",
    }  # fmt: skip
    answer = boss.post(page, filled(boss, page, **typed), follow=True)
    assert "Saved." in text_of(answer) and "Last changed by Mr Price" in text_of(answer)
    clinic.refresh_from_db()
    policy = policy_of(clinic)
    assert [(set(step.groups), step.minutes) for step in policy.steps[Urgency.URGENT]] == [
        ({Group.ON_CALL, Group.HOLDER}, 0), ({Group.EVERYBODY}, 45), ({Group.ADMINS}, 120)]  # fmt: skip
    assert policy.steps[Urgency.EMERGENCY] == DEFAULT_STEPS[Urgency.EMERGENCY]
    assert "emergency" not in clinic.telling["steps"]
    assert (str(policy.quiet_from), str(policy.quiet_until), str(policy.morning_list_at)) == (
        "20:00:00", "08:00:00", "08:00:00")  # fmt: skip
    logged(pen(ana, days_ago=3, by=noor), 3, pain=3, signs=["pus"])
    assert [delivery.recipient for delivery in Delivery.objects.all()] == [lind]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        (steps("emergency"), "emergency", "Somebody must be told at once"),
        (steps("emergency", ("10", ["everybody"])), "emergency", "Somebody must be told at once"),
        (steps("emergency", ("morning", ["everybody"])), "emergency", "Somebody must be told at once"),
        (steps("emergency", ("0", [])), "emergency", "Step 1 tells nobody."),
        (steps("emergency", ("0", ["admins"])), "emergency", "An admin may not open the record"),
        (steps("urgent", ("30", ["everybody"])), "urgent", "Somebody must be told at once"),
        (steps("urgent", ("0", ["holder"]), ("30", [])), "urgent", "Step 2 tells nobody."),
        (steps("urgent", ("0", ["holder"]), ("", ["admins"])), "urgent", "Step 2: choose after how long."),
        (steps("urgent", ("0", ["holder"]), ("-7", ["admins"])), "urgent", "Step 2: choose after how long."),
        (steps("urgent", ("0", ["holder"]), ("5000", ["admins"])), "urgent", "Step 2: choose after how long."),
        (steps("urgent", ("0", ["holder"]), ("30", ["plumbers"])), "urgent", "Step 2: tick groups from the list."),
        # They loop, or do not rise.
        (
            steps("urgent", ("0", ["holder"]), ("30", ["everybody"]), ("30", ["admins"])),
            "urgent",
            "Step 3 is not later",
        ),
        (steps("urgent", ("0", ["holder"]), ("60", ["everybody"]), ("0", ["holder"])), "urgent", "Step 3 is not later"),
        (steps("contact", ("0", ["treated"]), ("morning", ["everybody"]), ("60", ["admins"])), "contact", "Step 3 is"),
        (steps("contact", ("morning", ["treated"]), ("morning", ["everybody"])), "contact", "Step 2 is not later"),
        (steps("contact"), "contact", "Somebody must be told"),
        ({"quiet_0_from": "20:00", "quiet_0_to": ""}, "quiet", "Write both times"),
        ({"quiet_0_from": "late", "quiet_0_to": "08:00"}, "quiet", "“late” is not a time."),
        ({"quiet_0_from": "20:00", "quiet_0_to": "20:00"}, "quiet", "same time"),
        ({"morning_list_at": "breakfast"}, "morning_list_at", "Write a time, like 08:00."),
        ({"first_0": "00000000-0000-0000-0000-000000000000"}, "first_0", "Choose a practitioner who works here."),
        ({"first_0": "Dr Noor"}, "first_0", "Choose a practitioner who works here."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(clinic, boss, page, typed, field, sentence):
    answer = boss.post(page, filled(boss, page, **{"contact_0_groups": ["everybody"], **typed}))
    assert answer.status_code == 422
    assert sentence in beside(answer, field)
    fields, unknown = held(answer, page), ("-7", "5000", "plumbers", "Dr Noor", "00000000-0000-0000-0000-000000000000")
    for name, value in typed.items():
        values = value if isinstance(value, list) else [value]
        assert fields.get(name, [""]) == values or not any(values) or set(values) & set(unknown)
    clinic.refresh_from_db()
    assert clinic.telling == {}


def test_the_rota_takes_practitioners_who_work_here_and_nobody_twice(clinic, boss, noor, lind, page):
    outsider, price = people.dr_okafor(), people.admin(clinic, "Ms Cole")
    former = people.practitioner(clinic, "Dr Former")
    remove_member(former.memberships.get(), NOW)
    for wrong in (outsider, price, former):
        answer = boss.post(page, filled(boss, page, first_2=str(wrong.memberships.get().pk)))
        assert beside(answer, "first_2") == "Choose a practitioner who works here."
    answer = boss.post(page, filled(boss, page, first_2=member(noor), second_2=member(noor), second_3=member(lind)))
    assert beside(answer, "second_2") == "Choose somebody else, or nobody."
    assert beside(answer, "first_3") == "Choose who is on call first."
    clinic.refresh_from_db()
    assert clinic.telling == {}


def test_who_left_stands_on_the_rota_until_somebody_else_is_chosen(clinic, boss, noor, lind, page):
    boss.post(page, filled(boss, page, first_1=member(lind)))
    left = member(lind)
    remove_member(lind.memberships.get(), NOW)
    text = text_of(boss.get(page))
    assert "Dr Lind, no longer a practitioner here" in text and "Who is on call no longer works here" in text
    answer = boss.post(page, filled(boss, page, morning_list_at="07:00"))
    assert beside(answer, "first_1") == "Choose a practitioner who works here."
    assert "Tuesday, on call: Choose a practitioner who works here." in text_of(answer)
    answer = boss.post(page, filled(boss, page, first_1=member(noor), morning_list_at="breakfast"))
    assert answer.status_code == 422 and "Who is on call no longer works here" not in text_of(answer)
    clinic.refresh_from_db()
    assert clinic.telling["rota"] == {"1": [left, None]} and "morning_list_at" not in clinic.telling
    assert boss.post(page, filled(boss, page, first_1=member(noor))).status_code == 302


def test_somebody_who_leaves_while_the_page_is_open_is_not_put_on_the_rota(clinic, boss, noor, lind, page, monkeypatch):
    """Between the form's look at the members and the practice's lock."""

    def removing(practice, telling, **rest):
        remove_member(lind.memberships.get(), NOW)
        return change_telling(practice, telling, **rest)

    monkeypatch.setattr("symptoms.views.clinic.telling.change_telling", removing)
    answer = boss.post(page, filled(boss, page, first_1=member(lind)))
    assert answer.status_code == 422 and beside(answer, "first_1") == "Choose a practitioner who works here."
    clinic.refresh_from_db()
    assert clinic.telling == {}


def test_a_gap_in_the_rota_is_allowed_and_said(clinic, boss, noor, lind, page):
    assert "Nobody is on the rota." not in text_of(boss.get(page))  # no step tells whoever is on call
    on_call = steps("urgent", ("0", ["on_call"]), ("30", ["everybody"]))
    answer = boss.post(page, filled(boss, page, **on_call), follow=True)
    assert "Nobody is on the rota. Where a step tells whoever is on call, everybody is told." in text_of(answer)
    turns = {f"first_{day}": member(noor) for day in range(7) if day != NOW.astimezone(clinic.zone).weekday()}
    answer = boss.post(page, filled(boss, page, **turns), follow=True)
    assert text_of(answer).count("Nobody is on call: everybody is told.") == 1


def test_who_is_on_call_and_away_is_said_with_who_is_on_call_then(clinic, boss, noor, lind, page):
    today = NOW.astimezone(clinic.zone).date()
    turns = {f"first_{day}": member(noor) for day in range(7)}
    urgent = steps("urgent", ("0", ["on_call"]))
    boss.post(page, filled(boss, page, **urgent, **turns, **{f"second_{today.weekday()}": member(lind)}))
    until = today + timedelta(days=1)
    Absence.objects.create(member=noor.memberships.get(), first_day=today, last_day=until)
    clinic.refresh_from_db()
    gaps = rota_gaps(clinic, NOW).by_day
    assert set(gaps) == {today.weekday(), until.weekday()}
    assert "Dr Noor is away, so Dr Lind is on call." in gaps[today.weekday()]
    assert "nobody else is on call, so everybody is told." in gaps[until.weekday()]


def test_a_rota_that_no_step_asks_is_said(clinic, boss, noor, page):
    answer = boss.post(page, filled(boss, page, first_0=member(noor)), follow=True)
    assert "No step tells whoever is on call, so the rota changes nothing." in text_of(answer)


def test_the_second_of_two_managers_is_told_what_the_first_changed(clinic, boss, noor, page):
    second = people.signed_in(people.practitioner(clinic, "Dr Chen", admin=True))
    bosses, seconds = filled(boss, page), filled(second, page)
    changed = steps("urgent", ("0", ["everybody"]), ("60", ["admins"]))
    second.post(page, {**seconds, **changed, "first_1": member(noor)})
    answer = boss.post(page, {**bosses, "quiet_0_from": "21:00", "quiet_0_to": "07:00"})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "This was changed while you had it open by Dr Chen" in text
    assert "became at once: Every practitioner; after 1 h: Admins" in text
    assert "Tuesday, on call was Nobody, became Dr Noor" in text
    clinic.refresh_from_db()
    assert telling_of(clinic)["quiet"] == []
    assert boss.post(page, held(answer, page)).status_code == 302
    clinic.refresh_from_db()
    assert telling_of(clinic)["quiet"] == [["21:00", "07:00"]]
    assert telling_of(clinic)["first_1"] == member(noor)
