"""What is open stands first on a patient's page: the act beside the worst, the rest folded under a line."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.journal.judging import judge_again
from symptoms.models import Alert
from tests import people
from tests.pages.practitioner.pages import text_of
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db


@pytest.fixture
def noor():
    return people.dr_noor(people.practice())


@pytest.fixture
def desk(noor):
    return people.signed_in(noor)


@pytest.fixture
def session(noor):
    return pen(people.ana(noor.membership.practice), days_ago=6, by=noor)


def page(desk, session) -> str:
    return desk.get(reverse("patient", args=[session.patient_id])).content.decode()


def folded(shown: str) -> list[str]:
    return re.findall(r'<details class="matter"( open)?>', shown)


def test_i_have_this_stands_beside_the_worst_before_its_facts(desk, session):
    logged(session, 4, signs=["pus"])
    shown = page(desk, session)
    assert shown.index(">I have this</button>") < shown.index("not expected on any day")


def test_what_is_open_comes_before_the_choice_of_a_session(desk, noor, session):
    pen(session.patient, days_ago=40, by=noor)
    logged(session, 4, signs=["pus"])
    shown = page(desk, session)
    assert shown.index(">I have this</button>") < shown.index('aria-label="Sessions"')


def test_a_further_matter_is_folded_under_its_urgency_and_facts(desk, session):
    logged(session, 4, pain=4, redness=3, signs=["pus"])
    shown = page(desk, session)
    assert folded(shown) == [""] * (Alert.objects.open().count() - 1)
    answer = desk.get(reverse("patient", args=[session.patient_id]))
    assert "Unexpected pain See today pain very severe" in text_of(answer)


def test_a_further_matter_unfolds_where_its_line_does_not_say_all(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    folded_one = Alert.objects.get(concern="unexpected_pain")
    answer = desk.post(reverse("resolve", args=[folded_one.id]), {"outcome": "no_concern"})
    assert folded(answer.content.decode()) == [" open"]  # a mistake in its form
    logged(session, 4)
    assert " open" in folded(page(desk, session))  # its answers changed


def test_the_way_back_leads_to_the_list_the_patient_is_in(desk, session):
    logged(session, 3)
    assert 'href="/practice/?show=all"><' in page(desk, session)
    logged(session, 4, signs=["pus"])
    shown = page(desk, session)
    assert re.search(r'aria-current="page"[^>]*href="/practice/"|href="/practice/"[^>]*aria-current="page"', shown)


def test_a_missing_phone_number_is_said(desk, session):
    assert "No phone number known" in page(desk, session)
    session.patient.phone = "020 7946 0188"
    session.patient.save()
    assert "No phone number known" not in page(desk, session)


def test_the_history_says_the_day_of_a_treatment_as_people_do(desk, session):
    assert f"Recorded the treatment: Pen on {session.day_zero:%-d %b %Y}" in page(desk, session)


def test_a_mistake_is_where_the_forms_address_ends(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    shown = page(desk, session)
    assert 'id="mistake"' not in shown
    for address, typed in (
        (reverse("resolve", args=[Alert.objects.get(concern="unexpected_pain").id]), {"outcome": "no_concern"}),
        (reverse("note", args=[session.id]), {"to": "practice"}),
    ):
        assert f'action="{address}#mistake"' in shown
        assert desk.post(address, typed).content.decode().count('id="mistake"') == 1


def test_one_tap_is_one_line_of_the_history(desk, session):
    logged(session, 4, pain=4, signs=["pus"])
    answer = desk.post(reverse("acknowledge", args=[session.id]), follow=True)
    assert text_of(answer).count("“I have this”") == 1
    assert " and 1 more: “I have this”" in text_of(answer)
    assert 'href="#note">Note or message</a>' in answer.content.decode()


def test_when_all_is_closed_the_verdict_says_that_nothing_is_open(desk, session):
    logged(session, 4, signs=["pus"])
    assert "nothing is open" not in page(desk, session)
    desk.post(reverse("resolve", args=[Alert.objects.get().id]), {"outcome": "advice"})
    assert "day 4 · nothing is open" in page(desk, session)


def test_an_entry_judged_after_all_is_no_longer_said_to_be_tried_again(desk, session, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("symptoms.journal.judging.core.assess", lambda *_, **__: 1 / 0)
        entry = logged(session, 4).entry
    assert "It is tried again by itself" in page(desk, session)
    judge_again(entry.pk, now=timezone.now())
    shown = page(desk, session)
    assert "It is tried again by itself" not in shown
    assert "could not be compared at first. It is now" in shown
    assert "Entry not judged: day 4 could not be compared at first, it is now" in text_of(desk.get(reverse("queue")))


def test_a_long_history_shows_its_newest_and_folds_the_rest(desk, session):
    for day in range(7):
        logged(session, day)
    assert "1 earlier</summary>" not in page(desk, session)
    logged(session, 6, pain=1)
    assert "1 earlier</summary>" in page(desk, session)
