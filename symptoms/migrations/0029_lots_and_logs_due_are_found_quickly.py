"""The indexes for lots, made once these are there, and for the logs that are due."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("symptoms", "0028_lots_are_found"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="treatment",
            index=models.Index(fields=["open_to", "squeezed_lot", "patient"], name="treatments_by_lot"),
        ),
        migrations.AddIndex(
            model_name="patientstatus",
            index=models.Index(
                condition=models.Q(("log_due_on__isnull", False)),
                fields=["practice", "log_due_on"],
                name="logs_due",
            ),
        ),
    ]
