"""Invitations that nobody has taken yet are found without reading all that somebody has."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_patient_numbers_and_allergies'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('used_at', None), ('withdrawn_at', None)), fields=['practice', 'expires_at'], name='invitations_awaited'),
        ),
    ]
