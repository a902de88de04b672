"""When members are away and who stands in, as their manager writes it down."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.members import remove_member
from accounts.models import Absence
from tests import people
from tests.pages.html import held, select, text_of, words

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = NOW.date()


def on(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
def boss(clinic):
    return people.signed_in(people.admin(clinic))


@pytest.fixture
def lind(clinic):
    return people.practitioner(clinic, "Dr Lind")


def membership(user):
    return user.memberships.get()


def away(user) -> str:
    return f"/practice/members/{membership(user).pk}/away/"


def test_an_absence_is_written_down_stands_on_the_members_page_and_is_removed(boss, noor, lind):
    typed = {"first_day": on(3), "last_day": on(9), "stands_in": str(membership(lind).pk)}
    answer = boss.post(away(noor), typed, follow=True)
    page = f"/practice/members/{membership(noor).pk}/"
    assert answer.redirect_chain == [(page, 302)]
    assert "Stands in: Dr Lind" in text_of(answer)
    absence = Absence.objects.get()
    assert (absence.member, absence.stands_in) == (membership(noor), membership(lind))
    answer = boss.post(f"{away(noor)}{absence.pk}/remove/", follow=True)
    assert "Stands in" not in text_of(answer).replace("Who stands in", "") and not Absence.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first_day": on(9), "last_day": on(3)}, "last_day", "The last day is before the first."),
        ({"first_day": on(-9), "last_day": on(-3)}, "last_day", "These days are over."),
        ({"first_day": on(3), "last_day": on(500)}, "last_day", "Write a year at most."),
        ({"first_day": on(12), "last_day": on(30)}, "first_day", "Some of these days are written down already."),
        ({"first_day": "", "last_day": on(3)}, "first_day", "Write the first day."),
        ({"first_day": "soon", "last_day": on(3)}, "first_day", "Write a day"),
        ({"stands_in": "nobody"}, "stands_in", "Choose a practitioner who works here."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(boss, noor, typed, field, sentence):
    taken = {"first_day": TODAY + timedelta(days=11), "last_day": TODAY + timedelta(days=20)}
    Absence.objects.create(member=membership(noor), **taken)
    answer = boss.post(away(noor), {"first_day": on(3), "last_day": on(4), "stands_in": "", **typed})
    assert answer.status_code == 422
    beside = " ".join(words(element) for element in select(answer, f"p[@id='id_{field}_error']"))
    assert sentence in beside
    days = {name: typed.get(name, default) for name, default in (("first_day", on(3)), ("last_day", on(4)))}
    kept = held(answer, away(noor))
    assert {name: kept[name] for name in days} == {name: [day] for name, day in days.items()}
    assert Absence.objects.count() == 1


def test_who_is_away_too_left_or_reads_no_records_does_not_stand_in(clinic, boss, noor, lind):
    Absence.objects.create(
        member=membership(lind), first_day=TODAY + timedelta(days=4), last_day=TODAY + timedelta(days=4)
    )
    answer = boss.post(away(noor), {"first_day": on(3), "last_day": on(5), "stands_in": str(membership(lind).pk)})
    assert "Dr Lind is away on some of these days too. Choose somebody else." in text_of(answer)
    remove_member(membership(lind), NOW)
    price, okafor = people.admin(clinic, "Ms Cole"), people.dr_okafor()
    gone = clinic.memberships.get(user=lind)
    for wrong in (gone, membership(price), membership(okafor), membership(noor)):
        answer = boss.post(away(noor), {"first_day": on(3), "last_day": on(5), "stands_in": str(wrong.pk)})
        assert answer.status_code == 422 and "Choose a practitioner who works here." in text_of(answer)
    assert not Absence.objects.filter(member=membership(noor)).exists()


def test_the_last_who_is_here_may_be_away_and_it_is_said(boss, noor, lind):
    boss.post(away(lind), {"first_day": on(3), "last_day": on(5), "stands_in": str(membership(noor).pk)})
    answer = boss.post(away(noor), {"first_day": on(5), "last_day": on(8), "stands_in": ""}, follow=True)
    assert "no practitioner is here. What comes in then is told to everybody, away or not." in text_of(answer)
    page = text_of(boss.get(f"/practice/members/{membership(lind).pk}/"))
    assert "Dr Noor is away on some of these days too." in page


def test_who_was_to_stand_in_and_left_is_said(boss, noor, lind):
    boss.post(away(noor), {"first_day": on(3), "last_day": on(5), "stands_in": str(membership(lind).pk)})
    remove_member(membership(lind), NOW)
    answer = boss.get(f"/practice/members/{membership(noor).pk}/")
    assert "Dr Lind no longer works here as a practitioner." in text_of(answer)


def test_nobody_writes_down_absences_elsewhere(boss, noor):
    okafor = people.dr_okafor()
    assert boss.get(away(okafor)).status_code == 404
    absence = Absence.objects.create(member=membership(okafor), first_day=TODAY, last_day=TODAY)
    for other in (okafor, noor):
        assert boss.post(f"{away(other)}{absence.pk}/remove/").status_code == 404
        assert boss.get(f"{away(other)}{absence.pk}/").status_code == 404
    assert Absence.objects.exists()


@pytest.fixture
def absence(noor, lind):
    days = {"first_day": TODAY + timedelta(days=3), "last_day": TODAY + timedelta(days=9)}
    return Absence.objects.create(member=membership(noor), stands_in=membership(lind), **days)


def test_an_absence_is_changed(boss, noor, lind, absence):
    page = f"{away(noor)}{absence.pk}/"
    assert select(boss.get(f"/practice/members/{membership(noor).pk}/"), f"a[@href='{page}']")
    shown = held(boss.get(page), page)
    assert {name: shown[name] for name in ("first_day", "last_day", "stands_in")} == {
        "first_day": [on(3)], "last_day": [on(9)], "stands_in": [str(membership(lind).pk)],
    }  # fmt: skip
    answer = boss.post(page, {**shown, "first_day": on(5), "stands_in": ""}, follow=True)
    assert "Saved." in text_of(answer) and "Nobody stands in." in text_of(answer)
    absence.refresh_from_db()
    assert (absence.first_day, absence.last_day, absence.stands_in) == (
        TODAY + timedelta(days=5),
        absence.last_day,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"first_day": on(9), "last_day": on(3)}, "last_day", "The last day is before the first."),
        ({"first_day": on(-9), "last_day": on(-3)}, "last_day", "These days are over."),
        ({"last_day": on(500)}, "last_day", "Write a year at most."),
        ({"last_day": on(12)}, "first_day", "Some of these days are written down already."),
        ({"last_day": "soon"}, "last_day", "Write a day"),
        ({"stands_in": "chen"}, "stands_in", "Dr Chen is away on some of these days too."),
    ],
)
def test_a_change_that_cannot_be_is_said_beside_its_field(boss, clinic, noor, absence, typed, field, sentence):
    chen = people.practitioner(clinic, "Dr Chen")
    day = TODAY + timedelta(days=4)
    Absence.objects.create(member=membership(chen), first_day=day, last_day=day)
    Absence.objects.create(member=membership(noor), first_day=TODAY + timedelta(days=11), last_day=day + timedelta(9))
    typed = {name: str(membership(chen).pk) if value == "chen" else value for name, value in typed.items()}
    page = f"{away(noor)}{absence.pk}/"
    answer = boss.post(page, {**held(boss.get(page), page), **typed})
    assert answer.status_code == 422
    assert sentence in " ".join(words(element) for element in select(answer, f"p[@id='id_{field}_error']"))
    kept = held(answer, page)
    assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}
    assert (absence.first_day, absence.last_day) == Absence.objects.values_list("first_day", "last_day").get(
        pk=absence.pk
    )


def test_of_two_who_change_an_absence_the_second_is_told_and_what_was_removed_can_be_added_again(boss, noor, absence):
    page = f"{away(noor)}{absence.pk}/"
    first, second = (held(boss.get(page), page) for _ in range(2))
    assert boss.post(page, {**first, "last_day": on(7)}).status_code == 302
    answer = boss.post(page, {**second, "first_day": on(4)})
    assert answer.status_code == 409
    assert f"Until was {on(9)}, became {on(7)}" in text_of(answer)
    again = held(answer, page)
    assert (again["first_day"], again["last_day"]) == ([on(4)], [on(7)])
    assert boss.post(page, again).status_code == 302
    third = held(boss.get(page), page)
    boss.post(f"{page}remove/")
    gone = boss.post(page, {**third, "last_day": on(8)})
    assert gone.status_code == 409 and "This absence was removed meanwhile." in text_of(gone)
    assert boss.post(away(noor), held(gone, away(noor))).status_code == 302
    assert Absence.objects.get().last_day == TODAY + timedelta(days=8)
    assert boss.get(page).status_code == 404


def test_who_wrote_an_absence_down_or_changed_it_last_stands_beside_it(clinic, boss, noor):
    member_page = f"/practice/members/{membership(noor).pk}/"
    boss.post(away(noor), {"first_day": on(3), "last_day": on(9), "stands_in": ""})
    absence = Absence.objects.get()
    price, written = absence.changed_by, absence.changed_at
    at = date_format(written.astimezone(clinic.zone), "DATETIME_FORMAT")
    page = f"{away(noor)}{absence.pk}/"
    for shown in (member_page, page, away(noor)):
        assert f"Last changed by {price.name}, {at}." in text_of(boss.get(shown))
    other = people.signed_in(people.admin(clinic, "Ms Cole"))
    other.post(page, held(other.get(page), page))  # nothing was changed
    absence.refresh_from_db()
    assert (absence.changed_by, absence.changed_at) == (price, written)
    stale = held(boss.get(page), page)
    other.post(page, {**held(other.get(page), page), "last_day": on(7)})
    assert "Last changed by Ms Cole," in text_of(boss.get(member_page))
    answer = boss.post(page, {**stale, "first_day": on(4)})
    assert answer.status_code == 409 and "while you had it open by Ms Cole" in text_of(answer)
