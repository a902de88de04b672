"""How a clinic comes to be: an operator opens it, and its first admin gets in by their own mailbox."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import AccountMail, Practice, User
from tests import people

pytestmark = pytest.mark.django_db
ADDRESS = "price@larkfield.example"


def test_the_first_admin_is_mailed_and_chooses_a_password(capsys):
    call_command(
        "open_practice", "Larkfield Skin Clinic", ADDRESS, country="GB", admin="Mr Price", time_zone="Europe/London"
    )
    admin = User.objects.get(email=ADDRESS, name="Mr Price")
    assert admin.practice_as_admin == Practice.objects.get(name="Larkfield Skin Clinic")
    assert admin.practice_as_practitioner is None
    assert not admin.has_usable_password()
    (mail,) = AccountMail.objects.all()
    assert mail.to == ADDRESS and "/accounts/password/reset/" in mail.body
    Client().post("/accounts/password/reset/", {"email": ADDRESS})
    assert "/accounts/password/reset/key/" in AccountMail.objects.exclude(pk=mail.pk).get().body


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"zone": "Mars/Olympus"}, {"country": "ZZ"}, {"email": "noor@larkfield.example"}]
)
def test_what_cannot_be_leaves_nothing_behind(wrong):
    people.user("Dr Noor", "noor@larkfield.example")
    facts = {"email": ADDRESS, "zone": "Europe/London", "country": "GB", **wrong}
    options = ["--time-zone", facts["zone"], "--country", facts["country"]]
    with pytest.raises(CommandError):
        call_command("open_practice", "Larkfield", facts["email"], "--country", "GB", *options)
    assert not Practice.objects.exists() and not AccountMail.objects.exists()
