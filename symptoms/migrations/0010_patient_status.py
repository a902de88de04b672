import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_last_left"), ("symptoms", "0009_who_sees_what")]

    operations = [
        migrations.RenameModel(old_name="Standing", new_name="PatientStatus"),
        migrations.AlterField(
            model_name="patientstatus",
            name="patient",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="status",
                serialize=False,
                to="accounts.patient",
            ),
        ),
    ]
