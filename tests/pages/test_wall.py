"""A wall screen shows numbers to whoever has its link, nobody's name, and nothing once the link is turned off."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import WallLink
from accounts.walls import IN_USE, MOST_GUESSES, MOST_LINKS, TooManyLinks, end_link, make_link
from symptoms.alerts.changes import sign_of
from symptoms.alerts.handling import acknowledge
from symptoms.alerts.policy import policy_of
from symptoms.recovery.vocabulary import Concern, Exposure, Sign, Symptom, Urgency
from tests import people
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture
def price(clinic):
    return people.admin(clinic)


@pytest.fixture
def address(clinic, price) -> str:
    _, token = make_link(clinic, "Front desk", by=price, now=NOW())
    return reverse("wall", args=[token])


@pytest.fixture(autouse=True)
def no_guesses(settings):
    """Each test begins without any."""
    from django.core.cache import caches

    caches["throttle"].clear()


def tiles(address: str) -> list[str]:
    return [words(tile) for tile in select(Client().get(address), "ul[@class='tiles']/li")]


def test_it_says_how_many_wait_since_when_and_by_when_somebody_is_to_be_in_charge(clinic, noor, address):
    assert tiles(address) == ["Emergency 0", "See today 0", "Contact 0"]
    first, second = (pen(people.patient(clinic, name), days_ago=4, by=noor) for name in ("Mara", "Zoe"))
    for session in (first, second):
        logged(session, 4, signs=["trouble_breathing"])
    first.alerts.update(worsened_at=NOW() - timedelta(minutes=90))
    assert re.fullmatch(r"Emergency 2 2 nobody has waiting for .+ in charge by \d\d:\d\d", tiles(address)[0])
    page = Client().get(address)
    assert "2 need action" in text_of(page)
    assert re.search(r"1 new: Emergency, \d\d:\d\d", text_of(page))  # what came long ago is not new
    first.alerts.update(steps_from=NOW() - timedelta(minutes=90), next_step_at=None)
    by = policy_of(clinic).last_step_at(Urgency.EMERGENCY, first.alerts.get().steps_from, clinic)
    said = f"{by.astimezone(clinic.zone):%H:%M} 1 of which nobody else will be told"
    assert tiles(address)[0].endswith(said)
    acknowledge(second, by=noor, now=NOW())
    assert "1 nobody has" in tiles(address)[0] and "new:" not in text_of(Client().get(address))
    acknowledge(first, by=noor, now=NOW())
    assert tiles(address)[0] == "Emergency 2 somebody has each"
    assert "alerts going out" in text_of(page)


def test_it_says_that_nobody_is_told_while_no_worker_runs(no_worker, clinic, address):
    shown = text_of(Client().get(address))
    assert "Nobody is being told." in shown and "alerts are not going out" in shown


def test_no_name_no_year_and_no_word_about_health_but_the_urgencies(clinic, noor, address):
    patient = people.patient(clinic, "Xanthippe Quillmark", "xq@patients.example", year_of_birth=1969, phone="0170099")
    session = pen(patient, days_ago=4, by=noor, operator="zq9operator", cartridge_lot="zq9lot")
    logged(session, 4, signs=["trouble_breathing", "pus"], note="zq9note", pain=4)
    marks = ("Xanthippe", "Quillmark", "xq@", "1969", "0170099", "zq9", "Noor", "Price", str(patient.pk), "Larkfield")
    for path in (address, f"{address}live/"):
        page = Client().get(path).content.decode()
        assert [mark for mark in marks if mark in page] == []
    shown = text_of(Client().get(address)).lower()
    kinds = (*Sign, *Symptom, *Exposure, *Concern)
    assert [str(word) for word in kinds if str(word).replace("_", " ") in shown] == []
    assert not re.search(r"\b(19|20)\d\d\b", shown)


def test_a_guessed_and_a_revoked_link_are_answered_alike(clinic, price, address):
    other, token = make_link(clinic, "Office", by=price, now=NOW())
    ended = reverse("wall", args=[token])
    assert Client().get(ended).status_code == 200
    before = sign_of(clinic.pk, NOW())
    assert end_link(other, by=price, now=NOW()) and not end_link(other, by=price, now=NOW())
    assert sign_of(clinic.pk, NOW()) != before  # so that open screens look again, and go blank
    guessed = reverse("wall", args=["abcd-efgh-jkmn-pqrs"])
    answers = [Client().get(f"{path}{more}") for path in (ended, guessed) for more in ("", "live/")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert Client().get(address).status_code == 200
    clinic.closed_at = NOW()
    clinic.save()
    assert Client().get(address).status_code == 404


def test_guessing_is_limited_by_network_turns_no_screen_off_and_a_revoked_screen_is_no_guess(clinic, price, address):
    (ended, token), (_, unused) = (make_link(clinic, "Office", by=price, now=NOW()) for _ in range(2))
    end_link(ended, by=price, now=NOW())
    for _ in range(MOST_GUESSES + 1):
        Client().get(reverse("wall", args=[token]))
    assert Client().get(address).status_code == 200
    for number in range(MOST_GUESSES):
        assert Client().get(reverse("wall", args=[f"guess-{number}"])).status_code == 404
    found = reverse("wall", args=[unused])
    assert Client().get(found).status_code == 404  # from there nothing is found any more that no screen shows
    assert [Client().get(f"{address}{more}").status_code for more in ("", "live/")] == [200, 200]
    WallLink.objects.update(used_at=NOW() - IN_USE)
    assert Client().get(address).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.7").get(found).status_code == 200


def test_a_manager_makes_names_and_ends_links_and_sees_an_address_once(clinic, price):
    browser, page = people.signed_in(price), reverse("walls")
    assert "None. A wall screen is off until you make a link for it." in text_of(browser.get(page))
    assert browser.post(page, {"label": " "}).status_code == 422
    made = browser.post(page, {"label": "Front desk"})
    (shown,) = select(made, "p[@class='copyable']")
    path = shown.text[shown.text.index("/wall/") :]
    link = WallLink.objects.get()
    assert path.split("/")[2] not in str(WallLink.objects.values().get())  # kept as a hash
    assert "Not shown yet." in text_of(browser.get(page)) and "/wall/" not in browser.get(page).content.decode()
    assert Client().get(path).status_code == 200
    again = text_of(browser.get(page))
    assert "Front desk" in again and "Last shown" in again
    assert "Turned off" in text_of(browser.post(reverse("wall_end", args=[link.pk]), follow=True))
    assert Client().get(path).status_code == 404


def test_the_links_of_who_works_here_no_more_end_with_their_membership_and_the_page_says_which(clinic, price, address):
    lund = people.admin(clinic, "Ms Lund", "lund@larkfield.example")
    kept = reverse("wall", args=[make_link(clinic, "Back <b>room", by=lund, now=NOW())[1]])
    browser, removal = people.signed_in(price), reverse("member_remove", args=[lund.membership.pk])
    asked = text_of(browser.get(removal))
    assert "Ms Lund made their links and may have kept the addresses: “Back <b>room”. Make new ones" in asked
    assert "Front desk" not in asked
    assert Client().get(kept).status_code == 200
    members = browser.post(removal, {"successor": "everybody"}, follow=True)
    assert "These wall screens are blank now: “Back <b>room”. Make new links" in text_of(members)
    assert reverse("walls") in [link.get("href") for link in select(members, "div[@role='status']//a")]
    assert [Client().get(path).status_code for path in (kept, address)] == [404, 200]
    assert WallLink.objects.get(ended_at=None).label == "Front desk"
    assert WallLink.objects.exclude(ended_at=None).get().ended_by == price


def test_there_are_only_so_many_links(clinic, price):
    for _ in range(MOST_LINKS):
        make_link(clinic, "Office", by=price, now=NOW())
    with pytest.raises(TooManyLinks):
        make_link(clinic, "Office", by=price, now=NOW())
    answer = people.signed_in(price).post(reverse("walls"), {"label": "Office"})
    assert answer.status_code == 422 and "Turn one off first" in text_of(answer)
    assert WallLink.objects.count() == MOST_LINKS


def test_a_screen_outlives_every_session_and_takes_few_statements(clinic, noor, address, django_assert_max_num_queries):
    WallLink.objects.update(made_at=NOW() - timedelta(days=900))
    with django_assert_max_num_queries(5):
        answer = Client().get(address)
    assert answer.status_code == 200 and not answer.cookies
    assert answer["Cache-Control"] == "no-store, private"
