"""A practice's own number for a patient, and drug allergies."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_found_by_any_word_quickly'),
    ]

    operations = [
        migrations.AddField(
            model_name='departure',
            name='drug_allergies',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='departure',
            name='number',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name='patient',
            name='drug_allergies',
            field=models.JSONField(blank=True, help_text='the `drug` and what `happened` of each; empty: none known; null: not asked', null=True),
        ),
        migrations.AddField(
            model_name='patient',
            name='number',
            field=models.CharField(blank=True, help_text="the practice's own", max_length=40),
        ),
        migrations.AddConstraint(
            model_name='patient',
            constraint=models.UniqueConstraint(models.F('practice'), django.db.models.functions.text.Lower('number'), condition=models.Q(('number', ''), _negated=True), name='one_patient_a_number_in_a_practice'),
        ),
    ]
