"""Each patient's row says when they last left a practice: whoever writes to the record has it at hand with the lock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_leaving_and_undoing")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="left_at",
            field=models.DateTimeField(editable=False, help_text="when they last left a practice", null=True),
        ),
    ]
