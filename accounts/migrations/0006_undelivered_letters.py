"""An invitation knows its letter, and whatever is sent knows since when it is refused."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_who_changed_a_member")]

    operations = [
        migrations.AddField(
            "accountmail",
            "refused_at",
            models.DateTimeField(
                blank=True,
                null=True,
                help_text="since when it is refused, while it may still be tried; empty once sent",
            ),
        ),
        migrations.AddField(
            "invitation",
            "letter",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                to="accounts.accountmail",
                help_text="by which the link was sent",
            ),
        ),
    ]
