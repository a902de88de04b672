from django.db import migrations, models
from django.db.models import F, Q


def ask_again(apps, schema_editor):
    """Forget the country of all but those who chose it themselves as they began alone: it was the clinic's, or GB.

    "EU" stands for no country any more.
    """
    chosen = Q(practice=None, zone_confirmed_at=F("created_at")) & ~Q(country="EU")
    apps.get_model("accounts", "Patient").objects.exclude(chosen).update(country="")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_last_left'),
    ]

    operations = [
        migrations.AddField(
            model_name='patient',
            name='emergency_number',
            field=models.CharField(blank=True, help_text='in a country that is not listed', max_length=40),
        ),
        migrations.AlterField(
            model_name='departure',
            name='country',
            field=models.CharField(blank=True, max_length=2),
        ),
        migrations.AlterField(
            model_name='patient',
            name='country',
            field=models.CharField(blank=True, help_text='empty until the patient has said it', max_length=2),
        ),
        migrations.AlterField(
            model_name='practice',
            name='country',
            field=models.CharField(max_length=2),
        ),
        migrations.RunPython(ask_again, migrations.RunPython.noop),
    ]
