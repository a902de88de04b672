"""What codes are made from lay sealed under SECRET_KEY: now under the master key, and shown recovery codes as hashes."""

import base64
import hmac
from hashlib import sha1, sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import migrations

from accounts.keys.sealing import seal_for_site
from accounts.recovery_codes import as_hashed

BEGINNING = "gAAAAA"  # of whatever Fernet sealed
BOUND = "second factor"
DIGITS, COUNT = 8, 10  # of recovery codes until now


def seal_anew(apps, schema_editor):
    """What does not open any more, because SECRET_KEY was changed, stays as it is: its owner has to be let in anew."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [sha256(b"accounts.sealing" + str(key).encode()).digest() for key in keys]
    box = MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=("totp", "recovery_codes")).order_by("pk"):
        name = "secret" if row.type == "totp" else "seed"
        sealed = row.data.get(name, "")
        try:
            secret = box.decrypt(sealed.encode()).decode() if sealed.startswith(BEGINNING) else ""
        except InvalidToken:
            continue
        if not secret:
            continue
        if row.data.get("viewed_at"):
            row.data = as_hashed(row.data, codes_of(secret))
        else:
            row.data = row.data | {name: seal_for_site(secret, BOUND)}
        row.save(update_fields=["data"])


def codes_of(seed):
    """The codes that allauth made of a seed."""
    digest, codes = hmac.new(key=seed.encode("ascii"), msg=None, digestmod=sha1), []
    for number in range(COUNT):
        digest.update(f"{number:3},".encode())
        value = int.from_bytes(digest.digest()[: DIGITS // 2], byteorder="big") % 10**DIGITS
        codes.append(str(value).zfill(DIGITS))
    return codes


class Migration(migrations.Migration):

    dependencies = [("accounts", "0023_plain_tokens_end"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal_anew, migrations.RunPython.noop)]
