"""Into the queue, through it and back: which list, narrowed to whom, found by what; the next patient, the way back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.conversation import write_to_practice
from symptoms.alerts.escalation import resume_dropped
from symptoms.alerts.handing_over import remove_and_hand_over
from symptoms.alerts.handling import acknowledge, resolve, resolve_all, write_note
from symptoms.models import Alert
from symptoms.views.clinic.queue_lists import in_order, statuses_in
from tests import people
from tests.moving import leaves
from tests.pages.html import select, text_of, words
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
QUEUE = reverse("queue")
LOW = {"signs": ["feeling_ill"], "temperature_c": 37.5}  # Contact
NONSENSE = ("owner", "device", "skin", "days", "log")


def names(page) -> list[str]:
    return [words(link) for link in select(page, "li//h2/a")]


def shown(desk, **asked) -> list[str]:
    return names(desk.get(QUEUE, asked))


def somebody(
    clinic, noor, name: str, day: int = 4, *, reported: dict | None = None, details: dict | None = None, **facts
):
    session = pen(people.patient(clinic, name, **(details or {})), days_ago=day, by=noor, **facts)
    if reported is not None:
        logged(session, day, **reported)
    return session


def by_the_practice(member, by) -> None:
    remove_and_hand_over(member.memberships.get(), successor=None, by=by, now=timezone.now())


def by_hand(member, by) -> None:
    """In the database; the worker sees it."""
    member.memberships.update(removed_at=timezone.now())
    resume_dropped(timezone.now())


def test_what_waits_for_the_patient_is_in_a_list_of_its_own_until_somebody_must_act(clinic, noor, desk):
    session = somebody(clinic, noor, "Mara", reported=LOW)
    assert (shown(desk), shown(desk, show="waiting"), shown(desk, show="mine")) == (["Mara"], [], [])
    acknowledge(session, by=noor, now=timezone.now())
    assert (shown(desk), shown(desk, show="waiting"), shown(desk, show="mine")) == (["Mara"], [], ["Mara"])
    write_note(session, id=uuid4(), text="Send a photo.", for_patient=True, by=noor, now=timezone.now())
    assert (shown(desk), shown(desk, show="waiting"), shown(desk, show="mine")) == ([], ["Mara"], ["Mara"])
    assert "Nothing is waiting" in text_of(desk.get(QUEUE))
    write_to_practice(session, id=uuid4(), text="Here.", by=session.patient.user, now=timezone.now())
    assert (shown(desk), shown(desk, show="waiting")) == (["Mara"], [])
    write_note(session, id=uuid4(), text="Thanks.", for_patient=True, by=noor, now=timezone.now())
    assert shown(desk, show="waiting") == ["Mara"]
    logged(session, 4, signs=["pus"])  # a second alert, urgent, that nobody has
    assert (shown(desk), shown(desk, show="waiting")) == (["Mara"], [])
    later = {"comes_back_at": timezone.now() + timedelta(hours=1), "now": timezone.now()}
    resolve_all(dict.fromkeys(Alert.objects.open()), outcome="not_reached", by=noor, **later)
    assert (shown(desk), shown(desk, show="waiting")) == ([], ["Mara"])
    logged(session, 4, signs=["pus", "trouble_breathing"])
    assert (shown(desk), shown(desk, show="waiting")) == (["Mara"], [])


@pytest.mark.parametrize("leaves", [by_the_practice, by_hand])
def test_an_urgent_one_never_waits_for_an_answer_nor_does_what_a_colleague_dropped(clinic, noor, desk, leaves):
    urgent, low = (
        somebody(clinic, noor, "Urgent", reported={"signs": ["pus"]}),
        somebody(clinic, noor, "Low", reported=LOW),
    )
    chen = people.practitioner(clinic, "Wei Chen")
    for session in (urgent, low):
        acknowledge(session, by=chen, now=timezone.now())
        write_note(session, id=uuid4(), text="Call us.", for_patient=True, by=chen, now=timezone.now())
    assert (shown(desk), shown(desk, show="waiting")) == (["Urgent"], ["Low"])
    leaves(chen, noor)
    assert (shown(desk), shown(desk, show="waiting")) == (["Urgent", "Low"], [])


def test_who_is_on_track_by_now_stands_last_and_folded_never_with_anything_urgent_or_unread(clinic, noor, desk):
    calm = somebody(clinic, noor, "Calm", day=5)
    logged(calm, 3, now=timezone.now() - timedelta(days=2), **LOW)
    logged(calm, 5, redness=0)
    burnt = somebody(clinic, noor, "Was urgent", day=5)
    logged(burnt, 3, now=timezone.now() - timedelta(days=2), signs=["pus"])
    logged(burnt, 5, redness=0)
    changed = somebody(clinic, noor, "Changed", reported=LOW)
    logged(changed, 4, redness=0)  # the same day, answered anew
    somebody(clinic, noor, "Still", reported=LOW)
    asks = somebody(clinic, noor, "Asks", reported={"redness": 0})
    write_to_practice(asks, id=uuid4(), text="Hello?", by=asks.patient.user, now=timezone.now())
    page = desk.get(QUEUE)
    assert names(page) == ["Was urgent", "Still", "Changed", "Asks", "Calm"]
    last = in_order(statuses_in(clinic, noor, timezone.now())["open"]).last()
    assert last is not None and last.patient_id == calm.patient_id  # also of several pages
    (fold,) = select(page, "details[@id='calm']")
    assert [words(link) for link in fold.findall(".//h2/a")] == ["Calm"] and "1 more, now on track" in words(fold)
    write_to_practice(calm, id=uuid4(), text="Hello?", by=calm.patient.user, now=timezone.now())
    assert not select(desk.get(QUEUE), "details[@id='calm']")


def test_a_list_is_narrowed_by_owner_device_skin_day_and_log(clinic, noor, desk):
    chen = people.practitioner(clinic, "Wei Chen")
    mine = somebody(clinic, noor, "Mine", reported=LOW)
    his = somebody(clinic, noor, "His", day=9, reported={"signs": ["pus"]}, device="roller", fitzpatrick=5)
    somebody(clinic, noor, "Nobodys", reported=LOW, fitzpatrick=None)
    somebody(clinic, noor, "Well", reported={"redness": 0})
    acknowledge(mine, by=noor, now=timezone.now())
    acknowledge(his, by=chen, now=timezone.now())
    cases = {
        ("owner", "me"): ["Mine"], ("owner", str(chen.pk)): ["His"], ("owner", "nobody"): ["Nobodys"],
        ("device", "roller"): ["His"], ("skin", "5"): ["His"], ("skin", "unknown"): ["Nobodys"],
        ("days", "8-14"): ["His"], ("days", "9-"): ["His"], ("days", "0-3"): [],
        ("days", "4-4"): ["Nobodys", "Mine"], ("days", "5-8"): [],
    }  # fmt: skip
    assert {case: shown(desk, **dict([case])) for case in cases} == cases
    assert shown(desk, show="all", skin="2", log="on_track") == ["Well"]
    page = desk.get(QUEUE, {"device": "roller", "skin": "5"})
    assert [words(tag) for tag in select(page, "a[@class='tag strong']")] == [
        "Device: Roller × Without this filter", "Skin type: Type V × Without this filter",
    ]  # fmt: skip
    assert "1 patient with these filters" in text_of(page)
    lists = [words(link) for link in select(page, "div[@id='lists']/a")]
    assert lists[0] == "Needs action 3 in all" and lists[-1] == "All 4 in all"
    assert next(words(link) for link in select(desk.get(QUEUE), "div[@id='lists']/a")) == "Needs action 3"
    chips = [link.get("href") for link in select(page, "div[@id='lists']/a")]
    assert all("device=roller&skin=5" in href for href in chips)
    assert names(desk.get(QUEUE + chips[-1])) == ["His"]
    hidden = {field.get("name") for field in select(page, "form[@role='search']/input[@type='hidden']")}
    assert hidden == {"csrfmiddlewaretoken", "device", "skin"}
    without = [link.get("href") for link in select(page, "a[@class='tag strong']")]
    assert without == ["?show=open&skin=5", "?show=open&device=roller"]
    stale = somebody(clinic, noor, "Stale", day=9)
    logged(stale, 3, now=timezone.now() - timedelta(days=6), redness=0)  # a word about that day, not about today
    assert shown(desk, show="all", skin="2", log="on_track") == ["Well"]


@pytest.mark.parametrize("nonsense", ["x", "\0", "9" * 5000, "-1", "0", "7", "<b>", "me' OR 1=1", "3-1", "٣", "1-2-3"])
def test_a_filter_of_nonsense_is_left_out_and_said(clinic, noor, desk, nonsense):
    somebody(clinic, noor, "Mara", reported=LOW)
    page = desk.get(QUEUE, dict.fromkeys(NONSENSE, nonsense))
    assert page.status_code == 200 and names(page) == ["Mara"]
    assert text_of(page).count("in the address says nothing that we know") == len(NONSENSE)
    for address in (reverse("queue_step"), reverse("patient", args=[Alert.objects.get().treatment.patient_id])):
        for text in (nonsense, f"show=all&owner={nonsense}&at={nonsense}&of={nonsense}&page={nonsense}"):
            assert desk.get(address, {"from": text, "patient": nonsense}, follow=True).status_code == 200


def test_a_page_beyond_the_last_and_one_that_is_none_are_said(clinic, noor, desk):
    somebody(clinic, noor, "Mara", reported=LOW)
    assert "There is no page 9. This is the last one." in text_of(desk.get(QUEUE, {"page": "9"}))
    assert "There is no such page. This is the first one." in text_of(desk.get(QUEUE, {"page": "x"}))
    assert "There is no" not in text_of(desk.get(QUEUE, {"page": "1"}))


WAYS = {
    "mara": 1, "OBrien": 1, "o’brien mara": 1, "07700 900101": 1, "+44 7700 9001": 1, "0101": 1, "44 7700 900 1": 1,
    "0044 (0) 7700": 1, "07700-900.101": 1, "mara.ob@": 1, "OB@example": 1, "example": 0,
    "kd-0815": 1, "KD 08": 1,
    "p24 07b": 1, "P24-07B": 1, "p2407": 1, "1969": 1, "mara 1969": 1, "mara 1970": 0, "p25": 0, "rien": 0,
    "ha 77 c": 1, "HA-77c": 1, "ha78": 0, "serum": 0,
}  # fmt: skip


def test_one_field_finds_a_patient_by_any_of_its_ways_and_says_how_many(clinic, noor, desk):
    known = {"phone": "+44 (0)7700 900 101", "year_of_birth": 1969, "number": "KD-0815"}
    session = somebody(clinic, noor, "Mara O'Brien", details=known, cartridge_lot="P24-07b")
    session.products = [{"name": "Serum", "lot": "HA 77C"}, {"name": "Numbing cream"}]
    session.save()
    session.patient.email = "Mara.Ob@Example.org"
    session.patient.save(update_fields=["email"])
    somebody(clinic, noor, "Zoe Other", cartridge_lot="X1")
    for sought, hits in WAYS.items():
        page = desk.get(QUEUE, {"q": sought})
        assert len(names(page)) == hits, sought
        assert f"{hits} patient{'' if hits == 1 else 's'} found for “{sought}”" in text_of(page)
    session.cartridge_lot, session.products = "Q9", [{"name": "Serum", "lot": "HA 78"}]
    session.save()
    assert (shown(desk, q="q9"), shown(desk, q="p2407")) == ([], [])  # too short to be a lot
    assert (len(shown(desk, q="ha78")), shown(desk, q="ha77c")) == (1, [])
    stranger = people.signed_in(people.dr_okafor())
    of_each_kind = ("mara", "0101", "OB@example", "KD 08", "1969", "q9", "ha78")
    assert not any(shown(stranger, q=sought) for sought in of_each_kind)


def test_all_are_sorted_by_family_name_and_a_letter_leads_to_its_page(clinic, noor, desk):
    for number in range(60):
        people.patient(clinic, f"Zoe Abel{number:02}", accepted=False)
    for name in ("Ana Zander", "Bea Moor", "Йонас Ёлкин"):
        people.patient(clinic, name, accepted=False)
    page = desk.get(QUEUE, {"show": "all"})
    assert names(page)[0] == "Zoe Abel00" and "By family name." in text_of(page)
    letters = select(page, "nav[@class='letters']/a")
    assert [words(link) for link in letters] == ["A", "M", "Z", "Others"]
    jumped = desk.get(QUEUE + letters[1].get("href").partition("#")[0])
    assert names(jumped)[10:] == ["Bea Moor", "Ana Zander", "Йонас Ёлкин"]
    led_to = {}
    for link in letters:
        address, _mark, mark = link.get("href").partition("#")
        (row,) = select(desk.get(QUEUE + address), f"li[@id='{mark}']")
        led_to[words(link)] = words(row.find(".//h2/a"))
    assert led_to == {"A": "Zoe Abel00", "M": "Bea Moor", "Z": "Ana Zander", "Others": "Йонас Ёлкин"}
    assert {words(link) for link in select(jumped, "nav[@class='pager']/a")} == {"Previous"}
    back, _ways = way(opened(desk, jumped, 10))
    assert names(desk.get(back)) == names(jumped)  # also its page, and on it the row that led there
    assert words(*select(desk.get(back), f"a[@id='{back.partition('#')[2]}']")) == "Bea Moor"
    assert not select(desk.get(QUEUE, {"show": "all", "skin": "2"}), "nav[@class='letters']")


def opened(desk, page, at: int):
    """The page of the patient in that row."""
    return desk.get(select(page, "li//h2/a")[at].get("href"))


def way(page) -> tuple[str, dict[str, str]]:
    """The way back, and by their words the ways on."""
    (back,) = select(page, "span[@class='row way']/a")
    return back.get("href"), {words(link): link.get("href") for link in select(page, "span[@class='row way']/nav/a")}


def test_a_patients_page_leads_on_through_the_list_and_back_to_it(clinic, noor, desk):
    for name in ("First", "Second", "Third"):
        somebody(clinic, noor, name, reported=LOW, fitzpatrick=3)
    asked = {"show": "open", "skin": "3"}
    page = opened(desk, desk.get(QUEUE, asked), 1)
    back, ways = way(page)
    assert "2 of 3" in text_of(page) and list(ways) == ["Previous", "Next"]
    assert names(desk.get(back)) == ["First", "Second", "Third"] and "skin=3" in back
    third = desk.get(ways["Next"], follow=True)
    assert (
        "Third" in words(select(third, "h1")[0]) and list(way(third)[1]) == ["Previous"] and "3 of 3" in text_of(third)
    )
    first = desk.get(ways["Previous"], follow=True)
    assert "First" in words(select(first, "h1")[0]) and list(way(first)[1]) == ["Next"]
    session = Alert.objects.get(treatment__patient__name="Second").treatment
    resolve(Alert.objects.get(treatment=session), outcome="seen", by=noor, now=timezone.now())
    third = desk.get(ways["Next"], follow=True)  # who was second is gone: the third stands there now
    assert "Third" in words(select(third, "h1")[0]) and "2 of 2" in text_of(third)
    end = desk.get(ways["Next"].replace("at%3D2", "at%3D9"), follow=True)
    assert "That was the last in this list." in text_of(end) and end.redirect_chain[-1][0].startswith(
        QUEUE + "?show=open"
    )


def test_by_name_it_leads_on_to_the_neighbours_and_back_also_among_namesakes(clinic, noor, desk):
    people_by_name = ("Zoe Abel", "Ana Moor", "Ana Moor", "Ana Moor", "Bea Moor", "Cleo Zander")
    for name in people_by_name:
        people.patient(clinic, name)
    in_order = [row.pk for row in desk.get(QUEUE, {"show": "all"}).context["page"]]
    page, read = opened(desk, desk.get(QUEUE, {"show": "all"}), 0), []
    for step in [*["Next"] * (len(people_by_name) - 1), *["Previous"] * len(people_by_name)]:
        read.append(page.context["patient"].pk)
        page = desk.get(way(page)[1].get(step, QUEUE), follow=True)
    assert read == in_order + in_order[-2::-1]


def test_nothing_is_told_of_where_another_clinics_patient_would_stand(clinic, desk):
    for name in ("Zoe Abel", "Cleo Zander"):
        people.patient(clinic, name)
    other = people.practice("Otherwhere Clinic")
    stranger, left = people.patient(other, "Mia Moor"), people.patient(clinic, "Ana Moor")
    leaves(left)
    left.name = "Ana Zzz"  # who left stands where the clinic knew them
    left.save(update_fields=["name"])

    def steps_from(patient) -> str:
        asked = {"from": "show=all&at=1&of=9", "patient": str(patient.pk)}
        return text_of(desk.get(reverse("queue_step"), asked, follow=True))

    assert "That was the last in this list." in steps_from(stranger)
    assert "Cleo Zander" in steps_from(left)


@pytest.mark.parametrize("show", ["open", "mine"])
def test_closing_the_last_of_a_patient_leads_on_in_the_list_that_one_works_off(clinic, noor, desk, show):
    for name in ("First", "Second", "Third"):
        acknowledge(somebody(clinic, noor, name, reported=LOW), by=noor, now=timezone.now())

    def closed_at(at: int):
        (link,) = [select(desk.get(QUEUE, {"show": show}), "li//h2/a")[at]]
        (alert,) = Alert.objects.open().filter(treatment__patient__name=words(link))
        address = reverse("resolve", args=[alert.pk]) + "?" + link.get("href").partition("?")[2]
        typed = {"outcome": "seen", "seen": f"{alert.pk} {alert.urgency}"}
        links = select(desk.post(address, typed, follow=True), "a")
        return next(link for link in links if words(link).startswith("To the "))

    led_to = closed_at(1)
    assert words(led_to) == "To the next patient"
    assert "Third" in words(select(desk.get(led_to.get("href"), follow=True), "h1")[0])
    led_to = closed_at(1)
    assert words(led_to) == "To the list" and led_to.get("href") == f"{QUEUE}?show={show}"
