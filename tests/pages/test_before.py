"""Before a treatment: anybody may ask; a patient's answers are kept, changed, shown, and fill what is asked later."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import invite_patient
from accounts.models import AccountMail, Invitation, Patient
from symptoms.journal.joining import confirm_patient
from symptoms.journal.undoing import undo_joining
from symptoms.journal.visibility import screening_shown
from symptoms.models import Screening
from symptoms.recovery.care import SEEK_HELP
from symptoms.recovery.groups import IMPLIED_BASELINE
from symptoms.recovery.screening import CHECKLISTS, QUESTIONS
from symptoms.recovery.vocabulary import Condition
from symptoms.views.before import COOKIE
from tests import people
from tests.house.tree import ROOT
from tests.moving import joins, leaves
from tests.pages.html import has_button, held, select, text_of
from tests.treatments import pen

pytestmark = pytest.mark.django_db
BEFORE = reverse("before")
ALL_NO = {question.key: "no" for question in QUESTIONS}


@pytest.fixture
def stranger(client):
    return client


def test_a_stranger_reads_what_each_answer_changes_and_the_server_keeps_none_of_it(stranger):
    page = stranger.get(BEFORE)
    text = text_of(page)
    for question in QUESTIONS:
        assert question.ask in text and question.say in text
    assert "Nothing is answered yet." in text
    answer = stranger.post(BEFORE, {**ALL_NO, "cold_sores": "yes", "clean": ["clean.needles"]})
    assert answer.url == f"{BEFORE}#result" and not Screening.objects.exists()
    assert not Session.objects.exists() and "cold_sores" not in answer.url
    page = stranger.get(BEFORE)  # a reload: what was ticked is there
    assert held(page)["cold_sores"] == ["yes"] and held(page)["clean"] == ["clean.needles"]
    text = text_of(page)
    assert "Tell them this before they start." in text and "not answered yet" not in text
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", BEFORE, "")


def test_a_stranger_can_make_the_browser_forget(stranger):
    stranger.post(BEFORE, {"rosacea": "yes"})
    assert has_button(stranger.get(BEFORE), "Forget my answers")
    assert stranger.post(BEFORE, {"do": "forget", "rosacea": "yes"}).url == BEFORE
    assert held(stranger.get(BEFORE)).get("rosacea") is None


@pytest.mark.parametrize("cookie", ["", "nonsense", "a:b:c", "e30:1abc:xyz"])
def test_a_cookie_that_is_not_ours_is_no_answer(stranger, cookie):
    stranger.cookies[COOKIE] = cookie
    page = stranger.get(BEFORE)
    assert page.status_code == 200 and "Nothing is answered yet." in text_of(page)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"tan": "perhaps"}, "Choose one of the three answers."),
        ({"allergy_parts": ["gold"]}, "Choose from the list."),
        ({"age_parts": "40"}, "Choose from the list."),
        ({"clean": ["clean.gone"]}, "Choose from the list."),
        ({"usual_redness": "9"}, "Choose one of the five answers."),
        ({"skin_colour": "9"}, "Select a valid choice."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_refused_beside_its_field_and_what_was_typed_stays(stranger, wrong, sentence):
    page = stranger.post(BEFORE, {"rosacea": "yes", **wrong})
    assert page.status_code == 422 and sentence in text_of(page)
    assert held(page)["rosacea"] == ["yes"] and COOKIE not in page.cookies


def test_a_patients_answers_are_kept_half_filled_shown_again_and_changed(ana, phone):
    assert has_button(phone.get(BEFORE), "Send to Larkfield Skin Clinic")
    first = {"marks": "yes", "marks_parts": ["melasma"], "usual_dark_patches": "2", "choosing": ["choosing.risks"]}
    assert phone.post(BEFORE, first).url == f"{BEFORE}#result"
    page = phone.get(BEFORE)
    assert {name: held(page)[name] for name in first} == {
        name: [*([value] if isinstance(value, str) else value)] for name, value in first.items()
    }
    text = text_of(page)
    assert "23 questions are not answered yet." in text and "Larkfield Skin Clinic can read your answers." in text
    phone.post(BEFORE, {**ALL_NO, "marks": "yes", "marks_parts": ["after_spots"], "tan": "yes", "rosacea": "unsure"})
    text = text_of(phone.get(BEFORE)).partition("So far")[2]
    places = [text.index(sentence) for sentence in (
        "Please don't book yet.", "got a tan, in the last four weeks. Wait until the tan has gone.",
        "You are not sure. Do you have rosacea?", "You chose: Dark marks after spots or cuts. You can be treated.",
        "A skin doctor can tell you",
    )]  # fmt: skip
    assert places == sorted(places)  # the strictest first, each answer before its advice
    screening = Screening.objects.get()
    assert screening.patient == ana and screening.answers.parts == {"marks": {"after_spots"}}
    assert screening.answers.usual == {} and screening.answers.ticked == frozenset()


def test_what_was_answered_before_signing_in_is_filled_in_and_kept_only_when_sent(client, ana):
    client.post(BEFORE, {"eczema": "yes"})
    client.force_login(ana.user)
    page = client.get(BEFORE)
    assert held(page)["eczema"] == ["yes"] and "This is not kept yet." in text_of(page)
    assert not Screening.objects.exists()
    client.post(BEFORE, {"eczema": "yes"})
    assert Screening.objects.get().answers.answers == {"eczema": "yes"}
    assert client.cookies[COOKIE].value == ""


def test_what_was_left_half_filled_waits_in_the_browser_and_nobody_reads_it(ana, phone, desk):
    phone.post(BEFORE, {"eczema": "no"})
    answer = phone.post(BEFORE, {"eczema": "yes", "do": "remember"})
    assert answer.status_code == 204 and Screening.objects.get().answers.answers == {"eczema": "no"}
    page = phone.get(BEFORE)
    assert held(page)["eczema"] == ["yes"] and "This is not kept yet." in text_of(page)
    assert "Do you have eczema?" not in text_of(desk.get(reverse("patient", args=[ana.pk])))
    phone.post(BEFORE, {"do": "forget"})
    assert held(phone.get(BEFORE))["eczema"] == ["no"]


def test_somebody_alone_is_not_told_of_a_clinic():
    page = people.signed_in(people.patient(None, "Robin")).get(BEFORE)
    assert has_button(page, "Keep my answers") and "Your clinic" not in text_of(page)


def test_each_usual_level_that_an_answer_implies_is_asked_with_the_answer(stranger):
    """By the stylesheet, so that it works without a script: one selector for each."""
    shown = {(question.key, part, symptom) for question in QUESTIONS for part, symptom in implied(question)}
    rules = re.findall(
        r'^  \.screening:has\(\[name="(\w+)"\]\[value="yes"\]:checked\)(?::has\(\[value="(\w+)"\]:checked\))? '
        r'\[data-usual="(\w+)"\]',
        (ROOT / "static/css/patient.css").read_text(),
        re.M,
    )
    assert set(rules) == shown and len(rules) == len(shown)
    asked = {element.get("data-usual") for element in select(stranger.get(BEFORE), "div[@data-usual]")}
    assert asked == {symptom for _, _, symptom in shown}


def implied(question) -> Iterator[tuple[str, str]]:
    """The part of a yes (none: any yes) and the symptom whose usual level it implies."""
    by_part = {"": question.records} | {part.key: part.records - question.records for part in question.parts}
    for part, records in by_part.items():
        for word in records & {*map(str, Condition)}:
            yield from ((part, str(symptom)) for symptom in IMPLIED_BASELINE.get(Condition(word), ()))


def test_it_says_when_to_get_help_with_the_number_of_the_reader(stranger, phone):
    for page, number in ((stranger.get(BEFORE, {"country": "US"}), "911"), (phone.get(BEFORE), "999")):
        assert f"Call {number}" in text_of(page)
        for tier in ("emergency", "urgent", "contact"):
            assert all(bullet.replace("\u00a0", " ") in text_of(page) for bullet in SEEK_HELP[tier].bullets)


def test_whoever_was_treated_is_told_that_the_answers_are_for_the_next_time(ana, phone):
    assert "These answers are for your next treatment." not in text_of(phone.get(BEFORE))
    treatment = pen(ana)
    page = phone.get(BEFORE)
    assert "These answers are for your next treatment." in text_of(page)
    assert select(page, f"a[@href='{reverse('my_treatment', args=[treatment.pk])}']")


def test_whoever_has_no_clinic_is_not_told_to_contact_theirs(stranger, phone):
    for browser, word, other in ((stranger, "a doctor", "your clinic"), (phone, "your clinic", "a doctor")):
        page = text_of(browser.get(reverse("help_now")))
        assert f"Contact {word}" in page and f"Contact {other}" not in page


def test_the_front_door_the_help_page_care_and_a_today_without_a_treatment_lead_there(stranger, phone):
    link = f"a[@href='{BEFORE}']"
    for browser, address in ((stranger, "home"), (stranger, "help_now"), (phone, "care"), (phone, "today")):
        assert select(browser.get(reverse(address)), link), address


def test_the_lists_and_what_prevents_harm_stand_on_the_page(stranger):
    text = text_of(stranger.get(BEFORE))
    for checklist in CHECKLISTS:
        assert checklist.title in text and all(item in text for _, item in checklist.items)
    for heading in ("When to ask a skin doctor first", "Needles: too long, shared or blunt", "Home roller"):
        assert heading in text


# --- what was answered fills what is asked later
ANSWERED = {
    "isotretinoin": "yes", "isotretinoin_parts": "before", "rosacea": "yes", "marks": "yes",
    "marks_parts": ["melasma"], "tan": "no", "skin_colour": "4", "skin_burning": "5", "usual_redness": "2",
    "usual_dark_patches": "1",
}  # fmt: skip
FILLED = {
    "conditions": ["melasma", "rosacea"], "medications": ["isotretinoin_6m"], "skin_colour": ["4"],
    "skin_burning": ["5"], "usual_redness": ["2"], "usual_dark_patches": ["1"],
}  # fmt: skip


def filled(page) -> dict[str, list[str]]:
    return {name: sorted(held(page).get(name, [])) for name in FILLED}


def test_the_patients_own_treatment_is_filled_from_the_answers(phone):
    phone.post(BEFORE, ANSWERED)
    assert filled(phone.get(reverse("treatment_new"))) == FILLED


def test_the_clinic_records_a_treatment_with_what_the_patient_answered(ana, phone, desk):
    phone.post(BEFORE, ANSWERED)
    address = reverse("practice_treatment_new") + f"?patient={ana.pk}"
    page = desk.get(address)
    given = held(page)
    assert given["fitzpatrick"] == ["5"] and sorted(given["conditions"]) == FILLED["conditions"]
    assert given["usual_redness"] == ["2"] and given["medications"] == ["isotretinoin_6m"]


def test_the_welcome_is_filled_from_the_answers_where_the_clinic_wrote_nothing(ana, phone, noor):
    phone.post(BEFORE, ANSWERED)
    pen(ana, by=noor, fitzpatrick=None)
    assert filled(phone.get(reverse("welcome"))) == FILLED


def test_the_later_word_counts(ana, phone, noor):
    """What was answered after the last treatment takes the place of what that says; what is not answered stays."""
    pen(ana, days_ago=90, by=noor, conditions=["recent_tan", "eczema"], baseline={"itching": 1, "redness": 1})
    phone.post(BEFORE, ANSWERED)
    page = phone.get(reverse("treatment_new"))
    assert sorted(held(page)["conditions"]) == ["eczema", "melasma", "rosacea"]
    assert held(page)["usual_itching"] == ["1"] and held(page)["usual_redness"] == ["2"]
    pen(ana, days_ago=1, by=noor, conditions=["diabetes"])
    assert held(phone.get(reverse("treatment_new")))["conditions"] == ["diabetes"]


def test_half_an_answer_about_the_skin_does_not_replace_the_type_that_the_clinic_set(ana, phone, desk, noor):
    pen(ana, days_ago=90, by=noor, fitzpatrick=5, skin_colour=2, skin_burning=3)
    phone.post(BEFORE, {"skin_colour": "1"})
    shown = held(desk.get(reverse("practice_treatment_new") + f"?patient={ana.pk}"))
    assert shown["fitzpatrick"] == ["3"]  # from both: what is not answered now stays
    ana.treatments.update(skin_burning=None)
    assert held(desk.get(reverse("practice_treatment_new") + f"?patient={ana.pk}"))["fitzpatrick"] == ["5"]


# --- the practice
IRIS = {
    "eczema": "yes", "skin_cancer": "unsure", "expecting": "yes", "expecting_parts": ["breastfeeding"],
    "skin_colour": "5", "choosing": ["choosing.looked_up"],
}  # fmt: skip


def test_a_practice_sends_the_questions_before_the_appointment_and_reads_what_each_answer_changes(desk, clinic, noor):
    invite = desk.post(reverse("practice_patient_new"), {"name": "Iris Whitmore", "year_of_birth": "1988"}).url
    iris = Patient.objects.get(name="Iris Whitmore")
    assert invite == reverse("invite_patient", args=[iris.pk])
    assert "No treatment of Iris Whitmore is recorded yet." in text_of(desk.get(invite))
    assert "not answered yet" in text_of(desk.get(reverse("patient", args=[iris.pk])))
    desk.post(invite, {"how": "mail", "email": "iris@example.org"})
    letter = AccountMail.objects.latest("created_at")
    phone = people.signed_in(people.user("Iris Whitmore", "iris@example.org"))
    join = re.search(r"/join/\S+", letter.body)[0]
    assert f"{clinic} asks you some questions before your treatment." in text_of(phone.get(join))
    phone.post(join, {"care": "on"})
    assert phone.post(reverse("welcome"), {"right": "yes"}).url == BEFORE
    phone.post(BEFORE, IRIS)
    page = desk.get(reverse("patient", args=[iris.pk]))
    shown = text_of(page)
    assert shown.index("Asked before the treatment") < shown.index("No treatment yet")  # it is all there is to read
    assert ["open" in fold.attrib for fold in select(page, "details[@class='card']")][:1] == [True]
    for sentence in (
        "Asked before the treatment: Do not treat now",
        "21 questions are not answered yet.",
        "A doctor decides first Do you have eczema? Yes Filled in: Eczema. One step more of itching",
        "are an emergency. Rules: MOD-3, CS-1, CS-2.",
        "The patient was told: Only on calm skin.",
        "Yes: I breastfeed Filled in: Breastfeeding. No alert depends on it; the care tips do.",
        "a spot that changes or bleeds? Not sure The patient was told: A skin doctor can tell you",
        "Type V.",
        "What the skin changes From day 10 an alert opens for dark patches",
    ):
        assert sentence in shown, sentence
    assert "I looked them up" not in shown  # what is ticked about a clinic is not for the clinic
    assert "Asked before the treatment" in text_of(desk.get(f"{reverse('practice_treatment_new')}?patient={iris.pk}"))


def test_somebody_of_that_name_is_asked_about_before_a_second_record_is_made(desk, ana):
    typed = {"name": ana.name, "year_of_birth": "1988"}
    page = desk.post(reverse("practice_patient_new"), typed)
    assert page.status_code == 422 and "Was this person here before?" in text_of(page)
    assert desk.post(reverse("practice_patient_new"), {**typed, "patient": ana.pk}).url == reverse(
        "invite_patient", args=[ana.pk]
    )
    assert Patient.objects.count() == 1
    desk.post(reverse("practice_patient_new"), {**typed, "somebody_else": "1"})
    assert Patient.objects.count() == 2


def test_who_has_joined_is_asked_on_today_until_they_answer_and_again_at_each_sending(ana, phone, desk, noor):
    pen(ana, days_ago=30, by=noor)
    record, ask = (reverse(name, args=[ana.pk]) for name in ("patient_before", "ask_before"))
    today = reverse("today")
    asks = "Your clinic asks you some questions before your treatment."
    for answers in ({"eczema": "yes"}, {"eczema": "no"}):
        assert asks not in text_of(phone.get(today))
        desk.post(ask)
        assert asks in text_of(phone.get(today)) and "Asked today at" in text_of(desk.get(record))
        phone.post(BEFORE, answers)
        assert asks not in text_of(phone.get(today)) and "not answered since" not in text_of(desk.get(record))
        assert "The patient’s own answers, today at" in text_of(desk.get(record))
        assert held(phone.get(BEFORE))["eczema"] == [answers["eczema"]]
    desk.post(ask)
    leaves(ana)
    assert asks not in text_of(people.signed_in(ana).get(today))  # that clinic is theirs no more


def test_the_answers_are_for_the_practice_that_has_the_patient_now(ana, phone, desk, noor):
    pen(ana, days_ago=30, by=noor)
    phone.post(BEFORE, {"eczema": "yes"})
    address = reverse("patient_before", args=[ana.pk])
    assert "Do you have eczema?" in text_of(desk.get(address))
    other = people.dr_okafor()
    page = phone.get(joining_link(ana, other))
    assert "What you answered before a treatment." in text_of(page)
    joins(ana, other.membership.practice, by=other)
    assert "eczema?" not in text_of(desk.get(address))
    assert "Do you have eczema?" in text_of(people.signed_in(other).get(address))
    assert screening_shown(noor.membership.practice, ana) is None
    leaves(ana)
    phone.post(BEFORE, {"rosacea": "yes"})
    assert screening_shown(other.membership.practice, ana) is None
    for reader in (noor, other):
        page = people.signed_in(reader).get(address)
        assert "eczema?" not in text_of(page) and "rosacea?" not in text_of(page)


def joining_link(patient, by) -> str:
    """Where a mail of another clinic leads somebody who is a patient already."""
    record = people.patient(by.membership.practice, patient.name, accepted=False)
    invite_patient(record, by, patient.user.email)
    return re.search(r"/join/\S+", AccountMail.objects.latest("created_at").body)[0]


def test_what_somebody_answered_goes_with_them_when_a_wrong_yes_is_taken_back(clinic, noor):
    record = people.patient(clinic, "Iris Whitmore", accepted=False)
    ben = people.user("Ben")
    invitation, url = invite_patient(record, noor)
    people.signed_in(ben).post(re.search(r"/join/\S+", url)[0], {"care": "on"})
    confirm_patient(invitation, by=noor, now=timezone.now())
    people.signed_in(ben).post(BEFORE, {"eczema": "yes"})
    undo_joining(Invitation.objects.get(pk=invitation.pk), by=noor, now=timezone.now())
    assert Screening.objects.get().patient == Patient.objects.get(user=ben) != record
