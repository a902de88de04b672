"""E-mail addresses: one spelling each, refused with a reason where no mail could arrive, wherever one is written."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.addresses import NOT_ASCII, NOT_ONE, canonical_address
from accounts.fields import EmailField
from accounts.models import Patient, User
from tests import people
from tests.pages.html import text_of
from tests.pages.practitioner.pages import treatment_answers

TOO_LONG = "What stands before the @ is too long: 64 characters at most."
REFUSED = [
    ("müller@example.org", NOT_ASCII), ("安@example.org", NOT_ASCII), ("ａna@example.org", NOT_ASCII),
    (f"{'a' * 65}@example.org", TOO_LONG), ("user@[127.0.0.1]", NOT_ONE), ("user@[IPv6:::1]", NOT_ONE),
    ("user@a_b.example", NOT_ONE), ("user@-.example", NOT_ONE), ("user@ü..example", NOT_ONE), ("user", NOT_ONE),
    ("@example.org", NOT_ONE), ("a b@example.org", NOT_ONE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ana@Example.ORG", "ana@example.org"), (" ana@example.org ", "ana@example.org"),
        ("ana@müller.example", "ana@xn--mller-kva.example"), ("ana@MÜLLER.example", "ana@xn--mller-kva.example"),
        ("ana@mu\u0308ller.example", "ana@xn--mller-kva.example"),
        ("ana@XN--MLLER-KVA.example", "ana@xn--mller-kva.example"),
        ("ana@straße.example", "ana@xn--strae-oqa.example"), ("ana@例え。テスト", "ana@xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"), ("o'brien+log@example.org", "o'brien+log@example.org"),
    ],
)  # fmt: skip
def test_an_address_is_kept_in_one_spelling(typed, address):
    assert EmailField().clean(typed) == address
    assert canonical_address(address) == address


@pytest.mark.parametrize(("typed", "sentence"), REFUSED)
def test_what_cannot_be_mailed_is_refused_with_the_reason(typed, sentence):
    with pytest.raises(ValidationError) as refused:
        EmailField().clean(typed)
    assert refused.value.messages == [sentence]


@pytest.mark.django_db
@pytest.mark.parametrize(("typed", "sentence"), REFUSED[:5:2])
def test_every_page_on_which_an_address_is_first_written_gives_the_reason(clinic, noor, desk, typed, sentence):
    boss, ana = people.signed_in(people.admin(clinic)), people.signed_in(people.ana())
    stranger, joins = Client(), people.patient(clinic, "Eva Linden", accepted=False)
    person = {"name": "Rosa Klein", "year_of_birth": "1990", **treatment_answers()}
    answers = [
        stranger.post("/accounts/signup/", {"name": "Eva", "email": typed, "password1": people.PASSWORD}),
        boss.post("/practice/members/invite/", {"email": typed, "is_admin": "on"}),
        desk.post("/practice/treatments/new/", {**person, "email": typed}),
        desk.post(f"/practice/patients/{joins.pk}/invite/", {"email": typed}),
    ]
    sentence = str(sentence)
    assert [sentence in text_of(answer) for answer in answers] == [True] * 4
    login = ana.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert login.status_code == 302
    assert sentence in text_of(ana.post("/accounts/email/", {"email": typed, "action_add": ""}))
    with pytest.raises(CommandError, match=sentence[:20]):
        call_command("open_practice", "A Clinic", typed, country="GB")
    assert not User.objects.filter(email=typed).exists()
    assert not Patient.objects.filter(email=typed).exists()


@pytest.mark.django_db
def test_both_spellings_of_a_domain_are_one_account():
    ana = people.user("Ana", "ana@müller.example")
    assert ana.email == "ana@xn--mller-kva.example"
    for typed in ("ana@müller.example", "Ana@xn--mller-kva.example"):
        browser = Client()
        browser.post("/accounts/login/", {"login": typed, "password": people.PASSWORD})
        assert browser.get("/account/").status_code == 200
        Client().post("/accounts/signup/", {"name": "A", "email": typed, "password1": people.PASSWORD})
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_an_account_with_an_address_that_would_be_refused_today_still_opens():
    long = f"{'a' * 65}@example.org"
    people.user("Ana", long)
    browser = Client()
    browser.post("/accounts/login/", {"login": long, "password": people.PASSWORD})
    assert browser.get("/account/").status_code == 200


@pytest.mark.django_db
def test_addresses_from_before_are_respelled_by_the_migration_unless_both_spellings_have_an_account(clinic):
    for name, domain in (("ana", "müller"), ("eva", "müller"), ("eva", "xn--mller-kva"), ("ida", "plain")):
        user = User.objects.create(email=f"{name}@{domain}.example")
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Patient.objects.create(name="Ana", email="ana@müller.example", created_at=timezone.now())
    migration = import_module("accounts.migrations.0004_one_spelling_of_an_address")
    migration.respell(apps, SimpleNamespace(connection=connection))
    addresses = ["ana@xn--mller-kva.example", "eva@müller.example", "eva@xn--mller-kva.example", "ida@plain.example"]
    assert sorted(User.objects.values_list("email", flat=True)) == addresses
    assert sorted(EmailAddress.objects.values_list("email", flat=True)) == addresses
    assert Patient.objects.get().email == "ana@xn--mller-kva.example"
