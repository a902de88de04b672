"""A patient who says that something recorded is wrong reaches the practice, which alone can correct it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from symptoms.alerts.handling import resolve
from symptoms.alerts.record_questions import question_record
from symptoms.models import Alert, Delivery, PatientStatus
from tests import people
from tests.api.programs import program
from tests.moving import joins, leaves
from tests.pages.html import text_of
from tests.pages.practitioner.pages import past
from tests.treatments import logged, pen

pytestmark = pytest.mark.django_db
WORDS = "It was <b>2.5</b> mm, not 1.5"


@pytest.fixture
def session(ana, noor):
    return pen(ana, days_ago=3, by=noor)


def said(phone, session, words=WORDS):
    return phone.post(reverse("my_treatment", args=[session.pk]), {"words": words}, follow=True)


def test_it_reaches_the_practice_on_every_page_and_in_the_api(phone, desk, noor, session, ana):
    assert "Saved. Your clinic can read it." in text_of(said(phone, session))
    (alert,) = Alert.objects.open()
    assert (alert.kind, alert.entry, alert.practice) == ("details", None, noor.membership.practice)
    delivery = Delivery.objects.get()
    assert (delivery.recipient, delivery.alert, delivery.urgency) == (noor, alert, 2)
    assert "Says the record is wrong" in text_of(desk.get(reverse("queue")))
    page = desk.get(reverse("patient", args=[ana.pk]))
    assert WORDS in text_of(page) and "<b>2.5</b>" not in page.content.decode()
    assert reverse("practice_treatment_edit", args=[session.pk]) in page.content.decode()
    document = program(noor).get(f"/api/v1/alerts/{alert.pk}/").json()
    assert (document["kind"], document["entry"], document["day"]) == ("details", None, None)
    assert program(noor).get("/api/v1/alerts/?open=true").json()["results"][0]["kind"] == "details"
    assert "You told your clinic" in text_of(phone.get(reverse("my_treatment", args=[session.pk])))


def test_said_again_it_is_one_alert_with_the_last_words_and_told_again(phone, desk, session, ana):
    said(phone, session)
    said(phone, session, "And the date")
    alert = Alert.objects.open().get()
    assert alert.events.count() == 2 and Delivery.objects.count() == 2
    page = text_of(desk.get(reverse("patient", args=[ana.pk])))
    assert "And the date" in page and WORDS in text_of(past(desk, ana.pk))


def test_beside_an_alarm_it_stands_second_and_closing_takes_it_down(phone, desk, session, ana, noor):
    said(phone, session)
    logged(session, 3, pain=3, signs=["pus"])
    page = text_of(desk.get(reverse("patient", args=[ana.pk])))
    assert page.index("Signs of infection") < page.index("Says the record is wrong")
    alert = Alert.objects.open().get(kind="details")
    assert desk.post(reverse("resolve", args=[alert.pk]), {"outcome": "advice"}).status_code == 302
    assert not Alert.objects.open().filter(kind="details").exists()
    assert "You told your clinic" not in text_of(phone.get(reverse("my_treatment", args=[session.pk])))
    # What is questioned is no reason to be seen: the patient's own pages speak of the infection alone.
    assert "record" not in text_of(phone.get(reverse("today"))).lower()


@pytest.mark.parametrize("words", ["", "   ", "x" * 401])
def test_nothing_or_too_much_is_refused_beside_the_field(phone, session, words):
    page = phone.post(reverse("my_treatment", args=[session.pk]), {"words": words})
    assert page.status_code == 422 and words.strip() in page.content.decode() and not Alert.objects.exists()


def test_only_the_patient_and_only_while_the_clinic_is_theirs(phone, session, ana, noor):
    with pytest.raises(PermissionDenied):
        question_record(session, WORDS, by=noor, now=timezone.now())
    said(phone, session)
    leaves(ana)
    phone = people.signed_in(ana)
    assert said(phone, session).status_code == 403
    assert "only that clinic can change it" in text_of(phone.get(reverse("my_treatment", args=[session.pk])))
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor)
    assert Alert.objects.open().get(kind="details").practice == noor.membership.practice  # who recorded it
    assert PatientStatus.objects.get().practice == okafor.membership.practice


def test_closed_in_the_ordinary_way(session, phone, noor):
    said(phone, session)
    resolve(Alert.objects.get(), outcome="advice", by=noor, now=timezone.now())
    assert PatientStatus.objects.get().alert_urgency == 0


def test_a_questioned_record_is_not_opened_to_the_next_practice(session, phone, ana, noor):
    older = pen(ana, days_ago=60, by=noor)
    said(phone, older)
    leaves(ana)
    okafor = people.dr_okafor()
    joins(ana, okafor.membership.practice, by=okafor)
    older.refresh_from_db()
    assert older.open_to != okafor.membership.practice
