"""Each patient's name is kept folded as well: searched and sorted alike on every database."""

from django.db import migrations, models

from accounts.names import FoldedNameField, folded

AT_ONCE = 500


def fold_names(apps, schema_editor):
    """Fold the names that are there."""
    patients = apps.get_model("accounts", "Patient").objects.using(schema_editor.connection.alias)
    rows = []
    for patient in patients.only("name").iterator(chunk_size=AT_ONCE):
        patient.folded_name = folded(patient.name)
        rows.append(patient)
    patients.bulk_update(rows, ["folded_name"], batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_names_in_order"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="patient", name="patients_by_name"),
        migrations.AddField(
            model_name="patient",
            name="folded_name",
            field=FoldedNameField(default="", editable=False, max_length=240),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["practice", "folded_name", "id"], name="patients_by_name"),
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
