"""What a practice records of a session, and the photos that it takes itself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_patient_numbers_and_allergies'),
        ('symptoms', '0029_lots_and_logs_due_are_found_quickly'),
    ]

    operations = [
        migrations.AddField(
            model_name='photo',
            name='is_before',
            field=models.BooleanField(default=False, help_text='taken by the practice before the treatment'),
        ),
        migrations.AddField(
            model_name='photo',
            name='practice',
            field=models.ForeignKey(blank=True, help_text='that took it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.practice'),
        ),
        migrations.AddField(
            model_name='treatment',
            name='antiviral',
            field=models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No'), ('not_needed', 'Not needed')], help_text='given against cold sores; empty: not asked', max_length=10),
        ),
        migrations.AddField(
            model_name='treatment',
            name='cartridge_expiry',
            field=models.DateField(blank=True, help_text='the first day of the last month it is good', null=True),
        ),
        migrations.AddField(
            model_name='treatment',
            name='device_model',
            field=models.CharField(blank=True, max_length=80),
        ),
    ]
