"""Entries and photos keep the calendar date they were made for; until now only the day number was stored."""

from datetime import timedelta

import accounts.free_text
from django.db import migrations, models

AT_ONCE = 2000


def fill_dates(apps, schema_editor):
    """The date that a day number meant by the treatment as it stands."""
    for name in ("Entry", "Photo"):
        waiting = apps.get_model("symptoms", name).objects.filter(date=None).select_related("treatment")
        while rows := list(waiting[:AT_ONCE]):
            for row in rows:
                row.date = row.treatment.day_zero + timedelta(days=row.day)
            waiting.bulk_update(rows, ["date"])


class Migration(migrations.Migration):
    dependencies = [("symptoms", "0002_leaner_entries")]

    operations = [
        migrations.AddField("entry", "date", models.DateField(null=True)),
        migrations.AddField("photo", "date", models.DateField(null=True)),
        migrations.RunPython(fill_dates, migrations.RunPython.noop),
        migrations.AlterField("entry", "note", accounts.free_text.FreeText(blank=True, max_length=2000)),
        migrations.AlterField("note", "text", accounts.free_text.FreeText(max_length=1000)),
    ]
