"""Each patient is listed by their family name, and found by a word of their name, address, number or year of birth."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.names import PlainOrderField, SortNameField, family_first
from accounts.search_words import words_of

AT_ONCE = 500


def sort_names(apps, schema_editor):
    """Put the family name of everybody who is there first."""
    patients = apps.get_model("accounts", "Patient").objects.using(schema_editor.connection.alias)
    rows = []
    for patient in patients.only("name").iterator(chunk_size=AT_ONCE):
        patient.sort_name = family_first(patient.name)
        rows.append(patient)
    patients.bulk_update(rows, ["sort_name"], batch_size=AT_ONCE)


def write_words(apps, schema_editor):
    """Write the words of everybody who is there, and of who left as each practice knew them last."""
    alias = schema_editor.connection.alias
    word = apps.get_model("accounts", "PatientWord")
    word.objects.using(alias).all().delete()
    departures = apps.get_model("accounts", "Departure").objects.using(alias).order_by("at")
    left = {(row.patient_id, row.practice_id): row for row in departures.iterator(chunk_size=AT_ONCE)}
    rows = []  # some of them at a time: a patient has a dozen
    for patient in apps.get_model("accounts", "Patient").objects.using(alias).iterator(chunk_size=AT_ONCE):
        left.pop((patient.pk, patient.practice_id), None)
        if patient.practice_id is not None:
            rows += _words(word, patient.pk, patient.practice_id, patient)
        if len(rows) >= AT_ONCE:
            word.objects.using(alias).bulk_create(rows)
            rows = []
    for (patient_id, practice_id), departure in left.items():
        rows += _words(word, patient_id, practice_id, departure)
    word.objects.using(alias).bulk_create(rows, batch_size=AT_ONCE)


def _words(word, patient_id, practice_id, known):
    return [word(patient_id=patient_id, practice_id=practice_id, word=text) for text in sorted(words_of(known))]


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0011_who_changed_an_absence"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="sort_name",
            field=SortNameField(default="", editable=False, max_length=240),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PatientWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", PlainOrderField(max_length=250)),
                ("patient", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="words", to="accounts.patient")),
                ("practice", models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+",
                    to="accounts.practice")),
            ],
        ),
        migrations.RunPython(sort_names, migrations.RunPython.noop),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
