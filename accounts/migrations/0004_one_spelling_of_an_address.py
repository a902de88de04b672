"""An address whose domain has other letters than a to z is kept as mail servers write it: one address, one account."""

from django.db import migrations

from accounts.addresses import canonical_address

HELD_BY = [("accounts", "User"), ("account", "EmailAddress"), ("accounts", "Patient"), ("accounts", "Invitation")]


def respell(apps, schema_editor):
    """Respell the addresses that are there. Where both spellings have an account, both stay as they are."""
    alias = schema_editor.connection.alias
    taken = set()
    for app, model in HELD_BY[:2]:
        taken.update(apps.get_model(app, model).objects.using(alias).values_list("email", flat=True))
    for app, model in HELD_BY:
        rows = apps.get_model(app, model).objects.using(alias)
        for key, email in list(rows.exclude(email="").values_list("pk", "email")):
            address = canonical_address(email)
            if not email.isascii() and address != email and address not in taken:
                rows.filter(pk=key).update(email=address)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_folded_names"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(respell, migrations.RunPython.noop),
    ]
