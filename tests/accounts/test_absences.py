"""When members are away and who stands in, as their manager writes it down."""

from datetime import timedelta

import pytest
from django.utils import timezone

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
    for address in (f"{away(okafor)}{absence.pk}/remove/", f"{away(noor)}{absence.pk}/remove/"):
        assert boss.post(address).status_code == 404
    assert Absence.objects.exists()
