"""What a phone without a network is given beforehand, and what becomes of what it sends afterwards."""

from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.consents import withdraw_consent
from symptoms.models import Entry, Photo
from tests import images, people
from tests.pages.html import forms_of, held, select, text_of
from tests.pages.patient.log_page import typed
from tests.treatments import attached, logged, pen

pytestmark = pytest.mark.django_db
FORMS, ENTRIES = reverse("offline_forms"), reverse("offline_entry")


def page_of(kept: dict, lines: list[int]) -> HttpResponse:
    """A kept page as the phone puts it together."""
    return HttpResponse("<main>" + "\n".join(kept["lines"][line] for line in lines) + "</main>")


def waiting(session, day: int, **given) -> dict:
    """What a phone sends for a day that was answered with none."""
    facts = {"account": str(session.patient.user_id), "treatment": str(session.pk), "instead_of": ""}
    return {**typed(day), **facts, **given}


def test_the_forms_of_today_and_14_days_are_those_of_the_log(phone, ana):
    session = pen(ana, days_ago=3)
    logged(session, 2, redness=2, itching=1, note="One.\n\n  Two.")
    kept = phone.get(FORMS).json()
    assert [day["day"] for day in kept["days"]] == list(range(3, 18))
    assert [day["date"] for day in kept["days"]] == [session.date_of(day["day"]).isoformat() for day in kept["days"]]
    today = page_of(kept, kept["days"][0]["form"])
    online = phone.get(reverse("log"))
    ((_, fields),) = forms_of(HttpResponse(select_log(online)))
    ((_, offline),) = forms_of(today)
    assert fields.keys() == offline.keys()
    assert {name: values for name, values in offline.items() if name != "id"} == {
        name: values for name, values in fields.items() if name != "id"
    }
    assert offline["id"] == [""] and "csrfmiddlewaretoken" not in today.content.decode()
    (log,) = select(today, "daily-log")
    assert log.get("data-draft") == f"{ana.user_id}/{session.pk}/3"
    help_page = text_of(page_of(kept, kept["help"]))
    assert "Call Larkfield Skin Clinic" in help_page and "Any one of these" in help_page
    assert phone.get(FORMS, {"have": kept["sign"]}).status_code == 204
    # A day that is logged is changed from then on, its note as it was.
    logged(session, 3, note="One.\n\n  Two.")
    anew = phone.get(FORMS, {"have": kept["sign"]}).json()
    change = held(page_of(anew, anew["days"][0]["form"]))
    assert change["note"] == ["One.\n\n  Two."] and change["instead_of"] != [""]


def select_log(page) -> bytes:
    """The log of a page without the page, and without its guard."""
    content = page.content.decode()
    body = content[content.index("<daily-log") : content.index("</daily-log>")]
    guard = body.index('<input type="hidden" name="csrfmiddlewaretoken"')
    return (body[:guard] + body[body.index(">", guard) + 1 :]).encode()


def test_what_is_kept_is_small_on_its_way_since_days_hardly_differ(phone, ana):
    pen(ana, days_ago=3)
    gzipped = phone.get(FORMS, headers={"Accept-Encoding": "gzip"})
    assert gzipped["Content-Encoding"] == "gzip" and len(gzipped.content) < 50_000


def test_who_may_log_nothing_is_given_whom_to_call_and_no_form(phone, ana):
    assert phone.get(FORMS).json()["days"] == []  # no treatment
    pen(ana, days_ago=3)
    withdraw_consent(ana, "care", now=timezone.now())
    kept = phone.get(FORMS).json()
    assert kept["days"] == [] and "020 7946" in text_of(page_of(kept, kept["help"]))


def test_a_day_that_waited_is_saved_once_for_its_own_account_alone(phone, clinic, ana):
    session = pen(ana, days_ago=3)
    fields = waiting(session, 2, redness="2")
    answers = [phone.post(ENTRIES, fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [answer.json() for answer in answers] == [{"id": fields["id"]}] * 2
    (entry,) = Entry.objects.all()
    assert (str(entry.pk), entry.day, entry.answers["symptoms"]["redness"]) == (fields["id"], 2, 2)
    # Somebody else is signed in; or nobody; or it was written for a session that is not theirs.
    other = people.patient(clinic, "Bea")
    theirs, hers = people.signed_in(other), waiting(session, 3)
    assert theirs.post(ENTRIES, hers).status_code == 403
    stolen = {**hers, "account": str(other.user_id)}
    assert theirs.post(ENTRIES, stolen).status_code == 404
    phone.logout()
    assert phone.post(ENTRIES, hers).status_code == 401
    assert Entry.objects.count() == 1


def test_what_cannot_be_saved_is_refused_with_words_and_the_day_that_may_be_meant(phone, ana):
    session = pen(ana, days_ago=3)

    def refused(**given) -> tuple[int, str, str, int | None]:
        answer = phone.post(ENTRIES, waiting(session, **given))
        said = answer.json()
        return answer.status_code, said["why"], said["detail"], said["day"]

    status, why, detail, day = refused(day=4)  # the phone's clock is a day ahead
    assert (status, why, day) == (422, "not_yet", 3) and "Which day do you mean?" in detail
    assert refused(day=2, temperature_c="381")[:2] == (422, "form")
    assert "between 30 and 45" in refused(day=2, temperature_c="381")[2]
    assert refused(day=999)[:2] == (422, "form")
    logged(session, 2, redness=3)  # on another device
    status, why, detail, day = refused(day=2)
    assert (status, why, day) == (409, "since", 2) and "Save this as a change?" in detail
    withdraw_consent(ana, "care", now=timezone.now())
    assert refused(day=1)[:2] == (409, "refused")
    assert Entry.objects.count() == 1


def test_a_day_that_was_logged_in_between_refuses_none_that_waits(phone, ana):
    """It would have more asked, which nobody could have seen."""
    session = pen(ana, days_ago=3)
    logged(session, 0)
    kept = phone.get(FORMS).json()
    shown = held(page_of(kept, kept["days"][0]["form"]))["shown"]
    fields = {**waiting(session, 3), "shown": shown}
    logged(session, 2, pain=3, signs=["pus"])
    later = phone.get(FORMS).json()
    assert set(held(page_of(later, later["days"][0]["form"]))["shown"]) > set(shown)
    assert phone.post(ENTRIES, fields).status_code == 201


def test_a_day_that_another_page_has_saved_in_the_same_words_is_there_already(phone, ana):
    session = pen(ana, days_ago=3)
    first = waiting(session, 3)
    assert phone.post(reverse("log_day", args=[3]), first).status_code == 302
    assert phone.post(ENTRIES, {**first, "id": str(uuid4())}).status_code == 200
    # The same id with other answers: it was looked at again, and saved on the log's own page.
    changed = phone.post(ENTRIES, {**first, "redness": "3"})
    assert (changed.status_code, changed.json()["why"]) == (409, "refused")
    assert Entry.objects.count() == 1


def test_a_photo_that_is_there_is_known_by_its_bytes(phone, clinic, ana):
    session, data = pen(ana, days_ago=3), images.photo()
    photo, _ = attached(session, day=2, data=data)

    def is_known(browser=phone, day: int = 2, data: bytes = data) -> bool:
        asked = {"treatment": str(session.pk), "day": day, "sha256": sha256(data).hexdigest()}
        return browser.get(reverse("offline_photo", args=[photo.pk]), asked).json()["is_known"]

    assert is_known()
    assert not is_known(day=3) and not is_known(data=images.photo(images.BLUE))
    assert not is_known(people.signed_in(people.patient(clinic, "Bea")))
    assert Photo.objects.count() == 1


def test_who_asks_is_told_who_is_signed_in_and_what_time_it_is(phone, ana):
    told = phone.get(reverse("offline_session")).json()
    assert told["account"] == str(ana.user_id) and len(told["token"]) == 64
    assert abs(told["now"] / 1000 - timezone.now().timestamp()) < timedelta(minutes=1).total_seconds()
