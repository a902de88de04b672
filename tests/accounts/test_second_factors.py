"""A second factor: whose passkeys these are, how secrets lie, and what codes are taken. Ceremonies: tests/browser."""

import base64
import json
import re
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from fido2.utils import websafe_encode

from accounts import limits
from accounts.allauth_mfa import pages_with_passkeys, site_of_passkeys
from accounts.keys import store
from accounts.models import AccountMail, AuditRecord
from accounts.web.sessions import UserSession
from tests import people

pytestmark = pytest.mark.django_db

LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture
def noor_s_app(noor) -> str:
    """The secret of Noor's app."""
    TOTP.activate(noor, secret := generate_totp_secret())
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30 + steps))


def after_password(person) -> Client:
    """Somebody's browser, in which their password was typed."""
    browser = Client()
    browser.post(LOGIN, {"login": person.email, "password": people.PASSWORD, "remember": "own"})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def types(browser: Client, code: str) -> str:
    """What the page answers: nothing when it lets in."""
    answer = browser.post(CODE, {"code": code})
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(noor, noor_s_app):
    browser = after_password(noor)
    assert not is_in(browser)
    assert browser.get("/practice/").status_code == 302
    browser.post("/account/start-over/")
    assert browser.get(CODE)["Location"] == LOGIN
    browser = after_password(noor)
    assert types(browser, code_of(noor_s_app)) == ""
    assert is_in(browser)
    assert browser.session.get_expire_at_browser_close() is False, "what was said of the phone holds over the steps"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (-1, ""),
        (1, ""),
        (-3, "about two minutes slow"),
        (3, "about two minutes fast"),
        (10, "about five minutes fast"),
        (-11, "This code is wrong"),
    ],
)
def test_a_clock_that_is_off_is_told_so(noor, noor_s_app, steps, said):
    browser = after_password(noor)
    answer = types(browser, code_of(noor_s_app, steps))
    assert said in answer
    assert is_in(browser) == (said == "")


def test_a_code_is_taken_once_and_one_that_was_told_to_be_early_never(noor, noor_s_app):
    early = code_of(noor_s_app, 3)
    types(after_password(noor), early)
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=90)):
        assert "This code is wrong, or was used already" in types(after_password(noor), early)
        used = code_of(noor_s_app, 1)
        assert types(after_password(noor), used) == ""
    with time_machine.travel(now + timedelta(seconds=135)):
        assert "was used already" in types(after_password(noor), used)


def test_codes_are_guessed_five_times_and_no_more(noor, noor_s_app):
    browser = after_password(noor)
    for _ in range(5):
        assert "This code is wrong" in types(browser, "123456")
    assert "Too many wrong codes" in types(browser, code_of(noor_s_app))
    written = AuditRecord.objects.filter(user=noor).values_list("what", flat=True)
    assert [list(written).count(what) for what in ("a wrong code", "too many wrong codes")] == [5, 1]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert types(after_password(noor), code_of(noor_s_app)) == ""


def who_has_just_set_up(person, secret: str) -> Client:
    browser = after_password(person)
    types(browser, code_of(secret))
    browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, 1)})
    return browser


def kept_of(person, type: str) -> dict:
    return Authenticator.objects.get(user=person, type=type).data


def test_recovery_codes_are_shown_once_kept_as_hashes_and_let_in_once(noor, noor_s_app):
    RecoveryCodes.activate(noor)
    browser = who_has_just_set_up(noor, noor_s_app)
    shown = re.findall(r"<code>([\d ]+)</code>", browser.get("/accounts/2fa/recovery-codes/").content.decode())
    codes = [code.replace(" ", "") for code in shown]
    assert len({code for code in codes if len(code) == 12}) == 10
    kept = kept_of(noor, "recovery_codes")
    assert "seed" not in kept and not any(code in json.dumps(kept) for code in codes)
    assert all(each.startswith("argon2$argon2id$") for each in kept["hashed"]) and len(set(kept["hashed"])) == 10
    assert "10 are left" in browser.get("/accounts/2fa/recovery-codes/").content.decode()
    browser = after_password(noor)
    assert types(browser, shown[3]) == "" and is_in(browser)
    assert "9 are left" in browser.get("/accounts/2fa/").content.decode()
    assert kept_of(noor, "recovery_codes")["used_mask"] == 0b1000
    cache.clear()  # it is written down that it was used, not only remembered for a while
    assert "was used already" in types(after_password(noor), codes[3])
    assert types(after_password(noor), codes[9]) == ""


def test_a_file_of_the_codes_leaves_hashes_as_well(noor, noor_s_app):
    RecoveryCodes.activate(noor)
    browser = who_has_just_set_up(noor, noor_s_app)
    saved = browser.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert len(re.findall(r"\d{12}", saved)) == 10 and "seed" not in kept_of(noor, "recovery_codes")


def test_secrets_lie_under_the_master_key_and_a_new_secret_key_loses_none(noor, noor_s_app, settings):
    RecoveryCodes.activate(noor)
    sealed = [kept_of(noor, "totp")["secret"], kept_of(noor, "recovery_codes")["seed"]]
    assert all(each.startswith("sealed:") for each in sealed) and noor_s_app not in str(sealed)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 60, []
    assert types(after_password(noor), code_of(noor_s_app)) == ""
    key = settings.MASTER_KEY_FILE
    settings.MASTER_KEY_FILE = None
    store.forget_unwrapped()
    assert after_password(noor).post(CODE, {"code": code_of(noor_s_app, 1)}).status_code == 503
    settings.MASTER_KEY_FILE = key
    Authenticator.objects.filter(type="totp").update(data={"secret": sealed[0][:-6] + "AAAAA="})
    assert "a key of the server was lost" in types(after_password(noor), "123456")


def test_the_secret_of_an_app_that_is_not_set_up_yet_lies_sealed_too(noor):
    browser = after_password(noor)
    browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    for code in ("123456", code_of(secret)):
        assert secret not in json.dumps(dict(browser.session))
        browser.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=noor, type="totp").exists()


def test_what_lay_under_the_secret_key_is_brought_under_the_master_key(noor, ana, settings):
    """As it lay until then, of somebody who saw their codes, somebody who did not, and somebody whose key is gone."""
    step = import_module("accounts.migrations.0024_second_factors_under_the_master_key")
    old_key, settings.SECRET_KEY = settings.SECRET_KEY, "x" * 60
    settings.SECRET_KEY_FALLBACKS = [old_key]
    secret, seed = generate_totp_secret(), RecoveryCodes.generate_seed()

    def sealed(words: str, key: str = old_key) -> str:
        digest = sha256(b"accounts.sealing" + key.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest)).encrypt(words.encode()).decode()

    codes = {"seed": sealed(seed), "used_mask": 1}
    Authenticator.objects.create(user=noor, type="totp", data={"secret": sealed(secret)})
    Authenticator.objects.create(user=noor, type="recovery_codes", data=codes | {"viewed_at": 1.0})
    Authenticator.objects.create(user=ana.user, type="recovery_codes", data=codes)
    Authenticator.objects.create(user=ana.user, type="totp", data={"secret": sealed(secret, "another")})
    for _again in range(2):
        step.seal_anew(apps, None)
    settings.SECRET_KEY_FALLBACKS = []
    assert types(after_password(noor), code_of(secret)) == ""
    first, second = step.codes_of(seed)[:2]
    assert "was used already" in types(after_password(noor), first)
    assert types(after_password(noor), second) == ""
    assert "seed" not in kept_of(noor, "recovery_codes")
    assert kept_of(ana.user, "recovery_codes")["seed"].startswith("sealed:")
    assert "a key of the server was lost" in types(after_password(ana.user), "123456")


def test_a_passkey_belongs_to_the_site_of_the_settings_whatever_host_is_asked(noor, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://mendline.example:8443", ["*"]
    browser = Client(headers={"Host": "elsewhere.example", "Accept": "application/json"})
    asked = browser.get("/accounts/2fa/webauthn/login/").json()["request_options"]["publicKey"]
    assert asked["rpId"] == "mendline.example"
    assert asked["userVerification"] == "required"
    assert pages_with_passkeys()[0] == "https://mendline.example:8443"
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert (site_of_passkeys(), pages_with_passkeys()[1]) == ("localhost", "http://localhost:8000")


def _said(**client_data) -> dict:
    said = websafe_encode(json.dumps(client_data).encode())
    response = {"clientDataJSON": said, "authenticatorData": "", "signature": ""}
    return {"id": "x", "rawId": "x", "type": "public-key", "response": response}


@pytest.mark.parametrize(
    "credential", ["", "[]", "1", '"x"', "{}", '{"response": 1}', '{"response": {"clientDataJSON": "!"}}',
                   '{"response": {"clientDataJSON": "W10"}}', json.dumps(_said(origin="http://testserver")),
                   json.dumps(_said(origin="http://testserver", challenge="x", type="webauthn.get"))],
)  # fmt: skip
def test_what_is_no_passkey_is_refused_in_words(noor, noor_s_app, credential):
    browser = Client(headers={"Accept": "application/json"})
    browser.get("/accounts/2fa/webauthn/login/")
    answer = browser.post("/accounts/2fa/webauthn/login/", {"credential": credential}, follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    second = after_password(noor)
    second.get(CODE)
    assert second.post(CODE, {"credential": credential}).status_code == 200
    assert not is_in(second)


def test_a_change_of_second_factors_ends_the_other_sessions_and_is_mailed(noor, monkeypatch):
    monkeypatch.setattr(transaction, "on_commit", lambda then: then())  # a test's transaction is never committed
    here, there = after_password(noor), after_password(noor)
    here.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    page = here.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    here.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert (is_in(here), is_in(there)) == (True, False)
    assert "Codes from an app" in AccountMail.objects.get(to=noor.email).subject


def test_who_has_a_second_factor_is_asked_for_it_and_not_for_the_password(noor, noor_s_app):
    browser = after_password(noor)
    types(browser, code_of(noor_s_app))
    form = {"token-name": "my watch", "token-scope": "practice_read", "token-days": "30"}
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):  # a fresh sign-in is answer enough
        asked = browser.post("/account/token/", form)["Location"]
        assert asked.startswith("/accounts/2fa/reauthenticate/")
        browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
        assert browser.post("/account/token/", form)["Location"] == asked


def test_showing_once_more_who_is_there_changes_the_session_and_ends_the_old_key(noor):
    browser = after_password(noor)
    old = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    new = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert new != old
    assert list(UserSession.objects.filter(user=noor).values_list("session_key", flat=True)) == [new]
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = old
    assert not is_in(thief)


def test_nobody_renames_or_removes_the_passkey_of_somebody_else(noor):
    foreign = Authenticator.objects.create(user=people.user(), type="webauthn", data={"name": "zq9"})
    browser = after_password(noor)
    browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    for act in ("edit", "remove"):
        for method in (browser.get, browser.post):
            assert method(f"/accounts/2fa/webauthn/keys/{foreign.pk}/{act}/", {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get(pk=foreign.pk).data == {"name": "zq9"}


def test_who_lost_all_factors_gets_in_by_the_operator_and_their_own_mail_alone(noor, noor_s_app):
    there = after_password(noor)
    types(there, code_of(noor_s_app))
    call_command("let_in_again", noor.email.upper(), stdout=StringIO())
    assert not is_in(there)
    assert not is_in(after_password(noor)), "the password that somebody may know opens nothing"
    assert "/accounts/password/reset/" in AccountMail.objects.get(to=noor.email).body
    reader = Client()
    reader.post("/accounts/password/reset/", {"email": noor.email})
    link = (
        AccountMail.objects.filter(to=noor.email).latest("created_at").body.partition("http://testserver")[2].split()[0]
    )
    form = reader.get(link, follow=True).redirect_chain[-1][0]
    new = "four large brown bears"
    reader.post(form, {"password1": new, "password2": new})
    browser = Client()
    browser.post(LOGIN, {"login": noor.email, "password": new})
    assert is_in(browser)


def asked(person, days_ago: float) -> Client:
    """Their browser; they were asked for a second factor so long ago."""
    person.memberships.update(second_factor_asked_at=timezone.now() - timedelta(days=days_ago))
    return people.signed_in(person)


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    return settings


def test_members_are_told_until_when_and_then_reach_only_what_sets_a_second_factor_up(required, noor):
    in_time = asked(noor, 13.9).get("/practice/")
    assert in_time.status_code == 200
    assert "a password alone opens nothing of your clinic" in in_time.content.decode()
    late = asked(noor, 14)
    for closed in ("/practice/", "/account/", "/accounts/email/", "/accounts/password/change/", "/accounts/sessions/"):
        assert late.get(closed)["Location"] == "/accounts/2fa/", closed
    assert late.get("/", follow=True).redirect_chain[-1][0] == "/accounts/2fa/"
    page = late.get("/accounts/2fa/").content.decode()
    assert "needs more than a password" in page
    assert "To review" not in page
    assert late.get("/accounts/logout/").status_code == 200
    TOTP.activate(noor, generate_totp_secret())
    assert late.get("/practice/").status_code == 200


MAILBOX = "/account/mailbox/"


def mailed_code(person) -> str:
    return re.search(r"^\d{8}$", AccountMail.objects.filter(to=person.email).latest("created_at").body, re.M)[0]


@pytest.mark.parametrize("way", ["/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"])
def test_after_these_days_a_password_sets_nothing_up_until_the_mailbox_is_shown(required, noor, way, monkeypatch):
    monkeypatch.setattr(limits, "ON_DEVICE", "5/1d/key")
    noor.memberships.update(second_factor_asked_at=timezone.now() - timedelta(days=14))
    browser, thief = after_password(noor), after_password(noor)
    for method in (browser.get, browser.post):
        assert method(way)["Location"] == MAILBOX
    assert "Send me a code" in browser.get(MAILBOX).content.decode()
    browser.post(MAILBOX)
    code = mailed_code(noor)
    assert code not in json.dumps(dict(browser.session))
    assert thief.post(MAILBOX, {"code": code}).status_code == 422, "it is of that session"
    wrong = browser.post(MAILBOX, {"code": "12345678" if code != "12345678" else "1"})
    assert "This code is wrong, or too old" in wrong.content.decode() and browser.get(way)["Location"] == MAILBOX
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert browser.post(MAILBOX, {"code": code}).status_code == 422
    assert browser.post(MAILBOX, {"code": f" {code[:4]} {code[4:]}"})["Location"] == "/accounts/2fa/"
    assert browser.post(MAILBOX, {"code": code}).status_code == 422, "it is used up"
    assert browser.get(way)["Location"].startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": people.PASSWORD})
    assert browser.get(way).status_code == 200
    assert thief.get(way)["Location"] == MAILBOX
    for _ in range(6):
        browser.post(MAILBOX)
    assert AccountMail.objects.filter(to=noor.email, subject="Your code for Mendline").count() <= 5
    for _ in range(6):
        last = thief.post(MAILBOX, {"code": "1"}).content.decode()
    assert "Too many wrong codes" in last
    TOTP.activate(noor, generate_totp_secret())
    assert browser.get(MAILBOX)["Location"] == "/accounts/2fa/"


def test_a_program_of_such_a_member_is_told_why(required, noor):
    headers = {"Authorization": f"Token {people.token_of(noor)}"}
    asked(noor, 20)
    answer = Client().get("/api/v1/alerts/", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Set up a passkey, or codes from an app, first: sign in on the site."
    RecoveryCodes.activate(noor)
    assert Client().get("/api/v1/alerts/", headers=headers).status_code == 403
    TOTP.activate(noor, generate_totp_secret())
    assert Client().get("/api/v1/alerts/", headers=headers).status_code == 200


def test_patients_are_not_asked_and_nobody_is_where_it_is_off_or_begins_later(required, noor, ana):
    assert "password alone" not in people.signed_in(ana).get("/today/").content.decode()
    required.SECOND_FACTOR_SINCE = timezone.now() - timedelta(days=1)
    assert asked(noor, 100).get("/practice/").status_code == 200
    required.SECOND_FACTOR_SINCE, required.SECOND_FACTOR_REQUIRED = None, False
    assert "password alone" not in asked(noor, 100).get("/practice/").content.decode()


def test_an_admin_sees_who_signs_in_with_a_password_alone(noor, clinic):
    price = people.admin(clinic)
    TOTP.activate(noor, generate_totp_secret())
    page = people.signed_in(price).get("/practice/members/").content.decode()
    assert page.count("Signs in with a password alone") == 1
