"""The indexes for it, made once the rows are there: PostgreSQL makes none in the transaction that fills a table."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0012_found_by_any_word"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["practice", "sort_name", "id"], name="patients_by_family_name"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                condition=models.Q(("user__isnull", True)),
                fields=["practice", "sort_name", "id"],
                name="patients_not_joined",
            ),
        ),
        migrations.AddIndex(
            model_name="patientword",
            index=models.Index(fields=["practice", "word", "patient"], name="patients_found_by_a_word"),
        ),
    ]
